"""compose files: what a service is built from, and every local path that it names.

One file at a time; `image.compose` puts files together as Compose does. Source: the Compose
specification and compose-go (`loader`, `override`, `paths`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from depcheck.manifest.interpolation import Unset, interpolate
from depcheck.manifest.yaml import Node
from depcheck.model import Fault, Site
from depcheck.record import NamedTuple

_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci://", "docker-image://")


class Text(NamedTuple):
    """A value as written and with its variables filled in: None where it cannot be known.

    base: the directory that it is relative to, where it is a path.
    """

    site: Site
    raw: str
    value: str | None
    because: str = ""
    base: str = ""

    @property
    def remote(self) -> bool:
        """A URL, an image or another service: no local path."""
        return self.value is not None and is_remote(self.value)


class Build(NamedTuple):
    """`build:` of a service. What is None or empty is not said.

    base: the directory that is the context where none is said. reset: as that of a service.
    """

    site: Site
    base: str
    context: Text | None = None
    dockerfile: Text | None = None
    inline: Text | None = None
    target: Text | None = None
    args: Mapping[str, Text | None] = {}
    contexts: Mapping[str, Text] = {}
    reset: frozenset[str] = frozenset()


class EnvFile(NamedTuple):
    """A file of `env_file`."""

    path: Text
    required: bool = True


class Extends(NamedTuple):
    """`extends:`: a service, of another file where one is named."""

    site: Site
    service: str
    file: Text | None


class Service(NamedTuple):
    """A service, as far as builds and local paths go.

    depends: services that have to exist. binds: sources of bind mounts by their place in the
    container. reset: keys that `!reset` or `!override` clears of what earlier files said.
    """

    name: str
    site: Site
    build: Build | None = None
    image: str | None = None
    extends: Extends | None = None
    depends: tuple[tuple[str, Site], ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    binds: Mapping[str, Text] = {}
    profiles: tuple[str, ...] = ()
    reset: frozenset[str] = frozenset()


class Include(NamedTuple):
    """An entry of `include:`; `paths` are one project of several files."""

    site: Site
    paths: tuple[Text, ...]
    directory: Text | None
    env_files: tuple[Text, ...]


class File(NamedTuple):
    """One compose file. base: the directory that its paths are relative to."""

    path: str
    base: str
    name: str | None
    services: Mapping[str, Service]
    includes: tuple[Include, ...]
    faults: tuple[Fault, ...]


def is_remote(text: str) -> bool:
    """Whether a context names something that is not on the disk."""
    return text.startswith(_REMOTE) or "://" in text or text.startswith("service:")


def read(node: Node, path: str, base: str, known: Mapping[str, str]) -> File:
    """The file whose document is `node`. base: what its paths are relative to. known: variables."""
    return _Reading(base, known).file(node, path)


class _Reading:
    def __init__(self, base: str, known: Mapping[str, str]) -> None:
        self.base = base
        self.known = known
        self.faults: list[Fault] = []

    def file(self, node: Node, path: str) -> File:
        if not isinstance(node.value, dict):
            self.wrong(node, "a compose file", "a mapping")
        services = node.get("services")
        if services is not None and not isinstance(services.value, dict | None):
            self.wrong(services, "`services`", "a mapping")
        found = {}
        if services is not None:
            for name, entry in services.entries.items():
                found[name] = self.service(name, entry, services.keys[name])
        includes = tuple(self.includes(node.get("include")))
        return File(path, self.base, self.scalar(node.get("name")), found, includes, tuple(self.faults))

    def wrong(self, node: Node, what: str, expected: str) -> None:
        self.faults.append(
            Fault("invalid-manifest", node.site, f"{what} should be {expected}", tool="docker")
        )

    def text(self, node: Node | None) -> Text | None:
        if node is None or node.value is None:
            return None
        if node.text is None:
            self.wrong(node, "the value", "text")
            return None
        return self.filled(node.site, node.text)

    def filled(self, site: Site, raw: str) -> Text:
        value = interpolate(raw, self.known)
        if isinstance(value, Unset) and value.invalid:
            message = f"`{raw[:100]}` is no text that Compose fills in: {value.message}"
            self.faults.append(Fault("invalid-manifest", site, message, tool="docker"))
        if isinstance(value, Unset):
            return Text(site, raw, None, value.because, self.base)
        return Text(site, raw, value, base=self.base)

    def scalar(self, node: Node | None) -> str | None:
        found = self.text(node)
        return None if found is None else found.value

    def service(self, name: str, node: Node, site: Site) -> Service:
        if not isinstance(node.value, dict | None):
            self.wrong(node, f"`services.{name}`", "a mapping")
        reset, entries = _tagged(node)
        image = entries.get("image")
        return Service(
            name,
            site,
            self.build(entries.get("build")),
            None if image is None else self.scalar(image) or "",
            self.extends(entries.get("extends")),
            tuple(self.depends(entries)),
            tuple(self.env_files(entries.get("env_file"))),
            dict(self.binds(entries.get("volumes"))),
            tuple(item.text for item in entries["profiles"].items if item.text)
            if "profiles" in entries
            else (),
            reset,
        )

    def build(self, node: Node | None) -> Build | None:
        if node is None or node.value is None:
            return None
        if node.text is not None:
            return Build(node.site, self.base, self.text(node))
        if not isinstance(node.value, dict):
            self.wrong(node, "`build`", "a path or a mapping")
            return None
        reset, entries = _tagged(node)
        contexts = self.pairs(entries.get("additional_contexts"))
        return Build(
            node.site,
            self.base,
            self.text(entries.get("context")),
            self.text(entries.get("dockerfile")),
            self.text(entries.get("dockerfile_inline")),
            self.text(entries.get("target")),
            dict(self.pairs(entries.get("args"))),
            {name: text for name, text in contexts if text is not None},
            reset,
        )

    def pairs(self, node: Node | None) -> Iterator[tuple[str, Text | None]]:
        """A mapping, or a list of `name=value`; None for a value that the environment gives."""
        if node is None:
            return
        for name, entry in node.entries.items():
            yield name, self.text(entry)
        for item in node.items:
            if (text := item.text) is not None:
                name, equals, value = text.partition("=")
                yield name, self.filled(item.site, value) if equals else None

    def extends(self, node: Node | None) -> Extends | None:
        if node is None or node.value is None:
            return None
        if node.text is not None:
            return Extends(node.site, node.text, None)
        service = node.get("service")
        if service is None or service.text is None:
            self.wrong(node, "`extends`", "a service, or a mapping with `service`")
            return None
        return Extends(service.site, service.text, self.text(node.get("file")))

    def depends(self, entries: Mapping[str, Node]) -> Iterator[tuple[str, Site]]:
        """The services that Compose refuses to go without: `depends_on`, `links`, shared namespaces."""
        listed = entries.get("depends_on")
        if listed is not None:
            yield from ((item.text, item.site) for item in listed.items if item.text)
            yield from listed.keys.items()  # `required: false` is about whether it runs
        for item in entries["links"].items if "links" in entries else ():
            if item.text:
                yield item.text.partition(":")[0], item.site
        for key in ("network_mode", "ipc", "pid"):
            shared = entries.get(key)
            if shared is not None and shared.text and shared.text.startswith("service:"):
                yield shared.text[len("service:") :], shared.site

    def env_files(self, node: Node | None) -> Iterator[EnvFile]:
        for item in () if node is None else (node.items or (node,)):
            path = self.text(item.get("path") if item.entries else item)
            required = item.get("required")
            if path is not None:
                yield EnvFile(path, required is None or required.text != "false")

    def binds(self, node: Node | None) -> Iterator[tuple[str, Text]]:
        """(place in the container, source) of each bind mount that names a path."""
        for item in () if node is None else node.items:
            if item.text is not None:
                text = self.filled(item.site, item.text)
                source, colon, rest = (text.value or text.raw).partition(":")
                if colon and source.startswith((".", "/", "~")):
                    written = item.text.partition(":")[0] if "$" not in item.text else source
                    value = source if text.value is not None else None
                    yield rest.partition(":")[0], text._replace(raw=written, value=value)
            elif (kind := item.get("type")) is not None and kind.text == "bind":
                source_text, target = self.text(item.get("source")), self.scalar(item.get("target"))
                options = item.get("bind")
                makes = options.get("create_host_path") if options else None
                if source_text is not None and target and (makes is None or makes.text != "false"):
                    yield target, source_text

    def includes(self, node: Node | None) -> Iterator[Include]:
        for item in () if node is None else node.items:
            listed = item.get("path") if item.entries else item
            if listed is None:
                continue
            yield Include(
                item.site,
                self.texts(listed),
                self.text(item.get("project_directory")),
                self.texts(item.get("env_file")),
            )

    def texts(self, node: Node | None) -> tuple[Text, ...]:
        """One text or a list of them."""
        listed = () if node is None else node.items or (node,)
        return tuple(text for item in listed if (text := self.text(item)) is not None)


def _tagged(node: Node) -> tuple[frozenset[str], dict[str, Node]]:
    """The keys that clear what earlier files said, and the entries that say something."""
    reset = frozenset(key for key, entry in node.entries.items() if entry.tag)
    return reset, {key: entry for key, entry in node.entries.items() if entry.tag != "!reset"}
