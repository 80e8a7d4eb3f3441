"""What built-in functions do, from the reviewed data files of ``core.data``.

Volatility is not the test: ``random`` is volatile and harmless, ``table_to_xml`` is stable and
reads any table. A name that is in no list is not understood.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from bastion.core.data import mysql_functions, postgresql_functions
from bastion.core.model import EffectClass, Engine


class FunctionEffect(enum.Enum):
    """What a call does, beside giving a result."""

    PURE = "pure"
    SLEEP = "sleep"
    """Waits; a read only when the length is a literal."""
    SESSION = "session"
    WRITES = "writes"
    ADMIN = "admin"
    OUTSIDE = "outside"
    TEXT = "text"
    """Runs or reads what is named in a string: never understood."""


def effect_of(name: str, engine: Engine) -> FunctionEffect | None:
    """Tell what the built-in of this lower-case name does; None when it was not reviewed."""
    return _EFFECTS[engine].get(name)


def shows_arguments_only(name: str, engine: Engine) -> bool:
    """Tell whether what a built-in gives is as harmless as its arguments are.

    ``core.builtins`` lists those that were reviewed for arguments that are not, too: whether they
    fail, or how long they take, may depend on a value.
    """
    is_pure = effect_of(name, engine) in {FunctionEffect.PURE, FunctionEffect.SESSION}
    return is_pure and name not in _OF_OTHERS[engine]


_OF_POSTGRESQL = """
    current_query pg_cursor pg_get_aios pg_get_function_arg_default pg_get_function_sqlbody
    pg_get_multixact_members pg_get_publication_tables pg_get_shmem_allocations
    pg_get_shmem_allocations_numa pg_get_statisticsobjdef_columns
    pg_get_statisticsobjdef_expressions pg_lock_status pg_prepared_statement pg_prepared_xact
    pg_show_all_settings pg_stat_get_backend_client_addr
    pg_stat_get_backend_client_port pg_stat_get_wal_receiver pg_stat_get_wal_senders
    pg_stat_statements
"""
_OF_OTHERS = {
    Engine.POSTGRESQL: frozenset(_OF_POSTGRESQL.split()),
    Engine.MYSQL: frozenset(["decode_histogram", "default", "json_table", "value", "values"]),
}
"""They tell of stored values, of statements and of other sessions, or need a care of their own."""


def is_of_sys(name: str) -> bool:
    """Tell whether a lower-case name is one of MySQL's functions in ``sys`` that only compute."""
    return name in _OF_SYS


_OF_SYS = frozenset(mysql_functions.OF_SYS.split())


def acting_names(engine: Engine) -> frozenset[str]:
    """Name the reviewed functions that do more than compute a result."""
    return frozenset(
        name for name, effect in _EFFECTS[engine].items() if effect is not FunctionEffect.PURE
    )


EFFECT_CLASSES: Mapping[FunctionEffect, EffectClass] = MappingProxyType(
    {
        FunctionEffect.PURE: EffectClass.READ,
        FunctionEffect.SLEEP: EffectClass.ADMIN,
        FunctionEffect.SESSION: EffectClass.SESSION,
        FunctionEffect.WRITES: EffectClass.UPDATE,
        FunctionEffect.ADMIN: EffectClass.ADMIN,
        FunctionEffect.OUTSIDE: EffectClass.OUTSIDE,
        FunctionEffect.TEXT: EffectClass.UNKNOWN,
    }
)
"""The class of a statement that calls such a function."""


def _effects(module: ModuleType) -> Mapping[str, FunctionEffect]:
    effects: dict[str, FunctionEffect] = {}
    # The stricter lists come later and win.
    for effect in FunctionEffect:
        names: str = getattr(module, effect.name, "")
        effects.update(dict.fromkeys(names.split(), effect))
    return MappingProxyType(effects)


_EFFECTS = {
    Engine.POSTGRESQL: _effects(postgresql_functions),
    Engine.MYSQL: _effects(mysql_functions),
}
