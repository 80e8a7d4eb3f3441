"""Who acts at the command line: told by the system, not by what anybody can set.

Two persons are told apart by this, so environment variables alone must not make one into another:
``SUDO_USER`` and ``LOGNAME`` are words that everybody can write. What a login was is kept by the
kernel (the audit subsystem's ``loginuid``) and shows in the processes above; it outlasts ``sudo``
and ``su``. Root can still be anybody, see the README.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

_NO_LOGIN = 2**32 - 1
_ABOVE_MAX = 64


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its owner and its program's name."""

    uid: int
    name: str


def acting_person() -> str:
    """Name who runs this command, as ``cli:NAME``."""
    sudo_user = os.environ.get("SUDO_USER", "")
    return f"cli:{name_of(os.getuid(), _above(), _login(), sudo_user)}"


def name_of(uid: int, above: list[Process], login: int | None, sudo_user: str) -> str:
    """Tell a person's name.

    Args:
        uid: of this process.
        above: its ancestors, the nearest first.
        login: the user that logged in, where the kernel knows.
        sudo_user: what the environment says, which ``sudo`` sets, and everybody else can.
    """
    if login is not None:
        return _name(login)
    people = [one.uid for one in above if one.uid != 0]
    if people:
        # The outermost is who logged in, whatever they have become since.
        return _name(people[-1])
    is_through_sudo = uid == 0 or any(one.name == "sudo" for one in above)
    return sudo_user if is_through_sudo and sudo_user else _name(uid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _login() -> int | None:
    try:
        login = int(Path("/proc/self/loginuid").read_text())
    except (OSError, ValueError):
        return None
    return None if login == _NO_LOGIN else login


def _above() -> list[Process]:
    """List the ancestors; as far as they can be seen."""
    found: list[Process] = []
    process = os.getppid()
    while process > 1 and len(found) < _ABOVE_MAX:
        try:
            lines = Path(f"/proc/{process}/status").read_text("utf-8", "replace").splitlines()
        except OSError:
            break
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        found.append(Process(int(fields["Uid"].split()[0]), fields["Name"].strip()))
        process = int(fields["PPid"])
    return found
