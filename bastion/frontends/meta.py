r"""Backslash commands: one table for the shell and for ``-c '\d users'``, on both engines.

Listings come from the catalogue that masking uses, or are SQL that goes through the runner like
any other: there is no second way to the database. What psql does with files, programs and other
hosts is left out on purpose; each such command answers with what to do instead.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bastion.core.catalogue import Catalogue, Column, Relation, RelationKind
from bastion.core.definitions import Redactor
from bastion.core.model import Engine, ResultColumn, Row, Target
from bastion.errors import UsageError
from bastion.frontends.render import folded, plural, words_columns, words_rows

_NAME_WIDTH = 22
_COLUMNS = 80
"""The narrowest terminal that people use."""
_RELATIONS_MAX = 20
"""Relations that one ``\\d PATTERN`` describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaCommand:
    r"""One backslash command, ``\dt+ sales.*``."""

    name: str
    """Without backslash, ``+`` and ``S``."""
    argument: str = ""
    is_verbose: bool = False
    has_system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of a listing."""

    columns: tuple[ResultColumn, ...]
    rows: Sequence[Row] = field(repr=False)
    title: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The answer of a listing command: our own tables, then SQL to run, if any."""

    sections: tuple[Section, ...] = ()
    sql: str = ""
    """To be run like a statement that was typed."""


SHELL_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "?": "this help",
        "q": "leave (also quit, exit, Ctrl-D)",
        "c TARGET": "go to another target: new authorisation, new recording",
        "conninfo": "who you are, where, what is recorded, which limits hold",
        "x [on|off|auto]": "one field per line; auto: when a row does not fit",
        "t": "rows only, on or off",
        "timing": "show times, on or off",
        "pset null|format|footer VALUE": "how results look",
        "limit N": "rows to show, up to the policy's limit",
        "pref vi on|off": "vi keys instead of emacs keys",
        "why": "why columns of the last result were masked, and how to ask",
        "unmask CLASS for 15m reason TEXT": "ask a reviewer to let you see a class for a while",
        "window SCHEMA.TABLE reason TEXT": "ask for 20 single-row writes of a table in 30 minutes",
        "budget": "what you may still try on masked columns today",
        "breakglass REASON": "lift holds here for 30 minutes; asks a fresh code, tells everybody",
        "undrop [NAME]": "bring a table back from quarantine; alone: list what is there",
        "reason TEXT": "the reason that reviewers read with your next held statements",
        "g or ;": "run the statement",
        "gx or \\G": "run it and show one field per line",
        "history [N]": "your last statements on this target",
        "#": "fetch names for completion again",
    }
)
LISTING_COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "l": "targets you may use, and the databases of this one",
        "d [NAME]": "relations, or the columns of one; d+ for more",
        "dt [PATTERN]": "tables",
        "dv [PATTERN]": "views",
        "dm [PATTERN]": "materialized views",
        "di [PATTERN]": "indexes",
        "ds [PATTERN]": "sequences",
        "dn": "schemas",
        "df [PATTERN]": "functions",
        "du": "database roles",
    }
)
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "!": r"\! is left out: no program runs on the bastion. Run it on your own machine.",
        "i": r"\i is left out: the bastion has none of your files. "
        "Write: ssh HOST TARGET < file.sql",
        "ir": r"\ir is left out: the bastion has none of your files. "
        "Write: ssh HOST TARGET < file.sql",
        "o": r"\o is left out: the bastion writes no files for you. "
        "Write: ssh HOST TARGET --csv -c '…' > out.csv",
        "w": r"\w is left out: the bastion writes no files for you. "
        "Write: ssh HOST TARGET --csv -c '…' > out.csv",
        "tee": "tee is left out: the session is recorded anyway. See: ssh HOST rec list",
        "e": r"\e is left out: an editor here would run on the bastion. "
        "Alt-Enter adds lines; or write the file and: ssh HOST TARGET < file.sql",
        "edit": r"\edit is left out: an editor here would run on the bastion. "
        "Write the file and: ssh HOST TARGET < file.sql",
        "copy": r"\copy is left out. To get rows out: ssh HOST TARGET --csv -c '…' > out.csv",
        "gexec": r"\gexec is left out: send the statements themselves, each is judged.",
        "gset": r"\gset is not here; write the value into the statement.",
        "set": r"\set is not here; write the value into the statement.",
        "setenv": r"\setenv is left out: there is no environment on the bastion.",
        "cd": r"\cd is left out: the bastion has none of your folders.",
        "password": r"\password is left out: ask an administrator of the database.",
        "n": r"\n is not here; keep named statements in files: ssh HOST TARGET < file.sql",
        "source": r"source is left out: the bastion has none of your files. "
        "Write: ssh HOST TARGET < file.sql",
        "system": "system is left out: no program runs on the bastion.",
        "watch": r"\watch is not here; repeat on your machine: watch ssh HOST TARGET -c '…'",
        "h": r"\h is not here; the database's own documentation has the syntax. Try \?",
    }
)
_BARE = frozenset({"tee", "source", "system", "edit"})
"""Commands of mysql that need no backslash there; no statement begins like them."""
_SLIPS = tuple(
    (re.compile(pattern, re.IGNORECASE), hint)
    for pattern, hint in (
        (r"show\s+(full\s+)?tables\b", r"\dt lists the tables."),
        (r"show\s+(databases|schemas)\b", r"\l lists targets and databases, \dn schemas."),
        (
            r"(desc|describe|show\s+(full\s+)?columns|show\s+create)\b",
            r"\d NAME describes a table.",
        ),
        (r"use\b", r"\c TARGET goes to another target."),
    )
)
_KNOWN = re.compile(r"[\\/]([A-Za-z]+|[?!#])(S?\+?S?)(?:\s+(.*))?\s*;?\s*", re.DOTALL)


