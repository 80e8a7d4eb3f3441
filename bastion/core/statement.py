"""What one statement does, to which objects: split, lex, parse, classify.

An allow-list throughout: a statement is a read only when every part of it is known to read. Three
readers work together: our own lexer, which is the truth; readers of first words for what sqlglot
cannot parse; and the walk over sqlglot's tree. What any of them does not know is UNKNOWN.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from bastion.core.accounts import changes_login
from bastion.core.calls import judge_own_call, judge_procedure, procedure_of
from bastion.core.catalogue import Catalogue, Relation, RelationKind
from bastion.core.conditional import written_out
from bastion.core.effects import (
    ROW_WRITES,
    Call,
    ChangeKind,
    ContextView,
    OutputKind,
    SessionChange,
    Statement,
)
from bastion.core.findings import HERE, Findings, Place, RelationKey, Surroundings
from bastion.core.head import Head, Inner, Words
from bastion.core.heads import read_head
from bastion.core.heads_settings import config_items, together
from bastion.core.lexer import (
    CONDITIONAL_PROBLEM,
    Kind,
    Lexed,
    is_complete,
    lex,
    open_construct,
    plain_unicode,
    split,
    terminators,
    with_sequence_calls,
    without_cache_words,
    without_escapes,
    without_hints,
)
from bastion.core.measure import measuring_sql, with_arguments
from bastion.core.memo import Memo
from bastion.core.model import EffectClass, Engine, Fence
from bastion.core.routines import compound_of, run_by
from bastion.core.scrubbing import scrub_secrets, secret_spans
from bastion.core.temporary import as_own
from bastion.core.trees import examine, parse, parse_replace
from bastion.core.unwritten import BUILT_IN_TYPES

__all__ = [
    "ChangeKind",
    "ContextView",
    "OutputKind",
    "SessionChange",
    "Statement",
    "analyse",
    "analyse_anew",
    "is_complete",
    "open_construct",
    "scrub_secrets",
    "secret_spans",
    "split",
]


def analyse(text: str, *, engine: Engine, catalogue: Catalogue, context: ContextView) -> Statement:
    """Judge one statement as it would run in this session; never raises.

    Args:
        text: one piece of ``split``; more than one statement is not understood.
        context: prepared names, cursors and relations that the session has made.
    """
    parts = (
        engine, context.settings, context.prepared, context.cursors, context.relations,
        context.spelled, context.lifted,
    )  # fmt: skip
    statement = _memo.find(text, catalogue, parts)
    if statement is None:
        statement = analyse_anew(text, engine=engine, catalogue=catalogue, context=context)
        _memo.keep(text, catalogue, parts, statement)
    return statement


def analyse_anew(
    text: str, *, engine: Engine, catalogue: Catalogue, context: ContextView
) -> Statement:
    """Do what ``analyse`` does, without what is remembered of the same text."""
    analyser = _Analyser(engine, catalogue, context)
    statement = analyser.statement(text, 0)
    own = as_own(_tightened(statement), catalogue, context.relations, analyser.only_computes)
    return _unchecked(own, context.lifted)


_memo: Memo[Statement] = Memo()
_SETTINGS = ("pg_catalog", "pg_settings")
_DEPTH_MAX = 8


class _Analyser:
    """One analysis: what surrounds the text, and the way down into texts inside it."""

    def __init__(
        self,
        engine: Engine,
        catalogue: Catalogue,
        context: ContextView,
        *,
        place: Place = HERE,
        path: tuple[str, ...] | None = None,
        inside: dict[tuple[str, Place, tuple[str, ...]], Findings] | None = None,
    ) -> None:
        """Prepare to judge one text.

        Args:
            place: where it looks bare names up.
            path: where functions that it calls do; None: where the session does.
            inside: what was found in the texts of views and functions that this analysis has read.
        """
        self._engine = engine
        self._catalogue = catalogue
        self._context = context
        self._path = _search_path(catalogue, context) if path is None else path
        self._search_path = self._path if place.search_path is None else place.search_path
        self._is_inside = place.search_path is not None
        self._inside = {} if inside is None else inside
        self._relations: Mapping[RelationKey, Relation] = (
            context.relations if place.sees_session else MappingProxyType({})
        )

    def statement(self, text: str, depth: int) -> Statement:
        """Judge one statement, whatever it is."""
        plain = plain_unicode(text) if self._engine is Engine.POSTGRESQL else text
        spelled = None if depth else self._context.spelled.get(text)
        if spelled is not None:
            return self._spelled_out(text, spelled)
        plain = without_escapes(plain, self._engine)
        plain = without_hints(plain, self._engine, self._catalogue.server_version)
        plain = without_cache_words(plain, self._engine, self._catalogue.server_version)
        plain = with_sequence_calls(plain, self._engine)
        if self._engine is Engine.MYSQL and not depth:
            written = written_out(plain, self._catalogue.server_version)
            if written != plain:
                return self._written_out(text, self._statement(written, depth))
        found = self._statement(plain, depth)
        return found if found.text == text else dataclasses.replace(found, text=text)

    def _written_out(self, text: str, statement: Statement) -> Statement:
        """Take what stood in executable comments for what it is, where nothing is changed by it.

        What is looked for in the text of a write is looked for in what was typed.
        """
        if not statement.effects <= _TAME:
            unknown = self._unknown(text, statement.head, f"it holds {CONDITIONAL_PROBLEM}")
            return dataclasses.replace(unknown, pinned=statement.pinned)
        return dataclasses.replace(
            statement, text=text, sent=(statement.sent or statement.text).strip()
        )

    def _spelled_out(self, text: str, spelled: str) -> Statement:
        """Judge a statement with the text that its expression gives, which is what is sent."""
        statement = self._statement(spelled, 0)
        if not statement.is_understood:
            return dataclasses.replace(statement, text=text)
        if not statement.effects <= _TAME or statement.sent or statement.pinned:
            # What is asked of a reviewer, or of policy, is asked of a text that stands there.
            reason = "its text is computed, and does more than read. Write the text itself"
            return dataclasses.replace(
                self._unknown(text, statement.head, reason), pinned=statement.pinned
            )
        return dataclasses.replace(statement, text=text, sent=spelled.strip(), is_spelled=True)

    def _statement(self, text: str, depth: int) -> Statement:
        if depth > _DEPTH_MAX:
            return self._unknown(text, "", "it is nested too deeply")
        lexed = lex(text, self._engine)
        head_word = _head_word(lexed)
        problem = _problem(text, lexed)
        if problem:
            return self._unknown(text, head_word, problem)
        lexed = _without_end(lexed)
        if terminators(lexed.tokens, self._engine):
            return self._unknown(text, head_word, "it is more than one statement")
        database = self._search_path[0] if self._search_path else ""
        head = read_head(text, lexed.tokens, self._engine, database=database)
        is_pg = self._engine is Engine.POSTGRESQL
        if head_word in ({"DO", "CALL"} if is_pg else {"BEGIN"}):
            block = (self._block if is_pg else self._compound)(text, head_word, depth)
            if block is not None:
                return block
        has_own = head_word == "SELECT" and self._has_own_settings()
        if head is None and not has_own:
            found = (self._with_settings if is_pg else self._analysed)(text, lexed, depth)
            if found is not None:
                return found
        if head is None or has_own:
            return self._tree_statement(text, lexed, head_word, depth)
        if changes_login(lexed.tokens, self._catalogue.logins):
            head = dataclasses.replace(head, pinned=(*head.pinned, "login"))
        return self._head_statement(text, head, head_word, depth)

    def read(self, text: str, depth: int, place: Place) -> Findings:
        """Judge the text of a view or function, as a part of the statement that uses it.

        Each is read once: code that calls itself, or others that call others twice, would be read
        as often as it would run.
        """
        path = (
            self._path if place.search_path is None or not place.is_inherited else place.search_path
        )
        key = (text, place, path)
        known = self._inside.get(key)
        if known is not None:
            return known
        findings = Findings()
        findings.effects.add(EffectClass.READ)
        endless = Findings()
        endless.doubt("A view or function uses itself.")
        self._inside[key] = endless
        try:
            pieces = split(text, self._engine)
        except Exception:  # noqa: BLE001
            pieces = ()
        if not pieces or depth > _DEPTH_MAX:
            findings.doubt("A view or function cannot be read.")
        reader = _Analyser(
            self._engine,
            self._catalogue,
            self._context,
            place=place,
            path=path,
            inside=self._inside,
        )
        for piece in pieces:
            inner = reader.statement(piece, depth)
            findings.effects |= inner.effects
            findings.reads |= inner.reads
            findings.functions |= inner.functions
            # Inside other code nothing is sent in another form, nor looked at afterwards.
            findings.pinned.extend((*inner.pinned, *_settings_of(inner)))
            findings.reasons.extend(inner.reasons)
        self._inside[key] = findings
        return findings

    def _with_settings(self, text: str, lexed: Lexed, depth: int) -> Statement | None:
        """Judge ``SELECT set_config(…), version()`` as SET and what else it selects.

        None where that is not all that it does, or a setting is none that a session may have.
        """
        if self._engine is not Engine.POSTGRESQL or "set_config" not in text.lower():
            return None
        plain, heads = text, []
        for head, start, end in config_items(Words(text, lexed.tokens, self._engine, "")):
            first, *_, value, _, _, last = lexed.tokens[start:end]
            written = text[value.start : value.end].ljust(last.end - first.start)
            plain = f"{plain[: first.start]}{written}{plain[last.end :]}"
            heads.append(self._path_as_before(head) if head.name == "search_path" else head)
        if not heads or any(one.effects != {EffectClass.SESSION} for one in heads):
            return None
        rest = self._statement(plain, depth + 1)
        is_bare = isinstance(rest.tree, exp.Select) and not any(
            part for name, part in rest.tree.args.items() if name != "expressions"
        )
        if not is_bare or rest.effects != {EffectClass.READ} or rest.reads or rest.functions:
            return None
        head = together(heads)
        change = SessionChange(
            kind=ChangeKind.SET, name=head.name, value=head.value, settings=head.settings
        )
        effects = rest.effects | {EffectClass.SESSION}
        return _under(dataclasses.replace(rest, text=text, change=change), effects)

    def _block(self, text: str, word: str, depth: int) -> Statement | None:
        """Judge DO or CALL by what its code does; None where that is more than to read."""
        function = run_by(text, self._catalogue)
        if function is None or depth:
            return None
        findings = Findings()
        judge_own_call(function.name, (function,), findings, self._surroundings(depth))
        if findings.effects or findings.pinned:
            return None
        return self._read_by_code(text, word, findings, ".do")

    def _compound(self, text: str, word: str, depth: int) -> Statement | None:
        """Judge MariaDB's BEGIN NOT ATOMIC … END as a procedure that is called where it is made.

        None where it does more than to read.
        """
        function = compound_of(text, next(iter(self._search_path), ""))
        if function is None or depth:
            return None
        findings = Findings()
        judge_procedure(function, findings, self._surroundings(depth))
        if findings.effects or findings.pinned or not findings.is_understood:
            return None
        own = f"{function.schema}.{function.name}"
        return dataclasses.replace(
            self._read_by_code(text, word, findings, own),
            output=OutputKind.TREE,
            call=Call(function=function, arguments=()),
        )

    def _read_by_code(self, text: str, word: str, findings: Findings, own: str) -> Statement:
        """Make the statement of code that only reads; ``own`` is the code's own name."""
        return Statement(
            text=text,
            engine=self._engine,
            head=word,
            effects=frozenset({EffectClass.READ}),
            fence=Fence.READ_ONLY,
            output=OutputKind.NONE,
            reads=frozenset(findings.reads),
            functions=frozenset(findings.functions - {own}),
        )

    def _analysed(self, text: str, lexed: Lexed, depth: int) -> Statement | None:
        """Judge ``SELECT … PROCEDURE ANALYSE(…)`` as its query.

        None where it is none, or does more than to read.
        """
        words = Words(text, lexed.tokens, self._engine, "")
        start = words.find("procedure")
        if depth or words.at(0) != "select" or start < 1:
            return None
        given = lexed.tokens[start + 3 : -1]
        is_whole = words.starts("procedure analyse (", start) and words.at(words.count - 1) == ")"
        if not is_whole or any(one.kind is not Kind.NUMBER and one.value != "," for one in given):
            return None
        query = self._statement(text[: lexed.tokens[start].start], 1)
        is_read = query.effects == {EffectClass.READ} and query.output is OutputKind.TREE
        if not is_read or query.change is not None or query.pinned or query.sent:
            return None
        return dataclasses.replace(query, text=text, is_analysed=True, measuring_sql=None)

    def only_computes(self, expression: str) -> bool:
        """Tell whether an expression reads nothing and runs nothing but what is built in."""
        found = self.read(f"SELECT {expression}", 1, HERE)
        return found.effects == {EffectClass.READ} and not found.reads and not found.functions

    def _has_own_settings(self) -> bool:
        """Tell whether somebody's function or relation may stand where the server's is written."""
        functions = self._catalogue.functions.keys() & {"set_config", "pg_show_all_settings"}
        places = {(schema, "pg_settings") for schema in self._search_path} - {_SETTINGS}
        return bool(
            functions
            or places & self._catalogue.relations.keys()
            or any(name == "pg_settings" for _, name in self._relations)
        )

    def _surroundings(self, depth: int) -> Surroundings:
        return Surroundings(
            engine=self._engine,
            catalogue=self._catalogue,
            relations=self._relations,
            search_path=self._search_path,
            judge_read=self.read,
            depth=depth,
        )

    # Statements that sqlglot parses

    def _tree_statement(self, text: str, lexed: Lexed, head: str, depth: int) -> Statement:
        tree: exp.Expression | str
        is_replace = head == "REPLACE" and self._engine is Engine.MYSQL
        if is_replace:
            tree, lexed = parse_replace(text, lexed)
        elif self._engine is Engine.POSTGRESQL:
            plain, lexed = _without_scope(text, lexed)
            tree = parse(plain, lexed, self._engine)
        else:
            tree = parse(text, lexed, self._engine)
        if isinstance(tree, str):
            return self._unknown(text, head, tree)
        try:
            findings = examine(tree, lexed, self._surroundings(depth))
        except RecursionError:
            return self._unknown(text, head, "it is nested too deeply")
        except Exception:  # noqa: BLE001
            # An odd tree must never pass, nor end the session.
            return self._unknown(text, head, "its tree is not understood")
        if is_replace:
            findings.effects.add(EffectClass.DELETE)
        return self._from_findings(text, tree, findings, head)

    def _from_findings(
        self, text: str, tree: exp.Expression, findings: Findings, head: str
    ) -> Statement:
        effects = frozenset(findings.effects)
        if not effects.isdisjoint(ROW_WRITES) and not findings.reads:
            effects -= {EffectClass.READ}
        into = _into_change(tree, self._engine)
        if into is not None and not into[1]:
            effects |= {EffectClass.SESSION}
        statement = Statement(
            text=text,
            engine=self._engine,
            head=head,
            effects=effects,
            fence=_fence(effects),
            output=_output_of(tree),
            tree=tree,
            is_understood=findings.is_understood,
            reasons=(
                *findings.reasons,
                *(f"It fires the trigger {one}." for one in findings.fires),
            ),
            is_whole_table=findings.is_whole_table,
            reads=frozenset(findings.reads),
            writes=frozenset(findings.writes),
            functions=frozenset(findings.functions),
            measuring_sql=measuring_sql(tree, self._engine),
            fires=tuple(findings.fires),
            pinned=tuple(findings.pinned),
        )
        if into is None:
            return statement
        return _with_into(statement, into)

    # Statements that their first words tell

    def _head_statement(self, text: str, head: Head, word: str, depth: int) -> Statement:
        for name in head.types:
            if name in self._catalogue.casts or name in self._catalogue.cast_columns:
                return self._unknown(text, word, f"a value of the type {name} runs code")
        is_pg = self._engine is Engine.POSTGRESQL
        if is_pg and head.change is ChangeKind.SET and head.name == "search_path":
            head = self._path_as_before(head)
        head = self._as_set_before(head)
        named = self._of_name(text, head, word, depth)
        if named is not None:
            return named
        inner = self.statement(head.inner, depth + 1) if head.inner_use and head.inner else None
        is_setting = head.change is ChangeKind.SET and head.name[:1] != "@"
        if inner is not None and head.inner_use is Inner.RUN and _is_computed_setting(inner):
            return self._unknown(text, word, "it sets a setting to what is computed")
        if inner is not None and is_setting and (inner.reads or inner.functions):
            return self._unknown(text, word, "a setting takes what is read from tables")
        if head.inner_use is not None and inner is None:
            return self._unknown(text, word, "a statement is missing inside")
        base = self._plain(text, head, word, depth)
        if inner is None or head.inner_use is None:
            return base
        combined = _combine(base, head.inner_use, inner)
        return self._with_arguments(combined, head) if word == "EXECUTE" else combined

    def _of_name(self, text: str, head: Head, word: str, depth: int) -> Statement | None:
        """Judge what runs under a name: what was prepared, a cursor's query, a procedure."""
        if head.prepared is not None:
            return self._execute(text, head, word, depth)
        if head.cursor is not None:
            is_handler = word == "HANDLER"
            return self._handler(text, head, depth) if is_handler else self._fetch(text, head, word)
        if head.called is not None:
            return self._call(text, head, word, depth)
        return None

    def _as_set_before(self, head: Head) -> Head:
        """Let a session that has made itself read-only go back, as its login began."""
        name = "default_transaction_read_only"
        if head.pinned != (name,) or name not in dict(self._context.settings):
            return head
        return dataclasses.replace(
            head, effects=frozenset({EffectClass.SESSION}), pinned=(), reasons=()
        )

    def _path_as_before(self, head: Head) -> Head:
        """Tell SET search_path to the path that holds, the login's, or schemas that are known.

        Whatever bare names mean then, the next statement is judged by it. A schema that nobody
        has seen may hold anything, and one of the session or the system hides what is built in.
        """
        parts = [_schema(part.strip()) for part in head.value.split(",")]
        if parts[0] == "pg_catalog":
            # Where it is looked for first anyway; anywhere else, what is built in may be hidden.
            parts = parts[1:]
        if tuple(parts) == self._path:
            head = head if head.settings else dataclasses.replace(head, change=None)
        elif parts != ["default"] and not self._is_known_path(parts):
            return head
        return dataclasses.replace(head, effects=frozenset({EffectClass.SESSION}), reasons=())

    def _is_known_path(self, parts: list[str]) -> bool:
        # The server says afterwards which of them there are: a user's own, or none at all.
        named = frozenset(parts) - {"", "$user", "pg_catalog"}
        if not self._known_schemas() >= named:
            return False
        before = parts[: parts.index("pg_catalog")] if "pg_catalog" in parts else []
        return not before or not self._hides_built_in(before)

    def _hides_built_in(self, schemas: list[str]) -> bool:
        """Tell whether one of these has a table or type that is called like one of the server's.

        Functions and operators of users count wherever they are.
        """
        catalogue = self._catalogue
        own = {
            name
            for (_, name), relation in catalogue.relations.items()
            if relation.kind is not RelationKind.SYSTEM
        }
        own |= {one.split(" ")[0].rpartition(".")[2].strip('"') for one in catalogue.types}
        served = {name for schema, name in catalogue.relations if schema == "pg_catalog"}
        return "$user" in schemas or not own.isdisjoint(served | BUILT_IN_TYPES)

    def _known_schemas(self) -> frozenset[str]:
        catalogue = self._catalogue
        with_relations = {
            schema
            for (schema, _), relation in catalogue.relations.items()
            if relation.kind is not RelationKind.SYSTEM
        }
        with_functions = {one.schema for found in catalogue.functions.values() for one in found}
        found = with_relations | with_functions | set(catalogue.search_path)
        return frozenset(one for one in found if not one.startswith("pg_"))

    def _plain(self, text: str, head: Head, word: str, depth: int) -> Statement:
        around = self._surroundings(0)
        writes = frozenset(around.resolve(name, schema)[0] for schema, name in head.writes)
        reads = frozenset(around.resolve(name, schema)[0] for schema, name in head.reads)
        change = None
        if head.change is not None:
            change = SessionChange(
                kind=head.change,
                name=head.name,
                schema=self._schema_of(head),
                is_temporary=head.is_temporary,
                value=head.value,
                settings=head.settings,
            )
        is_known = EffectClass.UNKNOWN not in head.effects
        fence = _fence(head.effects)
        if head.output is OutputKind.SETTING and self._engine is Engine.POSTGRESQL:
            # SHOW runs nothing, and tells of the session, not of a fence around the question.
            fence = Fence.SESSION
        return Statement(
            text=text,
            engine=self._engine,
            head=word,
            effects=head.effects,
            fence=fence,
            output=head.output,
            is_understood=is_known,
            reasons=head.reasons,
            reads=reads,
            writes=writes,
            change=change,
            sent=head.sent,
            remark=head.remark,
            asks=None if depth else head.asks,
            pinned=head.pinned,
        )

    def _schema_of(self, head: Head) -> str:
        if head.change is not ChangeKind.RELATION:
            return head.schema
        if head.is_temporary and self._engine is Engine.POSTGRESQL:
            return "pg_temp"
        return head.schema or (self._search_path[0] if self._search_path else "")

    def _execute(self, text: str, head: Head, word: str, depth: int) -> Statement:
        name = head.prepared or ""
        prepared = self._context.prepared.get(name)
        if prepared is None:
            return self._unknown(text, word, f"nothing is prepared under the name {name}")
        # Judged again: what the text means may have changed since it was prepared.
        inner = self.statement(prepared.text, depth + 1)
        if _is_computed_setting(inner):
            return self._unknown(text, word, "it sets a setting to what is computed")
        run = dataclasses.replace(
            inner,
            text=text,
            head=word,
            change=inner.change,
            resolved=prepared.text,
        )
        return self._with_arguments(run, head)

    def _with_arguments(self, run: Statement, head: Head) -> Statement:
        """Find the rows of what is executed by the values that it is given."""
        if run.is_analysed or run.effects.isdisjoint(ROW_WRITES):
            return dataclasses.replace(run, measuring_sql=None)
        measured = with_arguments(run.resolved, head.arguments, self._engine)
        counted = None if measured is None else measuring_sql(measured, self._engine)
        return dataclasses.replace(run, measured=measured, measuring_sql=counted)

    def _call(self, text: str, head: Head, word: str, depth: int) -> Statement:
        """Judge a CALL by what the procedure's body does, and by what is given to it."""
        schema, name = head.called or (None, "")
        around = self._surroundings(depth)
        function = procedure_of(name, schema, around)
        if function is None or len(head.arguments) != len(function.argument_modes):
            return self._unknown(text, word, "a procedure runs code that is not read")
        findings = Findings()
        judge_procedure(function, findings, around)
        given, taken = [], []
        for written, mode in zip(head.arguments, function.argument_modes, strict=True):
            if mode != "IN":
                # In the body of another one the server takes variables of that body only.
                kind = _OWN_VARIABLE if self._is_inside else _USER_VARIABLE
                variable = kind.fullmatch(written)
                taken.append(variable.group(1).casefold() if variable else "")
            if mode != "OUT":
                given.append(f"({written})")
        if not all(taken):
            findings.doubt("What the procedure gives back goes to what is not a plain @variable.")
        if given:
            inner = self.statement(f"SELECT {', '.join(given)}", depth + 1)
            findings.reads |= inner.reads
            findings.functions |= inner.functions
            findings.pinned.extend(inner.pinned)
            if inner.effects != {EffectClass.READ} or inner.change is not None:
                findings.doubt("What the procedure is given does more than read.")
        effects = frozenset(findings.effects) or frozenset({EffectClass.READ})
        change = None
        if taken and not self._is_inside:
            effects |= {EffectClass.SESSION}
            change = SessionChange(kind=ChangeKind.SET, name=f"@{taken[0]}")
        return Statement(
            text=text,
            engine=self._engine,
            head=word,
            effects=effects,
            fence=_fence(effects),
            output=OutputKind.TREE if findings.is_understood else OutputKind.UNKNOWN,
            is_understood=findings.is_understood,
            reasons=tuple(findings.reasons),
            reads=frozenset(findings.reads),
            functions=frozenset(findings.functions),
            change=change,
            call=Call(function=function, arguments=head.arguments),
            pinned=tuple(findings.pinned),
        )

    def _fetch(self, text: str, head: Head, word: str) -> Statement:
        cursor = self._context.cursors.get(head.cursor or "")
        if cursor is None:
            return self._unknown(text, word, f"no cursor of the name {head.cursor} is open")
        return dataclasses.replace(
            cursor,
            text=text,
            head=word,
            fence=Fence.SESSION,
            output=OutputKind.NONE if word == "MOVE" else OutputKind.TREE,
            change=None,
            measuring_sql=None,
        )

    def _handler(self, text: str, head: Head, depth: int) -> Statement:
        """Judge HANDLER … READ as the query that gives the same rows.

        It reads the table that it was opened on, as that is now, whatever the name means by now.
        """
        cursor = self._context.cursors.get(head.cursor or "")
        exposed = cursor.exposed if cursor is not None else None
        if cursor is None or exposed is None or exposed.columns is None:
            return self._unknown(text, "HANDLER", f"no handler of the name {head.cursor} is open")
        if not self._context.relations.keys().isdisjoint(cursor.reads):
            return self._unknown(text, "HANDLER", "a table of the session has the name of its own")
        query = f"{cursor.text} AS `{head.cursor}`"
        if head.value:
            query += f" WHERE {head.value}"
        if head.name:
            query += f" ORDER BY {', '.join(map(str, range(1, len(exposed.columns) + 1)))}"
        inner = self.statement(query, depth + 1)
        if inner.effects != {EffectClass.READ} or inner.functions:
            return self._unknown(text, "HANDLER", "its condition does more than read")
        return dataclasses.replace(
            inner, text=text, head="HANDLER", measuring_sql=None, exposed=exposed
        )

    def _unknown(self, text: str, head: str, reason: str) -> Statement:
        return Statement(
            text=text,
            engine=self._engine,
            head=head,
            effects=frozenset({EffectClass.UNKNOWN}),
            fence=Fence.WRITE,
            output=OutputKind.UNKNOWN,
            is_understood=False,
            reasons=(f"Not understood: {reason}.",),
        )


