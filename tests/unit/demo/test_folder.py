"""The demo clears what demos made, and nothing else; it serves where nobody listens."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from attestree.demo.folder import MARK, choose_port, clear_folder
from attestree.errors import NotAllowedError, RequestError


def test_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    clear_folder(folder)
    (folder / "batches").mkdir()
    (folder / "batches" / "old.json").write_text("{}")
    (folder / "keys").write_text("")
    clear_folder(folder)
    assert [path.name for path in folder.iterdir()] == [MARK]


def test_a_link_in_an_earlier_demo_is_removed_and_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    clear_folder(tmp_path / "demo")
    (tmp_path / "demo" / "link").symlink_to(precious)
    clear_folder(tmp_path / "demo")
    assert (precious / "thesis.txt").read_text() == "years of work"


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotAllowedError) as refused:
        clear_folder(tmp_path)
    assert refused.value.code == "demo.folder_taken"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_port_that_is_taken_is_not_served_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RequestError) as refused:
            choose_port(port)
        assert refused.value.code == "demo.port_taken"
        assert choose_port(None) != port