def parse_meta(text: str) -> MetaCommand | None:
    r"""Read ``\dt+ NAME`` or ``/dt+ NAME``; None when the text is a statement."""
    stripped = text.strip()
    match = _KNOWN.fullmatch(stripped)
    if match is None:
        if stripped.startswith("\\"):
            word = stripped[1:].split(maxsplit=1)
            return MetaCommand(name=word[0] if word else "")
        bare = re.match(r"\w*", stripped.lower())
        return MetaCommand(name=bare[0]) if bare and bare[0] in _BARE else None
    name, marks, argument = match[1], match[2], (match[3] or "").strip().rstrip(";").strip()
    if name.endswith("S") and name[:-1] in _LISTING_NAMES:
        name, marks = name[:-1], marks + "S"
    if stripped.startswith("/") and name not in _ALL_NAMES:
        return None
    return MetaCommand(
        name=name, argument=argument, is_verbose="+" in marks, has_system="S" in marks
    )


def refusal(command: MetaCommand) -> str:
    """Say what to do instead of a command that is left out, or that nobody knows."""
    if command.name in REFUSED:
        return REFUSED[command.name]
    return f"\\{command.name[:40]} is not here; try \\?"


def slip(statement: str, engine: Engine) -> str:
    """Say how a statement of MySQL is written on PostgreSQL; empty where nothing is known."""
    if engine is not Engine.POSTGRESQL:
        return ""
    return next((hint for form, hint in _SLIPS if form.match(statement.lstrip())), "")


def is_listing(command: MetaCommand) -> bool:
    """Tell whether a command lists what a database holds; these work in exec too."""
    return command.name in _LISTING_NAMES


def help_text() -> str:
    r"""Write what ``\?`` says: what works here, and what is left out on purpose."""
    lines = ["Commands (a slash works like the backslash):"]
    for table in (SHELL_COMMANDS, LISTING_COMMANDS):
        for words, does in table.items():
            name = f"  \\{words}"
            if len(name) > _NAME_WIDTH - 2:
                lines.append(name)
                name = ""
            lines.append(folded(f"{name:{_NAME_WIDTH}}{does}", _COLUMNS, indent=_NAME_WIDTH))
    left_out = " ".join(f"\\{name}" for name in REFUSED if name not in _BARE)
    lines += [
        folded(f"Left out; each says what to do instead: {left_out}", _COLUMNS, indent=2),
        folded(
            "Keys: Enter runs a complete statement; Alt-Enter runs what is there; Ctrl-R searches "
            "the history; Tab completes; Ctrl-C clears, cancels or withdraws; Ctrl-D leaves.",
            _COLUMNS,
            indent=2,
        ),
    ]
    return "\n".join(lines) + "\n"