_USER_VARIABLE, _OWN_VARIABLE = re.compile(r"@(\w+)"), re.compile(r"`?(\w+)`?")
_TAME = frozenset({EffectClass.READ, EffectClass.SESSION, EffectClass.TRANSACTION})


def _fence(effects: frozenset[EffectClass]) -> Fence:
    if effects == {EffectClass.READ}:
        return Fence.READ_ONLY
    return Fence.SESSION if effects <= _TAME else Fence.WRITE


def _unchecked(statement: Statement, lifted: frozenset[str]) -> Statement:
    """Take a write that the server checks less than it would for administration as well."""
    if not lifted or statement.effects <= _TAME or statement.is_temporary:
        return statement
    names = " and ".join(sorted(lifted))
    reason = f"In this session {names} {'are' if len(lifted) > 1 else 'is'} off."
    return dataclasses.replace(
        statement,
        effects=statement.effects | {EffectClass.ADMIN},
        reasons=(*statement.reasons, reason),
    )


def _tightened(statement: Statement) -> Statement:
    """Run what only reads and sets state of the session inside the read-only fence too.

    A rollback leaves MySQL's user variables set, and PostgreSQL's random seed: so nothing is lost.
    """
    if not statement.effects <= {EffectClass.READ, EffectClass.SESSION}:
        return statement
    change = statement.change
    if _asks_of_the_fence(statement):
        return dataclasses.replace(statement, fence=Fence.SESSION)
    is_variable = change is not None and change.kind is ChangeKind.SET and change.name[:1] == "@"
    is_rows = statement.tree is not None or statement.call is not None
    is_query = is_rows and change is None and statement.runs_inner
    # A cursor moves where it was opened.
    is_query &= statement.head not in {"FETCH", "MOVE"}
    is_inside = is_variable or is_query
    is_inside |= statement.engine is Engine.MYSQL and statement.head == "DO"
    if not is_inside or statement.fence is Fence.READ_ONLY:
        return statement
    return dataclasses.replace(statement, fence=Fence.READ_ONLY)


