"""Reports as text, one file a format: pure functions, nothing here asks the disk or the terminal."""
