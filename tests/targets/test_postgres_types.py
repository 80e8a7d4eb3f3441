"""Names of types: what is a user's own never passes for one of the server's."""

import pytest

from bastion.core.kinds import type_kind
from bastion.targets.postgres_types import printed_type


@pytest.mark.parametrize("name", ["point", "date", "number", "_point", "int4 x", "date(1)", "year"])
def test_type_of_a_user_never_has_the_kind_of_a_built_in(name: str):
    assert type_kind(printed_type(name, "public")) in ("other", "document")


def test_other_types_keep_their_names():
    assert printed_type("_int4", "") == "int4[]"
    assert printed_type("point", "") == "point"
    assert printed_type("mood", "public") == "mood"
    assert printed_type("_mood", "public") == "mood[]"
