from __future__ import annotations

from pathlib import Path

import pytest

from attestree.cli.status import parse_id_list, read_ids
from attestree.errors import RequestError

TOKEN = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    "octets",
    [
        f"{TOKEN}\n\nurn:x\n".encode(),
        f"\ufeffname;credential_id\nZofia;{TOKEN}\nAnna;urn:x\n".encode(),
        f"row,id\r\n1,{TOKEN}\r\n2,urn:x\r\n".encode(),
    ],
)
def test_a_list_is_one_id_a_line_or_a_column_of_a_table(octets: bytes) -> None:
    assert parse_id_list(octets) == [TOKEN, "urn:x"]


def test_an_empty_list_names_nothing() -> None:
    assert parse_id_list(b"\n") == []


def test_a_credential_file_names_its_credential(tmp_path: Path) -> None:
    file = tmp_path / "zofia.json"
    file.write_text(f'{{"id": "https://b.example/c/{TOKEN}"}}', "utf-8")
    assert read_ids([str(file), TOKEN, "nothing"], None) == [f"https://b.example/c/{TOKEN}", TOKEN, "nothing"]


def test_a_credential_file_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(RequestError) as caught:
        read_ids(["no-such-file.json"], None)
    assert caught.value.code == "request.file_missing"


@pytest.mark.parametrize("text", ["{", "[]", '{"id": 1}', "{}"])
def test_a_file_without_an_id_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "zofia.json"
    file.write_text(text, "utf-8")
    with pytest.raises(RequestError) as caught:
        read_ids([str(file)], None)
    assert caught.value.code == "status.no_id_in_file"
