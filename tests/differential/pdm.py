"""Random small projects of PDM with seeded defects: depcheck against `pdm lock`.

    python -m tests.differential.pdm [--seed N] [--count N] [--program PROGRAM]

Only paths, no package of an index, and static metadata, so that the tool needs no network. Prints each
disagreement with its tree, last the figures; exit 1 on any.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

from tests.differential import projects
from tests.differential.projects import Disagreement, Tool

NAMES = ("app", "a", "b", "c", "d")
HOMES = {"app": "app", "a": "libs/a", "b": "libs/b", "c": "deep/er/c", "d": "app/d"}
PYTHONS = (">=3.9", ">=3.9", ">=3.10", ">=3.8", ">=3.9,<3.13")
PDM = '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n'
HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def tree(seed: int) -> dict[str, str]:
    """A random repository; the project at `app` is the one that is locked."""
    rng = random.Random(seed)  # noqa: S311
    files: dict[str, str] = {}
    linked = rng.random() < 0.3
    for name in NAMES:
        if name == "app" or rng.random() < 0.88:
            home = HOMES[name]
            files[f"{home}/pyproject.toml"] = "".join(_manifest(rng, name, linked=linked))
            if name != "app" and rng.random() < 0.05:
                files[f"{home}/keep"] = files.pop(f"{home}/pyproject.toml")
    if linked:
        files["app/link"] = f"->../{rng.choice(('libs/a', 'deep/er', 'nowhere'))}"
    if rng.random() < 0.1:
        members = rng.choice(('"libs/*", "app"', '"app"', '"gone", "app/d"', '"*"'))
        files["pyproject.toml"] = (
            f'[project]\nname = "top"\nversion = "1"\n[tool.pdm.workspace]\nmembers = [{members}]\n'
        )
    return files


def _manifest(rng: random.Random, name: str, *, linked: bool) -> Iterator[str]:
    written = name if rng.random() < 0.94 else f"{name}x"
    python = rng.choice(PYTHONS) if rng.random() < 0.3 else ">=3.9"
    backend = rng.choices((PDM, HATCH, SETUPTOOLS, ""), (75, 14, 6, 5))[0]

    def lines(most: int) -> str:
        wanted = (rng.choice(NAMES if rng.random() < 0.1 else NAMES[1:]) for _ in range(rng.randint(0, most)))
        return ", ".join(f"'{_line(rng, name, one, backend, linked=linked)}'" for one in wanted)

    yield f'[project]\nname = "{written}"\nversion = "0.1.0"\nrequires-python = "{python}"\n'
    yield f"dependencies = [{lines(3)}]\n"
    if rng.random() < 0.3:
        itself = f"'{written}[y]'" if rng.random() < 0.3 else lines(1)
        yield f"[project.optional-dependencies]\nx = [{itself}]\ny = [{lines(1)}]\n"
    if rng.random() < 0.3:
        included = ", {include-group = 'more'}" if rng.random() < 0.5 else ""
        listed = lines(1)
        yield f"[dependency-groups]\ndev = [{listed}{included if listed else included[2:]}]\n"
        if rng.random() < 0.8:
            yield f"more = [{lines(1)}]\n"
    if name == "app" and rng.random() < 0.3:
        one = rng.choice(NAMES[1:])
        home = os.path.relpath(HOMES[one], HOMES[name])
        yield f"[tool.pdm.dev-dependencies]\nold = ['-e file:///${{PROJECT_ROOT}}/{home}#egg={one}']\n"
    if name == "app" and rng.random() < 0.1:
        one, other = rng.choice(NAMES[1:]), rng.choice(NAMES[1:])
        home = os.path.relpath(HOMES[other], HOMES[name])
        yield f"[tool.pdm.resolution.overrides]\n{one} = 'file:///${{PROJECT_ROOT}}/{home}'\n"
    yield backend


def _line(rng: random.Random, name: str, target: str, backend: str, *, linked: bool) -> str:
    where = os.path.relpath(HOMES[target], HOMES[name])
    draw = rng.random()
    if draw < 0.04:
        where = f"{where}x"
    elif draw < 0.07:
        where = f"nope/../{where}"
    elif draw < 0.13 and linked and name == "app":
        where = rng.choice(("link", "link/../b", "link/c"))
    elif draw < 0.14:
        where = f"{where}/pyproject.toml"
    own = "{root:uri}" if backend == HATCH else "file:///${PROJECT_ROOT}"
    form = own if rng.random() < 0.93 else rng.choice(("{root:uri}", "file:///${PROJECT_ROOT}", "file:", ""))
    extra = "[x]" if rng.random() < 0.12 else ""
    url = f"{form}/{where}" if form not in ("file:", "") else f"{form}{where}"
    marker = ""
    if rng.random() < 0.15:
        known = ('sys_platform == "win32"', 'python_version < "3.9"', 'python_version >= "3.10"')
        marker = f" ; {rng.choice(known)}"
    return f"{target}{extra} @ {url}{marker}"


def disagreements(seeds: Iterator[int], pdm: str) -> Iterator[Disagreement | None]:
    """One item a seed that depcheck decides: None where both say the same."""
    env = {"PDM_PYTHON": sys.executable, "PDM_CHECK_UPDATE": "0", "PDM_NON_INTERACTIVE": "1"}
    return projects.disagreements(seeds, tree, Tool(pdm, "pdm lock", env))


if __name__ == "__main__":
    sys.exit(projects.main(__doc__, "pdm", disagreements))
