"""Repairs: propose, prove, apply.

`propose` and `images` know what a person would do about a fault, in text edits; `manifests` and `builds` try
them on an overlay, `trial` many at once, and `mend` keeps those after which the finding is gone and nothing
fails that did not fail before; `write` puts them on the disk.
"""
