"""Dockerfiles for `trees.mixed`: a tenth as many as it has manifests, of the kinds that repositories have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from benchmarks.trees import File, before

_EACH = 500  # manifests of a group of `trees.mixed`
_CARGO_ALL = """\
FROM rust:1.88 AS build
WORKDIR /src
COPY . .
RUN cargo build --release -p crate-{number}

FROM debian:bookworm-slim
COPY --from=build /src/target/release/crate-{number} /usr/local/bin/
CMD ["crate-{number}"]
"""
_CARGO_FEW = """\
FROM rust:1.88 AS build
WORKDIR /src
COPY Cargo.toml ./
{copies}RUN cargo build --release -p crate-{number}

FROM debian:bookworm-slim
COPY --from=build /src/target/release/crate-{number} /usr/local/bin/
"""
_CARGO_CHEF = """\
FROM lukemathwalker/cargo-chef:latest-rust-1 AS chef
WORKDIR /src

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS build
COPY --from=planner /src/recipe.json recipe.json
RUN cargo chef cook --release --recipe-path recipe.json
COPY . .
RUN cargo build --release -p crate-{number}

FROM debian:bookworm-slim
COPY --from=build /src/target/release/crate-{number} /usr/local/bin/
CMD ["crate-{number}"]
"""
_UV_ALL = """\
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache/uv uv sync --no-dev --package package-{number}
CMD ["uv", "run", "package-{number}"]
"""
_UV_FEW = """\
FROM python:3.12-slim
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml ./
{copies}RUN uv sync --no-dev --no-editable --package package-{number}
"""
_POETRY = """\
FROM python:3.12-slim
RUN pip install --no-cache-dir poetry
WORKDIR /app
{copies}WORKDIR /app/package-{number}
RUN poetry install --only main
"""
_PIP = """\
FROM python:3.12-slim
WORKDIR /srv/service-{number}
COPY constraints.txt ../
COPY service-{number}/requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY service-{number}/ ./
CMD ["python", "main.py"]
"""


def dockerfiles(manifests: int) -> Iterator[File]:
    """Fifty for every five hundred manifests; those of one workspace are alike, as they are written."""
    for group in range(manifests // _EACH):
        for workspace in range(2):
            top = f"rust/{group}-{workspace}"
            match (2 * group + workspace) % 3:
                case 0:
                    yield from _composed(top, _CARGO_ALL, range(8, 98, 6), "")
                case 1:
                    yield from _composed(top, _CARGO_CHEF, range(8, 98, 6), "")
                case _:
                    yield from _composed(top, _CARGO_FEW, range(2, 17), "crates/crate")
        text, numbers = (_UV_FEW, range(2, 10)) if group % 2 else (_UV_ALL, range(10, 90, 10))
        yield from _composed(f"python/{group}", text, numbers, "packages/package" if group % 2 else "")
        for number in range(3, 11, 2):
            copies = _copies(number, "package")
            yield f"tools/{group}/package-{number}/Dockerfile", _POETRY.format(number=number, copies=copies)
        for number in range(0, 80, 10):
            yield f"services/{group}/service-{number}/Dockerfile", _PIP.format(number=number)


def _composed(top: str, text: str, numbers: Iterable[int], folder: str) -> Iterator[File]:
    """Dockerfiles of one kind, and the compose file that builds them in `top`."""
    services = ""
    for number in numbers:
        path = f"docker/{number}.Dockerfile"
        copies = _copies(number, folder) if folder else ""
        yield f"{top}/{path}", text.format(number=number, copies=copies)
        services += f"  service-{number}:\n    build:\n      context: .\n      dockerfile: {path}\n"
    yield f"{top}/compose.yaml", f"services:\n{services}"


def _copies(number: int, folder: str) -> str:
    """A COPY for a package and for each that it needs."""
    needed, ahead = set[int](), [number]
    while ahead:
        at = ahead.pop()
        if at not in needed:
            needed.add(at)
            ahead += before(at)
    return "".join(f"COPY {folder}-{at} {folder}-{at}\n" for at in sorted(needed))
