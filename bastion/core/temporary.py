"""Temporary relations: what a session makes for itself, fills, changes and drops.

Nobody else sees them, and they are gone with the login, so nobody is asked. A name is believed as
far as it can be: it must be one that the session has made, and no stored relation may have it, for
the temporary one may be gone again, by ROLLBACK or ON COMMIT DROP. What then runs is compared with
what the server counted: a stored row or relation that it touched all the same is rolled back.
MySQL's server is asked before whether the name is a temporary table's, in a read-only transaction.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from bastion.core import detectors
from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.effects import ROW_WRITES, ChangeKind, Statement
from bastion.core.head import NO_COLUMNS, Words, column_changes
from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import EffectClass, Engine, Fence

_SCHEMA = "pg_temp"
_OF_ONES_OWN = ROW_WRITES | {EffectClass.READ, EffectClass.SESSION}
_PARTS = frozenset({"references", "like", "exclude", "using", "with"})
"""Of a table's definition: they run code, or reach other relations."""
_COMPUTED = frozenset({"check", "default", "as"})
"""Behind these comes an expression."""
_AFTER_DEFAULT = frozenset(
    {
        "not",
        "null",
        "primary",
        "unique",
        "check",
        "constraint",
        "collate",
        "generated",
        "references",
    }
)
_CONSTANTS = frozenset({"true", "false", "null", "-", "current_date", "current_timestamp"})
_ENDINGS = ("", "on commit preserve rows", "on commit delete rows", "on commit drop")


def as_own(
    statement: Statement,
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
    only_computes: Callable[[str], bool],
) -> Statement:
    """Let a statement pass as one of the session if it touches only what the session has made.

    Args:
        made: relations of the session.
        only_computes: tells whether an expression runs no code but what is built in.
    """
    is_pg = statement.engine is Engine.POSTGRESQL
    if not statement.is_understood:
        return statement
    if is_pg:
        is_own = _is_own(statement, catalogue, made, only_computes)
    else:
        is_own = _is_own_at_mysql(statement, catalogue, made)
    if not is_own:
        return statement
    effects = (statement.effects & {EffectClass.READ}) | {EffectClass.SESSION}
    return dataclasses.replace(
        statement,
        effects=effects,
        fence=Fence.WRITE if is_pg else Fence.SESSION,
        is_temporary=True,
        is_whole_table=False,
        measuring_sql=None,
        reasons=(),
    )


def _is_own(
    statement: Statement,
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
    only_computes: Callable[[str], bool],
) -> bool:
    if statement.pinned or statement.fires or not statement.runs_inner or statement.is_copy_out:
        return False
    change = statement.change
    if change is not None and change.kind is ChangeKind.RELATION:
        source = taken_after(statement.text, catalogue, made) if change.is_temporary else None
        if source is not None:
            return _comes_plainly(
                source, takes(statement.text), catalogue, only_computes
            ) and _adds_plainly(statement, catalogue, only_computes)
        if _runs_types(statement, catalogue):
            return False
        return change.is_temporary and _makes_plainly(statement, only_computes)
    if change is not None:
        return False
    if statement.tree is not None:
        return _writes_rows_alone(statement) and _are_own(statement.writes, catalogue, made)
    is_plain = statement.head != "ALTER" or not _runs_types(statement, catalogue)
    return is_plain and _structure_is_own(statement, catalogue, made, only_computes)


def _runs_types(statement: Statement, catalogue: Catalogue) -> bool:
    """Tell whether a column has a type that runs code where a value becomes one of it."""
    telling = catalogue.casts | catalogue.cast_columns
    if not telling:
        return False
    query = statement.change.statement if statement.change is not None else None
    if query is not None:
        return _gives_types(query, catalogue, telling)
    words = _words(statement)
    if any(_is_escaped(words, token) for token in words.tokens):
        return True
    start = next((index for index in range(words.count) if words.at(index) == "("), -1) + 1
    if statement.head == "ALTER":
        start = words.name(words.skip(2, "only"))[2]
    for first, _ in column_changes(words, start):
        place = first + (words.at(first) == "add")
        place += words.at(place) == "column"
        if words.name(place + 1)[1] in telling:
            return True
    return False


