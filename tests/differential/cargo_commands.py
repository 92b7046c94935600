"""Random command lines for a Cargo tree: packages, targets and features that are there and that are not."""

from __future__ import annotations

import os
from random import Random

from depcheck.load.cargo.package import read
from depcheck.manifest.cargo import Manifest
from depcheck.sources import Sources

COMPILING = ("build", "check", "check", "test", "bench", "run", "rustc", "doc", "install")
READING = (
    "metadata", "tree", "fetch", "update", "generate-lockfile", "pkgid", "locate-project", "read-manifest",
    "clean", "package", "vendor",
)  # fmt: skip
_KINDS = ("lib", "bins", "tests", "examples", "benches", "all-targets", "bin", "test", "example", "bench")


class Words:
    """Command lines about what one tree holds."""

    def __init__(self, random: Random, sources: Sources, manifests: list[str], scratch: str) -> None:
        self.random = random
        self.manifests = manifests
        self.scratch = scratch
        read_ones = [found for path in manifests if isinstance(found := read(sources, path), Manifest)]
        packages = [one.package for one in read_ones if one.package]
        self.names = [package.name for package in packages if package.name] or ["a"]
        self.features = [name for one in read_ones for name in (*one.features, *one.optional)] or ["f"]
        self.targets = [target.name for one in read_ones for target in one.targets if target.name]

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely

    def line(self) -> tuple[str, tuple[str, ...]]:
        """A directory and the words of a command to run in it."""
        manifest = self.random.choice(self.manifests)
        cwd = os.path.dirname(manifest)
        command = self.random.choice(COMPILING if self.chance(0.4) else READING)
        words = [command]
        if command != "install" and self.chance(0.2):
            other = self.random.choice(self.manifests)
            words += ["--manifest-path", os.path.relpath(other or ".", cwd or ".")]
            if self.chance(0.1):
                words[-1] = words[-1].removesuffix(".toml")
        match command:
            case "install":
                words += [
                    "--path",
                    os.path.relpath(os.path.dirname(self.random.choice(self.manifests)) or ".", cwd or "."),
                ]
                words += ["--root", f"{self.scratch}/installed", "--force", "--debug"]
                words += self._features(0.2)
                if self.chance(0.3):
                    words += self.random.choice((["--bins"], ["--bin", self._target()], ["--examples"]))
            case "rustc" | "run" | "build" | "check" | "test" | "bench" | "doc":
                words += self._compiling(command)
            case "metadata":
                words += [
                    "--format-version",
                    "1",
                    *(["--no-deps"] if self.chance(0.4) else []),
                    *self._features(0.3),
                ]
            case "tree":
                words += self._packages(0.4) + self._features(0.3)
                if self.chance(0.2):
                    words += [self.random.choice(("--invert", "--prune")), self._name()]
            case "update" | "pkgid" | "clean":
                if self.chance(0.4):
                    words += (
                        [self._name()]
                        if command == "pkgid" or (self.chance(0.5) and command == "update")
                        else ["-p", self._name()]
                    )
            case "package":
                words += ["--allow-dirty", self.random.choice(("--list", "--no-verify", "--list"))]
                words += self._packages(0.4)
            case "vendor":
                words.append(f"{self.scratch}/vendor")
        return cwd, (
            *words,
            *(["--locked"] if self.chance(0.05) else []),
            *([] if command in {"locate-project", "read-manifest"} else ["--offline"]),
        )

    def _name(self) -> str:
        name = (
            self.random.choice(self.names)
            if self.chance(0.85)
            else self.random.choice(("nope", "a", "*", "a*", "@", "b@9"))
        )
        if self.chance(0.1):
            name += self.random.choice(("@0.1.0", ":0.1.0", "@0.1", "@1", "*"))
        return name

    def _target(self) -> str:
        choices = [*self.targets, *self.names, "t", "u", "main"]
        return self.random.choice(choices) if self.chance(0.9) else self.random.choice(("nope", "t*", "*"))

    def _packages(self, likely: float) -> list[str]:
        if not self.chance(likely):
            return []
        if self.chance(0.3):
            return ["--workspace", *(["--exclude", self._name()] if self.chance(0.4) else [])]
        return [word for _ in range(self.random.choice((1, 1, 2))) for word in ("-p", self._name())]

    def _features(self, likely: float) -> list[str]:
        if not self.chance(likely):
            return []
        choice = self.random.random()
        if choice < 0.3:
            return ["--all-features"]
        if choice < 0.5:
            return ["--no-default-features"]
        feature = (
            self.random.choice(self.features)
            if self.chance(0.8)
            else self.random.choice(("nope", "default", "a/f", "dep:a", "a?/f"))
        )
        if self.chance(0.15):
            feature = f"{self.random.choice(self.names)}/{feature}"
        return ["--features", feature]

    def _compiling(self, command: str) -> list[str]:
        words = self._packages(0.5 if command not in {"run", "rustc"} else 0.2)
        if command in {"run", "rustc"}:
            words = words[:2] if words[:1] == ["-p"] else []
        if self.chance(0.5) and command != "doc":
            kind = self.random.choice(_KINDS if command != "run" else ("bin", "example"))
            words.append(f"--{kind}")
            if kind in {"bin", "test", "example", "bench"}:
                words.append(self._target())
        words += self._features(0.3)
        if command in {"test", "bench"}:
            words.append("--no-run")
        if command == "doc":
            words.append("--no-deps")
        return words
