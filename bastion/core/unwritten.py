"""Code that PostgreSQL runs although no call of it is written.

A value that is made of a type runs the type's input and checks, ``row.name`` calls a function,
operators are functions, and some words stand for operators.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Dialect, exp, parser

from bastion.core.builtins import names as word_list
from bastion.core.calls import judge_own_call
from bastion.core.catalogue import Relation
from bastion.core.findings import Findings, Surroundings, identifier_name
from bastion.core.lexer import Kind, Token
from bastion.core.model import Engine


def judge_unwritten(
    tree: exp.Expr, tokens: tuple[Token, ...], findings: Findings, around: Surroundings
) -> None:
    """Judge casts, operators, ``row.function`` and values that become those of a type unseen."""
    catalogue = around.catalogue
    for index, token in enumerate(tokens):
        if token.kind is Kind.STRING and index:
            _typed_literal(tokens[index - 1], findings)
        elif token.kind in _NAMES and index and tokens[index - 1].value == ".":
            _attribute(tree, tokens, index, findings, around)
    if catalogue.operators:
        _operators(tokens, catalogue.operators, findings)
    if catalogue.casts:
        _hidden_types(tokens, catalogue.casts, findings)
        _bare_values(tree, tokens, findings, around)
    if catalogue.cast_columns:
        _unseen_casts(findings, around)


_NAMES = frozenset({Kind.WORD, Kind.QUOTED})


def _typed_literal(before: Token, findings: Findings) -> None:
    """``name 'text'`` casts to a type of that name: only built-in types are known."""
    if before.kind is Kind.QUOTED or (
        before.kind is Kind.WORD and before.value not in _BEFORE_STRING
    ):
        findings.doubt(f"A string of the type {before.value}, which is not known.")


def _attribute(
    tree: exp.Expr,
    tokens: tuple[Token, ...],
    index: int,
    findings: Findings,
    around: Surroundings,
) -> None:
    """``row.name`` calls a function, or casts to a type, where the row has no such column."""
    name = tokens[index].value
    own = around.catalogue.functions.get(name.lower(), ())
    is_type = name in around.catalogue.casts
    if not own and not is_type:
        return
    if index + 1 < len(tokens) and tokens[index + 1].value == "(":
        return
    before = tokens[index - 2]
    if before.kind in _NAMES and _is_stored_name(before.value, name, tree, findings, around):
        # Of a name it is the column, where there is one; of a value in brackets it need not be.
        return
    if is_type:
        findings.doubt(_RUNS_CODE.format(name=name))
    # More arguments may have defaults.
    candidates = tuple(one for one in own if one.argument_count >= 1)
    if candidates:
        judge_own_call(name, candidates, findings, around)


def _is_stored_name(
    owner: str, name: str, tree: exp.Expr, findings: Findings, around: Surroundings
) -> bool:
    """Tell whether ``owner.name`` is a table of a schema, or a column of every table it may be."""
    if (owner, name) in findings.reads | findings.writes:
        return True
    meant = [
        around.resolve(identifier_name(table.this, around.engine), table.db or None)[1]
        for table in tree.find_all(exp.Table)
        if table.alias_or_name.lower() == owner.lower()
    ]
    relations = meant or [one for _, one in _relations(findings, around)]
    return bool(relations) and all(one is not None and one.column(name) for one in relations)


_RUNS_CODE = "The type {name} runs code of its own when a value is cast to it."


def _relations(
    findings: Findings, around: Surroundings
) -> Iterator[tuple[tuple[str, str], Relation | None]]:
    for key in sorted(findings.reads | findings.writes):
        yield key, around.resolve(key[1], key[0])[1]


def _operators(tokens: tuple[Token, ...], own: frozenset[str], findings: Findings) -> None:
    run, end = "", -1
    for token in (*tokens, Token(Kind.WORD, "", -1, -1)):
        if token.kind is Kind.OPERATOR and token.value in _OPERATOR_LETTERS and token.start == end:
            run, end = run + token.value, token.end
            continue
        if run and any(operator in run for operator in own):
            findings.doubt(_NOT_BUILT_IN)
            return
        is_start = token.kind is Kind.OPERATOR and token.value in _OPERATOR_LETTERS
        run, end = (token.value, token.end) if is_start else ("", -1)
        if token.kind is Kind.WORD and not own.isdisjoint(_STANDS_FOR.get(token.value, ())):
            findings.doubt(_NOT_BUILT_IN)
            return


_NOT_BUILT_IN = "It uses an operator that is not built in."
_OPERATOR_LETTERS = "+-*/<>=~!@#%^&|`?"
_EQUAL = ("=", "<>")
_STANDS_FOR = {
    "in": _EQUAL,
    "case": _EQUAL,
    "nullif": _EQUAL,
    "distinct": _EQUAL,
    "natural": _EQUAL,
    "using": _EQUAL,
    "between": ("<", "<=", ">", ">="),
    "like": ("~~", "!~~"),
    "ilike": ("~~*", "!~~*"),
    "similar": ("~", "!~"),
}
"""Words of the grammar that call operators by name, whichever are found for their operands."""


def _hidden_types(tokens: tuple[Token, ...], casts: frozenset[str], findings: Findings) -> None:
    """Find types whose name sqlglot takes for another one's: ``string`` for ``text``."""
    hidden = casts & _TYPE_WORDS
    for token in tokens if hidden else ():
        if token.kind in _NAMES and token.value in hidden:
            findings.doubt(_RUNS_CODE.format(name=token.value))


