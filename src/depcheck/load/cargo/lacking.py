"""What a workspace root lacks, said once: one line to write there mends all that inherit it."""

from __future__ import annotations

from collections.abc import Collection

from depcheck.model import Fault

_SHOWN = 3


def together(faults: Collection[Fault]) -> tuple[Fault, ...]:
    """The faults, with each key that is missing in a root said at the first place that inherits it.

    The first by name: which manifest cargo reads first depends on where it starts.
    """
    asking: dict[str, list[Fault]] = {}
    for fault in faults:
        if fault.rule == "missing-inherited-key":
            asking.setdefault(fault.message, []).append(fault)
    if all(len(those) == 1 for those in asking.values()):
        return tuple(faults)
    said = {message: _said(sorted(those, key=_place)) for message, those in asking.items()}
    return tuple(dict.fromkeys(said.get(fault.message, fault) for fault in faults))


def _place(fault: Fault) -> tuple[str, str]:
    return fault.site.file, str(fault.site.route)


def _said(those: list[Fault]) -> Fault:
    first, *others = those
    if not others:
        return first
    here = first.site.file
    files = dict.fromkeys(fault.site.file for fault in others)
    shown = ["this manifest" if file == here else f"`{file}`" for file in files]
    rest = len(shown) - _SHOWN
    where = ", ".join(shown[:_SHOWN]) + (f" and {rest} more manifest{'s' * (rest > 1)}" if rest > 0 else "")
    count = "one more key inherits it" if len(others) == 1 else f"{len(others)} more keys inherit it"
    return first._replace(notes=(*first.notes, f"{count}, in {where}"))
