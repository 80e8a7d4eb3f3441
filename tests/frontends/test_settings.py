"""What one user may set for one shell."""

import pytest

from bastion.errors import UsageError
from bastion.frontends.settings import ShellSettings, change


@pytest.mark.parametrize(
    ("name", "argument", "field", "value"),
    [
        ("x", "", "expanded", "on"), ("x", "off", "expanded", "off"),
        ("t", "", "is_tuples_only", True),
        ("timing", "off", "has_timing", False), ("limit", "7", "limit", 7),
        ("pref", "vi on", "is_vi", True), ("reason", "TICKET-1", "reason", "TICKET-1"),
        ("pset", "null ''", "null_text", ""), ("pset", "format csv", "format", "csv"),
        ("pset", "format aligned", "format", "table"), ("pset", "footer off", "has_footer", False),
    ],
)  # fmt: skip
def test_a_setting_changes_one_thing_and_says_so(name, argument, field, value):
    settings, said = change(ShellSettings(), name, argument)
    assert getattr(settings, field) == value
    assert said


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("x", "maybe"), ("t", "2"), ("limit", "0"), ("limit", "many"), ("pref", "emacs"),
        ("pset", "format xml"), ("pset", "border 2"), ("frob", ""),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_what_is_known(name, argument):
    with pytest.raises(UsageError):
        change(ShellSettings(), name, argument)
