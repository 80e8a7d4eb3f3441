"""The shell's prompt: prompt-toolkit's, with no more on its screen than this shell shows.

Every key draws the screen anew, so what stands on it is what a key costs. ``PromptSession`` lays
out frames, toolbars and menus that this shell never shows, and asks the input line four times what
is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Generic, TypeVar

from prompt_toolkit.application import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, has_arg, has_focus, is_done
from prompt_toolkit.layout import (
    BufferControl,
    CompletionsMenu,
    ConditionalContainer,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    UIContent,
    Window,
)
from prompt_toolkit.layout.processors import (
    DisplayMultipleCursors,
    HighlightIncrementalSearchProcessor,
    HighlightSelectionProcessor,
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import DynamicLexer
from prompt_toolkit.shortcuts import PromptSession
from prompt_toolkit.shortcuts.prompt import _split_multiline_prompt
from prompt_toolkit.widgets import SearchToolbar

from bastion.core.literals import typed_spans
from bastion.core.model import Engine
from bastion.core.statement import secret_spans
from bastion.frontends.console import TYPED_CLASS

T = TypeVar("T")
_MENU_ROWS = 16
_DRAFTS_MAX = 100_000
"""Characters of all forms of a text on its way. Of a text that is changed more, nobody is shown how
it was typed: each of these forms is read once more in the end."""


class SqlPrompt(PromptSession[str]):
    """A ``PromptSession`` of many lines with completions, search and vi's counts, no more."""

    def _create_layout(self) -> Layout:
        is_tall, lines_above, first_prompt = _split_multiline_prompt(
            _OnceADrawing(self._get_prompt)
        )
        search = SearchToolbar(self.search_buffer, ignore_case=self.search_ignore_case)
        line = Window(
            _InputLine(
                buffer=self.default_buffer,
                search_buffer_control=search.control,
                input_processors=[
                    HighlightIncrementalSearchProcessor(),
                    HighlightSelectionProcessor(),
                    DisplayMultipleCursors(),
                    *(self.input_processors or ()),
                ],
                include_default_input_processors=False,
                lexer=DynamicLexer(lambda: self.lexer),
                preview_search=True,
            ),
            height=self._get_default_buffer_control_height,
            get_line_prefix=partial(
                self._get_line_prefix, get_prompt_text_2=_OnceADrawing(first_prompt)
            ),
            wrap_lines=True,
        )
        menu = CompletionsMenu(
            max_height=_MENU_ROWS, scroll_offset=1, extra_filter=has_focus(self.default_buffer)
        )
        rows = HSplit(
            [
                ConditionalContainer(
                    Window(
                        FormattedTextControl(_OnceADrawing(lines_above)), dont_extend_height=True
                    ),
                    Condition(_OnceADrawing(is_tall)),
                ),
                line,
                ConditionalContainer(
                    Window(FormattedTextControl(self._get_arg_text), height=1), has_arg
                ),
                ConditionalContainer(search, ~is_done),
            ]
        )
        return Layout(
            FloatContainer(rows, [Float(menu, xcursor=True, ycursor=True, transparent=True)]), line
        )


class _OnceADrawing(Generic[T]):
    """Ask once for each drawing of the screen; nothing changes meanwhile."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._drawing = -1

    def __call__(self) -> T:
        drawing = get_app().render_counter
        if drawing != self._drawing:
            self._drawing, self._answer = drawing, self._ask()
        return self._answer


class _InputLine(BufferControl):
    """Makes its content once for each drawing: its height is asked for before it is drawn."""

    _made: tuple[int, Document, int, bool] | None = None
    _content: UIContent

    def create_content(self, width: int, height: int, preview_search: bool = False) -> UIContent:
        made = (get_app().render_counter, self.buffer.document, width, preview_search)
        if made != self._made:
            self._content = super().create_content(width, height, preview_search)
            self._made = made
        return self._content


def _redrawn(
    line: TransformationInput,
    spans: Sequence[tuple[int, int]],
    draw: Callable[[str, str], tuple[str, str]],
) -> Transformation:
    """Draw the letters of some spans of the text otherwise, on one line; no letter moves.

    Args:
        draw: gives another style and letter for a style and letter.
    """
    if not spans:
        return Transformation(line.fragments)
    start = line.document.translate_row_col_to_index(line.lineno, 0)
    fragments = explode_text_fragments(list(line.fragments))
    for first, last in spans:
        for index in range(max(first - start, 0), min(last - start, len(fragments))):
            style, letter, *_ = fragments[index]
            fragments[index] = draw(style, letter)
    return Transformation(fragments)


class HideSecrets(Processor):
    """Draws password literals as stars while they are typed: what is drawn is recorded."""

    def __init__(self) -> None:
        """Start without a text."""
        # All lines of one text are drawn one after the other.
        self._spans = lru_cache(maxsize=1)(secret_spans)

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Hide one line's part of them; no letter moves."""
        return _redrawn(
            transformation_input,
            self._spans(transformation_input.document.text),
            lambda style, letter: (style, letter if letter.isspace() else "*"),
        )


class MarkValues(Processor):
    """Draws in a style of its own what may be a value: who may read it is judged when it ran."""

    def __init__(self, engine: Engine, is_known: Callable[[str], bool]) -> None:
        """Start without a text.

        Args:
            is_known: tells names that anybody may know, and how they begin.
        """
        self._spans = lru_cache(maxsize=1)(lambda text: typed_spans(text, engine, is_known))
        self._drafts: list[str] = []

    def begin(self) -> None:
        """Forget the last text, and what was known when it was typed."""
        self._drafts = []
        self._spans.cache_clear()

    def is_within(self, text: str) -> bool:
        """Tell whether all that was drawn of the text on its way is in what it became."""
        return self._drafts_size() <= _DRAFTS_MAX and all(
            self._is_draft_within(draft, text) for draft in self._drafts
        )

    def _is_draft_within(self, draft: str, text: str) -> bool:
        if text.startswith(draft):
            return True
        before = _shared(draft, text)
        behind = _shared(draft[before:][::-1], text[before:][::-1])
        end = len(draft) - behind
        return all(last <= before or first >= end for first, last in self._spans(draft))

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Mark one line's part of them; no letter moves."""
        text = transformation_input.document.text
        searched = transformation_input.buffer_control.search_buffer
        for draft in (searched.text if searched else "", text):
            if draft:
                self._keep(draft)
        return _redrawn(
            transformation_input,
            self._spans(text),
            lambda style, letter: (f"{style} {TYPED_CLASS}", letter),
        )

    def _keep(self, text: str) -> None:
        if text in self._drafts[-2:]:
            return
        if self._drafts and text.startswith(self._drafts[-1]):
            # Typed on: what was drawn before is in it.
            self._drafts[-1] = text
        elif self._drafts_size() <= _DRAFTS_MAX:
            self._drafts.append(text)

    def _drafts_size(self) -> int:
        return sum(map(len, self._drafts))


def _shared(one: str, other: str) -> int:
    """Count the characters at the start that two texts share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
