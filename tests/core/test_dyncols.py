"""Blobs of MariaDB's dynamic columns are read for their names."""

from __future__ import annotations

import pytest

from bastion.core.classify import classify_column
from bastion.core.dyncols import column_names
from bastion.core.model import Sensitivity

# COLUMN_CREATE('ssn', 'S3CR3T421x', 'color', 'red'), and the same by number.
NAMED = bytes.fromhex("0402000800000003000300B30073736E636F6C6F722D533343523354343231782D726564")
NUMBERED = bytes.fromhex("0001000100032D53334352335434323178")


def classify(*blobs: bytes):
    samples = [f"\\x{blob.hex()}" for blob in blobs]
    return classify_column(name="attributes", type_name="blob", comment="", samples=samples)


def test_names_are_read() -> None:
    assert column_names(NAMED) == ("ssn", "color")


def test_names_are_read_of_a_blob_cut_short() -> None:
    assert column_names(NAMED[:30]) == ("ssn", "color")


@pytest.mark.parametrize(
    "blob",
    [b"", b"\x04", b"\x04\x00\x00\x00\x00", NUMBERED, b"\xff" * 20, b"\x89PNG\r\n\x1a\n", b"plain"],
)
def test_other_bytes_have_no_names(blob: bytes) -> None:
    assert column_names(blob) == ()


def test_blobs_with_telling_names_are_documents_that_hold_them() -> None:
    found = classify(NAMED)
    assert found.sensitivity is Sensitivity.SSN
    assert found.is_inside


def test_blobs_of_other_kinds_beside_them_are_hidden_whole() -> None:
    assert not classify(NAMED, b"\x00\x01\x02").is_inside


def test_harmless_names_are_shown() -> None:
    harmless = bytes.fromhex("040100050000000300636F6C6F722D626C7565")
    assert column_names(harmless) == ("color",)
    assert classify(harmless).sensitivity is None
