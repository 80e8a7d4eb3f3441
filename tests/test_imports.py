"""Importing must be cheap and clean: run in a fresh interpreter, seen from outside."""

import subprocess
import sys


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_bare_package_costs_nothing():
    loaded = modules_after("import bastion")
    assert not {name for name in loaded if name.startswith("bastion.")}


def test_recordings_needs_nothing_of_the_bastion():
    loaded = modules_after("import recordings.verify, recordings.reader, recordings.audit")
    assert not {name for name in loaded if name.split(".")[0] in {"bastion", "tui"}}
    assert "sqlglot" not in loaded
    assert "asyncssh" not in loaded


def test_the_reviewers_program_loads_no_driver_and_no_parser():
    loaded = modules_after("import tui.app")
    for heavy in ("sqlglot", "psycopg", "pymysql", "sqlalchemy", "prompt_toolkit", "asyncssh"):
        assert heavy not in loaded


def test_pure_code_loads_no_driver_and_no_transport():
    loaded = modules_after("import bastion.core.policy, bastion.core.masking")
    for heavy in ("psycopg", "pymysql", "sqlalchemy", "prompt_toolkit", "asyncssh", "textual"):
        assert heavy not in loaded
