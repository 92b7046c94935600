"""git clone, curl, wget, tar, unzip, find, patch: what they bring or take away is not known, its place is."""

from __future__ import annotations

from depcheck import paths
from depcheck.shell.files import directory_for, failed, unclear
from depcheck.shell.installers import TEXT, is_installer
from depcheck.shell.options import sort
from depcheck.shell.state import GOOD, Field, Result, State, write
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Unknown, Unread

_GLOBAL = "C c git-dir work-tree namespace exec-path"
_CLONE = "b branch c config depth j jobs o origin reference u upload-pack template separate-git-dir filter"
_READING = frozenset((
    "add", "blame", "branch", "commit", "config", "describe", "diff", "fetch", "fsck", "gc", "init",
    "log", "ls-files", "ls-remote", "ls-tree", "push", "remote", "rev-list", "rev-parse", "shortlog",
    "show", "show-ref", "status", "tag", "version", "worktree", "--version",
))  # fmt: skip
# They take files away and put others in their place, anywhere in the work tree.
_CHANGING = frozenset((
    "am", "bisect", "checkout", "checkout-index", "cherry-pick", "clean", "merge", "mv", "pull", "read-tree",
    "rebase", "reset", "restore", "revert", "rm", "sparse-checkout", "stash", "switch",
))  # fmt: skip


def git(state: State, words: list[Field], _: str | None) -> Result:
    """`git clone` makes a directory with content that is not known; checkouts may change any file."""
    given = sort(words, _GLOBAL, leading=True)
    where = given.options.get("C", Field("."))
    command = given.operands[0].text if given.operands else "--version"
    if command == "clone":
        return _clone(state, where, sort(list(given.operands[1:]), _CLONE).operands)
    if command in _READING:
        return Result(ok=None, out=None)
    if command in _CHANGING and _spares(command, list(given.operands[1:])):
        return Result(ok=None, out=None)
    directory = state.real(where.text) if where.known else state.cwd
    if command in _CHANGING:
        _turn_over(state, directory, f"`git {command}` may change it")
    state.world.blur(directory, f"`git {command}` may bring files")
    if command == "apply":
        _spoil(state, directory, "`git apply` may change it")
    return Result(ok=None, out=None)


def _spares(command: str, words: list[Field]) -> bool:
    """Whether the command leaves the work tree as it is, by its options or its subcommand."""
    given = sort(words)
    match command:
        case "clean":
            return given.has("n", "dry-run")
        case "reset":
            return all(word.known for word in words) and not given.has("hard", "merge", "keep")
        case "stash" | "bisect" | "sparse-checkout":
            return bool(given.operands) and given.operands[0].text in ("list", "show", "drop", "clear", "log")
    return False


def _turn_over(state: State, directory: str, why: str) -> None:
    """Nothing of the work tree around `directory` is known any more, whether it stays or goes."""
    tree = state.world.tree
    top = next((at for at in paths.ancestors(directory) if tree.exists(paths.join(at, ".git"))), "")
    if paths.is_outside(directory):
        top = directory
    for name in tree.names(top):
        if name != ".git":
            state.world.put(paths.join(top, name), Unknown(why))
    state.world.blur(top, why)


def _spoil(state: State, directory: str, why: str) -> None:
    """The manifests at hand may have been changed."""
    for name in state.world.tree.names(directory):
        if name in ("Cargo.toml", "pyproject.toml", "Cargo.lock"):
            state.world.put(paths.join(directory, name), Unread(why))


def _clone(state: State, where: Field, operands: tuple[Field, ...]) -> Result:
    if not operands:
        return failed("`git clone` of nothing")
    if len(operands) > 1:
        target = operands[1]
    else:
        name = operands[0].text.rstrip("/").removesuffix("/.git").removesuffix(".git")
        target = Field(name.replace(":", "/").rpartition("/")[2], operands[0].known)
    if not target.known or not where.known or not target.text:
        return unclear(state, "git clone")
    text = target.text if target.text.startswith("/") or where.text == "." else f"{where.text}/{target.text}"
    return _unpack(state, text, f"cloned by `git clone {operands[0].text}`")


def _unpack(state: State, target: str, why: str) -> Result:
    """A directory that now holds what is not known, besides what it held."""
    path = state.real(target)
    if state.world.kind(path) is Kind.DIR:
        state.world.blur(path, why)
    else:
        state.world.make_above(path)
        state.world.put(path, Unknown(why))
    return Result(ok=None, out=None)


