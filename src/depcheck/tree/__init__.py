"""Where files come from: the disk, or a tree with edits over it."""
