"""Limits of time of a session's own."""

import pytest

from bastion.core.limits import LOCK_LIMITS, STATEMENT_LIMITS, shorter


@pytest.mark.parametrize(
    ("name", "value", "limit_s"),
    [
        ("statement_timeout", "5000", 5),
        ("statement_timeout", "'2min'", 60),
        ("statement_timeout", "'5 s'", 5),
        ("local statement_timeout", "'250ms'", 0.25),
        ("statement_timeout", "0", 60),
        ("statement_timeout", "'soon'", 60),
        ("max_statement_time", "1.5", 1.5),
        ("max_execution_time", "1500", 1.5),
        ("lock_timeout", "5", 60),
        ("work_mem", "5", 60),
    ],
)
def test_a_limit_counts_where_it_is_shorter(name: str, value: str, limit_s: float) -> None:
    assert shorter(60, [("timezone", "UTC"), (name, value)], STATEMENT_LIMITS) == limit_s


def test_the_shortest_of_several_counts() -> None:
    settings = [("lock_timeout", "'4s'"), ("local lock_timeout", "'3s'")]
    assert shorter(5, settings, LOCK_LIMITS) == 3
