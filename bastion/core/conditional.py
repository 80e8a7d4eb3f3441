"""MySQL's comments that the server runs, ``/*!40101 SET NAMES utf8 */``, written out as it does.

What is written out is also what is sent, so no server can read it in another way than it is judged.
"""

from __future__ import annotations

import re

from bastion.core.lexer import CONDITIONAL_PROBLEM, lex
from bastion.core.model import Engine

_HEAD = re.compile(r"/\*(?P<kind>[mM]?)!(?P<version>\d{5,6})?")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_MYSQLS_OWN = range(50700, 100_000)
"""Versions that MariaDB does not have: comments with these are for MySQL alone."""


def written_out(text: str, server_version: str) -> str:
    """Write such comments out, or blank them, in equal width.

    The text comes back as it was where one is doubtful: it is then not understood.

    Args:
        server_version: as the server says it, ``10.11.6-MariaDB``.
    """
    if "/*!" not in text and "/*m!" not in text.casefold():
        return text
    lexed = lex(text, Engine.MYSQL)
    if lexed.open_construct or lexed.problems != (CONDITIONAL_PROBLEM,):
        return text
    plain, position = [], 0
    for start, end in lexed.conditional:
        plain += [text[position:start], _one(text[start:end], server_version)]
        position = end
    found = "".join((*plain, text[position:]))
    return found if len(found) == len(text) else text


def _one(comment: str, server_version: str) -> str:
    head, is_mariadb = _HEAD.match(comment), "mariadb" in server_version.lower()
    numbers = _VERSION.findall(server_version)
    inside = comment[head.end() : -2] if head is not None else ""
    # A comment or an open quote inside: where it ends can be read in two ways.
    if head is None or not numbers or "/*" in inside or lex(inside, Engine.MYSQL).open_construct:
        return ""
    # MariaDB says its own version behind that of an old MySQL: 5.5.5-10.11.6-MariaDB.
    major, minor, patch = map(int, numbers[-1])
    own = major * 10_000 + minor * 100 + patch
    needed = int(head["version"] or 0)
    is_run = needed <= own and (is_mariadb or not head["kind"])
    is_run &= not (is_mariadb and not head["kind"] and needed in _MYSQLS_OWN)
    blank = " " * head.end()
    return f"{blank}{inside}  " if is_run else " " * len(comment)