def listing(
    command: MetaCommand,
    *,
    catalogue: Catalogue,
    extra: Iterable[Relation],
    targets: Sequence[Target],
) -> Listing:
    r"""Answer a listing command.

    Args:
        extra: relations that the session has made.
        targets: what the principal may use, for ``\l``.

    Raises:
        UsageError: nothing of that name.
    """
    engine = catalogue.engine
    match command.name:
        case "l" | "list":
            return Listing(sections=(_targets_section(targets),), sql=_DATABASES[engine])
        case "d" if command.argument:
            return _describe(command, catalogue, extra)
        case "di" | "ds" | "du" | "dn":
            return Listing(sql=_system_sql(command, engine))
        case "df":
            return Listing(sections=(_functions_section(command, catalogue),))
        case _:
            kinds = _KINDS[command.name]
            relations = _shown(_matching(command, catalogue, extra, kinds), catalogue)
            return Listing(sections=(_relations_section(command, relations),))


_KINDS: Mapping[str, frozenset[RelationKind]] = MappingProxyType(
    {
        "d": frozenset(RelationKind) - {RelationKind.SYSTEM},
        "dt": frozenset({RelationKind.TABLE, RelationKind.FOREIGN}),
        "dv": frozenset({RelationKind.VIEW}),
        "dm": frozenset({RelationKind.MATERIALIZED_VIEW}),
    }
)
_LISTING_NAMES = frozenset({"d", "dt", "dv", "dm", "di", "ds", "dn", "df", "du", "l", "list"})
_SHELL_NAMES = frozenset(
    {
        "?", "q", "quit", "exit", "c", "connect", "use", "u", "conninfo", "status", "s", "x", "t",
        "timing", "pset", "limit", "pref", "why", "undrop", "budget", "unmask", "window",
        "breakglass", "reason", "g", "gx", "G", "history", "#", "help",
    }
)  # fmt: skip
SETTING_NAMES = frozenset({"x", "t", "timing", "limit", "pref", "reason", "pset"})
"""Commands that ``settings.change`` understands."""
_ALL_NAMES = _LISTING_NAMES | _SHELL_NAMES | frozenset(REFUSED)

_DATABASES = {
    Engine.POSTGRESQL: "SELECT datname AS database FROM pg_catalog.pg_database "
    "WHERE NOT datistemplate ORDER BY datname",
    Engine.MYSQL: "SHOW DATABASES",
}
_SYSTEM_SQL = {
    (Engine.POSTGRESQL, "di"): (
        "SELECT schemaname AS schema, indexname AS index, tablename AS table, indexdef "
        "FROM pg_catalog.pg_indexes "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'pg_toast'){and_like} "
        "ORDER BY schemaname, tablename, indexname",
        "indexname",
    ),
    (Engine.MYSQL, "di"): (
        "SELECT index_name, table_name, column_name, seq_in_index, non_unique "
        "FROM information_schema.statistics WHERE table_schema = database(){and_like} "
        "ORDER BY table_name, index_name, seq_in_index",
        "index_name",
    ),
    (Engine.POSTGRESQL, "ds"): (
        "SELECT sequence_schema AS schema, sequence_name AS sequence, data_type AS type "
        "FROM information_schema.sequences WHERE true{and_like} "
        "ORDER BY sequence_schema, sequence_name",
        "sequence_name",
    ),
    (Engine.POSTGRESQL, "dn"): (
        "SELECT schema_name AS schema FROM information_schema.schemata "
        "WHERE schema_name <> 'information_schema' AND schema_name !~ '^pg_'{and_like} "
        "ORDER BY schema_name",
        "schema_name",
    ),
    (Engine.MYSQL, "dn"): ("SHOW DATABASES", ""),
    (Engine.POSTGRESQL, "du"): (
        "SELECT rolname AS role, rolsuper AS superuser, rolcreaterole AS makes_roles, "
        "rolcreatedb AS makes_databases, rolcanlogin AS may_log_in FROM pg_catalog.pg_roles "
        "WHERE true{and_like} ORDER BY rolname",
        "rolname",
    ),
    (Engine.MYSQL, "du"): (
        "SELECT DISTINCT grantee FROM information_schema.user_privileges "
        "WHERE true{and_like} ORDER BY grantee",
        "grantee",
    ),
}


