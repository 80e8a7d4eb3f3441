"""What a procedure's rows carry: its queries are traced where they run, with what is given to it.

Its variables take what its queries give, in whatever order they run. Where none of these is
sensitive as long as none of those is, nothing sensitive ever comes into one, and its branches and
loops tell nothing: then each result is what its query typed by hand would be. A procedure that
takes masked values into variables, chooses by them, or is not traced, tells what nobody can say.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bastion.core import bodies, predicates
from bastion.core.catalogue import Catalogue, Function
from bastion.core.effects import Call
from bastion.core.flow import HARMLESS, Flow, Output, Scope, is_harmless, unproven
from bastion.core.routines import InnerCall, take_apart_procedure
from bastion.core.walk import NotTracedError, Walk

_DEPTH_MAX = 8
"""Of procedures within each other."""

Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The rows that a procedure may send."""

    outputs: tuple[tuple[Output, ...], ...]
    """The columns of each query, in the order of its text."""
    is_ordered: bool


def trace_call(walk: Walk, call: Call, settings: Settings) -> Results:
    """Trace a CALL, and note in the walk what variables take and what else it may tell.

    Raises:
        NotTracedError: it is not known what its rows are.
    """
    function, name = call.function, call.function.name
    is_clear = _takes_harmless(walk, call)
    tracing = _Tracing(walk, settings, HARMLESS if is_clear else _UNSURE)
    tracing.body(function, 0)
    if not (is_clear and tracing.is_clear):
        walk.inference[f"what the procedure {name} does with masked values"] = None
        # Once more, since each of its variables may hold one.
        tracing = _Tracing(walk, settings, _UNSURE)
        tracing.body(function, 0)
    if tracing.is_catching and walk.touches:
        walk.inference[f"the procedure {name}, which goes on after failures"] = None
    for written, mode in zip(call.arguments, function.argument_modes, strict=True):
        if mode != "IN":
            walk.assign(written.lstrip("@"), tracing.own)
    return Results(outputs=tuple(tracing.outputs), is_ordered=tracing.is_ordered)


_UNSURE = unproven("a variable of the procedure")


def _takes_harmless(walk: Walk, call: Call) -> bool:
    """Tell whether what is given, in the session's own names, is harmless."""
    is_clear = True
    for written, mode in zip(call.arguments, call.function.argument_modes, strict=True):
        if mode != "OUT":
            tree = bodies.parse(f"SELECT ({written})", walk.engine)
            outputs = walk.query(tree, Scope(), {}) if tree is not None else ()
            is_clear &= len(outputs) == 1 and _is_clear(outputs[0].flow)
    return is_clear


@dataclass(slots=True)
class _Tracing:
    """One way through a procedure and those that it calls."""

    walk: Walk
    settings: Settings
    own: Flow
    """What their variables and arguments carry."""
    is_clear: bool = True
    """Nothing sensitive came into one."""
    is_ordered: bool = True
    is_catching: bool = False
    outputs: list[tuple[Output, ...]] = field(default_factory=list)

    def body(self, function: Function, depth: int) -> None:
        """Trace all that a body runs."""
        routine = take_apart_procedure(function, self.walk.engine)
        catalogue = bodies.as_its_path(self.walk.catalogue, function)
        if routine is None or catalogue is None or depth > _DEPTH_MAX:
            raise NotTracedError(f"the procedure {function.name} is not known")
        names = {*routine.names, *(one.casefold() for one in function.argument_names)}
        named = dict.fromkeys(names, self.own)
        self.is_catching |= routine.is_catching
        self.is_ordered &= routine.is_straight
        for query in routine.queries:
            self._take(self._query(query, catalogue, named))
        for result in routine.results:
            if isinstance(result, str):
                self.outputs.append(self._query(result, catalogue, named))
            else:
                self._call(result, function, catalogue, named, depth)

    def _take(self, outputs: tuple[Output, ...]) -> None:
        self.is_clear &= all(_is_clear(output.flow) for output in outputs)

    def _call(
        self,
        call: InnerCall,
        around: Function,
        catalogue: Catalogue,
        named: dict[str, Flow],
        depth: int,
    ) -> None:
        schema = call.schema or around.schema
        found = [
            one
            for one in catalogue.functions.get(call.name.casefold(), ())
            if one.is_procedure and one.schema == schema
        ]
        if len(found) != 1 or len(found[0].argument_modes) != len(call.arguments):
            raise NotTracedError(f"the procedure {call.name} is not known")
        for written in call.arguments:
            self._take(self._query(f"SELECT ({written})", catalogue, named))
        self.body(found[0], depth + 1)

    def _query(
        self, query: str, catalogue: Catalogue, named: dict[str, Flow]
    ) -> tuple[Output, ...]:
        traced = self.walk.trace_inner(query, catalogue, named, sees_session=True)
        tree = bodies.parse(query, self.walk.engine)
        if traced is None or tree is None or traced[1].assigned:
            raise NotTracedError("a query of the procedure is not known")
        outputs, inner = traced
        self.walk.touches |= inner.touches
        self.walk.inference |= inner.inference
        self.walk.laundering |= inner.laundering
        self.walk.guesses += inner.guesses
        self.walk.guessed += inner.guessed
        predicates.check_cuts(self.walk, tree, query, self.settings)
        return outputs


def _is_clear(flow: Flow) -> bool:
    """Tell whether a value is harmless, and so is whether there is one."""
    return is_harmless(flow) and not flow.is_telling and not flow.spoiled and not flow.is_long
