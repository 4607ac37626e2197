"""Status entries and hosted list addresses."""

from __future__ import annotations

import pytest

from attestree.credentials.status import (
    ListAddress,
    entries_of,
    format_list_address,
    parse_list_address,
    status_entries,
)
from tests.unit.credentials.examples import LIST_ID, PUBLIC_URL

ADDRESS = "https://credentials.example.edu/status/00112233445566778899aabbcc/revocation"


def test_an_entry_points_at_one_bit_of_one_list() -> None:
    assert status_entries(PUBLIC_URL, LIST_ID, 17) == [
        {
            "id": f"{ADDRESS}#17",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "17",
            "statusListCredential": ADDRESS,
        }
    ]


def test_there_is_one_entry_a_purpose() -> None:
    entries = status_entries(PUBLIC_URL, LIST_ID, 0, purposes=("revocation", "suspension"))
    assert [entry["statusPurpose"] for entry in entries] == ["revocation", "suspension"]
    assert len({str(entry["id"]) for entry in entries}) == 2


def test_reading_an_address_undoes_writing_it() -> None:
    assert parse_list_address(format_list_address(PUBLIC_URL, LIST_ID, "suspension")) == ListAddress(
        LIST_ID, "suspension"
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://example.edu/lists/1",
        ADDRESS + "/",
        ADDRESS + "#1",
        ADDRESS.replace("aabbcc", "AABBCC"),
        ADDRESS.replace("aabbcc", "aabb"),
    ],
)
def test_an_address_in_another_form_is_not_ours(address: str) -> None:
    assert parse_list_address(address) is None


def test_entries_are_found_one_or_many() -> None:
    assert entries_of({}) == ()
    assert entries_of({"credentialStatus": {"id": "a"}}) == ({"id": "a"},)
    assert entries_of({"credentialStatus": [1, 2]}) == (1, 2)
