"""Which function answers for which program of the system."""

from __future__ import annotations

from depcheck.shell import fetching, output, sed
from depcheck.shell.builtins import BUILTINS
from depcheck.shell.conditions import double, test
from depcheck.shell.copying import cp, install
from depcheck.shell.files import ln, mkdir, mv, rm, rmdir, touch
from depcheck.shell.programs import QUIET, environment, python
from depcheck.shell.state import Command

_EFFECTS: dict[str, Command] = {
    **BUILTINS,
    "[": test,
    "[[": double,
    "test": test,
    "cp": cp,
    "install": install,
    "ln": ln,
    "mkdir": mkdir,
    "mv": mv,
    "rm": rm,
    "rmdir": rmdir,
    "touch": touch,
    "sed": sed.sed,
    "echo": output.echo,
    "printf": output.printf,
    "cat": output.cat,
    "tee": output.tee,
    "dirname": output.dirname,
    "basename": output.basename,
    "true": output.silent,
    ":": output.silent,
    "chmod": output.silent,
    "chown": output.silent,
    "sleep": output.silent,
    "sync": output.silent,
    "umask": output.silent,
    "trap": output.silent,
    "wait": output.silent,
    "false": output.false,
    "mktemp": fetching.mktemp,
    "git": fetching.git,
    "curl": fetching.curl,
    "wget": fetching.wget,
    "tar": fetching.tar,
    "unzip": fetching.unzip,
    "find": fetching.find,
    "patch": fetching.patch,
    "python": python,
    "python3": python,
    "virtualenv": environment,
    "gzip": fetching.archive_file,
    "gunzip": fetching.archive_file,
    "xz": fetching.archive_file,
    "unxz": fetching.archive_file,
}
# They answer a question: that one fails is no defect, and either answer may be meant.
QUESTIONS = frozenset((
    "[", "[[", "test", "false", "read", "shift", "popd", "grep", "egrep", "fgrep", "which", "type", "hash",
    "diff", "cmp", "getent", "id", "pgrep", "pidof", "expr", "dpkg",
))  # fmt: skip


def find(program: str) -> Command | None:
    """The function for a program; None for one that is not known."""
    known = _EFFECTS.get(program)
    return output.reader if known is None and program in QUIET else known
