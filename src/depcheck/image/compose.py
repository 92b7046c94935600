"""Compose projects: the files of a directory put together, and what each service is built from.

Source: the Compose specification and compose-go (`cli.ProjectOptions`, `loader`, `override`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from depcheck import paths
from depcheck.manifest import compose, toml, yaml
from depcheck.manifest.compose import Build, Extends, File, Include, Service, Text
from depcheck.manifest.dotenv import environment
from depcheck.model import Fault, Reference, Site
from depcheck.record import NamedTuple
from depcheck.sources import Sources

# In the order in which Compose looks; the first that is there counts.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml", "compose.override.yaml",
    "docker-compose.override.yml", "docker-compose.override.yaml",
)  # fmt: skip
DEEPEST = 40  # files that include or extend each other


class Project(NamedTuple):
    """Files that Compose reads together.

    directory: the project directory. files: the compose files, the first one first; with all that
    they include. faults: what makes Compose refuse the project.
    """

    directory: str
    files: tuple[str, ...]
    services: Mapping[str, Service]
    faults: tuple[Fault, ...]


def projects(sources: Sources, files: Sequence[str]) -> Iterator[Project]:
    """The projects that `files` make.

    In each directory the one that `docker compose` takes by itself; and each other file alone, or over
    that one where it says too little to be a project.
    """
    by_directory: dict[str, list[str]] = {}
    for path in files:
        by_directory.setdefault(paths.parent(path), []).append(path)
    for directory, listed in by_directory.items():
        names = {paths.name(path) for path in listed}
        base = next((name for name in NAMES if name in names), None)
        together = [] if base is None else [paths.join(directory, base)]
        over = next((name for name in OVERRIDES if name in names), None)
        plain = [*together, paths.join(directory, over)] if over and together else together
        if plain:
            yield load(sources, plain)
        for path in listed:
            if paths.name(path) not in (*NAMES, *OVERRIDES):
                alone = load(sources, [path])
                needs_more = any(not _is_whole(service) for service in alone.services.values())
                yield load(sources, [*together, path]) if needs_more and together else alone


def _is_whole(service: Service) -> bool:
    return service.build is not None or service.image is not None or service.extends is not None


def load(sources: Sources, files: Sequence[str], directory: str | None = None) -> Project:
    """The project of `files`, as `docker compose -f A -f B` reads them.

    directory: that of the first file unless it is given.
    """
    loading = _Loading(sources)
    top = paths.parent(files[0]) if directory is None else directory
    services = loading.project(files, top, loading.variables([paths.join(top, ".env")]), ())
    loading.check(services)
    return Project(top, tuple(loading.seen), services, tuple(dict.fromkeys(loading.faults)))


class _Loading:
    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.tree = sources.tree
        self.faults: list[Fault] = []
        self.seen: dict[str, None] = {}
        self.whole: dict[tuple[int, str], Service] = {}  # services over what they extend
        self.joined: dict[tuple[tuple[str, ...], str, frozenset[tuple[str, str]]], dict[str, Service]] = {}
        self.files: dict[tuple[str, str, frozenset[tuple[str, str]]], File | None] = {}

    def variables(self, files: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in files:
            if self.tree.is_file(path):
                text = self.sources.get(toml.read_text, path)
                found |= environment(text) if isinstance(text, str) else {}
        return found

    def project(
        self, files: Sequence[str], directory: str, known: Mapping[str, str], above: tuple[str, ...]
    ) -> dict[str, Service]:
        """The services of `files` merged in their order, with what they include and extend.

        above: the files that include these.
        """
        merged: dict[str, Service] = {}
        for path in files:
            file = self.read(path, directory, known)
            if file is None:
                continue
            for include in file.includes:
                for name, service in self.included(include, directory, known, (*above, path)).items():
                    merged.setdefault(name, service)
            for name, service in file.services.items():
                whole = self.extended(service, file, known)
                merged[name] = merge(merged[name], whole) if name in merged else whole
        return merged

    def read(self, path: str, base: str, known: Mapping[str, str]) -> File | None:
        key = (path, base, frozenset(known.items()))
        if key not in self.files:
            self.files[key] = self.parsed(path, base, known)
        return self.files[key]

    def parsed(self, path: str, base: str, known: Mapping[str, str]) -> File | None:
        self.seen[path] = None
        documents = self.sources.get(yaml.read, path)
        if isinstance(documents, Fault):
            self.faults.append(documents._replace(tool="docker"))
            return None
        if isinstance(documents, toml.Unknown) or not documents:
            return None
        file = compose.read(documents[0], path, base, known)
        self.faults.extend(file.faults)
        for document in documents[1:]:
            more = compose.read(document, path, base, known)
            services = dict(file.services)
            for name, service in more.services.items():
                services[name] = merge(services[name], service) if name in services else service
            file = file._replace(services=services, includes=(*file.includes, *more.includes))
        return file

    def included(
        self, include: Include, directory: str, known: Mapping[str, str], above: tuple[str, ...]
    ) -> dict[str, Service]:
        """The services of an included project: its paths are its own, and so is its `.env`."""
        files = []
        for text in include.paths:
            if text.value is None or text.remote:
                return {}
            target = self.tree.at(directory, text.value)
            if not self.tree.is_file(target):
                message = f"the included file `{text.raw}` leads to `{target}`, which does not exist"
                self.fault("missing-include", text, target, message)
                return {}
            files.append(target)
        if any(file in above for file in files):
            message = "the files include each other in a circle"
            self.faults.append(Fault("invalid-manifest", include.site, message, tool="docker"))
        if not files or len(above) > DEEPEST or any(file in above for file in files):
            return {}
        top = paths.parent(files[0])
        if include.directory is not None and include.directory.value is not None:
            top = self.tree.at(directory, include.directory.value)
            if not self.tree.is_dir(top):
                top = paths.parent(top)  # as compose-go's `localResourceLoader.Dir`
        listed = [self.tree.at(directory, text.value) for text in include.env_files if text.value is not None]
        own = self.variables(listed or [paths.join(top, ".env")])
        every = {**own, **known}
        key = (tuple(files), top, frozenset(every.items()))
        if key not in self.joined:
            self.joined[key] = self.project(files, top, every, above)
        return self.joined[key]

    def extended(self, service: Service, file: File, known: Mapping[str, str]) -> Service:
        """The service over the one that it extends, and that over its own."""
        chain = [(service, file)]
        met = {(file.path, service.name)}
        while (id(chain[-1][1]), chain[-1][0].name) not in self.whole:
            below = self.below(*chain[-1], known)
            if below is None:
                break
            if (below[1].path, below[0].name) in met:
                message = f"`{service.name}` extends itself in a circle"
                site = service.site if service.extends is None else service.extends.site
                self.faults.append(Fault("invalid-manifest", site, message, tool="docker"))
                break
            met.add((below[1].path, below[0].name))
            chain.append(below)
        last, lowest = chain.pop()
        whole = self.whole.setdefault((id(lowest), last.name), last)
        for over, where in reversed(chain):
            merged = merge(whole, over)._replace(extends=None)
            build = None if merged.build is None else merged.build._replace(base=where.base)
            whole = self.whole[id(where), over.name] = merged._replace(build=build)
        return whole

    def below(self, service: Service, file: File, known: Mapping[str, str]) -> tuple[Service, File] | None:
        """The service that one extends, and its file."""
        extends = service.extends
        other = None if extends is None else self.extended_file(extends, file, known)
        if extends is None or other is None:
            return None
        base = other.services.get(extends.service)
        if base is None:
            message = f"`{service.name}` extends `{extends.service}`, which `{other.path}` does not have"
            self.faults.append(Fault("unknown-service", extends.site, message, tool="docker"))
            return None
        return base, other

    def extended_file(self, extends: Extends, file: File, known: Mapping[str, str]) -> File | None:
        """The file of the extended service; its paths start at itself."""
        if extends.file is None:
            return file
        if extends.file.value is None or extends.file.remote:
            return None
        target = self.tree.at(extends.file.base, extends.file.value)
        if self.tree.is_file(target):
            return self.read(target, paths.parent(target), known)
        message = f"the extended file `{extends.file.raw}` leads to `{target}`, which does not exist"
        self.fault("missing-include", extends.file, target, message)
        return None

    def fault(self, rule: str, text: Text, target: str, message: str) -> None:
        reference = Reference(text.site, _key(text.site), text.raw, target, "file")
        self.faults.append(Fault(rule, text.site, message, reference, tool="docker"))

    def check(self, services: Mapping[str, Service]) -> None:
        """The services that others name have to be there (compose-go `checkConsistency`)."""
        self.check_order(services)
        for service in services.values():
            build = service.build
            if build is not None and build.dockerfile is not None and build.inline is not None:
                message = f"`{service.name}` has both `dockerfile` and `dockerfile_inline`"
                self.faults.append(Fault("invalid-manifest", build.inline.site, message, tool="docker"))
            for name, site in service.depends:
                if name not in services:
                    message = f"`{service.name}` depends on the service `{name}`, which is not there"
                    self.faults.append(Fault("unknown-service", site, message, tool="docker"))

    def check_order(self, services: Mapping[str, Service]) -> None:
        """No service may wait for itself (compose-go `graph.CheckCycle`)."""
        done: set[str] = set()
        for name in services:
            way: list[str] = []
            ahead: list[tuple[str, Site | None]] = [(name, None)]
            while ahead:
                at, site = ahead.pop()
                if at == "":
                    done.add(way.pop())
                elif at in way and site is not None:
                    circle = " -> ".join((*way[way.index(at) :], at))
                    message = f"the services wait for each other in a circle: {circle}"
                    self.faults.append(Fault("invalid-manifest", site, message, tool="docker"))
                    return
                elif at not in done and at in services:
                    way.append(at)
                    ahead.append(("", None))
                    ahead += services[at].depends


def merge(below: Service, over: Service) -> Service:
    """`over` on top of `below`: what it says counts, lists and mappings are put together."""
    reset = over.reset
    build = over.build
    if build is not None and below.build is not None and "build" not in reset:
        build = _merged_build(below.build, build)
    elif build is None and "build" not in reset:
        build = below.build
    return Service(
        over.name,
        over.site,
        build,
        over.image if over.image is not None or "image" in reset else below.image,
        over.extends,
        over.depends if "depends_on" in reset else tuple(dict.fromkeys((*below.depends, *over.depends))),
        over.env_files if "env_file" in reset else (*below.env_files, *over.env_files),
        over.binds if "volumes" in reset else {**below.binds, **over.binds},
        over.profiles if "profiles" in reset else tuple(dict.fromkeys((*below.profiles, *over.profiles))),
        reset,
    )


def _merged_build(below: Build, over: Build) -> Build:
    reset = over.reset
    return Build(
        over.site,
        over.base,
        over.context or (None if "context" in reset else below.context),
        over.dockerfile or (None if "dockerfile" in reset else below.dockerfile),
        over.inline or (None if "dockerfile_inline" in reset else below.inline),
        over.target or (None if "target" in reset else below.target),
        over.args if "args" in reset else {**below.args, **over.args},
        over.contexts if "additional_contexts" in reset else {**below.contexts, **over.contexts},
        reset,
    )


def _key(site: Site) -> str:
    return ".".join(str(part) for part in site.route)
