"""One run of pip: the requirements it is given, the local projects they lead to, and so on.

pip stops at the first failure; this goes on, so that one run names every broken path.
Source of the rules: pip 26, `pip/_internal/cli/req_command.py`, `req/req_file.py`,
`resolution/resolvelib/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck import paths
from depcheck.load import backend
from depcheck.load.backend import Target
from depcheck.load.pip import location
from depcheck.load.pip.location import Location
from depcheck.manifest import pyproject, requirements, toml
from depcheck.manifest.pyproject import PyProject, Requirement, normalise, route_text
from depcheck.manifest.requirements import Entry, Requirements
from depcheck.model import Fault, Outcome, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources
from depcheck.tree.base import Kind

_DEEPEST = 100  # files that include each other; pip itself gives up at some hundred


class Options(NamedTuple):
    """How pip is run.

    target:  what is built of a project that is not editable; `metadata` for a dry run.
    environ: the variables of the process; None: not known.
    """

    target: Target = "wheel"
    no_deps: bool = False
    environ: Mapping[str, str] | None = None


class Asked(NamedTuple):
    """A requirement on its way: its text, where it stands, and what pip knows of it."""

    text: str
    site: Site
    key: str
    editable: bool = False
    hashed: bool = False


_Ahead = tuple[Asked, tuple[str, ...]]  # with the names of the projects on the way to it


class Install:
    """One run of pip in `cwd`."""

    def __init__(self, sources: Sources, cwd: str, options: Options) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.cwd = cwd
        self.options = options
        self.faults: list[Fault] = []
        self.unknowns: list[str] = []
        self.latent: list[Fault] = []
        self.hashes = False
        self._directories: list[tuple[Asked, str]] = []  # of the user's own requirements
        self._seen: set[tuple[str, bool, tuple[str, ...]]] = set()
        self._read: set[tuple[str, bool]] = set()  # requirements files
        self._places: dict[str, tuple[str, Asked]] = {}  # name -> where it was taken from

    def outcome(self) -> Outcome:
        """All that was found."""
        if self.hashes:
            for asked, directory in self._directories:
                message = (
                    f"`{directory or '.'}` is a directory, and hashes are asked for: pip cannot check it"
                )
                self._fault("invalid-manifest", asked, message)
        return Outcome(
            tuple(dict.fromkeys(self.faults)),
            tuple(dict.fromkeys(self.unknowns)),
            tuple(dict.fromkeys(self.latent)),
        )

    def file(self, path: str, asked: Asked | None, *, constraint: bool, inside: tuple[str, ...] = ()) -> None:
        """`-r` or `-c`: read `path` and all that it includes. asked: the line that includes it."""
        tree = self.tree
        kind = tree.kind(path)
        if paths.name(path).startswith("pylock.") and path.endswith(".toml"):
            self.unknowns.append(f"`{path}` is a lock file, which pip reads only as an experiment")
            return
        if kind in {Kind.MISSING, Kind.DIR}:
            what = "constraint" if constraint else "requirements"
            note = f"pip says: Could not open {what} file"
            fact = "is a directory" if kind is Kind.DIR else "does not exist"
            asked = asked or Asked(path, Site(path), "-r")
            self._missing(asked, asked.text, path, fact, note)
            return
        if path in inside:
            message = (
                f"`{path}` includes itself"
                if inside[-1] == path
                else f"`{path}` includes itself by way of `{inside[-1]}`"
            )
            self._fault("dependency-cycle", asked or Asked(path, Site(path), "-r"), message)
            return
        found = self.sources.get(requirements.read, path)
        if isinstance(found, toml.Unknown):
            self.unknowns.append(found.because)
        elif isinstance(found, Fault):
            self.faults.append(found)
        elif len(inside) == _DEEPEST:
            self.unknowns.append(f"`{path}` is included {_DEEPEST} files deep, where pip may give up")
        elif (path, constraint) not in self._read:
            self._read.add((path, constraint))
            for entry in found.entries:
                self._entry(found, entry, constraint, (*inside, path))

    def _entry(self, file: Requirements, entry: Entry, constraint: bool, inside: tuple[str, ...]) -> None:
        self.hashes = self.hashes or (entry.hashed and not constraint)
        asked = Asked(entry.value, entry.site, entry.option, entry.kind == "editable", entry.hashed)
        if entry.kind == "invalid":
            self._fault("invalid-manifest", asked, entry.value)
            return
        if entry.kind == "find-links":
            self._links(file, asked)
        if entry.kind in {"find-links", "option"}:
            return
        filled = self._filled(entry.value)
        if filled is None:
            return
        asked = asked._replace(text=filled)
        if entry.kind in {"requirements", "constraints"}:
            if "://" in filled and not filled.lower().startswith("file:"):
                return
            where = (
                location.unquote(filled[5:].removeprefix("//"))
                if filled.lower().startswith("file:")
                else filled
            )
            self.file(
                self.tree.at(paths.parent(file.path), where),
                asked,
                constraint=entry.kind == "constraints",
                inside=inside,
            )
        elif constraint:
            self._constraint(asked)
        else:
            self.requirement(asked)

    def _links(self, file: Requirements, asked: Asked) -> None:
        """A directory of links, from the file or from where pip runs; pip passes over a missing one."""
        if ":" in asked.text or requirements.variables(asked.text):
            return
        near = self.tree.at(paths.parent(file.path), asked.text)
        if not self.tree.exists(near) and not self.tree.exists(self.tree.at(self.cwd, asked.text)):
            message = f"`{asked.text}` leads to `{near}`, which does not exist"
            note = "pip passes over it without a word, and `uv pip` refuses the file"
            reference = self._reference(asked, asked.text, near)
            self.latent.append(Fault("missing-path", asked.site, message, reference, (note,), "pip"))

    def _filled(self, text: str) -> str | None:
        """`text` with the variables of the environment; None where one is not known."""
        for name in requirements.variables(text):
            if self.options.environ is None:
                self.unknowns.append(f"`${{{name}}}` is taken from the environment")
                return None
            if value := self.options.environ.get(name):
                text = text.replace(f"${{{name}}}", value)
        return text

    def _constraint(self, asked: Asked) -> None:
        """Constraints give versions and URLs of named packages; nothing is installed for them."""
        if asked.editable:
            self._fault(
                "invalid-manifest", asked, "an editable requirement is no constraint, and pip refuses it"
            )
            return
        found = location.of_line(self.tree, self.cwd, asked.text)
        if found.kind == "invalid":
            self._fault("invalid-manifest", asked, found.why)
        elif found.kind == "local" and not found.name:
            if self.tree.kind(found.path) is Kind.MISSING:
                self._absent(asked, found)
            elif not found.path.endswith(".whl"):
                self._fault(
                    "invalid-manifest",
                    asked,
                    f"`{found.raw}` has no name, and pip refuses it as a constraint",
                )

    def requirement(self, asked: Asked) -> None:
        """One requirement of the user, and all that it leads to, depth first."""
        ahead: list[_Ahead] = [(asked, ())]
        while ahead:
            ahead += [*self._requirement(*ahead.pop())][::-1]

    def _requirement(self, asked: Asked, extra_of: tuple[str, ...]) -> Iterator[_Ahead]:
        """What it leads to. extra_of: the names on the way, where a project asks for it."""
        of = location.of_editable if asked.editable else location.of_line
        found = of(self.tree, self.cwd, asked.text)
        if found.kind == "invalid":
            self._fault("missing-path" if "/" in found.raw else "invalid-manifest", asked, found.why)
            return
        if found.kind == "index":
            return
        if not asked.key:
            asked = asked._replace(key=found.name)
        if found.marker and not self._applies(found.marker):
            if not found.name and self.tree.kind(found.path) is Kind.MISSING:
                self._absent(asked, found, "the marker is false here, and still pip looks for the path first")
            return
        yield from self._local(asked, found, extra_of)

    def _applies(self, marker: str) -> bool:
        """Whether a marker holds on CPython 3.11 on Linux; one that is not understood does."""
        from depcheck.load import conditions

        condition = conditions.marker(marker)
        return condition is None or conditions.holds(condition, conditions.HERE)

    def _local(self, asked: Asked, found: Location, extra_of: tuple[str, ...]) -> Iterator[_Ahead]:
        kind = self.tree.kind(found.path)
        if kind is Kind.UNKNOWN:
            self.unknowns.append(f"what stands at `{found.path}` cannot be known")
        elif kind is Kind.MISSING:
            self._absent(asked, found)
        elif kind is not Kind.DIR:
            if asked.editable or not found.path.lower().endswith(location.ARCHIVES):
                self._wrong(asked, found, "is a file and no archive that pip can install")
        else:
            directory = self.tree.resolve(found.path)
            self._directories.append((asked, directory))
            yield from self._project(asked, found, directory, extra_of)

    def _project(
        self, asked: Asked, found: Location, directory: str, extra_of: tuple[str, ...]
    ) -> Iterator[_Ahead]:
        if paths.is_outside(directory):
            self.unknowns.append(f"`{directory}` lies outside the repository")
            return
        manifest = self._manifest(asked, found, directory)
        if manifest is None or (directory, asked.editable, found.extras) in self._seen:
            return
        self._seen.add((directory, asked.editable, found.extras))
        target: Target = (
            "editable" if asked.editable and self.options.target == "wheel" else self.options.target
        )
        built = backend.build(self.sources, manifest, target)
        self.faults += built.faults
        self.unknowns += built.unknowns
        if built.faults:
            return
        made = backend.metadata(self.sources, manifest)
        self.unknowns += made.unknowns
        name = normalise(made.name) if made.name else ""
        if found.name and name and found.name != name:
            self._wrong(asked, found, f"holds `{made.name}`, not `{found.name}`", "name-mismatch")
            return
        if name and not self._agree(asked, found, directory, name):
            return
        if self.options.no_deps or name in extra_of:
            return
        extras = dict(made.extras)
        for item in (*made.requires, *(item for extra in found.extras for item in extras.get(extra, ()))):
            if item.url:
                yield _wanted(item), (*extra_of, name)

    def _agree(self, asked: Asked, found: Location, directory: str, name: str) -> bool:
        """Whether no other place has given the same name: pip does not choose between two."""
        known = self._places.setdefault(name, (directory, asked))
        if known[0] == directory:
            return True
        message = f"`{found.raw}` and `{known[0] or '.'}` are both `{name}`, and pip does not choose"
        self._fault("duplicate-package", asked, message)
        return False

    def _manifest(self, asked: Asked, found: Location, directory: str) -> PyProject | None:
        path = paths.join(directory, "pyproject.toml")
        if self.tree.is_file(path):
            manifest = self.sources.get(pyproject.read, path)
            if isinstance(manifest, PyProject):
                return manifest
            if isinstance(manifest, Fault):
                self.faults.append(manifest)
            else:
                self.unknowns.append(manifest.because)
            return None
        if self.tree.is_file(paths.join(directory, "setup.py")):
            return backend.bare(directory)
        self._wrong(asked, found, "holds neither pyproject.toml nor setup.py", "not-a-package")
        return None

    def _absent(self, asked: Asked, found: Location, *notes: str) -> None:
        target = self.tree.at("", found.path) if found.path.startswith("/") else self._shown(found.path)
        fact = "does not exist"
        if found.why:
            fact = "is no directory"
        elif found.path == self.tree.at(self.cwd, found.raw) and self.tree.exists(
            location.physical(self.tree, self.cwd, found.raw)
        ):
            notes = (*notes, "pip removes `..` from the text before it asks the disk, so links do not count")
        base = f"pip takes it from the directory it runs in, `{self.cwd or '.'}`"
        if not found.raw.startswith(("/", "file:///")):
            notes = (*notes, base)
        self._missing(asked, found.raw, target, fact, *notes)

    def _shown(self, path: str) -> str:
        return paths.at(self.tree.root, "", path)

    def _missing(self, asked: Asked, raw: str, target: str, fact: str, *notes: str) -> None:
        shown = f"`{raw}`" if raw == target else f"`{raw}` leads to `{target or '.'}`, which"
        reference = self._reference(asked, raw, target)
        site = asked.site if asked.site.within else asked.site._replace(within=raw)
        self.faults.append(Fault("missing-path", site, f"{shown} {fact}", reference, notes, "pip"))

    def _wrong(self, asked: Asked, found: Location, fact: str, rule: str = "not-a-package") -> None:
        target = self._shown(found.path)
        reference = self._reference(asked, found.raw, target)
        message = f"`{found.raw}` leads to `{target or '.'}`, which {fact}"
        self.faults.append(Fault(rule, asked.site, message, reference, (), "pip"))

    def _reference(self, asked: Asked, raw: str, target: str) -> Reference:
        kind = "file" if asked.key in {"-r", "-c", "--requirement", "--constraint"} else "package"
        return Reference(asked.site, asked.key, raw, target, kind)  # type: ignore[arg-type]

    def _fault(self, rule: str, asked: Asked, message: str) -> None:
        self.faults.append(Fault(rule, asked.site, message, None, (), "pip"))


def _wanted(item: Requirement) -> Asked:
    """A dependency of a local project that gives a path."""
    text = f"{item.name}[{','.join(item.extras)}] @ {item.url}"
    if item.marker:
        text = f"{text} ; {item.marker}"
    raw = item.url if item.url in item.text else item.text
    return Asked(text, item.site._replace(within=raw), route_text(item.site.route))
