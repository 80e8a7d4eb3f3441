"""What lists show of a recording is what the audit log knows of it, or they say that it is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from recordings.archive import archivable, archive
from recordings.audit import FollowedLog
from recordings.catalog import Catalog, about_path
from recordings.glance import UNPROVEN, Glances
from tests.recordings.conftest import Desk, record_statement


class House:
    """A recording of each form."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.catalog = Catalog(desk.root)
        self.glances = Glances(FollowedLog(desk.audit_path, desk.public).follow)

    def states(self) -> dict[str, str]:
        entries = self.catalog.list_entries()
        found = self.glances.states(entries)
        return {one.session_id: state for one, state in zip(entries, found, strict=True)}

    def path(self, name: str) -> Path:
        (path,) = self.desk.root.rglob(f"{name}.cast*")
        return path


@pytest.fixture
async def house(desk: Desk) -> House:
    async def crash() -> None:
        for name in ("crashed", "begun"):
            await record_statement(await desk.open(name), 1)
        desk.journal.close()
        desk.journal = desk.new_journal()
        desk.journal.recover(lambda _: False)

    def archived(name: str) -> None:
        for entry in archivable(Catalog(desk.root), before=desk.clock.now()):
            if entry.session_id == name:
                archive(entry, desk.public, desk.audit, recipients=desk.recipients, by="x")

    await crash()
    for name in ("plain", "other", "packed", "aged"):
        await desk.sealed(name, statements=1)
    archived("packed")
    desk.journal.close()
    desk.encrypt()
    archived("aged")
    await desk.sealed("secret", statements=1)
    await record_statement(await desk.open("live"), 1)
    return House(desk)


def edited(name: str, old: bytes, new: bytes) -> Callable[[House], object]:
    def act(house: House) -> None:
        path = house.path(name)
        data = path.read_bytes()
        assert re.search(old, data)
        path.write_bytes(re.sub(old, new, data))

    return act


def repacked(house: House) -> None:
    path = house.path("plain")
    path.with_suffix(".cast.zst").write_bytes(zstandard.compress(path.read_bytes()))
    path.unlink()


def listed_otherwise(house: House) -> None:
    about = about_path(house.path("aged"))
    about.write_text(about.read_text().replace('"statements": 1', '"statements": 0'))


LIES: dict[str, tuple[str, Callable[[House], object]]] = {
    "another user": ("plain", edited("plain", b'"user": "alice"', b'"user": "carol"')),
    "another time": ("plain", edited("plain", b'"started_at": "2026', b'"started_at": "2025')),
    "fewer statements": (
        "plain",
        edited("plain", rb'(statements\\*": ?)1', rb"\g<1>0"),
    ),
    "fewer statements of an encrypted one": (
        "secret",
        edited("secret", rb'(statements\\*": ?)1', rb"\g<1>0"),
    ),
    "another user of a live one": ("live", edited("live", b'"user": "alice"', b'"user": "carol"')),
    "another user of a crashed one": (
        "crashed",
        edited("crashed", b'"user": "alice"', b'"user": "carol"'),
    ),
    "a crashed one cut": ("crashed", edited("crashed", rb"(?s)\n[^\n]+\n[^\n]+\n\Z", b"\n")),
    "no seal": ("plain", edited("plain", rb"\n[^\n]+\n\Z", b"\n")),
    "packed by somebody": ("plain", repacked),
    "an archive changed": ("packed", edited("packed", rb"(?s)\A(.{90}).", rb"\1!")),
    "an encrypted archive listed otherwise": ("aged", listed_otherwise),
}


async def test_what_the_log_knows_has_its_state(house: House):
    right = {
        "plain": "sealed", "other": "sealed", "packed": "sealed", "aged": "sealed",
        "secret": "sealed", "crashed": "crashed", "begun": "crashed", "live": "live",
    }  # fmt: skip
    assert house.states() == right
    wrong = {}
    for what, (name, act) in LIES.items():
        path = house.path(name)
        kept = {one: one.read_bytes() for one in path.parent.glob(f"{name}.*")}
        act(house)
        found = house.states()
        if found.pop(name, UNPROVEN) != UNPROVEN or UNPROVEN in found.values():
            wrong[what] = found
        for one in path.parent.glob(f"{name}.*"):
            if one not in kept:
                one.unlink()
        for one, data in kept.items():
            with one.open("r+b" if one.exists() else "wb") as file:
                file.truncate(len(data))
                file.write(data)
    assert wrong == {}
    assert house.states() == right


async def test_of_a_log_that_cannot_be_trusted_nothing_is_proven(house: House):
    data = house.desk.audit_path.read_bytes()
    house.desk.audit_path.write_bytes(data.replace(b'"session"', b'"sessi0n"', 1))
    assert set(house.states().values()) == {UNPROVEN}
