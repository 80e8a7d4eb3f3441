"""Servers that are started for a demo or a run of tests."""

import contextlib
import socket

import pytest

from bastion import throwaway


def test_a_port_that_is_held_is_given_to_nobody_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(throwaway, "_PORTS", range(29_000, 29_008))
    with contextlib.ExitStack() as stack:
        ports = {stack.enter_context(throwaway.own_port()) for _ in range(4)}
        assert len(ports) == 4
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", min(ports)))