def _asks_of_the_fence(statement: Statement) -> bool:
    """Tell whether a server is asked what the fence around a read would answer for the session."""
    is_read = statement.effects == {EffectClass.READ}
    is_bare = is_read and not statement.reads and not statement.functions
    if not is_bare or _OF_THE_FENCE[statement.engine].search(statement.text) is None:
        return False
    if statement.engine is Engine.MYSQL:
        return True
    # Types, casts and operators may call code of users: nothing but these calls stands there.
    tokens = lex(statement.text, statement.engine).tokens
    words = [one.value.lower() for one in tokens if one.kind is not Kind.STRING]
    return statement.head == "SELECT" and _ASKING.issuperset(words)


_OF_THE_FENCE = {
    Engine.MYSQL: re.compile(r"tx_read_only|transaction_read_only|in_transaction", re.IGNORECASE),
    Engine.POSTGRESQL: re.compile(
        r"'transaction_(?:read_only|isolation|deferrable)'", re.IGNORECASE
    ),
}
_ASKING = frozenset(
    {"select", "pg_catalog", ".", "current_setting", "pg_is_in_recovery", "version", "(", ")", ","}
)


def _combine(base: Statement, use: Inner, inner: Statement) -> Statement:
    """Put the statement inside into the one around it."""
    combined = dataclasses.replace(
        base,
        tree=inner.tree,
        is_understood=inner.is_understood and base.is_understood,
        reasons=(*base.reasons, *inner.reasons),
        reads=base.reads | inner.reads,
        writes=base.writes | inner.writes,
        functions=inner.functions,
        is_whole_table=inner.is_whole_table,
        pinned=(*base.pinned, *inner.pinned),
        fires=inner.fires,
        call=inner.call,
        measuring_sql=inner.measuring_sql if use in _RUNNING else None,
    )
    if use is Inner.PLAN_AND_RUN:
        combined = dataclasses.replace(combined, pinned=(*combined.pinned, *_settings_of(inner)))
    match use:
        case Inner.PLAN:
            return _planned(combined, inner)
        case Inner.PLAN_AND_RUN:
            effects = inner.effects
            return _under(dataclasses.replace(combined, change=inner.change), effects)
        case Inner.COPY:
            return _under(
                dataclasses.replace(combined, is_copy_out=True, resolved=inner.text),
                inner.effects | base.effects,
            )
        case Inner.RUN:
            run = dataclasses.replace(
                combined,
                output=inner.output,
                change=inner.change,
                runs_inner=inner.runs_inner,
                sent=inner.sent,
                remark=inner.remark,
                resolved=inner.text if base.head == "EXECUTE" else "",
            )
            return _under(run, inner.effects)
        case Inner.FILL:
            return _filled(combined, base, inner)
        case Inner.CONDITION:
            return _chosen(base, inner)
        case Inner.PREPARE | Inner.DECLARE | Inner.EXPRESSION:
            return _remembered(combined, base, use, inner)


