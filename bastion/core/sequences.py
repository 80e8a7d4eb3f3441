"""How far the sequences have come that a held write takes numbers from, or sets: none goes back.

Others draw numbers all the time, so that a counter has come further is no change. One that was set
back gives numbers a second time: by others it may not be, and by the statement itself from nowhere
but where its yes knew it. What a statement sets stays so after a rollback (``setval``), so that is
asked before it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bastion.core.findings import RelationKey
from bastion.core.head import Words
from bastion.core.lexer import Kind, lex
from bastion.core.model import Engine, Row
from bastion.core.surroundings import literal, quoted_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterGuard:
    """What a write's transaction asks before it writes, and before it commits."""

    sql: str
    positions: tuple[tuple[str, int], ...]
    """Where each sequence stood when its yes was asked for, in the direction in which it goes."""
    sets: tuple[SetPosition, ...] = ()
    is_own: bool = False
    """The statement itself sets, drops or alters them: only before it runs others can be told."""

    def refusal_before(self, rows: Sequence[Row]) -> str:
        """Name a sequence that was set back, or would be from further on; empty for none."""
        now, stood = read_positions(rows), dict(self.positions)
        for name, most in set_positions(self.sets, rows).items():
            if now.get(name, most) > max(most, stood.get(name, most)):
                return f"The sequence {name} has come past what it would be set to"
        return self._refusal(now)

    def refusal(self, rows: Iterable[Row]) -> str:
        """Name a sequence that was set back meanwhile; empty where none was."""
        return self._refusal(read_positions(rows))

    def _refusal(self, now: Mapping[str, int]) -> str:
        for name, position in self.positions:
            if now.get(name, position - 1) < position:
                return f"The sequence {name} was set back"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPosition:
    """To what a statement sets a sequence, where it says so in plain numbers."""

    name: str
    """The last part of its name, folded."""
    value: int
    is_next: bool
    """It is the number that comes next; else the one that came last."""


def read_positions(rows: Iterable[Row]) -> Mapping[str, int]:
    """Read the rows of ``positions_sql``, but for what was never drawn from or may not be seen."""
    return {
        (name or b"").decode(errors="replace"): int(position)
        for name, position, _ in rows
        if position is not None
    }


def set_positions(sets: Sequence[SetPosition], rows: Iterable[Row]) -> dict[str, int]:
    """Tell to which position each sequence of ``rows`` is set, in its own direction."""
    found: dict[str, int] = {}
    for name, _, direction in rows:
        full = (name or b"").decode(errors="replace")
        last = full.rpartition(".")[2].strip('"').lower()
        for one in sets:
            if one.name == last:
                found[full] = one.value * int(direction or b"1") - one.is_next
    return found


def read_sets(text: str, engine: Engine) -> tuple[SetPosition, ...]:
    """Read ``setval('s', 100)`` and ``ALTER SEQUENCE s RESTART WITH 100``.

    MariaDB's ``setval`` sets nothing back by itself, and positions there are what comes next.
    """
    words = Words(text, lex(text, engine).tokens, engine, "")
    is_pg = engine is Engine.POSTGRESQL
    found = [*_set_by_calls(words)] if is_pg else []
    if words.starts("alter sequence"):
        _, name, after = words.name(words.skip(2, "if", "exists"))
        place = words.find("restart", start=after)
        value = _number(words, words.skip(place + 1, "with"))[0] if place >= 0 else None
        if value is not None:
            found.append(SetPosition(name=name.lower(), value=value, is_next=is_pg))
    return tuple(found)


def _set_by_calls(words: Words) -> Iterator[SetPosition]:
    for index, token in enumerate(words.tokens):
        if token.value != "setval" or words.at(index + 1) != "(":
            continue
        given = words.tokens[index + 2 : index + 3]
        place = index + 3
        if words.at(place) == ":" and words.at(place + 1) == ":":
            place += 3
        if not given or given[0].kind is not Kind.STRING or words.at(place) != ",":
            continue
        value, after = _number(words, place + 1)
        end = words.at(after)
        is_next = end == "," and words.at(after + 1) == "false"
        is_plain = end == ")" or (is_next or words.at(after + 1) == "true")
        if value is not None and is_plain:
            name = given[0].value.rpartition(".")[2].strip('"').lower()
            yield SetPosition(name=name, value=value, is_next=is_next)


def _number(words: Words, index: int) -> tuple[int | None, int]:
    """Read a whole number, and give where it ends."""
    is_negative = words.at(index) == "-"
    index += is_negative
    written = words.tokens[index].value if index < words.count else ""
    value = int(written) * (-1 if is_negative else 1) if written.isdecimal() else None
    return value, index + 1


def positions_sql(names: Sequence[RelationKey], engine: Engine) -> str:
    """Ask where sequences stand; empty where there are none.

    Args:
        names: schema and name; of PostgreSQL lower-case names alone, of sequences or of tables that
            take numbers from them.
    """
    if not names:
        return ""
    if engine is Engine.POSTGRESQL:
        return _POSTGRESQL.format(listed=", ".join(literal(name, engine) for _, name in names))
    return " UNION ALL ".join(
        " ".join(
            (
                f"SELECT {literal(f'{schema}.{name}', engine)},",
                "next_not_cached_value * IF(increment < 0, -1, 1), IF(increment < 0, -1, 1) FROM",
                ".".join(quoted_name(part, engine) for part in (schema, name)),
            )
        )
        for schema, name in names
    )


TAKERS = """JOIN LATERAL (
    SELECT s.seqrelid AS oid
    UNION SELECT a.adrelid FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
        AND a.oid = d.objid
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.seqrelid
    UNION SELECT i.refobjid FROM pg_catalog.pg_depend i
    WHERE i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.objid = s.seqrelid
        AND i.deptype = 'i' AND i.refobjsubid > 0
) AS named ON true
JOIN pg_catalog.pg_class c ON c.oid = named.oid
"""
"""PostgreSQL: a sequence ``s`` itself, and the tables that take numbers from it, as ``c``."""
_POSTGRESQL = f"""
SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, q.relname),
       CASE WHEN s.seqincrement < 0 THEN -1 ELSE 1 END
       * CASE WHEN pg_catalog.has_sequence_privilege(q.oid, 'USAGE, SELECT')
              THEN pg_catalog.pg_sequence_last_value(q.oid) END,
       CASE WHEN s.seqincrement < 0 THEN -1 ELSE 1 END
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class q ON q.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = q.relnamespace
{TAKERS}WHERE pg_catalog.lower(c.relname) IN ({{listed}})
"""  # noqa: S608
