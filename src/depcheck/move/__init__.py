"""`depcheck mv`: a directory moved, with every reference to it and from it.

One module a kind of reference, each a function from the tree before the move to text edits of files at
their old places (`manifests`, `members`, `locks`, `dockerfiles`, `ignores`, `compose`, `workflows`).
`plan` puts them together, `proof` holds what is judged before against what is judged after on an overlay,
`mentions` finds what is left to do by hand, and `carry` moves and writes.
"""
