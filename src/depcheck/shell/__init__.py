"""What a text for the shell does to a tree of files, and which build commands it runs."""