def curl(state: State, words: list[Field], _: str | None) -> Result:
    """`curl -o FILE`, `curl -O`."""
    given = sort(
        words, "o output d data H header u user x proxy X request A user-agent m retry connect-timeout T w"
    )
    target = given.options.get("o") or given.options.get("output")
    if target is None and given.has("O", "remote-name") and given.operands:
        url = given.operands[-1]
        target = Field(url.text.partition("?")[0].rpartition("/")[2], url.known)
    if target is None and is_installer(words):
        return Result(ok=None, out=TEXT)
    return _download(state, target, "curl")


def wget(state: State, words: list[Field], _: str | None) -> Result:
    """`wget -O FILE`, `wget URL`, `wget -P DIRECTORY`."""
    given = sort(words, "O output-document P directory-prefix t tries T timeout U user-agent o a header e")
    target = given.options.get("O") or given.options.get("output-document")
    if target is None and given.operands:
        url = given.operands[-1]
        prefix = given.options.get("P") or given.options.get("directory-prefix")
        name = url.text.partition("?")[0].rpartition("/")[2]
        target = Field(
            f"{prefix.text}/{name}" if prefix else name, url.known and (not prefix or prefix.known)
        )
    if target is not None and target.text == "-" and is_installer(words):
        return Result(ok=None, out=TEXT)
    return _download(state, target, "wget")


def _download(state: State, target: Field | None, program: str) -> Result:
    if target is None or target.text in ("-", ""):
        return Result(ok=None, out=None)
    if not target.known:
        if not target.text.startswith("/"):
            unclear(state, program)
    elif not write(state, target.text, None, f"downloaded by `{program}`"):
        return failed(f"`{target.text}` can't be written")
    return Result(ok=None, out=None)


def tar(state: State, words: list[Field], _: str | None) -> Result:
    """`tar x`, below `-C`; `tar c` makes a file."""
    if words and words[0].known and not words[0].text.startswith("-"):
        words = [Field("-" + words[0].text), *words[1:]]
    given = sort(
        words,
        "f file C directory X exclude strip-components I use-compress-program T transform one-top-level",
    )
    where = given.options.get("C") or given.options.get("directory") or Field(".")
    if given.has("x", "extract", "get"):
        return _unpack(state, where.text, "unpacked by `tar`") if where.known else unclear(state, "tar")
    archive = given.options.get("f") or given.options.get("file")
    if given.has("c", "create") and archive is not None and archive.known and archive.text != "-":
        write(state, archive.text, None, "packed by `tar`")
    return Result(ok=None, out=None)


def unzip(state: State, words: list[Field], _: str | None) -> Result:
    """`unzip`, below `-d`."""
    where = sort(words, "d x P").options.get("d", Field("."))
    return _unpack(state, where.text, "unpacked by `unzip`") if where.known else unclear(state, "unzip")


def find(state: State, words: list[Field], _: str | None) -> Result:
    """`find`: what -delete and -exec do is not known, below the directories that are named."""
    texts = [word.text for word in words]
    acts = {"-delete", "-exec", "-execdir", "-ok", "-okdir", "-fprint"}.intersection(texts)
    harmless = "-exec" in texts and texts[texts.index("-exec") + 1 :][:1] in (
        ["chmod"],
        ["chown"],
        ["touch"],
        ["ls"],
    )
    if not acts or (harmless and acts == {"-exec"}):
        return Result(ok=True, out=None)
    for index, word in enumerate(words):
        if word.text.startswith(("-", "(", "!")):
            if index:
                break
            continue
        _forget(state, word)
    return Result(ok=True, out=None)


def _forget(state: State, directory: Field) -> None:
    if not directory.known:
        unclear(state, "find")
        return
    path = state.real(directory.text)
    kind = state.world.tree.kind(path)
    if kind is Kind.MISSING:
        return
    why = f"`find {directory.text}` removes or changes what is not worked out"
    if path in ("", "/"):
        state.world.blur(path, why)
        for name in state.world.tree.names(path):
            state.world.put(paths.join(path, name), Unknown(why))
    else:
        state.world.put(path, Unknown(why))


def patch(state: State, words: list[Field], _: str | None) -> Result:
    """`patch` may change any file at hand."""
    given = sort(words, "i input p strip d directory o output")
    directory = state.real(given.options["d"].text) if "d" in given.options else state.cwd
    _spoil(state, directory, "`patch` may change it")
    state.world.blur(directory, "`patch` may bring files")
    return Result(ok=None, out=None)


def mktemp(_state: State, _words: list[Field], _: str | None) -> Result:
    """`mktemp`: the name is not known."""
    return Result(ok=True, out=None)


def archive_file(state: State, words: list[Field], _: str | None) -> Result:
    """gzip, gunzip, zip and their like change archives, in place."""
    for word in words:
        if word.known and not word.text.startswith("-") and state.kind(word.text) is Kind.FILE:
            path = state.real(word.text)
            if directory_for(state, path, ""):
                state.world.put(path, Unread("packed or unpacked"))
    return GOOD
