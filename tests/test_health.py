"""What a monitor is told of a server."""

import json
from datetime import timedelta

from bastion import doctor
from bastion.config import Paths
from tests.fakes.clock import FakeClock


def paths_of(tmp_path, **beat: str) -> Paths:
    paths = Paths(tmp_path / "state", tmp_path / "keys")
    paths.state.mkdir()
    paths.health.write_text(json.dumps({"at": FakeClock().now().isoformat(), **beat}))
    return paths


def test_all_troubles_are_told_the_worst_first(tmp_path):
    paths = paths_of(
        tmp_path,
        policy_trouble="p.",
        anchor_trouble="a.",
        store_trouble="Store.",
        disk_trouble="Disk.",
    )
    assert doctor.health(paths, FakeClock()) == [
        "The server runs on its old policy: p.",
        "The audit log is not anchored outside: a.",
        "Store.",
        "Disk.",
    ]


def test_a_server_without_trouble_is_healthy(tmp_path):
    assert doctor.health(paths_of(tmp_path, policy_trouble=""), FakeClock()) == []


def test_of_a_server_that_is_gone_only_that_is_told(tmp_path):
    clock = FakeClock()
    paths = paths_of(tmp_path, disk_trouble="Disk.")
    clock.advance(timedelta(seconds=60).total_seconds())
    (told,) = doctor.health(paths, clock)
    assert "last gave a sign 60 s ago" in told
