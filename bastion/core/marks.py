"""What an operation does to a value beyond carrying it: NULLs that tell, texts cut to pieces."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from sqlglot import exp

from bastion.core import definitions, paths, predicates, searches
from bastion.core.builtins import names
from bastion.core.flow import Flow, FlowKind, Scope
from bastion.core.model import Engine, Sensitivity
from bastion.core.walker import Walker


def marked(walk: Walker, node: exp.Expr, flow: Flow, scope: Scope) -> Flow:
    """Mark the flow of one operation on a sensitive value or a telling text."""
    if isinstance(node, _BARE):
        return flow
    if flow.embedded:
        flow = _of_pieces(walk, node, flow, scope)
    if flow.sensitive and isinstance(node, _ARITHMETIC):
        predicates.check_arithmetic(walk, node, flow)
    name = node.name.casefold() if isinstance(node, exp.Anonymous) else ""
    is_telling = flow.is_telling
    asked = searches.asked(flow)
    # The condition of a CASE is judged by itself.
    is_judged = not flow.sensitive and isinstance(node, exp.Case | exp.If)
    if asked and not is_telling and not is_judged:
        is_test = isinstance(node, exp.Binary) and isinstance(node, exp.Predicate)
        is_judged = is_test and not flow.sensitive
        is_telling = not (is_judged or _is_null_with_its_parts(node, name))
    if isinstance(node, exp.Substring | exp.Coalesce) and asked:
        predicates.check_lazy(walk, node, flow)
    if flow.sensitive and flow.is_long:
        is_telling = True
        predicates.check_length(walk, flow)
    is_by_row = flow.is_by_row or (bool(flow.sensitive) and searches.asks_by_row(walk, node, scope))
    if is_by_row != flow.is_by_row:
        flow = dataclasses.replace(flow, is_by_row=True)
    if asked and searches.moves_chance(walk, node):
        predicates.check_chance(walk, flow)
    if asked and not _never_fails(walk, node, name, scope):
        predicates.note_failure(walk, node, flow)
    return flow if is_telling == flow.is_telling else dataclasses.replace(flow, is_telling=True)


def _of_pieces(walk: Walker, node: exp.Expr, flow: Flow, scope: Scope) -> Flow:
    """Mark what cuts a telling text to pieces, and pieces that rows choose as sensitive."""
    name = node.name.casefold() if isinstance(node, exp.Anonymous) else ""
    is_list = isinstance(node, _LISTS) or name in _LIST_NAMES
    is_cut = is_list and (walk.cuts_lists or flow.is_long)
    is_recased = isinstance(node, _RECASING) or name in _RECASING_NAMES
    is_cut = is_cut or (is_recased and not flow.embedded.isdisjoint(_CASED))
    if is_cut or not _keeps_texts(node, name) or _cuts(walk, node):
        flow = dataclasses.replace(flow, spoiled=flow.embedded)
    if flow.is_definition or flow.spoiled <= flow.classes:
        return flow
    if not searches.varies(walk, [node], scope):
        return flow
    return dataclasses.replace(flow, classes=flow.classes | flow.spoiled)


def _is_null_with_its_parts(node: exp.Expr, name: str) -> bool:
    if isinstance(node, exp.Substring):
        # SUBSTRING (text FROM pattern) is NULL where the pattern does not match.
        start = node.args.get("start")
        start = start.this if isinstance(start, exp.Neg) else start
        return isinstance(start, exp.Literal) and not start.is_string
    if isinstance(node, _CHOOSING) or name in _CHOOSING_NAMES or _varies_in_place(node, name):
        return False
    if name == "column_json":
        # It fails where there is no such blob, and gives NULL of NULL alone.
        return True
    return isinstance(node, _NULL_KEEPING) or name in _WHOLE_NAMES or name in _STEADY_NAMES


def _never_fails(walk: Walker, node: exp.Expr, name: str, scope: Scope) -> bool:
    """Tell whether the server computes this of any value, without an error or a warning."""
    if walk.engine is Engine.MYSQL and _warns_of_texts(walk, node, name, scope):
        return False
    if isinstance(node, exp.Cast):
        return node.to.this in exp.DataType.TEXT_TYPES
    if isinstance(node, exp.Binary) and isinstance(node, exp.Predicate):
        # A pattern may be none.
        is_pattern = isinstance(node, _PATTERNS)
        return not is_pattern or node.expression.find(*predicates.VARYING) is None
    if isinstance(node, _ARITHMETIC):
        if isinstance(node, exp.Sub) and walk.engine is Engine.MYSQL:
            # Numbers without a sign do not go below zero.
            return False
        return any(_is_step(walk, side.unnest(), scope) for side in (node.this, node.expression))
    if _varies_in_place(node, name):
        return False
    return isinstance(node, _NULL_KEEPING + _TOTAL) or name in _STEADY_NAMES | _TOTAL_NAMES


def _warns_of_texts(walk: Walker, node: exp.Expr, name: str, scope: Scope) -> bool:
    """Tell whether MySQL may take a made text for a number or a date, and warns of some."""
    if not isinstance(node, _COERCING) and name not in _COERCING_NAMES:
        return False
    if name in _EDGED_NAMES:
        return True
    parts = [part.unnest() for part in node.iter_expressions()]
    if not any(_may_be_text(walk, part, scope) for part in parts):
        return False
    if isinstance(node, exp.Is):
        return not isinstance(node.expression, exp.Null)
    # Among texts alone they are compared as such.
    return not isinstance(node, _COMPARING) or any(
        not _may_be_text(walk, part, scope) and not _is_string(walk, part, scope) for part in parts
    )


def _may_be_text(walk: Walker, part: exp.Expr, scope: Scope) -> bool:
    if isinstance(part, exp.Column):
        return not searches.is_of_stored(walk, part, scope)
    return not isinstance(part, _NUMBERS)


def _is_string(walk: Walker, part: exp.Expr, scope: Scope) -> bool:
    if isinstance(part, exp.Column):
        return searches.is_stored_text(walk, part, scope)
    return isinstance(part, exp.Literal) and part.is_string


def _is_step(walk: Walker, side: exp.Expr, scope: Scope) -> bool:
    """Tell whether it takes no number over the edge: small ones, and columns of stored tables.

    Dates have edges that any interval may reach.
    """
    if isinstance(side, exp.Column):
        return searches.is_of_stored(walk, side, scope)
    return isinstance(side, exp.Literal) and not side.is_string


def _varies_in_place(node: exp.Expr, name: str) -> bool:
    """Tell whether a column, and not the text, says where a function cuts or how far it goes."""
    if name in _PLACED_NAMES:
        places = list(node.expressions[1:])
    elif isinstance(node, _PLACED):
        places = [node.args.get(key) for key in _PLACES]
    else:
        return False
    return any(isinstance(at, exp.Expr) and at.find(*predicates.VARYING) for at in places)


def keeps_whole(node: exp.Expr, flows: Sequence[Flow]) -> bool:
    """Tell whether a function gives one of its arguments as it is stored.

    Args:
        flows: of all its arguments.
    """
    if not isinstance(node, _CARRYING) or (isinstance(node, exp.Trim) and _trims_letters(node)):
        return False
    return any(flow.is_verbatim for flow in flows) and all(
        flow.is_verbatim or flow.kind is FlowKind.TYPED for flow in flows
    )


def _keeps_texts(node: exp.Expr, name: str) -> bool:
    """Tell whether the detectors still know what the texts in it hold.

    What is joined without a gap, or trimmed of letters, is no longer known by its form.
    """
    if isinstance(node, exp.Trim):
        return not _trims_letters(node)
    if paths.is_open(node):
        # Some are known by the names of members alone.
        return False
    if isinstance(node, exp.DPipe | exp.Concat):
        parts = _joined_parts(node)
        return all(
            _is_gap(left, -1) or _is_gap(right, 0) for left, right in itertools.pairwise(parts)
        )
    separator: exp.Expr | None
    if isinstance(node, exp.ConcatWs | exp.ArrayToString | exp.GroupConcat):
        separator = node.args.get("separator")
        if isinstance(node, exp.ConcatWs):
            separator = node.expressions[0]
        elif isinstance(node, exp.ArrayToString):
            separator = node.expression
        elif separator is None:
            return True
        return _is_gap(separator, 0) and _is_gap(separator, -1)
    return isinstance(node, _WHOLE) or name in _WHOLE_NAMES | definitions.FUNCTIONS


def _cuts(walk: Walker, node: exp.Expr) -> bool:
    """Tell whether a cast may cut a text: ``varchar(12)``, ``char``, ``name``."""
    if not isinstance(node, exp.Cast):
        return False
    if node.to.this is exp.DType.CHARACTER_SET:
        charset = node.to.args.get("kind")
        is_lettered = isinstance(charset, exp.Expr) and charset.name.casefold() in _LETTERED
        return bool(node.to.expressions) or not is_lettered
    return any(
        not predicates.is_plain_text(part, walk.engine)
        for part in node.to.find_all(exp.DataType)
        if part.this in _LETTERS or str(part.args.get("kind")).strip('"') == "char"
    ) or any(
        # BINARY (20) cuts too, and BINARY alone leaves all as it is.
        part.this in _BYTES and part.expressions
        for part in node.to.find_all(exp.DataType)
    )


_RECASING = (exp.Lower, exp.Upper, exp.Initcap)
_RECASING_NAMES = names("lower upper lcase ucase initcap casefold")
_CASED = frozenset({Sensitivity.TOKEN, Sensitivity.PASSWORD, Sensitivity.IBAN, Sensitivity.SECRET})
"""Known by letters in the case that they have."""
_LISTS = (exp.GroupConcat, exp.JSONArrayAgg, exp.JSONObjectAgg)
_LIST_NAMES = names("group_concat json_arrayagg json_objectagg")
_LETTERED = names(
    """
    utf8 utf8mb3 utf8mb4 latin1 latin2 latin5 latin7 ascii binary ucs2 utf16 utf16le utf32 cp850
    cp852 cp866 cp932 cp1250 cp1251 cp1256 cp1257 koi8r koi8u greek hebrew big5 gbk gb2312 gb18030
    sjis ujis euckr eucjpms tis620
    """
)
"""Character sets that have every letter of ASCII; in others an address loses its ``@``."""
_LETTERS = (*exp.DataType.TEXT_TYPES, exp.DType.BPCHAR)
_BYTES = (exp.DType.BINARY, exp.DType.VARBINARY, exp.DType.BIT)


def _trims_letters(node: exp.Expr) -> bool:
    letters = node.args.get("expression")
    return letters is not None and not (isinstance(letters, exp.Literal) and letters.name == " ")


def _joined_parts(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.DPipe):
        return [*_joined_parts(node.this), *_joined_parts(node.expression)]
    if isinstance(node, exp.Paren):
        return _joined_parts(node.this)
    return list(node.expressions) if isinstance(node, exp.Concat) else [node]


def _is_gap(node: exp.Expr | None, place: int) -> bool:
    if not isinstance(node, exp.Literal) or not node.is_string or not node.name:
        return False
    return node.name[place] in GAPS


GAPS = frozenset(" \t\n,;:|()[]<>\"'=")
"""Beside these a value in a text is known by its form."""
_CARRYING = (
    exp.Coalesce, exp.Max, exp.Min, exp.Lower, exp.Upper, exp.Trim, exp.Lag, exp.Lead,
    exp.FirstValue, exp.LastValue, exp.NthValue, exp.AnyValue,
)  # fmt: skip
"""They give one of their arguments, at most in other case."""
_ARITHMETIC = (exp.Div, exp.Mod, exp.IntDiv, exp.Pow, exp.Mul, exp.Add, exp.Sub)
_BARE = (
    exp.Column, exp.Paren, exp.Alias, exp.Query, exp.Values, exp.Star, exp.Identifier, exp.Literal,
    exp.Parameter, exp.Placeholder, exp.Var,
)  # fmt: skip
_WHOLE = (
    exp.Coalesce, exp.Max, exp.Min, exp.Lower, exp.Upper, exp.ArrayAgg, exp.Array, exp.Cast,
    exp.Collate,
    exp.Window, exp.Filter, exp.Order, exp.Ordered, exp.Distinct, exp.Tuple, exp.Struct, exp.Case,
    exp.If, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.AnyValue,
    exp.WithinGroup, exp.Dot, exp.JSONObject, exp.JSONArray, exp.JSONArrayAgg, exp.JSONObjectAgg,
    exp.JSONKeyValue, exp.FormatJson, exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract,
    exp.JSONBExtractScalar, exp.Bracket, exp.IgnoreNulls, exp.RespectNulls, exp.Any, exp.All,
    exp.Unnest, exp.Explode, exp.PropertyEQ, exp.Kwarg, exp.CharacterSet, exp.ParseJSON,
    exp.Greatest, exp.Least, exp.Is, exp.Interval, exp.WindowSpec, exp.Slice,
)  # fmt: skip
"""They keep the texts in them whole, so that the detectors still know what they hold."""
_CHOOSING = (
    exp.Case, exp.If, exp.Bracket, exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract,
    exp.JSONBExtractScalar,
)  # fmt: skip
"""They give NULL where something is not found or not so."""
_STEADY = (
    exp.Length, exp.Left, exp.Right, exp.MD5, exp.SHA, exp.SHA2, exp.Replace, exp.Reverse,
    exp.Initcap, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Extract, exp.DateTrunc, exp.TimestampTrunc,
    exp.Hex, exp.ToBase64, exp.Ascii, exp.StrPosition, exp.Sum, exp.Avg, exp.Year, exp.Month,
    exp.Day, exp.ToChar, exp.TimeToStr, exp.SplitPart, exp.Translate, exp.Pad, exp.EQ, exp.NEQ,
    exp.Encode, exp.Stddev, exp.Variance, exp.CountIf, exp.Concat, exp.ConcatWs, exp.DPipe,
    exp.GroupConcat, exp.Trim, exp.ArrayToString,
)  # fmt: skip
"""NULL exactly where what they are made of is NULL."""
_NULL_KEEPING = (*_WHOLE, *_STEADY)
_COMPARING = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In,
    exp.Between, exp.Nullif, exp.Greatest, exp.Least,
)  # fmt: skip
_COERCING = (
    *_ARITHMETIC, *_COMPARING, exp.Not, exp.Neg, exp.Is, exp.Round, exp.Floor, exp.Ceil, exp.Abs,
    exp.Sign, exp.Quarter, exp.DayOfYear, exp.DayOfMonth, exp.DayOfWeek, exp.Week, exp.DateDiff,
    exp.TimestampDiff, exp.Date, exp.Sum, exp.Avg, exp.Stddev, exp.Variance,
)  # fmt: skip
_EDGED_NAMES = names("adddate subdate date_add date_sub last_day")
_COERCING_NAMES = _EDGED_NAMES | names(
    """
    nullif greatest least round floor ceil ceiling abs sign sum avg stddev variance day dayofmonth
    dayofweek weekday week monthname dayname timestampdiff json_length json_type json_keys
    json_contains bit_count
    """
)
_NUMBERS = (
    exp.Literal, exp.Null, exp.Boolean, exp.Predicate, exp.Not, exp.Connector, *_ARITHMETIC,
    exp.Neg, exp.Interval, exp.Var, exp.DataType, exp.Length, exp.Ascii, exp.Unicode, exp.Count,
    exp.Round, exp.Floor, exp.Ceil, exp.Abs, exp.Sign, exp.Sum, exp.Avg, exp.Identifier,
    exp.CurrentDate, exp.CurrentTimestamp,
)  # fmt: skip
_PATTERNS = (exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike, exp.SimilarTo)
_PLACED = (
    exp.Substring, exp.Left, exp.Right, exp.Pad, exp.Repeat, exp.Lag, exp.Lead, exp.NthValue,
    exp.Ntile, exp.SplitPart, exp.SubstringIndex, exp.Overlay, exp.ToChar, exp.TimeToStr,
    exp.Encode, exp.RegexpReplace, exp.RegexpExtract, exp.SHA2,
)  # fmt: skip
_PLACES = (
    "start", "length", "expression", "offset", "part_index", "count", "from_", "for_", "format",
    "charset", "times", "modifiers", "replacement",
)  # fmt: skip
_PLACED_NAMES = names(
    """
    left right substr substring mid lpad rpad repeat lag lead nth_value split_part substring_index
    overlay insert to_char date_format encode format regexp_replace regexp_substr regexp_count
    regexp_instr regexp_match regexp_matches regexp_like date_trunc
    """
)
_TOTAL = (
    exp.Predicate, exp.Connector, exp.Not, exp.Between, exp.In, exp.Is, exp.Nullif, exp.Count,
    exp.Substring, exp.Stuff, exp.RegexpReplace, exp.RegexpExtract, exp.RegexpCount,
    exp.RegexpInstr, exp.LogicalOr, exp.LogicalAnd, exp.Round, exp.Floor, exp.Ceil, exp.Abs,
    exp.Sign, exp.Quarter, exp.DayOfYear, exp.DayOfMonth, exp.DayOfWeek, exp.Week, exp.DateDiff,
    exp.TimestampDiff, exp.Soundex, exp.JSONType, exp.StringToArray, exp.Split, exp.ArraySize,
    exp.Levenshtein, exp.Space, exp.ByteLength, exp.BitLength, exp.RowNumber, exp.ApproxDistinct,
    exp.Grouping, exp.JSONBContains, exp.ArrayContainsAll, exp.Chr, exp.Exists, exp.Date,
)  # fmt: skip
_WHOLE_NAMES = names(
    """
    max min any_value coalesce ifnull nvl array_agg
    json_agg jsonb_agg json_build_object jsonb_build_object json_build_array jsonb_build_array
    json_object_agg jsonb_object_agg row_to_json to_json to_jsonb row jsonb_pretty
    json_array json_object json_arrayagg json_objectagg lower upper initcap
    jsonb_each_text jsonb_each json_each json_each_text jsonb_array_elements_text
    jsonb_array_elements json_array_elements json_array_elements_text unnest jsonb_path_query
    jsonb_path_query_first jsonb_path_query_array json_value json_query json_extract json_unquote
    jsonb_set jsonb_insert jsonb_strip_nulls json_strip_nulls array_append array_prepend array_cat
    lag lead first_value last_value nth_value set_config name_const jsonb_to_record
    jsonb_to_recordset json_detailed json_pretty json_compact json_loose quote_literal quote_ident
    quote_nullable quote
    """
)
_STEADY_NAMES = names(
    """
    reverse translate replace lpad rpad ascii ord md5 sha1 sha2 sha256 sha224 sha384 sha512 encode
    hex to_base64 char_length octet_length bit_length length to_char date_trunc date_part age year
    month split_part substring_index quarter dayofyear extract strpos date_format timestampdiff
    datediff array_length cardinality substr mid left right concat concat_ws string_agg
    array_to_string format btrim ltrim rtrim
    """
)
_TOTAL_NAMES = _WHOLE_NAMES | names(
    """
    nullif greatest least isnull num_nulls num_nonnulls pg_typeof starts_with strpos position
    locate instr field find_in_set elt strcmp regexp_replace regexp_substr regexp_count regexp_like
    regexp_match regexp_matches regexp_split_to_array regexp_split_to_table similarity
    word_similarity levenshtein soundex metaphone dmetaphone difference unaccent crc32 hashtext
    to_tsvector json_typeof jsonb_typeof json_array_length jsonb_array_length string_to_array
    string_to_table array_position array_positions array_remove array_replace array_to_json
    json_strip_nulls round floor ceil ceiling abs sign sum avg count stddev variance bool_or
    bool_and every row_number rank dense_rank ntile percent_rank cume_dist make_set rownum day
    dayofmonth dayofweek weekday week monthname dayname last_day timestampdiff date_add date_sub
    adddate subdate json_valid json_length json_type json_keys json_contains lcase ucase
    character_length bit_count digest hmac
    """
)
_CHOOSING_NAMES = names(
    """
    json_value json_query json_extract jsonb_path_query_first jsonb_path_query json_search
    """
)