def _is_escaped(words: Words, token: Token) -> bool:
    """Tell whether a name is written as PostgreSQL's ``U&"…"``: what it is called is not read."""
    return token.kind is Kind.QUOTED and words.text[token.start] in "uU"


def _gives_types(query: Statement, catalogue: Catalogue, telling: frozenset[str]) -> bool:
    """Tell whether a query may give a column of such a type: by its name, or with all others.

    A cast to one is not understood, so what is left are columns that are stored so.
    """
    tree = query.tree
    if tree is None:
        return True
    written = {column.name.lower() for column in tree.find_all(exp.Column)}
    # A row as one value has a type of its own, which holds those of its columns.
    rows = {table.alias_or_name.lower() for table in tree.find_all(exp.Table, exp.Subquery)}
    takes_all = query.head == "TABLE" or not written.isdisjoint(rows)
    takes_all |= any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))
    for key in query.reads:
        relation = catalogue.relations.get(key)
        for column in relation.columns if relation is not None else ():
            is_taken = takes_all or column.name.lower() in written
            if is_taken and column.own_type.removesuffix("[]") in telling:
                return True
    return False


def taken_after(
    text: str, catalogue: Catalogue, made: Mapping[tuple[str, str], Relation]
) -> Relation | None:
    """Find the stored table whose columns PostgreSQL's ``CREATE TEMP TABLE n (LIKE t)`` takes.

    None where it is not known what else comes along, or a type runs code.
    """
    words, start, after, last = _like(text)
    schema, name, _ = words.name(start + 2)
    end = words.closing(start)
    options = [words.at(index) for index in range(after, last)]
    pairs = list(zip(options[::2], options[1::2], strict=False))
    is_plain = len(options) % 2 == 0 and all(
        how == "excluding" or (how == "including" and what in _TAKEN) for how, what in pairs
    )
    ending = " ".join(words.at(index) for index in range(end + 1, words.count))
    if words.at(start + 1) != "like" or not is_plain or ending not in _ENDINGS:
        return None
    relation = catalogue.resolve(name, schema)
    if ("pg_temp", name) in made or relation is None or relation.kind not in _WITH_COLUMNS:
        return None
    types = {column.own_type.removesuffix("[]") for column in relation.columns}
    return relation if types.isdisjoint(catalogue.casts | catalogue.cast_columns) else None


def takes(text: str) -> frozenset[str]:
    """Name what comes along with the columns that LIKE takes: ``defaults`` and the like."""
    words, _, after, last = _like(text)
    options = [words.at(index) for index in range(after, last)]
    pairs = zip(options[::2], options[1::2], strict=False)
    return frozenset(what for how, what in pairs if how == "including")


def without_like(text: str) -> str:
    """Give the text with the columns alone that stand behind LIKE; empty where there are none."""
    words, start, _, last = _like(text)
    if last == words.closing(start):
        return ""
    return f"{text[: words.tokens[start].end]}{text[words.tokens[last].end :]}"


def _like(text: str) -> tuple[Words, int, int, int]:
    """Give the words, where LIKE's bracket opens, its name ends, and all that belongs to it."""
    words = Words(text, lex(text, Engine.POSTGRESQL).tokens, Engine.POSTGRESQL, "")
    start = next((index for index in range(words.count) if words.at(index) == "("), words.count)
    after, end = words.name(start + 2)[2], words.closing(start)
    comma = words.find(",", start=after)
    return words, start, after, comma if 0 <= comma < end else end


def _adds_plainly(
    statement: Statement, catalogue: Catalogue, only_computes: Callable[[str], bool]
) -> bool:
    """Tell whether the columns behind those that LIKE takes have no users' code."""
    words, start, _, last = _like(statement.text)
    end = words.closing(start)
    if last == end:
        return True
    is_plain = _are_plain_parts(words, last + 1, end, only_computes)
    return is_plain and not _runs_types(statement, catalogue)