_RUNNING = frozenset({Inner.RUN, Inner.PLAN_AND_RUN, Inner.COPY})


def _planned(combined: Statement, inner: Statement) -> Statement:
    # A planner may run immutable functions and MariaDB's runs subqueries: what is in doubt stays.
    effects = (inner.effects & _DOUBTFUL) | {EffectClass.READ}
    planned = dataclasses.replace(
        combined, runs_inner=False, writes=frozenset(), is_whole_table=False, fires=()
    )
    if effects == {EffectClass.READ}:
        planned = dataclasses.replace(planned, reasons=())
    planned = _under(dataclasses.replace(planned, reads=inner.reads | inner.writes), effects)
    is_of_write = inner.effects != {EffectClass.READ} and not inner.functions
    if planned.fence is Fence.READ_ONLY and is_of_write and planned.engine is Engine.MYSQL:
        # There a read-only transaction refuses to plan what it would not run.
        return dataclasses.replace(planned, fence=Fence.SESSION)
    return planned


_DOUBTFUL = frozenset({EffectClass.UNKNOWN, EffectClass.OUTSIDE, EffectClass.ADMIN})


def _chosen(base: Statement, inner: Statement) -> Statement:
    """Judge a SHOW by its condition, which may compute of its own rows and do nothing else."""
    if inner.effects == {EffectClass.READ} and not inner.reads and not inner.functions:
        return base
    reasons = ("The condition of SHOW reads more than its own rows.", *inner.reasons)
    unread = dataclasses.replace(base, is_understood=False, reasons=reasons)
    return _under(unread, base.effects | inner.effects | {EffectClass.UNKNOWN})


