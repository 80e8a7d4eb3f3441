"""Code that could carry sensitive values to where they are no longer masked, unseen by the walk.

DO blocks, procedures, triggers, rules and functions in other languages are not traced. Where such
code names a sensitive column or its table and also writes, it is held, in words; so is code that
builds its statements from text, since nobody can say what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.effects import Statement
from bastion.core.model import Sensitivity

_ROUNDS_MAX = 4
_WORD = re.compile(r"[\w$]+")
_BLOCK = re.compile(r"\s*(?:do\b(?!\s+sleep)|begin\s+not\s+atomic\b|call\b)", re.IGNORECASE)
_HOOK = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:definer\s*=\s*\S+\s+)?(?:aggregate\s+)?(?:constraint\s+)?"
    r"(?:event\s+)?(?P<kind>trigger|rule|event)\b",
    re.IGNORECASE,
)
_MAKES = re.compile(r"\s*(?:create|alter)\b", re.IGNORECASE)
_OPAQUE = re.compile(
    r"\s*(?:insert|update|merge|replace|with|copy|load)\b|\s*set\b.*\(\s*select\b",
    re.IGNORECASE | re.DOTALL,
)
"""Writes and assignments that were not understood, so that nobody saw where values go."""
_TO_FILE = re.compile(r"\binto\s+(?:outfile|dumpfile)\b", re.IGNORECASE)
_KEEPS_SETTING = re.compile(r"current_setting\s*\(|@[`'\"\w]", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(?:insert|update|merge|replace|copy|execute|create|alter|notify|pg_notify|prepare"
    r"|lo_from_bytea|dblink\w*)\b(?!\s*\()"
    r"|\b(?:pg_notify|lo_from_bytea|lo_put|setval|set_config|dblink\w*)\s*\(|@\w+\s*:?=",
    re.IGNORECASE,
)
_BUILDS = re.compile(
    r"\bexecute\b(?!\s+(?:function|procedure)\b)|\bprepare\b[^;]*\bfrom\b", re.IGNORECASE
)


def hidden_writes(
    statement: Statement, catalogue: Catalogue, context: SessionContext
) -> tuple[str, ...]:
    """Say where code behind a statement may take sensitive values."""
    text = statement.text
    if _TO_FILE.search(text):
        return ("a file on the server takes the rows",)
    is_tainted = any(context.variables.values())
    if is_tainted and _MAKES.match(text) and _KEEPS_SETTING.search(text):
        return ("a default or expression reads a variable that took a masked value",)
    hook, is_block = _HOOK.match(text), _BLOCK.match(text) is not None
    called = tuple(_called(text, catalogue))
    is_opaque = not statement.is_understood and _OPAQUE.match(text) is not None
    if not (hook or is_block or is_opaque or called) or (_MAKES.match(text) and not hook):
        return ()
    code = "\n".join((text, *called) if hook or is_block or is_opaque else called)
    names = _sensitive_names(catalogue)
    named = {word.casefold() for word in _WORD.findall(code)} & names
    writes = bool(hook) or is_opaque or _WRITES.search(code) is not None
    kind = hook.group("kind").casefold() if hook else "code"
    if named and writes:
        return (f"the {kind} names {min(named)} and writes elsewhere",)
    if names and _BUILDS.search(code):
        return (f"the {kind} builds statements from text, which may write masked values",)
    return ()


def _called(text: str, catalogue: Catalogue) -> Iterator[str]:
    """Give the bodies of the functions that a text calls, and those that they call."""
    seen: set[str] = set()
    pending = [text]
    for _ in range(_ROUNDS_MAX):
        words = {word.casefold() for part in pending for word in _WORD.findall(part)}
        found = (words & catalogue.functions.keys()) - seen
        seen |= found
        pending = [
            function.body for name in sorted(found) for function in catalogue.functions[name]
        ]
        if not pending:
            return
        yield from pending


def _sensitive_names(catalogue: Catalogue) -> frozenset[str]:
    found = set()
    for relation in catalogue.user_relations():
        for column in relation.columns:
            if column.sensitivity not in (None, Sensitivity.UNPROVEN):
                found |= {relation.name.casefold(), column.name.casefold()}
    return frozenset(found)
