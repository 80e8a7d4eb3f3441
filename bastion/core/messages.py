"""Words of the servers that may be shown although the statement touches sensitive values.

Errors and notices quote values in many ways: in quotes, in brackets, bare after a colon, on a
line of their own. So nothing is taken out; instead only known sentences are let through, with
every variable part hidden. ``%s`` stands for anything and is always hidden, ``%i`` for a name
that the statement itself holds, ``%c`` for MySQL's own word for a part of a statement.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

HIDDEN = "The database's own words are hidden: they may quote masked values."
_MASK = "•••••"
_NAME = r"(?:[\"'`]?[\w.$]{1,130}[\"'`]?(?:\([\w, \[\]]*\))?)"

_PARTS = (
    "field list|where clause|on clause|from clause|having clause|order clause|group statement"
    "|a table function argument|window (?:partition|order) by|IN/ALL/ANY subquery|field definition"
    "|VALUES function|partition function|generated column function|default value expression"
    "|check constraint expression"
)
_TEMPLATES = """
syntax error at or near "%i"
syntax error at end of input
unterminated quoted string at or near "%s"
relation "%i" does not exist
table "%i" does not exist
view "%i" does not exist
schema "%i" does not exist
column "%i" does not exist
column %i does not exist
column "%i" of relation "%i" does not exist
column reference "%i" is ambiguous
missing FROM-clause entry for table "%i"
invalid reference to FROM-clause entry for table "%i"
table name "%i" specified more than once
function %i does not exist
operator does not exist: %s
type "%i" does not exist
could not determine data type of parameter $%s
could not identify an equality operator for type %i
permission denied for table %i
permission denied for view %i
permission denied for schema %i
permission denied for function %i
permission denied for relation %i
must be owner of table %i
invalid input syntax for type %i: %s
invalid input syntax for %i: %s
invalid input value for enum %i: %s
value too long for type %i(%s)
value "%s" is out of range for type %i
%s is out of range for type %i
%i out of range
date/time field value out of range: %s
timestamp out of range
interval out of range
numeric field overflow
division by zero
null value in column "%i" of relation "%i" violates not-null constraint
duplicate key value violates unique constraint "%i"
update or delete on table "%i" violates foreign key constraint "%i" on table "%i"
insert or update on table "%i" violates foreign key constraint "%i"
new row for relation "%i" violates check constraint "%i"
conflicting key value violates exclusion constraint "%i"
Failing row contains %s
Key (%s)=(%s) already exists.
Key (%s)=(%s) is not present in table "%i".
Key (%s)=(%s) is still referenced from table "%i".
Key (%s)=(%s) conflicts with existing key %s
column "%i" must appear in the GROUP BY clause or be used in an aggregate function
aggregate functions are not allowed in %i
window functions are not allowed in %i
each UNION query must have the same number of columns
UNION types %s cannot be matched
subquery must return only one column
subquery has too many columns
more than one row returned by a subquery used as an expression
INSERT has more target columns than expressions
INSERT has more expressions than target columns
argument of WHERE must be type boolean, not type %i
argument of %s must be type boolean, not type %i
cannot cast type %s to %s
column "%i" is of type %s but expression is of type %s
COALESCE types %s cannot be matched
CASE types %s cannot be matched
canceling statement due to statement timeout
canceling statement due to lock timeout
canceling statement due to user request
terminating connection due to administrator command
current transaction is aborted, commands ignored until end of transaction block
deadlock detected
could not obtain lock on relation "%i"
could not serialize access due to concurrent update
could not serialize access due to read/write dependencies among transactions
cannot execute %s in a read-only transaction
there is already a transaction in progress
there is no transaction in progress
cursor "%i" does not exist
prepared statement "%i" does not exist
prepared statement "%i" already exists
relation "%i" already exists
relation "%i" already exists, skipping
table "%i" does not exist, skipping
portal "%i" cannot be run
savepoint "%i" does not exist
invalid regular expression: %s
invalid XML content
unsupported XML feature
invalid XML document
malformed array literal: %s
malformed record literal: %s
invalid byte sequence for encoding "%i": %s
invalid hexadecimal digit: %s
invalid memory alloc request size %s
negative substring length not allowed
LIMIT must not be negative
OFFSET must not be negative
cannot extract elements from a scalar
cannot extract elements from an object
cannot call %i on a scalar
Perhaps you meant to reference the column "%i".
Perhaps you meant to reference the column "%i" or the column "%i".
There is a column named "%i" in table "%i", but it cannot be referenced from this part of the query.
No function matches the given name and argument types. You might need to add explicit type casts.
No operator matches the given name and argument types. You might need to add explicit type casts.
No operator matches the given name and argument type. You might need to add an explicit type cast.
See server log for query details.
Token %s is invalid.
JSON data, line %s
line %s
invalid input syntax for type json
invalid input syntax for type jsonb
You have an error in your SQL syntax; check the manual that corresponds to your %s
Unknown column '%i' in '%c'
Unknown column '%i' in '%i'
Unknown column '%i' in '%s'
Unknown table '%i'
Unknown table '%i' in %i
Unknown database '%i'
Table '%i' doesn't exist
Table '%i' already exists
Column '%i' in '%c' is ambiguous
Column '%i' in %s is ambiguous
Column '%i' cannot be null
Column count doesn't match value count at row %s
Operand should contain %s column(s)
Subquery returns more than 1 row
The used SELECT statements have a different number of columns
Not unique table/alias: '%i'
Every derived table must have its own alias
Invalid use of group function
Data too long for column '%i' at row %s
Data truncated for column '%i' at row %s
Duplicate entry '%s' for key '%i'
Duplicate column name '%i'
Out of range value for column '%i' at row %s
Incorrect %i value: '%s' for column %s
Incorrect %i value: '%s'
Truncated incorrect %i value: '%s'
Truncated incorrect %i value: '%s
XPATH syntax error: '%s
%i UNSIGNED value is out of range in '%s'
%i value is out of range in '%s'
Field '%i' doesn't have a default value
FUNCTION %i does not exist
PROCEDURE %i does not exist
Cannot add or update a child row: a foreign key constraint fails (%s)
Cannot delete or update a parent row: a foreign key constraint fails (%s)
Lock wait timeout exceeded; try restarting transaction
Deadlock found when trying to get lock; try restarting transaction
Query execution was interrupted
Query execution was interrupted (max_statement_time exceeded)
Query execution was interrupted, maximum statement execution time exceeded
Cannot execute statement in a READ ONLY transaction
%i command denied to user %s for table %s
%i command denied to user %s for column %s
Access denied for user %s
Access denied; you need (at least one of) %s
Division by 0
Illegal mix of collations %s
Incorrect parameter count in the call to native function '%i'
Unknown prepared statement handler (%i) given to EXECUTE
Lost connection to server during query
Got error %s
"""


def known_words(text: str, *, said: str, is_understood: bool) -> str:
    """Let through what is known of an error or notice; line by line.

    Args:
        said: the statement. A cast can make a value into the name of something missing
            (``ssn::regclass``), so of those only names that the statement says are shown.
        is_understood: other names in the text come from the schema, not from values.
    """
    if _is_own_syntax_error(text, said):
        return text
    known_names = _names_in(said)

    def may_show(name: str, template: str) -> bool:
        if not _NAMES_WHAT_WAS_ASKED.search(template):
            return is_understood
        if template.startswith(("Table '", "FUNCTION ", "PROCEDURE ")):
            # MySQL puts the current database before a name; no value is ever made into one there.
            name = name.rpartition(".")[2]
        # The types after a function's name come from the parser.
        words = re.findall(r"[\w$]+", name.partition("(")[0].casefold())
        return bool(words) and known_names.issuperset(words)

    lines = [_known_line(line.strip(), may_show) for line in text.splitlines() if line.strip()]
    known = [line for line in lines if line is not None]
    if not known:
        return HIDDEN
    return "\n".join(_MASK if line is None else line for line in lines)


def without_cut(text: str, *, said: str = "") -> str:
    """Hide values that the server cut: a piece of an address is not known by its form.

    MySQL says by nothing that it has cut: whatever is as long as it lets values be may be a piece.

    Args:
        said: the statement, of which the parser gives a piece back.
    """
    if _is_own_syntax_error(text, said):
        return text
    if "..." in text:
        text = _CUT_VALUES.sub(_MASK, text)
    value = _PLACED_VALUE.fullmatch(text) or _QUOTED_VALUE.search(text)
    if value is None or len(value[1].encode("utf-8", "replace")) < _CUT_MIN:
        return text
    return f"{text[: value.start(1)]}{_MASK}{text[value.end(1) :]}"


_CUT_MIN = 60
"""Bytes: MySQL cuts at 64 and more, and takes away what is left of a character then."""
# A value may hold quotes and line feeds itself: it is all from the first quote to the last, but for
# the names of a place that nothing follows. An apostrophe in a word is none.
_PLACED_VALUE = re.compile(
    r"(?:(?:Duplicate entry|Incorrect [\w ]+ value:|Table) )'(.*)'"
    r"(?: doesn't exist| for (?:key|column|function) [\w$.`']+(?: at row \d+)?)",
    re.DOTALL,
)
_QUOTED_VALUE = re.compile(r"(?<!\w)'(.*)'(?!\w)", re.DOTALL)
# ``'please call ada@e...'``, and PostgreSQL's rows, ``(1, please call ada@e..., null)``.
_CUT_VALUES = re.compile(
    r"(?<=')[^'\n]*\.\.\.(?=')|(?<=\")[^\"\n]*\.\.\.(?=\")|(?<=contains \().*\.\.\..*(?=\))",
    re.DOTALL,
)


def _is_own_syntax_error(text: str, said: str) -> bool:
    """Tell whether MySQL's parser gives back a piece of the statement and nothing else.

    Parsing comes before any value is read, unless the statement makes other text run.
    """
    match = _NEAR.fullmatch(text.strip())
    return match is not None and match.group(1) in said and _RUNS_TEXT.search(said) is None


_NEAR = re.compile(
    r"You have an error in your SQL syntax; check the manual that corresponds to your \w+ server"
    r" version for the right syntax to use near '(.*)' at line \d+",
    re.DOTALL,
)
_RUNS_TEXT = re.compile(r"prepare|execute|call|begin|\bdo\b", re.IGNORECASE)
_NAMES_WHAT_WAS_ASKED = re.compile(
    r"does not exist|doesn't exist|unknown|denied|owner|syntax error|near |is not|native function",
    re.IGNORECASE,
)
_NO_NAMES = re.compile(r"'(?:[^'\\]|''|\\.)*'|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", re.DOTALL)


@functools.lru_cache(maxsize=8)
def _names_in(said: str) -> frozenset[str]:
    """Give the words of a statement outside of its strings and comments, case folded."""
    return frozenset(re.findall(r"[\w$]+", _NO_NAMES.sub(" ", said).casefold()))


def _known_line(line: str, may_show: Callable[[str, str], bool]) -> str | None:
    label = re.match(r"(?:ERROR|WARNING|NOTICE|DETAIL|HINT|CONTEXT|FATAL):\s+", line)
    prefix = label.group() if label else ""
    rest = line[len(prefix) :]
    for start, pattern, pieces in _compiled():
        if start and not rest.startswith(start):
            continue
        match = pattern.fullmatch(rest)
        if match is not None:
            return prefix + _fill(pieces, match, may_show)
    return None


def _fill(
    pieces: tuple[str, ...], match: re.Match[str], may_show: Callable[[str, str], bool]
) -> str:
    filled = []
    template = "".join(pieces)
    groups = iter(match.groups())
    for piece in pieces:
        if piece == "%i":
            name = next(groups)
            filled.append(name if may_show(name, template) else _MASK)
        elif piece == "%s":
            next(groups)
            filled.append(_MASK)
        elif piece == "%c":
            filled.append(next(groups))
        else:
            filled.append(piece)
    return "".join(filled)


@functools.cache
def _compiled() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    found = []
    for line in _TEMPLATES.strip().splitlines():
        pieces = tuple(piece for piece in re.split(r"(%[isc])", line) if piece)
        parts = [
            f"({_VARIABLE[piece]})" if piece in _VARIABLE else re.escape(piece) for piece in pieces
        ]
        start = "" if pieces[0] in _VARIABLE else pieces[0]
        found.append((start, re.compile("".join(parts), re.DOTALL), pieces))
    return tuple(found)


_VARIABLE = {"%i": _NAME, "%s": ".*", "%c": _PARTS}