def _comes_plainly(
    relation: Relation,
    taken: frozenset[str],
    catalogue: Catalogue,
    only_computes: Callable[[str], bool],
) -> bool:
    """Tell whether what comes along with columns runs no users' code and quotes nothing masked.

    A default that takes the next number of a stored counter would move that.
    """
    if taken <= _MERE_LOOKS:
        return True
    if any(one.sensitivity or one.classification.embedded for one in relation.columns):
        return False
    if not taken.isdisjoint(WITH_DEFAULTS):
        defaults = [one.default for one in relation.columns if one.default]
        if any(detectors.is_opaque(one) or not only_computes(one) for one in defaults):
            return False
    # Of checks and indexes it is not known which constants they hold.
    is_known = taken <= _MERE_LOOKS | {"defaults", "generated", "identity"}
    return is_known or not (relation.code or _quotes_masked(catalogue))


def _quotes_masked(catalogue: Catalogue) -> bool:
    """Tell whether words of the schema quote a value that may be masked somewhere."""
    return catalogue.quotes_values or catalogue.found(_has_masked_defaults)


def _has_masked_defaults(catalogue: Catalogue) -> bool:
    return any(
        column.default and column.is_known_sensitive
        for relation in catalogue.user_relations()
        for column in relation.columns
    )


_WITH_COLUMNS = frozenset({RelationKind.TABLE, RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW})
WITH_DEFAULTS = frozenset({"all", "defaults", "generated"})
_MERE_LOOKS = frozenset({"comments", "compression", "statistics", "storage"})
_TAKEN = _MERE_LOOKS | {"all", "constraints", "defaults", "generated", "identity", "indexes"}


def _are_own(
    names: frozenset[tuple[str, str]],
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
) -> bool:
    """Tell whether writing to these runs nothing that was not judged when they were made."""
    return _are_made(names, catalogue, made) and not any(made[key].may_act for key in names)


def _are_made(
    names: frozenset[tuple[str, str]],
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
) -> bool:
    is_made = all(key in made and key[0] == _SCHEMA for key in names)
    return bool(names) and is_made and _is_free(names, catalogue)


def _is_free(names: frozenset[tuple[str, str]], catalogue: Catalogue) -> bool:
    """Tell whether no stored relation of any schema has one of these names."""
    return not any(one.name == name for _, name in names for one in catalogue.called(name))


def _makes_plainly(statement: Statement, only_computes: Callable[[str], bool]) -> bool:
    """Tell whether CREATE TEMPORARY TABLE or VIEW runs nothing but its query, a mere read."""
    change = statement.change
    query = change.statement if change is not None else None
    is_alone = statement.effects <= {EffectClass.DDL, EffectClass.READ, EffectClass.SESSION}
    if query is not None:
        # SELECT INTO is its own query.
        own = {EffectClass.DDL} if statement.head != "CREATE" else set()
        return is_alone and query.effects - own == {EffectClass.READ}
    return is_alone and _is_plain_table(_words(statement), only_computes)


def _is_plain_table(words: Words, only_computes: Callable[[str], bool]) -> bool:
    """Tell whether a list of columns has types, keys and what is computed, and no users' code."""
    start = next((index for index in range(words.count) if words.at(index) == "("), words.count)
    if any(words.at(index) == "of" for index in range(start)):
        # Its columns are those of a type, or of the table that it is a partition of.
        return False
    end = words.closing(start)
    ending = " ".join(words.at(index) for index in range(end + 1, words.count))
    return ending in _ENDINGS and _are_plain_parts(words, start, end, only_computes)


def _are_plain_parts(
    words: Words, start: int, end: int, only_computes: Callable[[str], bool]
) -> bool:
    """Read definitions of columns and constraints between two tokens."""
    index = start
    while index < end:
        word = words.at(index)
        index += 1
        if word in _PARTS:
            return False
        if word == "generated":
            index = _past_identity(words, index)
        elif word in _COMPUTED:
            after = _past_expression(words, index, end, is_bracketed=word != "default")
            if not only_computes(words.between(index, after)):
                return False
            index = after
    return True


def _past_identity(words: Words, index: int) -> int:
    """Go past ``ALWAYS AS IDENTITY``; to AS, where an expression comes."""
    index = words.skip(index, "always", "by", "default")
    return index + 2 if words.starts("as identity", index) else index


def _past_expression(words: Words, index: int, end: int, *, is_bracketed: bool) -> int:
    if is_bracketed:
        return words.closing(index) + 1 if words.at(index) == "(" else end
    depth = 0
    while index < end:
        word = words.at(index)
        if not depth and (word in _AFTER_DEFAULT or word in {",", ")"}):
            break
        depth += (word in {"(", "["}) - (word in {")", "]"})
        index += 1
    return index


