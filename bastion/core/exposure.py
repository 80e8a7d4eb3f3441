"""What a statement can reveal: the result of lineage, the input of masking and of policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastion.core.carry import KnownClass
from bastion.core.guesses import Guess
from bastion.core.model import Sensitivity
from bastion.core.paths import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnExposure:
    """What may reach one output column."""

    classes: frozenset[Sensitivity]
    """Empty: nothing sensitive was seen to flow here. With ``is_proven`` it may be shown."""
    is_proven: bool
    """The walk understood everything on the way; False means mask."""
    reason: str = ""
    """For ``\\why``: ``reads customers.email`` or ``function f is not known``."""
    is_plain: bool = False
    """Made only of what the person typed and of the server's structure: no stored values, so
    that the value detectors have nothing to look for."""
    hides_null: bool = False
    """Whether a cell is NULL tells something of a masked value."""
    is_verbatim: bool = False
    """The stored value itself arrives, whole: only then may a mask keep a part of it. Of what was
    computed, ``substr(email, 3, 1) || '@x.org'``, a kept letter would be any letter."""
    is_document: bool = False
    """A stored document as it stands: only what is sensitive inside is hidden."""
    members: frozenset[Path] = frozenset()
    """Where in it all is hidden, though no name says so; see ``Classification``."""
    is_definition: bool = False
    """Words of the schema: what they quote of sensitive columns is hidden."""
    is_compound: bool = False
    """Values of other classes may stand in it beside those that are known."""
    is_version: bool = False
    """Made of columns of versions alone: four numbers with points are no address."""
    is_native: bool = False
    """And nothing that a person typed or made in the session can stand in its place: a token of
    it answers no guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a whole statement can reveal, through rows and through everything else."""

    columns: tuple[ColumnExposure, ...] | None
    """One for each output column, ``*`` expanded. None: the shape is unknown, mask all."""
    touches: frozenset[Sensitivity]
    """Classes of all sensitive columns of all relations it reads or writes: where not empty,
    quoted values in errors, notices, plans and column names are removed."""
    behind: frozenset[Sensitivity] = frozenset()
    """Classes that only views and functions on the way touch, so that an error may quote them."""
    inference: tuple[str, ...] = ()
    """Predicates, orderings and groupings on sensitive columns other than equality, in words:
    ``ORDER BY on customers.email``. Policy holds these."""
    guesses: int = 0
    """Literals and parameters compared with sensitive columns by equality or IN. Tokens are no
    guesses: who has one was shown it."""
    guessed: tuple[Guess, ...] = ()
    """The same one by one, for the budget; values that are written into sensitive columns are
    among them."""
    tokens: frozenset[str] = frozenset()
    """Tokens of masked values, ``⟨email:7f3a⟩``, that are only compared with columns of their
    class: the pipeline binds what they stand for."""
    stray_token: str = ""
    """A token that stands anywhere else, so that nothing may run; empty for none."""
    laundering: tuple[str, ...] = ()
    """Sensitive values written where they would no longer be masked, in words. Policy holds."""
    counted: tuple[str, ...] = ()
    """Sensitive values that a counter would take, in words. Nobody may: its next number tells."""
    carried: tuple[KnownClass, ...] = ()
    """Classes that stored columns take when it runs, for every session from then on."""
    quotes_code: bool = False
    """Code of the schema that its plan shows holds values of sensitive columns."""

    results: tuple[tuple[ColumnExposure, ...], ...] | None = None
    """CALL: the columns of each query whose rows may come back; ``columns`` has those of all."""
    result_names: tuple[tuple[str | None, ...], ...] = ()
    """How their columns are called, folded; None where the server makes the name up."""
    is_ordered: bool = False
    """They come in this order, each once."""

    def of_result(self, number: int, names: Sequence[str]) -> Exposure:
        """Give what one result of several can reveal.

        Args:
            number: of the result, from 1.
            names: of its columns as the server calls them, folded.
        """
        if self.results is None:
            return self
        if self.is_ordered:
            found = self.results[number - 1 : number]
        else:
            # Any of them may have made it that has such columns.
            known = zip(self.results, self.result_names, strict=True)
            found = tuple(one for one, called in known if _may_be(called, names))
        columns = found[0] if found and len(found[0]) == len(names) else None
        for other in found[1:]:
            columns = tuple(map(_either, columns or (), other))
        return replace(self, columns=columns, results=None)

    @property
    def told(self) -> frozenset[Sensitivity]:
        """Give the classes that the server's words about it may quote."""
        columns = self.columns
        if columns is None or any(not column.is_proven for column in columns):
            return self.touches | self.behind | {Sensitivity.UNPROVEN}
        return self.touches | self.behind


def merged(first: Exposure, second: Exposure) -> Exposure:
    """Give what can be revealed where either may hold: all that one of them says."""
    columns: tuple[ColumnExposure, ...] | None = None
    one, other = first.columns, second.columns
    if one is not None and other is not None and len(one) == len(other):
        columns = tuple(_either(mine, theirs) for mine, theirs in zip(one, other, strict=True))
    return replace(
        first,
        columns=columns,
        touches=first.touches | second.touches,
        behind=first.behind | second.behind,
        quotes_code=first.quotes_code or second.quotes_code,
        inference=tuple(dict.fromkeys((*first.inference, *second.inference))),
        laundering=tuple(dict.fromkeys((*first.laundering, *second.laundering))),
        counted=tuple(dict.fromkeys((*first.counted, *second.counted))),
    )


def _may_be(called: Sequence[str | None], names: Sequence[str]) -> bool:
    return len(called) == len(names) and all(
        one is None or one == other for one, other in zip(called, names, strict=True)
    )


def _either(one: ColumnExposure, other: ColumnExposure) -> ColumnExposure:
    return ColumnExposure(
        classes=one.classes | other.classes,
        is_proven=one.is_proven and other.is_proven,
        reason=one.reason or other.reason,
        is_plain=one.is_plain and other.is_plain,
        hides_null=one.hides_null or other.hides_null,
        is_verbatim=one.is_verbatim and other.is_verbatim,
        is_document=one.is_document and other.is_document,
        members=one.members | other.members,
        is_definition=one.is_definition or other.is_definition,
        is_compound=one.is_compound or other.is_compound,
        is_version=one.is_version and other.is_version,
        is_native=one.is_native and other.is_native,
    )
