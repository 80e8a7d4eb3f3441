"""The style guide as a test: what a tool cannot check, this does."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for package in ("bastion", "tui", "recordings") for path in (ROOT / package).rglob("*.py")
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def calls_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    names.add(name)
    return names


def makers_of(word: str) -> set[str]:
    return {name_of(path) for path in SOURCES if word in calls_in(path)}


def test_only_login_makes_a_principal():
    assert makers_of("Principal") == {"bastion/ssh/auth.py"}


def test_permits_are_made_for_running_measuring_and_retiring_only():
    assert makers_of("Permit") == {
        "bastion/execution/sending.py",
        "bastion/execution/measuring.py",
        "bastion/execution/retiring.py",
        # The run that a RehearsalPermit stands for, which stops in front of its COMMIT.
        "bastion/execution/ports.py",
    }


def test_what_runs_to_be_measured_has_a_permit_of_its_own():
    assert makers_of("RehearsalPermit") == {"bastion/execution/rehearsing.py"}


def test_only_masking_makes_a_batch_that_may_be_shown():
    assert makers_of("MaskedBatch") == {"bastion/core/masking.py"}


def test_only_the_judge_decides_on_a_statement():
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "bastion.core.policy"
        ]
        if imports:
            assert name_of(path) in {
                "bastion/execution/judging.py",
                # Styles of masks alone.
                "bastion/execution/reading.py",
                "bastion/trials.py",
            }


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_says_what_it_is_for(path: Path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_left_half_done(path: Path):
    text = path.read_text(encoding="utf-8")
    for word in ("TODO", "FIXME", "XXX", "NotImplementedError"):
        assert word not in text


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_shell_is_ever_started(path: Path):
    text = path.read_text(encoding="utf-8")
    assert "shell=True" not in text
    assert "os.system" not in text


def test_random_numbers_for_secrets_come_from_the_secrets_module():
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert all(alias.name != "random" for alias in node.names), name_of(path)
