"""Random small projects of Poetry with seeded defects: depcheck against `poetry lock`.

    python -m tests.differential.poetry [--seed N] [--count N] [--program PROGRAM]

Only paths, no package of an index, so that the tool needs no network. Prints each disagreement with
its tree, last the figure; exit 1 on any.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator

from tests.differential import projects
from tests.differential.projects import Disagreement, Tool

NAMES = ("app", "a", "b", "c", "d")
HOMES = {"app": "app", "a": "libs/a", "b": "libs/b", "c": "deep/er/c", "d": "d"}
PYTHONS = (">=3.9", ">=3.9", ">=3.9", "^3.9", ">=3.10", ">=3.8")
BACKEND = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'


def tree(seed: int) -> dict[str, str]:
    """A random repository; the project at `app` is the one that is locked."""
    rng = random.Random(seed)  # noqa: S311
    files: dict[str, str] = {}
    linked = rng.random() < 0.3
    for name in NAMES:
        if name == "app" or rng.random() < 0.85:
            home = HOMES[name]
            files[f"{home}/pyproject.toml"] = "".join(_manifest(rng, name, linked=linked))
            if name != "app" and rng.random() < 0.06:
                files[f"{home}/keep"] = files.pop(f"{home}/pyproject.toml")
    if linked:
        files["app/link"] = f"->../{rng.choice(('libs/a', 'deep/er', 'nowhere'))}"
    return files


def _manifest(rng: random.Random, name: str, *, linked: bool) -> Iterator[str]:
    written = name if rng.random() < 0.94 else f"{name}x"
    python = rng.choice(PYTHONS) if rng.random() < 0.3 else ">=3.9"
    modern = rng.random() < 0.35
    count = rng.choice((0, 1, 1, 2, 3) if name != "app" else (1, 2, 3, 4))
    targets = [rng.choice(NAMES[1:] if rng.random() < 0.93 else NAMES) for _ in range(count)]
    main = {target: _constraint(rng, name, target, linked=linked) for target in targets}
    if modern:
        listed = [f'"{target}"' for target in main if rng.random() < 0.7]
        yield f'[project]\nname = "{written}"\nversion = "0.1.0"\nrequires-python = "{python}"\n'
        yield f"dependencies = [{', '.join(listed) if name == 'app' else ''}]\n[tool.poetry.dependencies]\n"
        # A dependency takes no path from here for what [project] lists: an index would be asked.
    else:
        yield f'[tool.poetry]\nname = "{written}"\nversion = "0.1.0"\ndescription = ""\nauthors = []\n'
        yield f'[tool.poetry.dependencies]\npython = "{python}"\n'
    yield from (f"{target} = {constraint}\n" for target, constraint in main.items())
    optional = [target for target, constraint in main.items() if "optional" in constraint]
    if optional:
        yield f"[tool.poetry.extras]\nx = [{', '.join(repr(target) for target in optional)}]\n"
    if rng.random() < 0.3:
        group = rng.choice(NAMES[1:])
        yield "[tool.poetry.group.dev]\n"
        yield f"optional = {rng.choice(('true', 'false'))}\n"
        if rng.random() < 0.2:
            yield f'include-groups = ["{rng.choice(("nope", "docs"))}"]\n'
        constraint = _constraint(rng, name, group, linked=linked)
        yield f"[tool.poetry.group.dev.dependencies]\n{group} = {constraint}\n"
        yield "[tool.poetry.group.docs.dependencies]\n"
    yield BACKEND


def _constraint(rng: random.Random, name: str, target: str, *, linked: bool) -> str:
    where = os.path.relpath(HOMES[target], HOMES[name])
    draw = rng.random()
    if draw < 0.05:
        where = f"{where}x"
    elif draw < 0.08:
        where = f"nope/../{where}"
    elif draw < 0.14 and linked and name == "app":
        where = rng.choice(("link", "link/../b", "link/c"))
    elif draw < 0.16:
        where = f"{where}/pyproject.toml"
    keys = [f'path = "{where}"']
    if rng.random() < 0.15:
        keys.append("optional = true")
    if rng.random() < 0.1:
        keys.append('extras = ["x"]')
    if rng.random() < 0.1:
        keys.append(f'platform = "{rng.choice(("linux", "win32"))}"')
    if rng.random() < 0.12:
        keys.append(f'python = "{rng.choice(("<3.9", ">=3.10", "<3.11"))}"')
    if rng.random() < 0.1:
        keys.append("develop = true")
    if rng.random() < 0.02:
        keys.append('version = "^1"')
    return f"{{ {', '.join(keys)} }}"


def disagreements(seeds: Iterator[int], poetry: str) -> Iterator[Disagreement | None]:
    """One item a seed that depcheck decides: None where both say the same."""
    env = {"POETRY_VIRTUALENVS_CREATE": "false", "POETRY_NO_INTERACTION": "1"}
    return projects.disagreements(seeds, tree, Tool(poetry, "poetry lock", env))


if __name__ == "__main__":
    sys.exit(projects.main(__doc__, "poetry", disagreements))
