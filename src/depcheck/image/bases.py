"""Images that hold no manifests of yours: what is known of them, the list in sight.

A name is judged without registry, tag and digest. Configuration may add more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from depcheck.image.lexer import UNKNOWN
from depcheck.record import NamedTuple
from depcheck.tree.layers import BaseTree


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Official images of Docker Hub: distributions, languages, build tools, services.
_OFFICIAL = _listed("""
almalinux alpine alt amazoncorretto amazonlinux archlinux bash buildpack-deps busybox caddy centos
clearlinux clojure composer crystal dart debian docker eclipse-temurin elixir erlang fedora gcc golang
gradle groovy haproxy haskell httpd ibmjava influxdb java jruby julia mageia mariadb maven memcached mongo
mono mysql nats nginx node openjdk oraclelinux perl php photon postgres pypy python r-base rabbitmq
rakudo-star redis rockylinux ruby rust sapmachine sbt sl spark swift swipl telegraf tomcat traefik ubuntu
valkey varnish
""")
# Images of tools and distributions elsewhere, patterns on the name without its tag.
_OTHERS = _listed("""
astral-sh/uv astral-sh/ruff lukemathwalker/cargo-chef clux/muslrust ekidd/rust-musl-builder messense/*
blackdex/rust-musl cross-rs/* rust-cross/* rustembedded/cross rustlang/rust tonistiigi/xx
tonistiigi/binfmt pyo3/maturin konstin2/maturin pypa/manylinux* pypa/musllinux* distroless/* chainguard/*
dhi/* bitnami/* nvidia/cuda nvidia/cudagl nvidia/pytorch pytorch/pytorch pytorch/manylinux*
tensorflow/tensorflow rocm/* intel/oneapi* devcontainers/* vscode/devcontainers/* microsoft/* playwright
playwright/python dotnet/* cbl-mariner/* azurelinux/* continuumio/* condaforge/* mambaorg/*
prefix-dev/pixi opensuse/* ubi8* ubi9* ubi10* rhel* centos/* fedora/* lambda/python lambda/provided
codebuild/* circleci/* cimg/* gitpod/* grafana/* prom/* hadolint/* koalaman/shellcheck* mikefarah/yq
bufbuild/buf curlimages/curl alpine/git alpine/curl denoland/deno* oven/bun swiftlang/swift* nixos/nix
emscripten/emsdk kong/* envoyproxy/envoy* hashicorp/* timberio/vector* otel/* timescale/* pgvector/*
postgis/* minio/* nginxinc/* cypress/* selenium/* astronomer/*
""")
_RUST = {"CARGO_HOME": "/usr/local/cargo", "RUSTUP_HOME": "/usr/local/rustup", "RUST_VERSION": UNKNOWN}
# What the image sets, and the directory it starts in: name of the image, or its end after a slash.
_SETTINGS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "rust": (_RUST, "/"),
    "rustlang/rust": (_RUST, "/"),
    "lukemathwalker/cargo-chef": (_RUST, "/"),
    "clux/muslrust": ({"CARGO_BUILD_TARGET": UNKNOWN}, "/volume"),
    "python": ({"PYTHON_VERSION": UNKNOWN, "LANG": UNKNOWN, "GPG_KEY": UNKNOWN}, "/"),
    "astral-sh/uv": ({"PYTHON_VERSION": UNKNOWN, "UV_TOOL_BIN_DIR": "/usr/local/bin"}, "/"),
    "golang": ({"GOPATH": "/go", "GOLANG_VERSION": UNKNOWN}, "/go"),
    "node": ({"NODE_VERSION": UNKNOWN, "YARN_VERSION": UNKNOWN}, "/"),
    "php": ({"PHP_VERSION": UNKNOWN, "PHP_INI_DIR": "/usr/local/etc/php"}, "/var/www/html"),
    "pyo3/maturin": ({}, "/io"),
    "konstin2/maturin": ({}, "/io"),
    "lambda/python": ({"LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime"}, "/var/task"),
    "pytorch/pytorch": ({"PYTORCH_VERSION": UNKNOWN}, "/workspace"),
    "nvidia/pytorch": ({"PYTORCH_VERSION": UNKNOWN}, "/workspace"),
    "continuumio/miniconda3": ({}, "/"),
}  # fmt: skip
_DIRECTORIES = _listed("""
bin boot dev etc home lib media mnt opt proc root run sbin srv sys tmp usr usr/bin usr/include usr/lib
usr/local usr/local/bin usr/local/etc usr/local/include usr/local/lib usr/local/sbin usr/local/share
usr/local/src usr/sbin usr/share usr/src var var/cache var/lib var/log var/tmp
""")
LACKED = _listed("""
Cargo.toml Cargo.lock pyproject.toml setup.py setup.cfg requirements.txt uv.lock uv.toml poetry.lock
poetry.toml pdm.lock pdm.toml pylock.toml hatch.toml Pipfile Pipfile.lock .python-version rust-toolchain
rust-toolchain.toml .cargo .git .venv build.rs pip.conf config.toml config package.json recipe.json
""")


class Base(NamedTuple):
    """An image that is known: its tree, what it sets, where it starts."""

    tree: BaseTree
    env: Mapping[str, str]
    workdir: str


def find(image: str, told: Iterable[tuple[str, bool]] = ()) -> Base | None:
    """What is known of an image; None where it may hold anything.

    told: patterns from configuration, each with whether such an image holds no manifests of yours.
    """
    registry, name = _split(image)
    hub = registry in ("", "docker.io", "index.docker.io", "registry-1.docker.io")
    mirrored = name.removeprefix("docker/library/") if registry == "public.ecr.aws" else name
    bare = mirrored.removeprefix("library/")
    official = bare in _OFFICIAL and (
        hub or mirrored != bare or registry in ("mirror.gcr.io", "public.ecr.aws")
    )
    matching = (
        is_empty for pattern, is_empty in told if any(fnmatchcase(text, pattern) for text in (image, bare))
    )
    known = next(matching, official or any(fnmatchcase(bare, pattern) for pattern in _OTHERS))
    if not known:
        return None
    env, workdir = _SETTINGS.get(bare, ({}, "/"))
    return Base(BaseTree(_DIRECTORIES | {""}, LACKED), {"PATH": _PATH, **env}, workdir)


def _split(image: str) -> tuple[str, str]:
    """The registry (empty: Docker Hub) and the name, without tag and digest."""
    name = image.partition("@")[0]
    head, slash, rest = name.partition("/")
    registry = ""
    if slash and ("." in head or ":" in head or head == "localhost"):
        registry, name = head, rest
    directory, slash, last = name.rpartition("/")
    return registry, f"{directory}{slash}{last.partition(':')[0]}"