def _structure_is_own(
    statement: Statement,
    catalogue: Catalogue,
    made: Mapping[tuple[str, str], Relation],
    only_computes: Callable[[str], bool],
) -> bool:
    """Read TRUNCATE, DROP, ALTER TABLE, CREATE INDEX and ANALYZE of relations of the session."""
    words = _words(statement)
    names = statement.writes
    match statement.head:
        case "TRUNCATE" if words.find("cascade") < 0:
            return _are_own(names, catalogue, made)
        case "DROP" if words.at(1) in {"table", "view"} and words.find("cascade") < 0:
            # Where there is none of the name, it drops nothing.
            is_doubtless = words.starts("if exists", 2) and _is_free(names, catalogue)
            return bool(names) and (is_doubtless or _are_made(names, catalogue, made))
        case "CREATE" if words.at(words.skip(1, "unique")) == "index":
            start = words.skip(words.find("on") + 1, "only")
            end = words.name(start)[2]
            end = end + 2 if words.at(end) == "using" else end
            is_plain = words.closing(end) == words.count - 1 and (
                _is_list_of_names(words, end)
                or only_computes(f"ROW{words.between(end, words.count)}")
            )
            return is_plain and _are_own(_named(words, start), catalogue, made)
        case "ALTER" if words.at(1) == "table" and _are_own(names, catalogue, made):
            is_bare = not any(one.sensitivity for key in names for one in made[key].columns)
            start = words.name(words.skip(2, "only"))[2]
            return is_bare and _changes_columns(words, start, only_computes)
        case "ANALYZE" | "ANALYSE":
            start = words.skip(1, "verbose")
            is_whole = words.name(start)[2] == words.count
            return is_whole and _are_own(_named(words, start), catalogue, made)
        case _:
            return False


def _changes_columns(words: Words, start: int, only_computes: Callable[[str], bool]) -> bool:
    """Tell whether ALTER TABLE adds, drops or renames columns and does nothing else."""
    if words.at(start) == "rename":
        place = start + 1 + (words.at(start + 1) == "column")
        is_column = words.at(place) != "to" and words.at(place + 1) == "to"
        return is_column and words.count == place + 3
    for first, end in column_changes(words, start):
        place = first + 1 + (words.at(first + 1) == "column")
        if words.at(first) == "drop":
            if words.name(place)[2] != end or not words.is_name(place):
                return False
            continue
        is_column = words.at(first) == "add" and words.at(place) not in NO_COLUMNS
        if not is_column or not _are_plain_parts(words, place + 1, end, only_computes):
            return False
    return True


def _is_list_of_names(words: Words, start: int) -> bool:
    """Tell whether brackets hold columns and their order alone.

    An expression may run code, and so may an operator class that somebody made.
    """
    is_column = True
    for index in range(start + 1, words.closing(start)):
        if words.at(index) == ",":
            is_column = True
        elif not (words.is_name(index) if is_column else words.at(index) in _ORDER):
            return False
        else:
            is_column = False
    return True


_ORDER = frozenset(
    {"asc", "desc", "nulls", "first", "last"}
    | {"text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops", "jsonb_path_ops"}
)
"""Words behind a column of an index, PostgreSQL's own operator classes among them."""


def _named(words: Words, index: int) -> frozenset[tuple[str, str]]:
    schema, name, _ = words.name(index)
    return frozenset({(schema or _SCHEMA, name)})


def _words(statement: Statement) -> Words:
    tokens = lex(statement.text, statement.engine).tokens
    while tokens and tokens[-1].value == ";":
        tokens = tokens[:-1]
    return Words(statement.text, tokens, statement.engine, "")


def _is_constant(words: Words, index: int) -> bool:
    is_literal = index < words.count and words.tokens[index].kind in {Kind.STRING, Kind.NUMBER}
    return (is_literal or words.at(index) in _CONSTANTS) and words.at(index + 1) != "("


# -- MySQL and MariaDB -------------------------------------------------------------------------