_TYPE_WORDS = frozenset(
    word.lower()
    for word, kind in Dialect.get_or_raise(Engine.POSTGRESQL.value).tokenizer_class.KEYWORDS.items()
    if kind in parser.Parser.TYPE_TOKENS
)


def _bare_values(
    tree: exp.Expr, tokens: tuple[Token, ...], findings: Findings, around: Surroundings
) -> None:
    """Find where a string or parameter may become a value of a type that runs code, unnamed.

    The server takes a bare one for whatever stands beside it: a column of rows, arrays or ranges,
    or a whole row of the table.
    """
    if not any(token.kind in _BARE or token.value in _FILLS_ROWS for token in tokens):
        return
    catalogue = around.catalogue
    for _, relation in _relations(findings, around):
        for column in relation.columns if relation is not None else ():
            name = _stored_name(column.own_type)
            if name not in catalogue.casts:
                continue
            if name in catalogue.bare_casts or _makes_rows(tree, tokens):
                findings.doubt(
                    f"A value beside the column {column.name} may become one of the type "
                    f"{column.type_name}, which runs code of its own."
                )


_BARE = frozenset({Kind.STRING, Kind.PARAMETER})
_FILLS_ROWS = frozenset(
    "json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_record_valid"
    " jsonb_populate_recordset populate_record".split()
)
_MAKES_ARRAYS = frozenset("array array_agg lag lead width_bucket row".split())


def _makes_rows(tree: exp.Expr, tokens: tuple[Token, ...]) -> bool:
    """Tell whether a statement makes arrays, or takes a row of a table as one value."""
    if any(token.value in _MAKES_ARRAYS or token.value in _FILLS_ROWS for token in tokens):
        return True
    tables = {table.alias_or_name.lower() for table in tree.find_all(exp.Table, exp.Subquery)}
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star):
            if not isinstance(column.parent, exp.Select):
                return True
        elif not column.args.get("table") and column.name.lower() in tables:
            return True
    return False


def _stored_name(printed: str) -> str:
    """Give a type's name as the server keeps it: that of an array begins with an underscore."""
    return f"_{printed[:-2]}" if printed.endswith("[]") else printed


def _unseen_casts(findings: Findings, around: Surroundings) -> None:
    types = around.catalogue.cast_columns
    for key, relation in _relations(findings, around):
        if relation is None:
            continue
        if any(_stored_name(column.own_type) in types for column in relation.columns):
            findings.doubt(f"A column of {key[1]} has a type with casts of its own.")


_BEFORE_STRING = word_list(
    """
    select and or not in as on when then else case by where having like ilike similar to
    escape between symmetric is from for in limit offset union all any some distinct values
    returning with date time timestamp timestamptz timetz interval zone without bit varbit int
    int2 int4 int8 integer bigint smallint numeric decimal real float float4 float8 precision
    double bool boolean text varchar char character bpchar varying name json jsonb jsonpath
    uuid inet cidr macaddr macaddr8 money xml bytea point line lseg box path polygon circle
    tid xid8 pg_snapshot txid_snapshot
    regclass regproc regprocedure regtype regrole regnamespace regoper regoperator regconfig
    regdictionary regcollation oid xid tsquery tsvector int4range int8range numrange tsrange
    tstzrange daterange int4multirange nummultirange tsmultirange tstzmultirange
    datemultirange pg_lsn placing leading trailing both position day month year hour minute
    second using of default set name end collate overlaps passing content document option
    uescape key value
    """
)
BUILT_IN_TYPES = _TYPE_WORDS | _BEFORE_STRING
"""What names a built-in type, among other words."""
