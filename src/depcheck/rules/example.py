"""The pieces that example trees are made of."""

from __future__ import annotations

from depcheck.rules.rule import Example


def workspace(members: str, more: str = "") -> Example:
    """A virtual workspace root; `members` is the TOML of the list, `more` follows it."""
    return {"Cargo.toml": f'[workspace]\nmembers = {members}\nresolver = "2"\n{more}'}


def crate(directory: str, more: str = "", *, version: str = 'version = "0.1.0"') -> Example:
    """A small library crate named as its directory; `more` follows its `[package]` table."""
    name = directory.rpartition("/")[2]
    manifest = f'[package]\nname = "{name}"\n{version}\nedition = "2021"\n{more}'
    return {f"{directory}/Cargo.toml": manifest, f"{directory}/src/lib.rs": ""}


def image(dockerfile: str, context: str = ".") -> Example:
    """A compose service `hub` and its Dockerfile at the top of its context."""
    place = "Dockerfile" if context == "." else f"{context}/Dockerfile"
    return {"compose.yaml": f"services:\n  hub:\n    build: {context}\n", place: dockerfile}


WORKSPACE = {
    **workspace('["hub", "lib"]'),
    **crate("hub", '\n[dependencies]\nlib = { path = "../lib" }\n'),
    **crate("lib"),
}
