"""Status entries, hosted list addresses and bitmap words."""

from __future__ import annotations

import pytest

from attestree.credentials.status import (
    ListAddress,
    entries_of,
    format_list_address,
    parse_list_address,
    status_entries,
)
from attestree.credentials.status_list import build_masks, list_indexes, place_of
from attestree.errors import MalformedProofError
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


@pytest.mark.parametrize(
    ("indexes", "masks"),
    [
        ([], {}),
        ([0], {0: 1}),
        ([255, 256], {0: 1 << 255, 1: 1}),
        ([2**32 - 2], {2**24 - 1: 1 << 254}),
        ([3, 1, 3], {0: 0b1010}),
    ],
)
def test_words_and_masks_are_those_of_the_contract(indexes: list[int], masks: dict[int, int]) -> None:
    assert build_masks(indexes) == masks
    assert list_indexes(masks) == sorted(set(indexes))


@pytest.mark.parametrize("index", [-1, 2**32 - 1])
def test_an_index_that_no_batch_has_is_refused(index: int) -> None:
    with pytest.raises(MalformedProofError) as caught:
        place_of(index)
    assert caught.value.code == "proof.index_range"


@pytest.mark.parametrize(
    ("masks", "code"),
    [
        ({0: -1}, "proof.mask_range"),
        ({0: 1 << 256}, "proof.mask_range"),
        ({-1: 1}, "proof.index_range"),
        ({-1: 1, 0: 1}, "proof.index_range"),
        ({2**24: 1}, "proof.index_range"),
    ],
)
def test_a_mask_or_word_out_of_range_is_refused(masks: dict[int, int], code: str) -> None:
    with pytest.raises(MalformedProofError) as caught:
        list_indexes(masks)
    assert caught.value.code == code
