"""Repairs: propose, prove, apply.

`propose` knows what a person would do about a fault, in text edits; `proof` tries them on an overlay and
keeps those after which the finding is gone and nothing fails that did not fail before; `write` puts them
on the disk.
"""
