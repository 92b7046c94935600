"""Versions that do not fit: of a local package, and of the Python that it runs on.

Source: uv `uv-resolver/src/resolver/mod.rs` (choose_version_url, check_requires_python),
`uv-distribution-types/src/requires_python.rs` (is_contained_by: only the lower bound counts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.load import conditions
from depcheck.load.conditions import All, Condition, Test
from depcheck.load.uv.conflicts import Forks
from depcheck.load.uv.project import Project
from depcheck.load.uv.resolve import Edge, Walk
from depcheck.manifest import pep440
from depcheck.manifest.pyproject import PyProject
from depcheck.model import Fault

_PYTHON = "python_full_version"
# Without `requires-python` uv locks for the Python that it finds; depcheck's verdicts hold for one.
DEFAULT = f">={conditions.HERE[_PYTHON].rpartition('.')[0]}"


def check(walked: Walk, forks: Forks) -> Iterator[Fault]:
    """Requirements by name that the local package of that name does not meet."""
    for parent, wanted in walked.named:
        if not wanted.specifier or wanted.name in walked.failed:
            continue
        asks = Edge(parent, wanted, "", "")
        for edge in walked.edges.get(wanted.name, ()):
            found = walked.packages.get(edge.path)
            if found is None or pep440.satisfies(found.version, wanted.specifier) is not False:
                continue
            if not forks.exclude(asks, edge):
                asked = f"`{wanted.name}{wanted.specifier}`"
                message = f"{asked} is asked for, and `{edge.path or '.'}` holds {found.version}"
                note = "uv takes the package from there wherever its name is asked for"
                yield Fault(
                    "version-mismatch", wanted.site, message, wanted.reference(edge.path), (note,), "uv"
                )
                break


def pythons(members: Mapping[str, Project]) -> Condition:
    """The Pythons that a workspace is locked for: those that all of its members allow."""
    listed = [asked for member in members.values() if (asked := wanted(member.manifest))]
    return All(tuple(map(_condition, dict.fromkeys(listed or [DEFAULT]))))


def wanted(manifest: PyProject) -> str:
    """The Pythons that a project asks for; empty where it does not say."""
    value = manifest.project.table.get("requires-python") if manifest.project is not None else None
    return value if isinstance(value, str) else ""


def _condition(specifiers: str) -> Condition:
    return All(tuple(Test(_PYTHON, op, version) for op, version in pep440.clauses(specifiers)))


def unsupported(walked: Walk, forks: Forks, allowed: Condition) -> Iterator[Fault]:
    """Local packages that do not run on the oldest Python that is locked for."""
    known: dict[tuple[str, Condition], bool] = {}
    for edges in walked.edges.values():
        for edge in edges:
            found = walked.packages.get(edge.path)
            manifest = found.manifest if found is not None else None
            asked = wanted(manifest) if manifest is not None else ""
            key = asked, forks.of(edge)
            if key not in known:
                known[key] = _leaves_out(asked, allowed, key[1])
            if known[key]:
                yield _python(edge, asked)


def _leaves_out(asked: str, allowed: Condition, fork: Condition) -> bool:
    """Whether `requires-python = asked` starts above the oldest Python of a fork."""
    for op, version in pep440.clauses(asked):
        if op in (">=", ">", "~=", "=="):
            too_old = Test(_PYTHON, "<=" if op == ">" else "<", version.removesuffix(".*"))
            if conditions.together(allowed, fork, too_old):
                return True
    return False


def _python(edge: Edge, asked: str) -> Fault:
    message = f"`{edge.path or '.'}` asks for Python `{asked}`, and older ones are locked for here"
    note = "uv locks for every Python that `requires-python` of the workspace allows"
    return Fault(
        "version-mismatch", edge.wanted.site, message, edge.wanted.reference(edge.path), (note,), "uv"
    )
