from __future__ import annotations

import pytest

from bastion.errors import ConfigError, StoreError
from bastion.store.box import SecretBox
from tests.fakes.store import open_box

PLACE = {"table": "accounts", "record": "alice", "field": "totp"}


def key_file(folder):
    return folder / "keys" / "root.key"


def test_sealed_value_opens_and_never_looks_the_same(tmp_path):
    box = open_box(tmp_path)
    first, second = box.seal(b"secret", **PLACE), box.seal(b"secret", **PLACE)
    assert first != second
    assert b"secret" not in first
    assert box.open(first, **PLACE) == box.open(second, **PLACE) == b"secret"


@pytest.mark.parametrize(
    "elsewhere", [{"table": "targets"}, {"record": "bob"}, {"field": "password"}]
)
def test_value_moved_to_another_place_is_refused(tmp_path, elsewhere):
    box = open_box(tmp_path)
    sealed = box.seal(b"secret", **PLACE)
    with pytest.raises(StoreError, match="changed from outside"):
        box.open(sealed, **(PLACE | elsewhere))


def test_value_with_any_bit_changed_is_refused(tmp_path):
    box = open_box(tmp_path)
    sealed = box.seal(b"secret", **PLACE)
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(StoreError):
            box.open(bytes(changed), **PLACE)
    for length in range(len(sealed)):
        with pytest.raises(StoreError):
            box.open(sealed[:length], **PLACE)


def test_other_root_key_is_refused_in_words(tmp_path):
    sealed = open_box(tmp_path).seal(b"secret", **PLACE)
    key_file(tmp_path).unlink()
    with pytest.raises(StoreError, match="another root key"):
        open_box(tmp_path).open(sealed, **PLACE)


def test_key_is_private_and_made_once(tmp_path):
    box = open_box(tmp_path)
    assert key_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert key_file(tmp_path).parent.stat().st_mode & 0o777 == 0o700
    assert open_box(tmp_path).key_id == box.key_id


def test_key_inside_the_data_is_refused_by_any_path(tmp_path):
    data = tmp_path / "state"
    data.mkdir()
    (tmp_path / "link").symlink_to(data)
    for place in (
        data / "root.key",
        tmp_path / "link" / "k",
        tmp_path / "x" / ".." / "state" / "k",
    ):
        with pytest.raises(ConfigError, match="inside the state directory"):
            SecretBox.create(place, data_dir=data)


def test_key_that_others_can_read_is_refused(tmp_path):
    open_box(tmp_path)
    key_file(tmp_path).chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_box(tmp_path)


def test_missing_key_is_never_made_up(tmp_path):
    with pytest.raises(ConfigError, match="no root key"):
        SecretBox(key_file(tmp_path), data_dir=tmp_path / "state")


@pytest.mark.parametrize(
    "spoil", [lambda t: "", lambda t: t[:-5], lambda t: "x" + t, lambda t: "é"]
)
def test_damaged_key_is_refused_in_words(tmp_path, spoil):
    open_box(tmp_path)
    path = key_file(tmp_path)
    path.write_text(spoil(path.read_text()))
    with pytest.raises(ConfigError):
        open_box(tmp_path)


def test_older_keys_open_until_nothing_needs_them(tmp_path):
    box = open_box(tmp_path)
    sealed = box.seal(b"secret", **PLACE)
    box.add_key()
    box.keep_keys_of([sealed])
    assert box.open(sealed, **PLACE) == b"secret"
    again = box.seal(b"secret", **PLACE)
    box.keep_keys_of([again])
    assert box.open(again, **PLACE) == b"secret"
    with pytest.raises(StoreError, match="another root key"):
        box.open(sealed, **PLACE)


def test_process_with_the_old_key_learns_of_the_new_one(tmp_path):
    server, command = open_box(tmp_path), open_box(tmp_path)
    command.add_key()
    sealed = command.seal(b"secret", **PLACE)
    command.keep_keys_of([sealed])
    assert server.open(sealed, **PLACE) == b"secret"
    assert command.open(server.seal(b"other", **PLACE), **PLACE) == b"other"
