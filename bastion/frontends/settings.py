r"""What one user has set for one shell: ``\x``, ``\t``, ``\timing``, ``\pset``, ``\limit``."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bastion.errors import UsageError
from bastion.frontends.words import FORMATS

LIMIT_DEFAULT = 1000
_NULL_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellSettings:
    """The looks of one shell; nobody else's change with them."""

    format: str = "table"
    expanded: str = "auto"
    is_tuples_only: bool = False
    has_timing: bool = True
    has_footer: bool = True
    null_text: str = "<null>"
    limit: int = LIMIT_DEFAULT
    is_vi: bool = False
    reason: str = ""


def change(settings: ShellSettings, name: str, argument: str) -> tuple[ShellSettings, str]:
    """Apply one setting command.

    Returns:
        The new settings, and what to say about it.

    Raises:
        UsageError: the value makes no sense.
    """
    changes = {
        "x": _expanded,
        "t": _tuples_only,
        "timing": _timing,
        "limit": _limit,
        "pref": _preference,
        "reason": _reason,
        "pset": _pset,
    }
    if name not in changes:
        raise UsageError(f"\\{name} is not here; try \\?")
    return changes[name](settings, argument)


def _tuples_only(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    is_on = _switch(argument, current=settings.is_tuples_only)
    return dataclasses.replace(settings, is_tuples_only=is_on), f"Rows only is {_on(is_on)}."


def _timing(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    is_on = _switch(argument, current=settings.has_timing)
    return dataclasses.replace(settings, has_timing=is_on), f"Timing is {_on(is_on)}."


def _reason(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    said = f"Reviewers will read: {argument}" if argument else "No reason is given."
    return dataclasses.replace(settings, reason=argument), said


def _expanded(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    if argument and argument not in ("on", "off", "auto"):
        raise UsageError(r"\x takes on, off or auto.")
    value = argument or ("off" if settings.expanded == "on" else "on")
    return dataclasses.replace(settings, expanded=value), f"Expanded display is {value}."


def _limit(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    if not argument:
        return settings, f"At most {settings.limit} rows a result."
    if not argument.isdigit() or not 0 < int(argument) <= 10**9:
        raise UsageError(r"\limit takes a number of rows, such as 5000.")
    limit = int(argument)
    said = f"At most {limit} rows a result, and never more than the policy allows."
    return dataclasses.replace(settings, limit=limit), said


def _preference(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    words = argument.split()
    if not words or words[0] != "vi" or words[1:] not in ([], ["on"], ["off"]):
        raise UsageError(r"\pref knows: vi on, vi off.")
    is_vi = _switch(" ".join(words[1:]), current=settings.is_vi)
    return dataclasses.replace(settings, is_vi=is_vi), f"vi keys are {_on(is_vi)}."


def _pset(settings: ShellSettings, argument: str) -> tuple[ShellSettings, str]:
    name, _, value = argument.partition(" ")
    value = value.strip().strip("'")
    match name:
        case "null":
            shown = value[:_NULL_MAX]
            return dataclasses.replace(settings, null_text=shown), f'NULL is shown as "{shown}".'
        case "format":
            fmt = {"aligned": "table"}.get(value, value)
            if fmt not in FORMATS:
                raise UsageError(f"\\pset format takes {', '.join(FORMATS)}.")
            return dataclasses.replace(settings, format=fmt), f"The format is {fmt}."
        case "footer":
            is_on = _switch(value, current=settings.has_footer)
            return dataclasses.replace(settings, has_footer=is_on), f"The footer is {_on(is_on)}."
        case "expanded":
            return _expanded(settings, value)
        case _:
            raise UsageError(r"\pset knows null, format, footer and expanded.")


def _switch(argument: str, *, current: bool) -> bool:
    if argument not in ("", "on", "off"):
        raise UsageError("This takes on or off.")
    return not current if not argument else argument == "on"


def _on(is_on: bool) -> str:
    return "on" if is_on else "off"
