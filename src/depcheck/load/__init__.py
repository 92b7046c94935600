"""What each tool would load, and where it would fail: one module or folder a tool."""