def _is_own_at_mysql(
    statement: Statement, catalogue: Catalogue, made: Mapping[tuple[str, str], Relation]
) -> bool:
    if statement.pinned or statement.fires or not statement.runs_inner or statement.sent:
        return False
    change, words = statement.change, _words(statement)
    if change is not None:
        is_made = change.kind is ChangeKind.RELATION and change.is_temporary
        query = change.statement
        is_read = query is None or query.effects == {EffectClass.READ}
        is_alone = statement.effects <= {EffectClass.DDL, EffectClass.READ}
        is_copy = query is None and copied(statement.text, catalogue, made) is not None
        return (
            is_made
            and is_read
            and is_alone
            and (is_copy or _is_plain_at_mysql(words, has_query=query is not None))
        )
    if words.starts("drop temporary table"):
        # So said, the server drops no stored table, whatever the names.
        return True
    are_own = bool(statement.writes) and all(
        key in made and made[key].is_temporary and key not in catalogue.relations
        for key in statement.writes
    )
    if words.starts("drop table"):
        return are_own
    are_own = are_own and not any(made[key].may_act for key in statement.writes)
    if are_own and statement.effects <= {EffectClass.DDL, EffectClass.DROP}:
        is_told = any(_is_told(made[key]) for key in statement.writes)
        is_emptied = words.at(0) in {"truncate", "drop"}
        return (
            len(statement.writes) == 1 and _changes_plainly(words) and (is_emptied or not is_told)
        )
    return are_own and statement.tree is not None and _writes_rows_alone(statement)


def _writes_rows_alone(statement: Statement) -> bool:
    """Tell whether it changes rows, and nothing beside them.

    A function that steps a sequence has the effect of an update too, and gives a reason for it.
    """
    is_write = not statement.effects.isdisjoint(ROW_WRITES)
    return is_write and statement.effects <= _OF_ONES_OWN and not statement.reasons


def _is_told(relation: Relation) -> bool:
    """Tell whether a column holds what is masked, or is not known: names may change places."""
    return not relation.columns or any(
        column.sensitivity or column.classification.embedded for column in relation.columns
    )


def restructures(sql: str) -> bool:
    """Tell whether what is done to a temporary table at MySQL commits, as all structure does."""
    tokens = lex(sql, Engine.MYSQL).tokens
    words = Words(sql, tokens, Engine.MYSQL, "")
    what = words.at(3 if words.starts("create or replace") else 1)
    is_of_index = words.at(0) in {"create", "drop"} and what not in {"table", "temporary"}
    return is_of_index or words.at(0) in {"alter", "truncate"}


def makes_temporary(words: Words) -> int:
    """Tell where the name stands that CREATE [OR REPLACE] TEMPORARY TABLE makes; 0: it does not.

    So said, the server replaces no stored table, whatever the name.
    """
    start = 3 if words.starts("create or replace") else 1
    if words.at(0) != "create" or not words.starts("temporary table", start):
        return 0
    return start + (5 if words.starts("if not exists", start + 2) else 2)


def copied(
    text: str, catalogue: Catalogue, made: Mapping[tuple[str, str], Relation]
) -> Relation | None:
    """Find the stored table whose columns CREATE TEMPORARY TABLE … LIKE takes.

    None where it is another of the session's, keeps its rows elsewhere, or computes a column.
    """
    words = Words(text, lex(text, Engine.MYSQL).tokens, Engine.MYSQL, "")
    start = makes_temporary(words)
    if not start:
        return None
    place = words.name(start)[2]
    schema, name, end = words.name(place + 1)
    if words.at(place) != "like" or end != words.count:
        return None
    key = (schema or next(iter(catalogue.search_path), ""), name)
    relation = catalogue.relations.get(key)
    if key in made or relation is None or relation.kind is not RelationKind.TABLE:
        return None
    # Checks, labels of an enum and defaults come along, and may quote what is masked there.
    is_plain = all(
        column.sensitivity is None
        and column.classification.embedded is None
        and _IS_DEFAULT.fullmatch(column.default)
        for column in relation.columns
    )
    return relation if is_plain and relation.storage_engine.lower() in _ENGINES else None


_IS_DEFAULT = re.compile(
    r"|null|-?[\d.]+|'[^'\\]*'|(?:current_timestamp|now|curdate)(?:\(\d?\))?", re.IGNORECASE
)