def _filled(combined: Statement, base: Statement, inner: Statement) -> Statement:
    effects = base.effects | (inner.effects - {EffectClass.READ})
    change = base.change
    if change is not None:
        change = dataclasses.replace(change, statement=inner)
    filled = dataclasses.replace(combined, change=change, output=OutputKind.NONE)
    return _under(filled, effects)


def _remembered(combined: Statement, base: Statement, use: Inner, inner: Statement) -> Statement:
    change = base.change
    if change is not None:
        change = dataclasses.replace(change, statement=inner)
    if use is Inner.PREPARE:
        # Preparing runs nothing; the text is judged when it is executed, and now for doubt.
        effects = frozenset({EffectClass.SESSION}) | (inner.effects & {EffectClass.UNKNOWN})
        kept = dataclasses.replace(
            combined, change=change, runs_inner=False, writes=frozenset(), is_whole_table=False
        )
        if inner.is_understood:
            kept = dataclasses.replace(kept, reasons=(), pinned=())
        return _under(kept, effects)
    effects = frozenset({EffectClass.SESSION}) | (inner.effects - {EffectClass.READ})
    if use is Inner.DECLARE and not inner.effects <= {EffectClass.READ, EffectClass.SESSION}:
        effects = inner.effects | {EffectClass.SESSION}
    return _under(dataclasses.replace(combined, change=change, output=OutputKind.NONE), effects)


