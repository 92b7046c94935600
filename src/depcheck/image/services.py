"""What compose files name and is not there: contexts, Dockerfiles, env files, sources of bind mounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from depcheck import paths
from depcheck.image.builds import context_of, dockerfile_of
from depcheck.image.compose import Project
from depcheck.image.verdict import Found
from depcheck.manifest.compose import Build, Service, Text
from depcheck.model import Fault, Reference, Severity, Site
from depcheck.tree.base import Kind, Tree


def check(tree: Tree, projects: Iterable[Project]) -> list[Found]:
    """Each fault once, with the services that it blocks."""
    found: dict[tuple[str, Site], Found] = {}
    for project in projects:
        for one in _project(tree, project):
            key = (one.fault.rule, one.fault.site)
            before = found.get(key)
            services = (*before.services, *one.services) if before else one.services
            found[key] = one._replace(services=tuple(dict.fromkeys(services)))
    return list(found.values())


def _project(tree: Tree, project: Project) -> Iterator[Found]:
    for fault in project.faults:
        yield Found(fault, "error", tuple(project.services))
    for service in project.services.values():
        if service.build is not None:
            yield from _build(tree, service, service.build)
        for entry in service.env_files:
            if entry.required:
                # Compose reads those of services whose profile is on.
                severity: Severity = "warning" if service.profiles else "error"
                yield from _path(tree, service, entry.path, "missing-env-file", severity)
        for source in service.binds.values():
            yield from _path(tree, service, source, "missing-bind-source", "warning")


def _build(tree: Tree, service: Service, build: Build) -> Iterator[Found]:
    context = context_of(tree, build)
    if context is None or paths.is_outside(context):
        return
    if tree.kind(context) is Kind.MISSING and build.context is not None:
        raw = build.context.raw
        message = f"the context `{raw}` of `{service.name}` leads to `{context}`, which does not exist"
        yield _found("missing-context", service, build.context, context, message)
        return
    named = dockerfile_of(tree, build, context)
    if build.inline is not None or named is None or paths.is_outside(named):
        return
    if tree.kind(named) is Kind.MISSING:
        text = build.dockerfile or build.context or Text(build.site, "Dockerfile", "Dockerfile")
        message = f"the Dockerfile of `{service.name}` would be `{named}`, which does not exist"
        yield _found("missing-dockerfile", service, text, named, message)


def _path(tree: Tree, service: Service, text: Text, rule: str, severity: Severity) -> Iterator[Found]:
    if text.value is None or text.value.startswith("~"):
        return
    target = tree.at(text.base, text.value)
    if paths.is_outside(target) or tree.kind(target) is not Kind.MISSING:
        return
    what = "env file" if rule == "missing-env-file" else "mount"
    message = f"the {what} `{text.raw}` of `{service.name}` leads to `{target}`, which does not exist"
    found = _found(rule, service, text, target, message)
    yield found._replace(severity=severity, services=())


def _found(rule: str, service: Service, text: Text, target: str, message: str) -> Found:
    key = ".".join(str(part) for part in text.site.route)
    reference = Reference(text.site, key, text.raw, target, "file")
    return Found(Fault(rule, text.site, message, reference, tool="docker"), "error", (service.name,))
