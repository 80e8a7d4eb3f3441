"""Servers that are started for a demo or a run of tests."""

import contextlib
import socket

import pytest

from bastion import demo, throwaway


def test_a_port_that_is_held_is_given_to_nobody_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(throwaway, "_PORTS", range(29_000, 29_008))
    with contextlib.ExitStack() as stack:
        ports = {stack.enter_context(throwaway.own_port()) for _ in range(4)}
        assert len(ports) == 4
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", min(ports)))


def test_what_the_demo_says_fits_into_a_terminal_and_its_lines_need_no_file(tmp_path, capsys):
    shop = demo._Demo(tmp_path, port=2222, targets=["shop-prod", "shop-staging", "shop-mysql"])
    demo._invite(shop)
    lines = capsys.readouterr().out.splitlines()
    to_paste = [line for line in lines if line.startswith("    ssh ")]
    assert len(to_paste) == 3
    assert not any("<" in line for line in to_paste)
    assert max(len(line) for line in lines if line not in to_paste) < 80