def _under(statement: Statement, effects: frozenset[EffectClass]) -> Statement:
    return dataclasses.replace(statement, effects=effects, fence=_fence(effects))


def _problem(text: str, lexed: Lexed) -> str:
    """Say why the text cannot be trusted to mean one thing; empty when it can."""
    if "\0" in text:
        return "it holds a NUL byte"
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return "it is not valid UTF-8"
    if lexed.problems:
        return f"it holds {lexed.problems[0]}"
    if lexed.open_construct:
        return "a quote, comment or parenthesis is not closed"
    if not lexed.tokens:
        return "it holds no statement"
    if len(lexed.tokens) > _TOKENS_MAX or _nesting(lexed) > _NESTING_MAX:
        return "it is too long or nested too deeply"
    return ""


def _nesting(lexed: Lexed) -> int:
    """Measure how deep parentheses, brackets and CASE lie in each other."""
    depth = deepest = 0
    for token in lexed.tokens:
        if token.value in _OPENING and token.kind in _SIGNS:
            depth += 1
            deepest = max(deepest, depth)
        elif token.value in _CLOSING and token.kind in _SIGNS:
            depth -= 1
    return deepest


_SIGNS = frozenset({Kind.OPERATOR, Kind.WORD})
_OPENING = frozenset({"(", "[", "case"})
_CLOSING = frozenset({")", "]", "end"})
_NESTING_MAX = 100
_TOKENS_MAX = 20_000