_OWN_ROLES = {Engine.POSTGRESQL: r"WHERE rolname !~ '^pg_'"}
"""Without those that the server brings; ``\\duS`` lists them too."""


def _system_sql(command: MetaCommand, engine: Engine) -> str:
    found = _SYSTEM_SQL.get((engine, command.name))
    if found is None:
        raise UsageError(f"\\{command.name} means nothing on this engine; try \\?")
    sql, column = found
    if command.name == "du" and not command.argument and not command.has_system:
        sql = sql.replace("WHERE true", _OWN_ROLES.get(engine, "WHERE true"))
    pattern = command.argument.strip('"').rpartition(".")[2]
    if not pattern or not column:
        return sql.format(and_like="")
    # Names only: whatever else was typed could carry SQL of its own.
    if not re.fullmatch(r"[\w$*?-]+", pattern):
        raise UsageError("A pattern is a name, with * for any characters.")
    like = pattern.replace("_", r"\_").replace("*", "%").replace("?", "_")
    escaped = like if engine is Engine.POSTGRESQL else like.replace("\\", "\\\\")
    return sql.format(and_like=f" AND {column} LIKE '{escaped}'")


def _targets_section(targets: Sequence[Target]) -> Section:
    rows = [
        (
            target.name,
            target.environment.value,
            "postgresql" if target.engine is Engine.POSTGRESQL else target.engine.value,
            target.database,
        )
        for target in targets
    ]
    return Section(
        title="Targets you may use",
        columns=words_columns("target", "environment", "engine", "database"),
        rows=words_rows(rows),
        footer=r"\c TARGET goes to one",
    )


def _matching(
    command: MetaCommand,
    catalogue: Catalogue,
    extra: Iterable[Relation],
    kinds: frozenset[RelationKind],
) -> list[Relation]:
    if command.has_system:
        kinds |= {RelationKind.SYSTEM}
    relations = {**catalogue.relations, **{(item.schema, item.name): item for item in extra}}
    schema_pattern, name_pattern = _patterns(command.argument, catalogue.engine)
    return [
        relations[key]
        for key in sorted(relations)
        if relations[key].kind in kinds
        and fnmatch.fnmatchcase(key[1], name_pattern)
        and (schema_pattern is None or fnmatch.fnmatchcase(key[0], schema_pattern))
    ]


def _patterns(argument: str, engine: Engine) -> tuple[str | None, str]:
    """Split ``schema.name`` with ``*``; unquoted PostgreSQL names fold to lower case."""
    parts: list[str] = []
    for quoted, bare in re.findall(r'["`]([^"`]*)["`]|([^.\s"`]+)', argument):
        if quoted:
            parts.append(re.sub(r"([*?\[])", r"[\1]", quoted))
        else:
            name = bare.lower() if engine is Engine.POSTGRESQL else bare
            parts.append(name.replace("[", "[[]"))
    if not parts:
        return None, "*"
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def _relations_section(command: MetaCommand, relations: Sequence[Relation]) -> Section:
    names = ["schema", "name", "kind", "columns", "rows (estimate)"]
    numeric = ["columns", "rows (estimate)"]
    if command.is_verbose:
        names += ["bytes", "comment"]
        numeric.append("bytes")
    rows: list[tuple[str | int | None, ...]] = []
    for relation in relations:
        row: tuple[str | int | None, ...] = (
            relation.schema,
            relation.name,
            relation.kind.value,
            len(relation.columns),
            relation.row_estimate if relation.row_estimate >= 0 else None,
        )
        if command.is_verbose:
            row = (*row, relation.size_bytes, relation.comment)
        rows.append(row)
    return Section(columns=words_columns(*names, numeric=numeric), rows=words_rows(rows))


