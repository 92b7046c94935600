"""A stage, instruction by instruction: the fold that a Dockerfile is."""

from __future__ import annotations

from posixpath import normpath

from depcheck import paths
from depcheck.image import bases, mounts
from depcheck.image.arguments import DockerfileError, delimiter
from depcheck.image.build import Build, Finding, Made, Stage
from depcheck.image.command import Ran, Run, command
from depcheck.image.copy import Copy, Document, RefusedError, Source, clamped, copy, make
from depcheck.image.dockerfile import Instruction
from depcheck.image.lexer import UNKNOWN, SubstitutionError, expand_text
from depcheck.image.scope import Scope
from depcheck.tree.base import Kind, Tree
from depcheck.tree.layers import Copied, Dir, Graft, Leaf, Node, Vague, unknown_in
from depcheck.tree.overlay import Unknown, Unread
from depcheck.tree.stage import StageTree

MOST = 1000  # instructions with an effect in one stage: an engine takes 127 layers


def fold(build: Build, stage: Stage) -> Made:
    """What the stage comes to."""
    folding = _Folding(build, stage)
    folding.run()
    return folding.made()


class _Folding:
    """A stage on its way."""

    def __init__(self, build: Build, stage: Stage) -> None:
        self.build = build
        self.stage = stage
        self.findings: list[Finding] = []
        self.triggers: list[Instruction] = []
        self.runs: list[Ran] = []
        try:
            start = build.begin(stage)
        except SubstitutionError as error:
            start = build.unknown(f"the base image is not known: {error}")
            self._find("invalid-manifest", stage.opening, stage.opening.words[0].at, str(error))
        self.start = start
        self.tree = start.tree.snapshot()
        self.workdir = start.workdir
        self.user = start.user
        self.shell = start.shell
        self.scope = Scope(start.env, build.inputs.arguments, build.outer, build.escape)
        self.effects = 0

    def _find(self, rule: str, instruction: Instruction, at: int, message: str) -> None:
        self.findings.append(Finding(rule, instruction, at, message))

    def run(self) -> None:
        """Go through the triggers of the base and the stage's own instructions."""
        for instruction in (*self.start.triggers, *self.stage.instructions):
            self.tree.line = instruction.line
            try:
                self._step(instruction)
            except (SubstitutionError, DockerfileError, mounts.MountError, RefusedError) as error:
                self._find("invalid-manifest", instruction, 0, str(error))

    def made(self) -> Made:
        """What has come of it."""
        return Made(
            self.tree, self.scope.env, self.start.sealed, self.workdir, self.user, self.shell,
            tuple(self.triggers), tuple(self.findings), tuple(self.runs),
        )  # fmt: skip

    def _step(self, instruction: Instruction) -> None:
        match instruction.name:
            case "ARG":
                self.scope.declare(instruction)
            case "ENV":
                self.scope.assign(instruction)
            case "SHELL":
                self.shell = tuple(word.text for word in instruction.words)
            case "USER":
                self.user = self.scope.expand(instruction.words[0].text)
            case "ONBUILD":
                self.triggers += [instruction.trigger] if instruction.trigger else []
            case "WORKDIR" | "COPY" | "ADD" | "RUN":
                self.effects += 1
                if self.effects > MOST:
                    self.tree.blur("", f"the stage has more than {MOST} steps")
                else:
                    self._effect(instruction)

    def _effect(self, instruction: Instruction) -> None:
        match instruction.name:
            case "WORKDIR":
                self._workdir(self.scope.expand(instruction.words[0].text))
            case "RUN":
                self._run(instruction)
            case _:
                self._copy(instruction)

    def _workdir(self, path: str) -> None:
        path = path or self.workdir
        self.workdir = path if path.startswith("/") else f"{self.workdir}/{path}"
        self.workdir = "/" + normpath(self.workdir).lstrip("/")
        if UNKNOWN in self.workdir:
            known = self.workdir[: self.workdir.index(UNKNOWN)].rpartition("/")[0]
            self.tree.blur(self.tree.resolve(known), "the name of a `WORKDIR` is not known")
        else:
            make(self.tree, self.workdir)

    def _source(self, name: str | None) -> Tree:
        if not name:
            return self.build.inputs.context
        found = self.build.source(name, self.stage)
        if isinstance(found, str):
            raise RefusedError(found)
        return found

    def _copy(self, instruction: Instruction) -> None:
        origin = instruction.flag("from") if instruction.name == "COPY" else None
        sources: list[Source] = []
        documents: list[Document] = []
        bodies = {doc.delimiter.name: doc.content for doc in instruction.heredocs}
        for word in instruction.words[:-1]:
            announced = delimiter(word.text)
            if announced is None:
                sources.append(Source(self.scope.expand(word.text), word.at))
                continue
            body = bodies.get(announced.name, "")
            content = expand_text(body, self.scope.env) if announced.expand else body
            documents.append(Document(announced.name, content))
        add = instruction.name == "ADD"
        step = Copy(
            tuple(sources),
            self.scope.expand(instruction.words[-1].text),
            self.workdir,
            self._source(origin),
            tuple(instruction.flag_values("exclude")),
            parents=_on(instruction.flag("parents")),
            add=add,
            unpack=_on(instruction.flag("unpack")) if instruction.flag("unpack") is not None else add,
            documents=tuple(documents),
        )
        outcome = copy(self.tree, step)
        if not origin:
            self.build.taken.update(outcome.taken)
        for problem in outcome.problems:
            if problem.unless and origin and step.tree.kind(problem.unless) is not Kind.MISSING:
                continue
            rule = "copy-source-missing" if problem.missing else "invalid-manifest"
            finding = Finding(
                rule, instruction, problem.at, problem.message, problem.missing, origin or "context"
            )
            self.findings.append(finding if origin else finding._replace(unless=problem.unless))

    def _run(self, instruction: Instruction) -> None:
        before = self.tree
        tree = before.snapshot()
        mounted = [self._mount(tree, instruction, value) for value in instruction.flag_values("mount")]
        env = {name: None if UNKNOWN in value else value for name, value in self.scope.env.items()}
        env.setdefault("HOME", _home(self.user))
        cwd = tree.resolve(self.workdir)
        run = Run(instruction, command(instruction, self.shell), tree, cwd, env, self.start.sealed)
        ran = self.build.execute(run)
        self.runs.append(ran)
        tree = ran.tree
        for path in [path for path in mounted if path is not None][::-1]:
            tree.set(path, before.node(path))
            while (path := paths.parent(path)) and before.node(path) is None and not tree.names_at(path):
                tree.set(path, None)
        self.tree = tree

    def _mount(self, tree: StageTree, instruction: Instruction, value: str) -> str | None:
        """Have the mount in the tree; the path of it."""
        mount = mounts.parse(value, self.scope.expand)
        target = mount.target if mount.target.startswith("/") else f"{self.workdir}/{mount.target}"
        if mount.kind == "ssh" or not mount.target or UNKNOWN in target:
            return None
        if not (path := tree.resolve(normpath(target))):
            raise RefusedError("`/` cannot be mounted over")
        make(tree, f"/{paths.parent(path)}")
        match mount.kind:
            case "bind":
                self._bind(tree, instruction, mount, path)
            case "cache":
                tree.set(path, Leaf(Vague(bases.LACKED), tree.line))
            case "tmpfs":
                tree.set(path, Dir(line=tree.line))
            case _:
                tree.set(path, Leaf(Unread("a secret is not known"), tree.line))
        return path

    def _bind(self, tree: StageTree, instruction: Instruction, mount: mounts.Mount, path: str) -> None:
        source = self._source(mount.origin)
        wanted = clamped(mount.source)
        real = source.resolve(wanted)
        if not mount.origin:
            self.build.taken.add(wanted)
        node: Node
        match source.kind(wanted) if tree.takes(source) else None:
            case None:
                node = Leaf(Unknown("it comes through too many stages"), tree.line)
            case Kind.DIR:
                graft = Graft(source, real, tree.line)
                node = Dir((graft,), graft.more())
            case Kind.UNKNOWN:
                node = Leaf(unknown_in(source, real), tree.line)
            case Kind.MISSING:
                origin = mount.origin or "context"
                finding = Finding(
                    "copy-source-missing", instruction, instruction.flags[0].at, f"`{wanted}` is not there",
                    wanted, origin,
                )  # fmt: skip
                self.findings.append(finding)
                node = Leaf(Unknown(f"`{wanted}`, which is mounted there, does not exist"), tree.line)
            case _:
                node = Leaf(Copied(source, real), tree.line)
        tree.set(path, node)


def _on(flag: str | None) -> bool:
    return flag is not None and flag.lower() != "false"


def _home(user: str) -> str | None:
    """The home directory of the user that a RUN runs as."""
    name = user.partition(":")[0]
    if name in ("", "root", "0"):
        return "/root"
    return None if name.isdecimal() or UNKNOWN in name else f"/home/{name}"