def _without_end(lexed: Lexed) -> Lexed:
    """Leave a terminator at the end out."""
    tokens = lexed.tokens
    while len(tokens) > 1 and tokens[-1].kind is Kind.OPERATOR and tokens[-1].value == ";":
        tokens = tokens[:-1]
    return lexed if tokens is lexed.tokens else dataclasses.replace(lexed, tokens=tokens)


def _without_scope(text: str, lexed: Lexed) -> tuple[str, Lexed]:
    """Leave LOCAL or GLOBAL out of ``INTO LOCAL TEMPORARY``: it means nothing to PostgreSQL."""
    words = [one.value if one.kind is Kind.WORD else "" for one in lexed.tokens]
    for place, word in enumerate(words):
        is_scope = word in {"local", "global"} and words[place - 1] == "into"
        if is_scope and words[place + 1 : place + 2] in (["temp"], ["temporary"]):
            one = lexed.tokens[place]
            blank = " " * (one.end - one.start)
            tokens = (*lexed.tokens[:place], *lexed.tokens[place + 1 :])
            text = f"{text[: one.start]}{blank}{text[one.end :]}"
            return text, dataclasses.replace(lexed, tokens=tokens)
    return text, lexed


def _head_word(lexed: Lexed) -> str:
    for token in lexed.tokens:
        if token.kind is Kind.WORD:
            return token.value.upper()
        if token.value != "(":
            break
    return ""