def _functions_section(command: MetaCommand, catalogue: Catalogue) -> Section:
    schema_pattern, name_pattern = _patterns(command.argument, catalogue.engine)
    redactor = Redactor(catalogue)
    rows = [
        (
            function.schema,
            function.name,
            ", ".join(function.argument_names) or str(function.argument_count),
            redactor.redact(function.returns),
            function.language,
            "procedure" if function.is_procedure else "function",
        )
        for name in sorted(catalogue.functions)
        for function in catalogue.functions[name]
        if fnmatch.fnmatchcase(name, name_pattern.lower())
        and (schema_pattern is None or fnmatch.fnmatchcase(function.schema, schema_pattern))
    ]
    columns = words_columns("schema", "name", "arguments", "returns", "language", "kind")
    return Section(columns=columns, rows=words_rows(rows))


def _describe(command: MetaCommand, catalogue: Catalogue, extra: Iterable[Relation]) -> Listing:
    kinds = frozenset(RelationKind)
    found = _matching(command, catalogue, extra, kinds)
    schema_pattern, name = _patterns(command.argument, catalogue.engine)
    if not any(char in command.argument for char in "*?"):
        # A bare name means what it means in FROM.
        resolved = catalogue.resolve(name, schema_pattern)
        temporary = [relation for relation in found if relation.schema == "pg_temp"]
        found = temporary or ([resolved] if resolved is not None else found)
    if not found:
        raise UsageError(
            f"There is no relation {command.argument[:100]} that you may see. "
            r"\dt lists tables; \# fetches names again."
        )
    shown = _shown(found[:_RELATIONS_MAX], catalogue)
    return Listing(sections=tuple(_relation_section(command, relation) for relation in shown))


def _shown(relations: Iterable[Relation], catalogue: Catalogue) -> list[Relation]:
    """Hide what their words quote of sensitive columns, as in a result of a query."""
    redactor = Redactor(catalogue)
    return [redactor.relation(relation) for relation in relations]


def _relation_section(command: MetaCommand, relation: Relation) -> Section:
    names = ["column", "type", "nullable", "default", "shown"]
    if command.is_verbose:
        names += ["evidence", "comment"]
    rows = [_column_row(command, column) for column in relation.columns]
    return Section(
        title=f"{relation.kind.value.capitalize()} {relation.qualified_name}",
        columns=words_columns(*names),
        rows=words_rows(rows),
        footer="\n".join(_facts(command, relation)),
    )


def _column_row(command: MetaCommand, column: Column) -> tuple[str | None, ...]:
    shown = "as it is" if column.sensitivity is None else f"masked ({column.sensitivity.value})"
    row = (
        column.name,
        column.type_name,
        "" if column.is_nullable else "not null",
        column.default,
        shown,
    )
    if command.is_verbose:
        return (*row, column.classification.evidence, column.comment)
    return row


def _facts(command: MetaCommand, relation: Relation) -> list[str]:
    facts = []
    if relation.primary_key:
        facts.append(f"primary key ({', '.join(relation.primary_key)})")
    facts += [f"unique ({', '.join(key)})" for key in relation.unique_keys]
    facts += [f"trigger {trigger}" for trigger in relation.triggers]
    facts += [f"rule {rule}" for rule in relation.rules]
    facts += [f"referenced by {reference}" for reference in relation.referenced_by]
    if command.is_verbose:
        if relation.storage_engine:
            facts.append(f"engine {relation.storage_engine}")
        if relation.row_estimate > 0:
            facts.append(f"about {plural(relation.row_estimate, 'row')}")
        if relation.comment:
            facts.append(f"comment: {relation.comment}")
        if relation.definition:
            facts.append(f"definition:\n{relation.definition}")
    return facts
