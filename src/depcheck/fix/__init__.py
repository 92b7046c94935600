"""Repairs: propose, prove, apply.

`manifest/` and `image/` know what a person would do about a fault, in text edits, and try them on an overlay;
`trial` tries many at once, and `mend` keeps those after which the finding is gone and nothing fails that did
not fail before; `write` puts them on the disk.
"""