def _output_of(tree: exp.Expression) -> OutputKind:
    if isinstance(tree, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
        return OutputKind.TREE if tree.args.get("returning") else OutputKind.NONE
    if isinstance(tree, exp.Select) and tree.args.get("into") is not None:
        return OutputKind.NONE
    return OutputKind.TREE


def _into_change(tree: exp.Expression, engine: Engine) -> tuple[str, bool, bool] | None:
    """Read SELECT INTO: (name, makes a relation, temporary)."""
    into = tree.args.get("into")
    if not isinstance(into, exp.Into) or into.this is None:
        return None
    target = into.this
    if isinstance(target, exp.Table) and isinstance(target.this, exp.Parameter):
        return f"@{target.name.lower()}", False, False
    name = target.name
    if engine is Engine.POSTGRESQL and isinstance(target, exp.Table):
        identifier = target.this
        name = name if identifier.args.get("quoted") else name.lower()
    return name, True, bool(into.args.get("temporary"))


def _with_into(statement: Statement, into: tuple[str, bool, bool]) -> Statement:
    name, is_relation, is_temporary = into
    kind = ChangeKind.RELATION if is_relation else ChangeKind.SET
    inner = dataclasses.replace(statement, output=OutputKind.TREE)
    change = SessionChange(
        kind=kind,
        name=name,
        schema="pg_temp" if is_temporary else "",
        is_temporary=is_temporary,
        statement=inner,
    )
    return dataclasses.replace(statement, change=change, measuring_sql=None)


def _settings_of(statement: Statement) -> tuple[str, ...]:
    """Name the settings of a MySQL session that a statement sets, encodings included."""
    change = statement.change
    if statement.engine is not Engine.MYSQL:
        return ()
    if change is None or change.kind is not ChangeKind.SET or change.name[:1] == "@":
        return ("character_set",) if statement.sent else ()
    return (change.name, *(name for name, _ in change.settings))


def _is_computed_setting(statement: Statement) -> bool:
    """Tell whether a setting takes what is computed: traced where the SET itself is sent only."""
    is_set = statement.tree is not None and statement.head == "SET"
    return is_set and bool(_settings_of(statement))


def _schema(written: str) -> str:
    if written[:1] in {"'", '"'}:
        return written.strip("'\"")
    return written.lower()


def _search_path(catalogue: Catalogue, context: ContextView) -> tuple[str, ...]:
    for name, value in context.settings:
        if name == "search_path":
            parts = [part.strip().strip("\"'") for part in value.split(",")]
            return tuple(part for part in parts if part and part != "$user")
    return catalogue.search_path
