"""What people can type, set or meet is in the README; a name that is missing there fails here."""

import argparse
import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastion import arguments, cli, config, errors, installation
from bastion.core import rules
from bastion.core.model import Status
from bastion.core.styles import Style
from bastion.frontends import meta, verbs, words
from recordings import events
from recordings.asciicast import ExportFormat
from tests.test_house import ROOT

README = (ROOT / "README.md").read_text("utf-8")
POLICY = (ROOT / "docs/policy.md").read_text("utf-8")
FORMAT = (ROOT / "docs/recording-format.md").read_text("utf-8")
DEPLOY = ROOT / "deploy"
ADRS = sorted((ROOT / "docs/adr").glob("*.md"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ADR_HEADINGS = [
    "What",
    "Why",
    "User story",
    "Failure modes",
    "Security",
    "Audit events",
    "Alternatives",
    "Test plan",
]


def section(text: str, heading: str) -> str:
    """Give the part under a heading, sub-headings included."""
    start = text.index(f"\n{heading}\n") + 1
    level = heading.split(maxsplit=1)[0]
    end = re.search(rf"^#{{1,{len(level)}}} ", text[start + len(heading) :], re.MULTILINE)
    return text[start : start + len(heading) + end.start()] if end else text[start:]


def rows(text: str) -> list[list[str]]:
    """Give the cells of all table rows; an escaped bar is part of its cell."""
    found = [line for line in text.splitlines() if line.startswith("|")]
    return [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in found
    ]


def commands(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ("bastion",)
) -> Iterator[tuple[str, set[str]]]:
    """Give each command that can be run, with its flags."""
    nested = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    for action in nested:
        for name, child in action.choices.items():
            yield from commands(child, (*path, name))
    if not nested:
        flags = {flag for action in parser._actions for flag in action.option_strings}
        yield " ".join(path), flags - {"-h", "--help"}


def undocumented_keys(readme: str) -> list[str]:
    cells = rows(section(readme, "### Configuration: `bastion.toml`"))
    shown = {(row[0].strip("`"), row[1].strip("`"), row[3]) for row in cells}
    missing = []
    for part in dataclasses.fields(config.Config):
        for key in dataclasses.fields(config._SECTIONS[part.name]):
            default = f'"{key.default}"' if isinstance(key.default, str) else f"{key.default:g}"
            if isinstance(key.default, int):
                default = str(key.default)
            if (f"[{part.name}] {key.name}", default, key.metadata["words"]) not in shown:
                missing.append(f"[{part.name}] {key.name} = {default}")
    return missing


def undocumented_commands(readme: str) -> list[str]:
    table = rows(section(readme, "### Server command line"))
    missing = []
    for command, flags in commands(arguments._parser()):
        row = next((row for row in table if re.search(rf"`{command}[ `]", row[0])), None)
        if row is None:
            missing.append(command)
            continue
        named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row[1]))
        missing += [f"{command} {flag}" for flag in sorted(flags ^ named)]
    return missing


def undocumented_words(readme: str) -> list[str]:
    named = {row[0].strip("`") for row in rows(readme)}
    wanted = [spelling for spelling, _ in (*verbs.HELP, *verbs.FLAGS)]
    missing = [spelling for spelling in wanted if spelling not in named]
    text = section(readme, "### Over SSH") + section(readme, "## For agents and scripts")
    flags = (*words._VALUE_FLAGS, *words._PLAIN_FLAGS, "--json", "--all", "--purpose", "--csv")
    missing += [word for word in (*words.VERBS, *words.FORMATS) if f"`{word}`" not in text]
    missing += [
        flag
        for flag in flags
        if flag != "--quiet" and not re.search(rf"(?<![\w-]){flag}(?![\w-])", text)
    ]
    return missing + [f"-{letter}" for letter in words._SHORT_FLAGS if f"-{letter}" not in text]


def undocumented_shell_commands(readme: str) -> list[str]:
    text = section(readme, "## For people")
    named = {row[0].strip("`").removeprefix("\\") for row in rows(text)}
    listed = {*meta.SHELL_COMMANDS, *meta.LISTING_COMMANDS}
    missing = sorted(listed - named)
    return missing + [name for name in meta.REFUSED if not re.search(rf"`\\?{name}`", text)]


def undocumented_statuses(readme: str) -> list[str]:
    shown = {
        (row[0], row[1].strip("`")) for row in rows(section(readme, "## For agents and scripts"))
    }
    return [one.value for one in Status if (str(one.exit_code), one.value) not in shown]


def undocumented_exit_codes(readme: str) -> list[str]:
    found = re.search(r"^Exit codes of `bastion`:(.*?)\n\n", readme, re.MULTILINE | re.DOTALL)
    shown = set(
        re.findall(r"\b(\d+) ", found.group(1).partition("`bastion-review`")[0] if found else "")
    )
    codes = {value for name, value in vars(cli).items() if name.startswith("EXIT_")}
    return [str(code) for code in sorted(codes) if str(code) not in shown]


def undocumented_error_codes(readme: str) -> list[str]:
    text = section(readme, "### Error codes")
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.code for one in kinds if issubclass(one, errors.BastionError)}
    return [code for code in sorted(codes) if f"`{code}`" not in text]


