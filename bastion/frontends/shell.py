"""The SQL shell: prompt-toolkit in this process, on one SSH channel; no child process ever."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import AsyncGenerator

from prompt_toolkit.application import create_app_session
from prompt_toolkit.application.current import set_app
from prompt_toolkit.application.run_in_terminal import run_in_terminal
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, completion_is_selected, is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer, PygmentsLexer
from prompt_toolkit.shortcuts import PromptSession
from prompt_toolkit.styles import Style
from pygments.lexers.sql import (  # type: ignore[import-untyped]
    MySqlLexer,
    PostgresLexer,
)

from bastion.core.breakglass import check_reason
from bastion.core.grants import split_reason
from bastion.core.literals import has_form
from bastion.core.model import (
    Engine,
    Environment,
    Finished,
    MaskedBatch,
    NoticeReceived,
    PipelineEvent,
    Principal,
    ResultStarted,
    Resumed,
    RunOptions,
    StatementStarted,
    Status,
    TransactionState,
    Waiting,
)
from bastion.core.statement import (
    is_complete,
    open_construct,
    scrub_secrets,
    split,
)
from bastion.errors import BastionError, RecordingError, TargetUnavailableError, UsageError
from bastion.execution.pipeline import Runner
from bastion.execution.ports import Terminal
from bastion.execution.services import Services
from bastion.execution.session import Session
from bastion.frontends import meta
from bastion.frontends.completion import SqlCompleter
from bastion.frontends.console import TEXT_MAX, TYPED_STYLES, Console
from bastion.frontends.drawn import typed
from bastion.frontends.narration import (
    glass_text,
    hold_text,
    limit_text,
    notice_text,
    outcome_text,
    result_text,
    resumed_text,
    retired_text,
    seconds_left,
    seconds_text,
)
from bastion.frontends.prompt import HideSecrets, MarkValues, SqlPrompt
from bastion.frontends.render import Renderer, RenderOptions, make_renderer, visible
from bastion.frontends.settings import ShellSettings, change

log = logging.getLogger(__name__)

_OPEN_MAX = 4_000
"""Characters before a line up to which its prompt says what is open there."""
_NARROW_COLUMNS = 60
_LOW_ROWS = 12
_SPINNER_AFTER_S = 0.5
_BELL_AFTER_S = 10.0
_LEAVE_WORDS = ("quit", "exit", "quit;", "exit;", "\\q", "/q")
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


async def run_shell(services: Services, session: Session, terminal: Terminal) -> str | None:
    r"""Serve one shell until its user leaves.

    Returns:
        The name of the target to go to next, after ``\c``; None to leave.
    """
    target = session.target
    if target is None:
        raise UsageError("A shell needs a target. Write: ssh -t HOST TARGET")
    console = Console(terminal, lambda text: _count_statements(text, target.engine))
    try:
        with create_app_session(input=console.input, output=console.output):
            runner = await services.open_runner(session)
            try:
                return await _Shell(services, session, console, runner).run()
            finally:
                await runner.close()
    except TargetUnavailableError:
        # There was no shell at all; the channel says why, and its exit status says so too.
        raise
    except BastionError as error:
        console.say(error.message)
        return None
    finally:
        with contextlib.suppress(ConnectionError, BastionError):
            await console.flush()
        console.close()


async def pick_target(services: Services, principal: Principal, terminal: Terminal) -> str | None:
    """Let a person who named no target choose one; None to leave."""
    targets = await services.reachable_targets(principal)
    console = Console(terminal, lambda _text: 0)
    try:
        if not targets:
            console.say("You may use no target yet. Ask an administrator.")
            return None
        width = max(len(target.name) for target in targets)
        lines = [
            f"  {number:2}  {visible(target.name):{width}}  {target.environment.value}"
            for number, target in enumerate(targets, 1)
        ]
        console.print("Choose a target:\n" + "\n".join(lines) + "\n")
        by_word = {str(number): target.name for number, target in enumerate(targets, 1)}
        by_word |= {target.name: target.name for target in targets}
        while not terminal.closed.is_set():
            console.print("Number or name, Enter; q leaves: ")
            word = await _read_word(console)
            if word in ("q", "quit", "exit", ""):
                return None
            if word in by_word:
                return by_word[word]
            console.say(f"There is no target {visible(word[:40])!r}.")
        return None
    finally:
        with contextlib.suppress(ConnectionError, BastionError):
            await console.flush()
        console.close()


async def _read_word(console: Console) -> str:
    """Read one short line with plain echo; empty on Ctrl-C, Ctrl-D or a vanished client."""
    word = ""
    while True:
        key = await _read_key(console)
        if key in ("\r", "\n"):
            console.print("\n")
            return word.strip()
        if key in ("", "\x03", "\x04", "\x1b"):
            console.print("\n")
            return ""
        if key in ("\x7f", "\b"):
            if word:
                word = word[:-1]
                console.print("\b \b")
        elif key.isprintable() and len(word) < 64:
            word += key
            console.print(key)


async def _read_key(console: Console) -> str:
    """Read one key; empty when the client is gone."""
    loop = asyncio.get_running_loop()
    key = loop.create_task(console.input.read_key())
    closed = loop.create_task(console.terminal.closed.wait())
    try:
        await asyncio.wait({key, closed}, return_when=asyncio.FIRST_COMPLETED)
        return key.result() if key.done() else ""
    finally:
        key.cancel()
        closed.cancel()


class _LeaveError(Exception):
    """The shell ends: the client or the session is gone."""


class _InterruptError(Exception):
    """Ctrl-C at the prompt."""


class _EndOfInputError(Exception):
    """Ctrl-D at an empty prompt."""


class _History(InMemoryHistory):
    """Statements of this person on this target; secrets are scrubbed, a leading blank skips."""

    def append_string(self, string: str) -> None:
        if string.strip() and not string.startswith(" ") and len(string) <= TEXT_MAX:
            super().append_string(scrub_secrets(string))


class _Shell:
    """One shell on one target."""

    def __init__(
        self, services: Services, session: Session, console: Console, runner: Runner
    ) -> None:
        self._services = services
        self._session = session
        self._console = console
        self._runner = runner
        self._principal = session.principal
        self._target = runner.target
        self._settings = ShellSettings()
        self._history = _History()
        self._last_statement = ""
        self._unfinished = ""
        self._completer = SqlCompleter(self._target.engine)
        engine = self._target.engine
        self._open = functools.lru_cache(maxsize=64)(lambda text: open_construct(text, engine))
        self._values = MarkValues(engine, self._completer.is_known)
        self._prompt = self._make_prompt()
        self._progress = _Progress(console, services)
        self._is_running = False
        self._next_target: str | None = None
        self._interrupts: list[asyncio.Task[None]] = []
        self._above: set[asyncio.Task[None]] = set()
        console.application = self._prompt.app
        console.input.on_interrupt = self._on_interrupt
        console.input.on_guarded = self._on_guarded
        console.input.on_too_long = self._on_too_long
        session.notice_callback = self._show_notice

    async def run(self) -> str | None:
        """Read and run until the user leaves."""
        watcher = asyncio.get_running_loop().create_task(self._watch())
        try:
            self._banner()
            await self._prepare()
            while True:
                self._values.begin()
                self._console.text_number = self._session.begin_text()
                text = await self._read()
                if text is None:
                    if await self._may_leave():
                        return self._next_target
                    continue
                try:
                    is_leaving = await self._act(text)
                except UsageError as error:
                    self._say(error.message)
                    is_leaving = False
                if self._console.has_marked:
                    await self._session.end_text(self._statements_in(text))
                if is_leaving and await self._may_leave():
                    return self._next_target
        except (_LeaveError, ConnectionError, RecordingError):
            self._say_goodbye()
            return None
        finally:
            self._session.notice_callback = None
            watcher.cancel()

    # Reading

    def _make_prompt(self) -> SqlPrompt:
        lexer: Lexer | None = None
        if self._console.has_colour:
            is_mysql = self._target.engine is Engine.MYSQL
            lexer = PygmentsLexer(MySqlLexer if is_mysql else PostgresLexer)
        session = SqlPrompt(
            multiline=True,
            history=self._history,
            completer=self._completer,
            complete_while_typing=False,
            lexer=lexer,
            key_bindings=self._bindings(),
            prompt_continuation=self._continuation,
            enable_suspend=False,
            enable_open_in_editor=False,
            enable_system_prompt=False,
            mouse_support=False,
            search_ignore_case=True,
            style=_STYLE,
            input_processors=[HideSecrets(), self._values],
            input=self._console.input,
            output=self._console.output,
            interrupt_exception=_InterruptError,
            eof_exception=_EndOfInputError,
        )
        session.app.before_render += lambda _app: self._bound_text()
        # Half a second after Esc is long for people who press it and short for slow links.
        session.app.ttimeoutlen = 0.2
        return session

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add("enter", filter=~is_searching & ~completion_is_selected)
        def _(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if self._is_ready(buffer.text):
                buffer.validate_and_handle()
            else:
                self._advise(buffer.text)
                buffer.insert_text("\n")

        @bindings.add("enter", filter=completion_is_selected)
        def _(event: KeyPressEvent) -> None:
            # Enter takes the completion; running something is a second, deliberate key.
            event.current_buffer.complete_state = None

        @bindings.add("escape", filter=Condition(self._has_menu), eager=True)
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.cancel_completion()

        return bindings

    def _has_menu(self) -> bool:
        return self._prompt.default_buffer.complete_state is not None

    def _is_ready(self, text: str) -> bool:
        if len(text) > TEXT_MAX:
            return False
        stripped = text.strip()
        if not stripped or stripped.lower() in (*_LEAVE_WORDS, "help"):
            return True
        if meta.parse_meta(text) is not None or self._command_behind(text) is not None:
            return True
        return is_complete(text, self._target.engine)

    def _command_behind(self, text: str) -> tuple[str, str] | None:
        """Split off a backslash command on the last line, which psql obeys in a statement too."""
        before, line_end, line = text.rstrip().rpartition("\n")
        if not line_end or not line.lstrip().startswith("\\") or _without_go(line)[0] != line:
            return None
        is_open = self._open(before) not in ("", "(")
        return None if is_open else (before, line)

    def _advise(self, text: str) -> None:
        """Tell people who want to leave, or help, that their words became part of a statement."""
        line = text.rpartition("\n")[2].strip().lower()
        if line in (*_LEAVE_WORDS, "help", "\\?"):
            self._print_above(
                "This is still part of the statement above: ; runs it, Ctrl-C drops it, and then "
                f"{line} is obeyed."
            )

    async def _read(self) -> str | None:
        """Read one input; None on Ctrl-D at an empty prompt."""
        self._check_alive()
        low = self._console.rows < _LOW_ROWS
        self._prompt.reserve_space_for_menu = 0 if low else 6
        is_vi = self._settings.is_vi
        self._prompt.editing_mode = EditingMode.VI if is_vi else EditingMode.EMACS
        unfinished, self._unfinished = self._unfinished, ""
        try:
            return await self._prompt.prompt_async(
                self._message, default=unfinished, set_exception_handler=False, handle_sigint=False
            )
        except _InterruptError:
            return ""
        except _EndOfInputError:
            return None

    def _message(self) -> StyleAndTextTuples:
        """Show who, where, how much is at stake, and the transaction, in words first."""
        target = self._target
        environment = target.environment
        mark = self._runner.transaction_state.value
        label = _ENVIRONMENT_STYLES[environment]
        fragments: StyleAndTextTuples = [
            ("class:who", f"{visible(self._principal.user)}@"),
            ("class:target", visible(target.name)),
            (label, f"[{environment.value}]"),
        ]
        if self._console.columns < _NARROW_COLUMNS:
            fragments = [*fragments[1:], ("", "\n")]
        fragments.append(("class:mark", mark))
        fragments.append(("", "=> "))
        return fragments

    def _continuation(self, width: int, line_number: int, wrap_count: int) -> StyleAndTextTuples:
        if wrap_count > 0:
            return [("", " " * width)]
        lines = self._prompt.default_buffer.document.lines[:line_number]
        before = "\n".join(lines)
        construct = (self._open(before) if len(before) <= _OPEN_MAX else "") or "-"
        return [("class:continuation", f"{construct}> ".rjust(width))]

    # Acting

    async def _act(self, text: str) -> bool:
        """Do what was entered; True to leave."""
        stripped = text.strip()
        if not stripped:
            return False
        behind = self._command_behind(text)
        if behind is not None:
            before, line = behind
            if is_complete(before, self._target.engine):
                await self._act(before)
            else:
                self._unfinished = f"{before}\n"
            return await self._act(line)
        if stripped.lower() in _LEAVE_WORDS:
            return True
        if stripped.lower() == "help":
            stripped = text = "\\?"
        await self._remember(text)
        command = meta.parse_meta(text)
        if command is not None:
            return await self._meta(command)
        self._last_statement, expanded = _without_go(text)
        await self._run(self._last_statement, expanded=expanded)
        return False

    def _statements_in(self, text: str) -> int | None:
        """Count the statements of what was entered; None where it held more than these."""
        if not self._values.is_within(text) or self._command_behind(text) is not None:
            return None
        if meta.parse_meta(text) is not None or text.strip().lower() in (*_LEAVE_WORDS, "help"):
            return None if has_form(text) else 0
        try:
            return len(split(_without_go(text)[0], self._target.engine))
        except BastionError:
            return None

    async def _remember(self, text: str) -> None:
        if text.startswith(" "):
            return
        with contextlib.suppress(BastionError):
            await self._services.history.append(
                self._principal.user, self._target.name, scrub_secrets(text)
            )

    async def _run(self, text: str, *, expanded: bool = False) -> None:
        settings = self._settings
        options = RunOptions(limit=settings.limit, reason=settings.reason, wait_s=None)
        renderer = self._renderer(expanded=expanded)
        output = _ShellOutput(
            self._console, renderer, settings, self._progress, self._services, self._target.engine
        )
        await self._follow(self._runner.execute(text, options=options), output)

    async def _follow(
        self, events: AsyncGenerator[PipelineEvent, None], output: _ShellOutput
    ) -> None:
        """Show what the governed path gives, as it comes."""
        self._is_running = True
        started = time.monotonic()
        self._progress.start()
        try:
            async for event in events:
                self._progress.clear()
                output.show(event)
                is_between = isinstance(event, MaskedBatch)
                await (self._console.ease() if is_between else self._console.flush())
        finally:
            self._is_running = False
            self._progress.stop()
        if output.status is Status.INTERRUPTED:
            span = seconds_text(time.monotonic() - started)
            self._console.print(f"cancelled after {span}\n")
        if output.status is not Status.OK or output.was_held:
            self._console.input.drop_ahead()
        if time.monotonic() - started > _BELL_AFTER_S:
            self._console.print("\x07")
        await self._learn_names()

    def _renderer(self, *, expanded: bool = False) -> Renderer:
        settings = self._settings
        return make_renderer(
            settings.format,
            columns=self._console.columns,
            options=RenderOptions(
                is_tuples_only=settings.is_tuples_only,
                expanded="on" if expanded else settings.expanded,
                has_footer=settings.has_footer,
                null_text=settings.null_text,
                has_colour=self._console.has_colour,
                makes_visible=True,
            ),
        )

    async def _meta(self, command: meta.MetaCommand) -> bool:
        argument = command.argument
        match command.name:
            case "q" | "quit" | "exit":
                return True
            case "c" | "connect" | "use" | "u":
                return await self._switch(argument)
            case "g" | "gx" | "G":
                await self._again(command)
            case "#":
                await self._learn_names(is_loud=True)
            case _ if meta.is_listing(command):
                await self._list(command)
            case _ if command.name in meta.SETTING_NAMES:
                self._settings, said = change(self._settings, command.name, argument)
                self._say(said)
            case _:
                await self._tell(command)
        return False

    async def _tell(self, command: meta.MetaCommand) -> None:
        """Answer the commands that only say something."""
        match command.name:
            case "?" | "help":
                self._console.print(meta.help_text())
            case "conninfo" | "status" | "s":
                self._console.print(self._conninfo())
            case "why":
                await self._why()
            case "breakglass":
                await self._break_glass(command.argument)
            case "undrop":
                await self._undrop(command.argument)
            case "unmask" | "window":
                await self._ask_grant(command)
            case "budget":
                await self._budget()
            case "history":
                self._console.print(typed(self._past(command.argument), 0))
            case _:
                await self._refuse(command)

    async def _break_glass(self, reason: str) -> None:
        principal = self._principal
        try:
            check_reason(reason)
            code = await self._ask_code()
            emergency = await self._services.glass.open(
                principal, self._target, reason=reason, code=code
            )
            text = glass_text(emergency)
        except BastionError as error:
            text = error.message
        self._say(text)

    async def _ask_code(self) -> str:
        """Ask for a one-time code, drawn as stars; empty when it is not given."""
        prompt: PromptSession[str] = PromptSession(
            is_password=True,
            enable_suspend=False,
            enable_open_in_editor=False,
            enable_system_prompt=False,
            input=self._console.input,
            output=self._console.output,
            interrupt_exception=_InterruptError,
            eof_exception=_EndOfInputError,
        )
        try:
            return await prompt.prompt_async(
                "Fresh code: ", set_exception_handler=False, handle_sigint=False
            )
        except (_InterruptError, _EndOfInputError):
            return ""

    async def _undrop(self, name: str) -> None:
        try:
            if name:
                entry = await self._runner.undrop(name)
                text = f"{entry.qualified_name} is back in its place."
            else:
                text = retired_text(await self._runner.list_retired())
        except BastionError as error:
            text = error.message
        self._say(text)

    def _say(self, text: str) -> None:
        """Answer a command: its words may come back, so they are marked as what was typed."""
        self._console.say(text, repeats=True)

    async def _refuse(self, command: meta.MetaCommand) -> None:
        if command.name in meta.REFUSED:
            await self._session.note("meta.refused", {"command": command.name})
        self._say(meta.refusal(command))

    async def _list(self, command: meta.MetaCommand) -> None:
        found = meta.listing(
            command,
            catalogue=await self._runner.catalogue(),
            extra=self._runner.context.relations.values(),
            targets=await self._services.reachable_targets(self._principal),
        )
        for section in found.sections:
            renderer = self._renderer()
            text = renderer.begin(section.columns) + renderer.rows(section.rows) + renderer.end()
            title = f"{visible(section.title)}\n" if section.title else ""
            footer = f"{visible(section.footer, keeps_lines=True)}\n" if section.footer else ""
            self._console.print(f"{title}{text}{footer}")
        if found.sql:
            await self._run(found.sql)

    async def _switch(self, name: str) -> bool:
        if not name:
            self._console.print(self._conninfo())
            return False
        if len(name.split()) > 1 or "://" in name:
            raise UsageError(r"\c takes the name of a target and nothing else. \l lists them.")
        target = await self._services.find_target(self._principal, name)
        self._next_target = target.name
        return True

    async def _again(self, command: meta.MetaCommand) -> None:
        """Run this session's last statement again; what stood here last week is only history."""
        if command.argument:
            raise UsageError(
                f"\\{command.name} takes nothing here: the bastion starts no program and writes "
                "no file. Write: ssh HOST TARGET --csv -c '…' | program"
            )
        if not self._last_statement:
            raise UsageError("This session has run no statement yet; \\history lists older ones.")
        await self._run(self._last_statement, expanded=command.name != "g")

    def _conninfo(self) -> str:
        target, principal = self._target, self._principal
        engine = "postgresql" if target.engine is Engine.POSTGRESQL else "mysql"
        person = f", agent of {principal.person}" if principal.is_agent else ""
        limit = self._settings.limit
        pairs = (
            ("you", f"{principal.user}{person}, from {principal.source}"),
            ("target", f"{target.name} ({target.environment.value}), {engine}"),
            ("database", f"{target.database}, as role {self._runner.role}"),
            ("session", f"{self._session.id}, recorded"),
            ("policy", f"version {self._services.governance.policy().version}"),
            ("row limit", f"{limit} (\\limit N; never above the policy's)"),
        )
        return "".join(f"{name:10} {visible(value)}\n" for name, value in pairs)

    async def _ask_grant(self, command: meta.MetaCommand) -> None:
        """Ask a reviewer to show a class, or for half an hour on one table, and wait."""
        words, reason = split_reason(command.argument)
        settings = self._settings
        try:
            wanted = self._services.wanted(self._principal, self._target, command.name, words)
        except BastionError as error:
            self._say(error.message)
            return
        options = RunOptions(reason=reason or settings.reason, wait_s=None)
        output = _ShellOutput(
            self._console,
            self._renderer(),
            settings,
            self._progress,
            self._services,
            self._target.engine,
        )
        await self._follow(self._runner.ask_grant(wanted, options=options), output)

    async def _budget(self) -> None:
        self._console.say(await self._budget_text())

    async def _budget_text(self, *, is_brief: bool = False) -> str:
        """Say what was tried on masked columns today; briefly, nothing where nothing was."""
        try:
            allowed, uses = await self._services.guess_standing(self._principal, self._target)
        except BastionError as error:
            return f"{error.message}\n"
        lines = [f"{one.text(self._target.name)}; {one.left} left.\n" for one in uses]
        if not lines and not is_brief:
            return f"Nothing was tried on masked columns today; {allowed} values a class may be.\n"
        return "".join(lines)

    async def _why(self) -> None:
        reasons = self._runner.explain_masks()
        lines = "".join(f"  {reason}\n" for reason in reasons)
        if reasons:
            lines += "To see such values, ask a reviewer: \\unmask CLASS for 15m reason TEXT\n"
        else:
            lines = "No column of the last result was masked.\n"
        self._console.say(f"{lines}{await self._budget_text(is_brief=True)}")

    def _past(self, argument: str) -> str:
        count = int(argument) if argument.isdigit() else 20
        past = self._history.get_strings()[-max(count, 1) :]
        lines = "".join(f"{visible(text, keeps_lines=True)}\n" for text in past)
        return f"{lines}A leading blank keeps a statement out of this list; the recording has it.\n"

    # Around

    def _banner(self) -> None:
        target, principal = self._target, self._principal
        limit = self._settings.limit
        lines = (
            f"{principal.user} on {target.name} ({target.environment.value}), "
            f"role {self._runner.role}",
            f"This session is recorded ({self._session.id}).",
            f"{limit} rows a result; held statements wait for a colleague.",
            r"\? lists the commands, \q leaves.",
        )
        self._console.say("\n".join(lines))

    async def _prepare(self) -> None:
        with contextlib.suppress(BastionError):
            past = await self._services.history.load(self._principal.user, self._target.name)
            for text in past:
                self._history.append_string(text)
        targets = await self._services.reachable_targets(self._principal)
        self._completer.targets = tuple(target.name for target in targets)
        await self._learn_names()

    async def _learn_names(self, *, is_loud: bool = False) -> None:
        try:
            catalogue = await self._runner.catalogue()
        except BastionError as error:
            if is_loud:
                self._console.say(error.message)
            return
        self._completer.learn(catalogue, self._runner.context.relations.values())
        if is_loud:
            self._console.print("The names for completion are up to date.\n")

    async def _may_leave(self) -> bool:
        """Ask about an open transaction; the answer that changes nothing is the default."""
        if not self._has_open_transaction():
            return True
        self._console.print("A transaction is open. Leave with r)ollback or c)ommit, or s)tay? ")
        await self._console.flush()
        key = (await _read_key(self._console)).lower()
        self._console.print(f"{key if key.isprintable() else ''}\n")
        if key == "":
            return True
        if key in ("r", "\x04"):
            await self._run("ROLLBACK")
            return True
        if key == "c":
            await self._run("COMMIT")
            return not self._has_open_transaction()
        self._next_target = None
        self._console.print("Staying; the transaction is still open.\n")
        return False

    def _has_open_transaction(self) -> bool:
        state = self._runner.transaction_state
        return state in (TransactionState.OPEN, TransactionState.FAILED)

    def _on_interrupt(self) -> None:
        if self._is_running:
            task = asyncio.get_running_loop().create_task(self._runner.interrupt())
            self._interrupts = [old for old in self._interrupts if not old.done()]
            self._interrupts.append(task)

    def _on_guarded(self, count: int) -> None:
        self._print_above(
            f"{count} statements came at once, as if pasted: nothing has run. "
            "Enter runs them all, Ctrl-C drops them."
        )

    def _on_too_long(self) -> None:
        self._print_above(
            f"That is more than the {TEXT_MAX:,} characters that can be edited here: nothing of it "
            "was taken. Send it as a file: ssh HOST TARGET < file.sql"
        )

    def _bound_text(self) -> None:
        """Drop a text that has grown, by many pastes, beyond what can be drawn in time."""
        buffer = self._prompt.default_buffer
        if len(buffer.text) > TEXT_MAX:
            buffer.reset()
            asyncio.get_running_loop().call_soon(self._on_too_long)

    def _show_notice(self, text: str) -> None:
        self._print_above(f"NOTICE:  {text}")

    def _print_above(self, text: str) -> None:
        """Print above a prompt that is being edited, or at once when there is none."""
        application = self._prompt.app
        if not application.is_running:
            self._progress.clear()
            self._console.say(text)
            return
        task = asyncio.get_running_loop().create_task(self._say_above(text))
        self._above.add(task)
        task.add_done_callback(self._above.discard)

    async def _say_above(self, text: str) -> None:
        # Whoever calls, a timer or another session, is no part of this shell's application.
        console = self._console
        with (
            create_app_session(input=console.input, output=console.output),
            set_app(self._prompt.app),
        ):
            await run_in_terminal(lambda: console.say(text))

    async def _watch(self) -> None:
        """End prompt or query when the client or the session is gone."""
        loop = asyncio.get_running_loop()
        waits = {
            loop.create_task(self._session.ended.wait()),
            loop.create_task(self._console.terminal.closed.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        application = self._prompt.app
        if application.is_running and not application.is_done:
            application.exit(exception=_LeaveError())
        elif self._is_running:
            await self._runner.interrupt()

    def _check_alive(self) -> None:
        if self._session.ended.is_set() or self._console.terminal.closed.is_set():
            raise _LeaveError

    def _say_goodbye(self) -> None:
        if self._session.end_reason and not self._console.terminal.closed.is_set():
            with contextlib.suppress(ConnectionError, BastionError):
                self._console.say(f"\n{self._session.end_reason}")


class _ShellOutput:
    """Draws the events of one input."""

    def __init__(
        self,
        console: Console,
        renderer: Renderer,
        settings: ShellSettings,
        progress: _Progress,
        services: Services,
        engine: Engine,
    ) -> None:
        self._engine = engine
        self.status = Status.OK
        self.was_held = False
        self._console = console
        self._renderer = renderer
        self._settings = settings
        self._progress = progress
        self._clock = services.clock
        self._statement = ""
        self._is_in_result = False
        self._has_rows = False

    def show(self, event: PipelineEvent) -> None:
        """Draw one event."""
        match event:
            case StatementStarted():
                self._statement = event.text
            case NoticeReceived():
                self._console.print_of(notice_text(event))
            case Waiting():
                self.was_held = True
                text = hold_text(
                    event,
                    self._clock.now(),
                    closing=("Ctrl-C withdraws it",),
                    columns=self._console.columns,
                )
                self._console.print(text)
                self._progress.waiting = event
            case Resumed():
                self._progress.waiting = None
                self._console.print(resumed_text(event))
            case ResultStarted():
                self._end_result()
                self._is_in_result, self._has_rows = True, False
                self._console.print(self._renderer.begin(event.columns, event.result))
            case MaskedBatch():
                self._has_rows = self._has_rows or bool(event.rows)
                self._console.print(self._renderer.batch(event))
            case Finished():
                self._finish(event)

    def _end_result(self) -> None:
        if self._is_in_result:
            self._is_in_result = False
            self._console.print(self._renderer.end())

    def _finish(self, event: Finished) -> None:
        self._progress.waiting = None
        if event.status is not Status.OK and not self._has_rows:
            # Nothing came: a header over no rows would look like an answer.
            self._is_in_result = False
        self._end_result()
        self.status = event.status
        if event.status is not Status.OK:
            columns = self._console.columns
            self._console.print_of(outcome_text(event, self._statement, columns=columns))
            hint = meta.slip(self._statement, self._engine)
            if hint and event.status is Status.ERROR:
                self._console.say(f"HINT:  {hint}")
            return
        if event.message:
            self._console.say(event.message)
        self._console.print(limit_text(event, how=r"\limit N"))
        line = result_text(event, has_timing=self._settings.has_timing)
        if line:
            self._console.print(f"{line}\n")


class _Progress:
    """The line that says that something goes on; drawn from half a second on."""

    def __init__(self, console: Console, services: Services) -> None:
        self.waiting: Waiting | None = None
        self._console = console
        self._clock = services.clock
        self._task: asyncio.Task[None] | None = None
        self._is_drawn = False

    def start(self) -> None:
        """Begin to count."""
        self.waiting = None
        self._task = asyncio.get_running_loop().create_task(self._tick())

    def stop(self) -> None:
        """Take the line away."""
        self.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def clear(self) -> None:
        """Take the line away until the next tick."""
        if self._is_drawn:
            self._is_drawn = False
            with contextlib.suppress(ConnectionError):
                self._console.terminal.write("\r\x1b[K")

    async def _tick(self) -> None:
        started = time.monotonic()
        await asyncio.sleep(_SPINNER_AFTER_S)
        if self._console.is_accessible:
            self._console.print("running; Ctrl-C cancels\n")
            return
        for number in range(1_000_000):
            line = self._line(_SPINNER[number % len(_SPINNER)], time.monotonic() - started)
            self._console.terminal.write(f"\r\x1b[K{line[: self._console.columns - 1]}")
            self._is_drawn = True
            # Each tick is recorded too: a long wait draws once a second, not oftener.
            await asyncio.sleep(0.5 if time.monotonic() - started < _BELL_AFTER_S else 1.0)

    def _line(self, mark: str, elapsed_s: float) -> str:
        if self.waiting is None:
            return f"{mark} running {elapsed_s:.1f} s (Ctrl-C cancels)"
        left_s = seconds_left(self.waiting.expires_at, self._clock.now())
        minutes, seconds = divmod(left_s, 60)
        return f"{mark} waiting for approval, {minutes}:{seconds:02} left (Ctrl-C withdraws)"


_STYLE = Style.from_dict(
    {
        "who": "",
        "target": "bold",
        "production": "ansired bold",
        "staging": "ansiyellow",
        "development": "ansigreen",
        "mark": "bold",
        "continuation": "ansibrightblack",
        **TYPED_STYLES,
    }
)
_ENVIRONMENT_STYLES = {
    Environment.PRODUCTION: "class:production",
    Environment.STAGING: "class:staging",
    Environment.DEVELOPMENT: "class:development",
}


def _count_statements(text: str, engine: Engine) -> int:
    """Count the statements that a burst of keys would run one after another."""
    pieces = text.replace("\r", "\n").split("\n")
    if len(pieces) < 2:
        return 0
    try:
        return len(split(text, engine))
    except BastionError:
        return text.count(";")


def _without_go(text: str) -> tuple[str, bool]:
    r"""Take a closing ``\g``, ``\gx`` or ``\G`` off; tell whether it asks for records."""
    stripped = text.rstrip().removesuffix(";").rstrip()
    for ending, is_expanded in (("\\gx", True), ("\\G", True), ("\\g", False)):
        if stripped.endswith(ending):
            return stripped.removesuffix(ending), is_expanded
    return text, False
