"""The colours, once: each at least 4.5 to 1 on the background, none the only sign of anything.

Orange against blue instead of red against green, so that the pair is told apart by all eyes; a
word or a shape always says the same. A test computes the contrasts.
"""

from __future__ import annotations

from typing import Final

BACKGROUND: Final = "#10151c"
PANEL: Final = "#1b2430"
CURSOR: Final = "#254260"
TEXT: Final = "#e6e9ee"
QUIET: Final = "#a9b4c2"
ACCENT: Final = "#7cc4ff"
WARNING: Final = "#ffb454"
ALARM: Final = "#ff9d5c"
GOOD: Final = "#8fd0ff"

MARKED: Final = f"bold reverse {WARNING}"
HEADING: Final = f"bold {ACCENT}"
LABEL: Final = QUIET
STRONG: Final = "bold"
FADED: Final = f"{QUIET} italic"

SYNTAX: Final = {
    "keyword": f"bold {ACCENT}",
    "string": "#b9e28c",
    "number": "#e8c1ff",
    "comment": f"italic {QUIET}",
    "executable": f"bold reverse {ALARM}",
}
FOREGROUNDS: Final = (TEXT, QUIET, ACCENT, WARNING, ALARM, GOOD, "#b9e28c", "#e8c1ff")
"""All colours that text may have on ``BACKGROUND`` and ``PANEL``."""