CHECKS = {
    undocumented_keys: "`[server] drain_s`",
    undocumented_commands: "`--reader-url URL`",
    undocumented_words: "`req withdraw ID`",
    undocumented_shell_commands: "`\\conninfo`",
    undocumented_statuses: "`pending_approval`",
    undocumented_exit_codes: "70 a fault",
    undocumented_error_codes: "`approval`",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_everything_that_can_be_typed_set_or_met_is_in_the_readme(check):
    assert check(README) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_readme_that_misses_one_is_found_out(check):
    word = CHECKS[check]
    assert word in README
    assert check(README.replace(word, "")) != []


def test_each_command_of_the_readme_exists():
    known = {command for command, _ in commands(arguments._parser())}
    named = {
        match
        for row in rows(section(README, "### Server command line"))
        for match in re.findall(r"`(bastion(?: [a-z][a-z-]*)+)", row[0])
    }
    assert named == known


def test_each_export_format_is_in_the_readme():
    for one in ExportFormat:
        assert re.search(rf"--format [a-z0-9|]*\b{one.value}\b", README.replace("\\|", "|"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bastion.example.toml", config.default_config_text()),
        ("policy.example.toml", installation.default_policy_text()),
    ],
)
def test_the_examples_are_what_init_writes(name, text):
    written = (DEPLOY / name).read_text("utf-8")
    assert written == text, f"deploy/{name} is old: write it again from a fresh `bastion init`"
    assert tomllib.loads(written)


def test_each_key_of_the_policy_is_described():
    for key in (*rules._RULE_KEYS, *rules._LIMIT_KEYS):
        assert any(row[0] == f"`{key}`" for row in rows(POLICY)), key
    for word in (
        *rules._EFFECT_WORDS,
        *rules._ROLE_WORDS,
        *(one.value for one in Style),
        *rules._ENGINES,
    ):
        assert f"`{word}`" in POLICY, word


def test_each_key_of_the_policy_is_explained_in_the_file_that_init_writes():
    text = installation.default_policy_text()
    for key in (*rules._RULE_KEYS, *rules._LIMIT_KEYS):
        assert re.search(rf"^#? *{key}\b", text, re.MULTILINE), key


def test_each_event_of_a_recording_and_its_fields_are_described():
    described = {row[0].strip("`"): row[-1] for row in rows(FORMAT)}
    assert set(described) >= events._RESERVED_CODES - {"i", "x"}
    for code, kind in events._PAYLOADS.items():
        for item in dataclasses.fields(kind):
            is_told = item.metadata.get("is_told", True)
            assert not is_told or f"`{item.name}`" in described[code], (code, item.name)
    for item in dataclasses.fields(events.Header):
        if item.name not in {"columns", "rows", "term"}:
            assert f"`{item.name}`" in FORMAT, item.name


def test_each_dependency_has_its_notice():
    notices = {
        (row[0].partition(" ")[0].lower(), row[1]) for row in rows(read("THIRD_PARTY_NOTICES.md"))
    }
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", read("requirements.lock"), re.MULTILINE)
    known = {(name.replace("_", "-"), version) for name, version in notices}
    assert pinned
    assert [one for one in pinned if (one[0].lower().replace("_", "-"), one[1]) not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text("utf-8")), target


def test_each_decision_has_a_number_of_its_own():
    """Numbers are given out before the decisions are written, so there may be gaps for a while."""
    numbers = [path.name[:5] for path in ADRS]
    assert all(re.fullmatch(r"\d{4}-", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("page", ADRS, ids=lambda page: page.stem)
def test_a_decision_has_its_form(page):
    text = page.read_text("utf-8")
    assert re.match(rf"# {int(page.name[:4])}\. \S", text)
    assert re.search(r"^State: (draft|implemented|replaced by \d{4})\b", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ADR_HEADINGS


def test_the_decision_on_approvals_has_each_transition_of_the_code():
    from bastion.core import approval

    numbered = re.findall(r"^ +(\d)\. (\w+)", approval.__doc__ or "", re.MULTILINE)
    shown = {(row[0], row[1].upper()) for row in rows(ADRS[2].read_text("utf-8"))}
    assert numbered
    assert set(numbered) <= shown


def test_the_first_screen_fits_a_terminal_of_80_columns():
    excerpt = README.split("```")[3]
    assert "alice@shop-prod" in excerpt
    assert max(len(line) for line in excerpt.splitlines()) <= 80


def test_the_service_gives_the_drain_its_time():
    unit = read("deploy/bastion.service")
    seconds = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert seconds
    assert int(seconds.group(1)) >= config.ServerConfig().drain_s + 60


@pytest.mark.parametrize(
    "line",
    ["--require-hashes", "\nUSER bastion\n", "HEALTHCHECK", '"health"', "THIRD_PARTY_NOTICES.md"],
)
def test_the_image_is_pinned_unprivileged_watched_and_carries_the_notices(line):
    assert line in read("deploy/Dockerfile")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def anchors(text: str) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


def test_a_link_to_nowhere_is_found_out(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# Here\n\n[there](gone.md) and [below](#not-here)\n", "utf-8")
    with pytest.raises(AssertionError):
        test_every_link_leads_somewhere(page)
