"""Which programs leave manifests alone, and what one that is not known may do.

The rule for a program that is not known: files that its words name may have been changed, so their
content is not known; a path that its words name and that is not there may be there afterwards; and
below the working directory, and below the directories that are named, further files may have been
made. What is known to be there and is not named stays as it is.
"""

from __future__ import annotations

from depcheck import paths
from depcheck.shell.files import failed
from depcheck.shell.options import sort
from depcheck.shell.state import Field, Result, State
from depcheck.tree.base import Kind
from depcheck.tree.overlay import Unknown, Unread

# They install packages, set up the system, or only read: no manifest of the repository comes or goes.
_NAMES = """
    add-apt-repository addgroup adduser alias alternatives apk apt apt-get apt-key aptitude ar arch as awk
    b2sum base64 bg brew bun bunx bzip2 c++ c++filt ca-certificates cargo-binstall cc ccache certutil
    chattr chgrp chmod chown clang cmp column comm command composer conda corepack cut date dconf
    deb-systemd-helper debconf-set-selections df diff dnf docker dot dpkg dpkg-architecture
    dpkg-reconfigure du egrep expr fc-cache fg fgrep file free g++ gcc gem getconf getent getopt getopts
    gpg gpgconf grep groupadd groupmod hash head history hostname id install_packages jobs jq kill ld
    ldconfig ldd less lld locale locale-gen localedef ls lsb_release mamba md5sum microdnf mise mold mount
    nl nm npm nproc npx nvm od openssl opkg pacman passwd pgrep pidof pipx pkg-config pkill playwright
    pnpm prisma ps readelf readlink realpath rustc rustup sccache seq service setcap sha1sum sha256sum
    sha512sum size sleep sort split ssh-add ssh-agent ssh-keygen ssh-keyscan stat strings strip stty
    su-exec swapoff sync sysctl systemctl tail tdnf time tini tr trap truncate tty type tzdata ulimit
    umask umount unalias uname uniq update-alternatives update-ca-certificates update-rc.d upx useradd
    userdel usermod wait wc which whoami xbps-install yarn yes yum zypper
"""
QUIET = frozenset(_NAMES.split())


def python(state: State, words: list[Field], _: str | None) -> Result:
    """`python FILE`: what it does is not known, but that it fails where the file is missing is."""
    given = sort(words, "W X c m", leading=True)
    module = given.options.get("m")
    if module is not None and module.text in ("venv", "virtualenv"):
        return environment(state, list(given.operands), "")
    state.world.gaps.append("`python` is no build tool that depcheck knows")
    if given.operands and not given.has("c", "m"):
        file = given.operands[0]
        if file.known and file.text != "-" and state.kind(file.text) is Kind.MISSING and not state.lost:
            return failed(f"`{file.text}` does not exist")
    return unknown(state, "python", words)


def environment(state: State, words: list[Field], _: str | None) -> Result:
    """`python -m venv DIR`, `virtualenv DIR`: that directory is made, and nothing else."""
    for field in sort(words, "p python prompt").operands:
        if not field.known:
            return unknown(state, "venv", words)
        path = state.real(field.text)
        if state.world.tree.kind(path) is Kind.MISSING:
            state.world.put(path, Unknown("an environment of Python is made there"))
        else:
            state.world.blur(path, "an environment of Python is made there")
    return Result(ok=None, out=None)


def unknown(state: State, program: str, words: list[Field]) -> Result:
    """A program that is not known."""
    world = state.world
    why = f"`{program}` may change it"
    for word in words:
        text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
        if not word.known or not text or len(text) > 4000 or text in (".", "/") or "://" in text:
            continue
        path = state.real(text)
        kind = world.tree.kind(path)
        if path in ("", "/") or paths.is_below(state.cwd, path):
            world.blur(path, f"`{program}` may make files")
        elif kind is Kind.FILE and not paths.is_outside(path):
            world.put(path, Unread(why))
        elif kind is Kind.DIR:
            world.blur(path, f"`{program}` may make files")
        elif kind is Kind.MISSING and "/" in text and world.tree.kind(paths.parent(path)) is Kind.DIR:
            world.put(path, Unknown(f"`{program}` may make it"))
    world.blur(state.cwd, f"`{program}` may make files")
    return Result(ok=None, out=None)
