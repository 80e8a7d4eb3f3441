"""One HTML page with everything in it: a player, the statements, and all output as real text.

It asks for nothing over the network, and its policy forbids that it could: scripts and styles are
allowed by their digests alone. All that a recording holds comes in as text, never as markup.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
import html
import importlib.resources
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from recordings.events import Header, LineEncoder, Marker, Output, Resize, StatementEvent, line
from recordings.reader import TimedEvent
from recordings.words import describe, terminal_text, visible

_STYLE = """
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: #e6e6e6; background: #16181d; }
a, button { color: #8ab4f8; }
button { font: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-decoration: underline; }
dl { display: grid; grid-template-columns: 8rem 1fr; }
dt { color: #a8adb8; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #0d0f12; padding: 1rem; }
li { margin: .5rem 0; }
#player { height: 60vh; }
code { white-space: pre-wrap; }
.fate { color: #a8adb8; }
"""
_SCRIPT = """
const data = JSON.parse(document.getElementById("cast").textContent);
const end = JSON.parse(data.trim().split("\\n").pop())[0] || 0;
const player = AsciinemaPlayer.create({ data: data }, document.getElementById("player"),
  { preload: true, poster: "npt:" + end, fit: "both", idleTimeLimit: 5, controls: true });
for (const button of document.querySelectorAll("button[data-marker]")) {
  button.addEventListener("click", () => {
    // Long pauses are cut short, so that moments of the recording are not those of the player.
    player.seek({ marker: Number(button.dataset.marker) });
    document.getElementById("player").scrollIntoView();
  });
}
"""


@dataclass(slots=True)
class _Told:
    """One statement and what became of it."""

    time_us: int
    markers: int
    """Markers up to it: the last of them is its own."""
    event: StatementEvent
    fate: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    """What the page is made of, gathered in one pass."""

    cast: list[str] = field(default_factory=list)
    statements: dict[str, _Told] = field(default_factory=dict)
    markers: int = 0
    text: list[str] = field(default_factory=list)


def html_page(header: Header, events: Iterable[TimedEvent]) -> Iterator[bytes]:
    """Yield the page in pieces; it holds the output twice, for the player and as text."""
    page = _gather(header, events)
    player = importlib.resources.files("recordings") / "player"
    library = (player / "asciinema-player.min.js").read_text("utf-8")
    look = (player / "asciinema-player.css").read_text("utf-8")
    title = html.escape(f"Session {header.session_id}")
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(library, look)}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{look}</style>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{_about(header)}"
        '<div id="player"></div>\n<h2>Statements</h2>\n<ol>\n'
    ).encode()
    for told in page.statements.values():
        yield _statement(told).encode()
    yield b"</ol>\n<h2>Everything that was shown</h2>\n<pre>"
    for piece in page.text:
        yield html.escape(piece).encode()
    yield b'</pre>\n<script type="application/json" id="cast">'
    # Inside a script element no entity counts: the one way out, "<", is spelt as JSON allows.
    yield json.dumps("".join(page.cast)).replace("<", "\\u003c").encode()
    yield f"</script>\n<script>{library}</script>\n<script>{_SCRIPT}</script>\n".encode()
    yield b"</body>\n</html>\n"


def _policy(library: str, look: str) -> str:
    scripts = " ".join(_source(text) for text in (library, _SCRIPT))
    styles = " ".join(_source(text) for text in (look, _STYLE))
    # The player's terminal is WebAssembly, compiled from bytes in the page itself.
    return (
        f"default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; style-src {styles}; "
        "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _gather(header: Header, events: Iterable[TimedEvent]) -> _Page:
    page = _Page()
    document = {
        "version": 2,
        "width": header.columns,
        "height": header.rows,
        "timestamp": int(header.started_at.timestamp()),
    }
    page.cast.append(json.dumps(document) + "\n")
    encoder = LineEncoder()
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for timed in events:
        match timed.event:
            case Output(data=data):
                text = decoder.decode(data)
                page.text.append(visible(text))
                shown = line(timed.time_us, "o", terminal_text(header, text))
                page.cast.append(shown.decode())
            case Resize() | Marker():
                page.markers += isinstance(timed.event, Marker)
                page.cast.append(encoder.encode(timed.time_us, timed.event).decode())
            case StatementEvent() as statement:
                page.statements[statement.id] = _Told(timed.time_us, page.markers, statement)
            case other:
                told = page.statements.get(str(getattr(other, "statement_id", "")))
                words = describe(other)
                if told is not None and words:
                    told.fate.append(words)
    return page


def _statement(told: _Told) -> str:
    at_s = told.time_us / 1e6
    fate = "".join(f'<br><span class="fate">{_escaped(words)}</span>' for words in told.fate)
    return (
        f'<li><button data-marker="{told.markers - 1}">{at_s:.1f} s</button> '
        f"<code>{_escaped(told.event.text)}</code>{fate}</li>\n"
    )


def _about(header: Header) -> str:
    facts = {
        "user": f"{header.user} ({header.person})",
        "key": header.key_fingerprint,
        "source": header.source,
        "client": header.client,
        "target": f"{header.target} ({header.engine}, {header.environment})",
        "front end": f"{header.front_end} {header.command}",
        "started": header.started_at.isoformat(timespec="seconds"),
        "policy": header.policy_version,
    }
    told = "".join(f"<dt>{name}</dt><dd>{_escaped(fact)}</dd>" for name, fact in facts.items())
    return f"<dl>{told}</dl>\n"


def _escaped(text: str) -> str:
    return html.escape(visible(text))
