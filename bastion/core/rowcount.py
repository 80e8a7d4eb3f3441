"""How many rows a function in FROM makes, and whether that tells of a sensitive argument.

``unnest(tags)`` gives as many rows as are stored; ``unnest(array_fill(1, ARRAY[ascii(ssn)]))``
counts a letter out. Only what leaves the number of parts as stored may stand in such a call.
"""

from __future__ import annotations

from sqlglot import exp

from bastion.core.builtins import names

_KEEPING = (
    exp.Unnest, exp.Explode, exp.Array, exp.ArrayAgg, exp.Struct, exp.JSONObject, exp.JSONArray,
    exp.JSONArrayAgg, exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract,
    exp.JSONBExtractScalar, exp.JSONExtractArray, exp.ParseJSON, exp.Cast, exp.Dot, exp.PropertyEQ,
)  # fmt: skip
_KEEPING_NAMES = names(
    """
    unnest json_each jsonb_each json_each_text jsonb_each_text json_array_elements
    jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_object_keys
    jsonb_object_keys json_to_record jsonb_to_record json_to_recordset jsonb_to_recordset
    json_populate_record jsonb_populate_record json_table to_json to_jsonb row_to_json row
    array_agg json_agg jsonb_agg json_build_array jsonb_build_array json_build_object
    jsonb_build_object json_array json_object json_extract json_unquote json_arrayagg
    """
)
_PAIRS = names("json_build_object jsonb_build_object json_object")


def keeps_count(call: exp.Expr) -> bool:
    """Tell whether a call gives as many rows as are stored in its arguments."""
    return all(_is_keeping(node) for node in call.walk())


def _is_keeping(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        name = node.name.casefold()
        if name in _PAIRS:
            # A computed key may be the same as another one, and then there is one row less.
            return all(isinstance(key, exp.Literal) for key in node.expressions[::2])
        return name in _KEEPING_NAMES
    if isinstance(node, exp.JSONKeyValue):
        return isinstance(node.this, exp.Literal)
    if isinstance(node, exp.Bracket):
        return all(isinstance(place, exp.Literal) for place in node.expressions)
    if isinstance(node, exp.JSONTable | exp.XMLTable):
        # A path with a condition chooses rows by what is in them.
        sign = "?" if isinstance(node, exp.JSONTable) else "["
        return not any(sign in literal.name for literal in node.find_all(exp.Literal))
    if isinstance(node, exp.Binary | exp.Func):
        return isinstance(node, _KEEPING)
    return True