def _changes_plainly(words: Words) -> bool:
    """Tell whether ALTER, TRUNCATE or an index of a temporary table holds no code, nor moves it."""
    if words.at(0) == "truncate":
        return words.name(words.skip(1, "table"))[2] == words.count
    if words.at(0) == "alter":
        start = words.name(2)[2] if words.at(1) == "table" else words.count
        return start < words.count and all(
            _is_plain_part(words, index)
            and (words.at(index) not in _MOVING or _renames_column(words, index))
            for index in range(start, words.count)
        )
    on = words.find("on")
    end = words.name(on + 1)[2]
    if words.at(0) == "drop":
        return words.at(1) == "index" and end == words.count
    is_index = words.at(words.skip(1, "unique")) == "index"
    return is_index and words.closing(end) == words.count - 1 and _is_list_of_names(words, end)


def _renames_column(words: Words, index: int) -> bool:
    start = index if words.at(index) == "rename" else index - 3
    return words.starts("rename column", start) and words.at(start + 3) == "to"


_MOVING = frozenset(
    {"to", "engine", "type", "partition", "partitioning", "tablespace", "union", "foreign",
     "constraint", "system", "convert", "connection", "directory", "exchange", "discard", "import",
     "fulltext", "spatial", "rename", "order"}
)  # fmt: skip


def _is_plain_at_mysql(words: Words, *, has_query: bool) -> bool:
    """Tell whether a table keeps its rows with the server, and has no code of its own."""
    name = makes_temporary(words)
    if not name:
        return False
    end = start = words.name(name)[2]
    is_query = words.at(words.skip(start, "(")) in _QUERIES
    if words.at(start) == "(" and not is_query:
        end = words.closing(start) + 1
        if not all(_is_plain_part(words, index) for index in range(start, end)):
            return False
    query = words.find("as", *_QUERIES, start=end)
    ending = range(end, query if query >= 0 else words.count)
    return (query >= 0) == has_query and all(_is_plain_option(words, index) for index in ending)


def _is_plain_part(words: Words, index: int) -> bool:
    word = words.at(index)
    if word == "default":
        return _is_constant(words, index + 1) or words.at(index + 1) in _CLOCKS
    is_call = bool(word) and words.is_name(index) and words.at(index + 1) == "("
    is_named = words.at(index - 1) in {"key", "index", "unique"}
    return word not in _CODE_AT_MYSQL and (not is_call or is_named or word in _BRACKETED)


def _is_plain_option(words: Words, index: int) -> bool:
    word, before = words.at(index), words.at(index - 1)
    if word in {"engine", "type"}:
        value = words.tokens[words.skip(index + 1, "=")] if index + 1 < words.count else None
        return value is not None and value.value.casefold() in _ENGINES
    is_value = before == "=" or before in _BEFORE_VALUES
    return is_value or not word or word in _OPTIONS or word.isdigit()


_QUERIES = ("select", "with", "values", "table")
_CODE_AT_MYSQL = frozenset(
    {"check", "references", "generated", "as", "like", "nextval", "setval", "next", "period"}
)
_CLOCKS = frozenset({"now", "current_timestamp", "localtimestamp", "curdate", "curtime", "uuid"})
_ENGINES = frozenset({"innodb", "aria", "myisam", "memory", "heap"})
_OPTIONS = frozenset(
    {"=", ",", "default", "charset", "character", "set", "collate", "comment", "auto_increment",
     "row_format", "key_block_size", "max_rows", "min_rows", "avg_row_length"}
)  # fmt: skip
_BRACKETED = _CLOCKS | {
    "char", "varchar", "nchar", "nvarchar", "character", "varying", "binary", "varbinary", "text",
    "blob", "tinyint", "smallint", "mediumint", "int", "integer", "bigint", "bit", "float",
    "double", "precision", "real", "decimal", "dec", "numeric", "fixed", "enum", "set", "datetime",
    "timestamp", "time", "year", "key", "index", "unique",
}  # fmt: skip
"""What a bracket may follow in a list of columns: anything else is a call."""
_BEFORE_VALUES = frozenset({"engine", "type", "charset", "set", "collate", "comment", "row_format"})
