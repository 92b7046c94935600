"""Versions and requirements as the `semver` crate has them."""

from __future__ import annotations

import pytest

from depcheck.manifest import semver

GOOD = """
^1.2.3: 1.2.3 1.9.0 | 1.2.2 2.0.0 1.2.4-rc.1
1.2: 1.2.0 1.3.5 | 1.1.9 2.0.0 1.2.0-rc.1
1: 1.0.0 1.9.9 | 0.9.0 2.0.0
^0.2.3: 0.2.3 0.2.9 | 0.3.0 0.2.2
^0.0.3: 0.0.3 | 0.0.4 0.0.2
^0.0: 0.0.0 0.0.9 | 0.1.0
^0: 0.0.0 0.9.9 | 1.0.0
~1.2.3: 1.2.3 1.2.9 | 1.3.0
~1.2: 1.2.0 1.2.9 | 1.3.0
~1: 1.0.0 1.9.9 | 2.0.0
*: 0.0.0 9.9.9 | 1.0.0-rc.1
1.*: 1.0.0 1.9.9 | 2.0.0
1.2.*: 1.2.0 | 1.3.0
=1.2: 1.2.0 1.2.9 | 1.3.0
=1.2.3: 1.2.3 1.2.3+build | 1.2.4
>1.2: 1.3.0 | 1.2.9
>=1.2: 1.2.0 2.0.0 | 1.1.9
<1.2: 1.1.9 | 1.2.0
<=1.2: 1.2.9 | 1.3.0
>=0.1, <1: 0.1.0 0.9.0 | 1.0.0 0.0.9
1.2.3-rc.1: 1.2.3-rc.1 1.2.3-rc.2 1.2.3 1.3.0 | 1.2.3-beta 1.3.0-rc.1
=1.0.0-rc.1: 1.0.0-rc.1 | 1.0.0 1.0.0-rc.2
>1.0.0-alpha: 1.0.0-beta 1.0.0 | 1.0.0-alpha 1.0.0-1
"""


@pytest.mark.parametrize("line", GOOD.strip().splitlines())
def test_what_satisfies_a_requirement(line: str) -> None:
    text, _, versions = line.partition(":")
    requirement = semver.parse_requirement(text)
    assert requirement is not None
    for good, side in ((True, versions.partition("|")[0]), (False, versions.partition("|")[2])):
        for version in side.split():
            parsed = semver.parse_version(version)
            assert parsed is not None
            assert semver.matches(requirement, parsed) is good, (text, version)


@pytest.mark.parametrize(
    "text", ["", "x.1", "1.*.2", "1,", "a", ">", "1.2.3.4", "01", "1.02", "1.2.3-", "*, 1"]
)
def test_what_is_no_requirement(text: str) -> None:
    assert semver.parse_requirement(text) is None


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "01.2.3", "1.2.3.4", "1.2.3-", "1.2.3-01", "v1.2.3", "1.2.3 rc"]
)
def test_what_is_no_version(text: str) -> None:
    assert semver.parse_version(text) is None


def test_prereleases_are_ordered_by_their_parts() -> None:
    texts = [
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-beta",
        "1.0.0",
        "1.0.1-a",
    ]
    versions = [version for text in texts if (version := semver.parse_version(text))]
    assert sorted({*versions}, key=semver.order) == versions
