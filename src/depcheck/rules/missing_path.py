"""missing-path: a dependency's path leads to nothing."""

from __future__ import annotations

from depcheck.rules.example import crate, workspace
from depcheck.rules.rule import Rule

_HUB = '\n[dependencies]\nclient = {{ path = "{}", optional = true }}\n'
_BAD = {
    **workspace('["services/*"]'),
    **crate("lib/client"),
    **crate("services/auth", '\n[dependencies]\nclient = { path = "../../lib/client" }\n'),
    **crate("services/hub", _HUB.format("../lib/client")),
}

RULE = Rule(
    code="DC102",
    name="missing-path",
    severity="error",
    summary="a dependency's path leads to a place where nothing is",
    manual="""\
A manifest says that a package lies at some path, and nothing is there. Tools follow such paths
before they build anything, so this package cannot be built, and in a Cargo workspace no other one
either: cargo reads the manifest of every member, and of all their path dependencies, before it
looks at what was asked for.

## Where a relative path starts

- **Cargo**: in the directory of the `Cargo.toml` that contains it; in `[workspace.dependencies]`,
  in the directory of the workspace root. `..` is taken off the text, links are not followed.
- **uv**: in the directory of the `pyproject.toml` that contains it; a source that a member takes
  over from the workspace root starts at the root.
- **Poetry**: in the directory of the `pyproject.toml`, with links followed.
- **PDM, Hatch**: in the project, named by `${PROJECT_ROOT}` or `{root}`.
- **pip**: in the directory in which pip runs, *not* in that of the requirements file. (`-r` and
  `-c` do start at the file.)

The usual cause is one `../` too few or too many, left behind when a directory was moved.

## What does not help

- **`optional = true`**, or building without the feature. Cargo reads the manifest of every path
  dependency of a workspace member before it looks at features: it has to know the package's name
  and version for `Cargo.lock`, which covers all features. The same goes for `[dev-dependencies]`,
  `[build-dependencies]` and `[target.'cfg(...)'.dependencies]` of other platforms.
- **A version beside the path.** It is what a published package would use; it is no fallback.
- **`-p other-member`**, or a build of the image of another service: the whole workspace is read.
- **Copying the directory into the image** while the path names another place. The path has to be
  right first, then what it names has to be copied.
- **A symbolic link made in a Dockerfile** (`RUN ln -s .../agent-looper .../reticulum/agent-looper`)
  makes the path right in that image and nowhere else: every developer's machine, `cargo metadata`
  of an editor, CI outside of docker and each further Dockerfile still fail, the link has to come
  before the first `RUN` that calls cargo, and cargo then knows the package under two paths as soon
  as anything names the real one.
- **uv, Poetry: extras, groups and markers.** A lock file covers all of them, for every platform.

## How to mend it

Write the path that leads from the manifest's directory to the package. When depcheck finds a
package of the wanted name elsewhere in the repository, it says where, and which text would lead
there (`help: did you mean ...`). To mend several manifests at once, edit the same text in each;
all of them are listed in one run, although the tool itself stops at the first.

If the package is gone for good, take the dependency out, together with the features that name it.
""",
    bad=_BAD,
    good={**_BAD, **crate("services/hub", _HUB.format("../../lib/client"))},
)
