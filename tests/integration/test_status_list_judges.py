"""
Outside judges of our status lists: a JavaScript library and a Python one that share no code with us.

What we write is read there bit by bit, what is written there is read here, and a credential of ours with its
list gets the same answer from all.
"""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openbadgeslib.ob3 import status
from openbadgeslib.ob3 import status_list as lists

from attestree.credentials.status import status_entries
from attestree.credentials.status_list import (
    MIN_BITS,
    ListTerms,
    build_status_list,
    decode_list,
    encode_list,
)

ROOT = Path(__file__).resolve().parents[2]
JUDGE = ROOT / "tests" / "vectors" / "status_list" / "judge.mjs"
DID = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
NOW = 1_700_000_000


@pytest.fixture(scope="module")
def judge(node_program: Path) -> Any:
    """Ask the JavaScript library."""

    def ask(**request: Any) -> dict[str, Any]:
        line = [str(node_program), str(JUDGE), str(ROOT)]
        ended = subprocess.run(line, input=json.dumps(request), capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        answer: dict[str, Any] = json.loads(ended.stdout)
        return answer

    return ask


def pick(chance: random.Random, places: int) -> list[int]:
    """Return some places, the outermost among them."""
    count = chance.choice([0, 1, 50, 5_000])
    return sorted({0, 7, 8, places - 1, *chance.sample(range(places), count)}) if count else []


def bits_of(indexes: list[int], *, octets: int) -> bytes:
    bits = bytearray(octets)
    for index in indexes:
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)


def build(purpose: str, indexes: list[int]) -> dict[str, Any]:
    terms = ListTerms(
        public_url="https://badges.example.org",
        list_id=bytes(range(13)),
        purpose=purpose,
        issuer=DID,
        valid_from=NOW,
        valid_until=NOW + 10**9,
        ttl_seconds=900,
    )
    return build_status_list(terms, bits_of(indexes, octets=1_000))


def credential(index: int, purpose: str = "revocation") -> dict[str, Any]:
    [entry] = status_entries("https://badges.example.org", bytes(range(13)), index, purposes=(purpose,))
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": DID,
        "credentialSubject": {"id": "urn:x:1"},
        "credentialStatus": entry,
    }


def test_lists_of_ours_hold_the_same_bits_there(judge: Any) -> None:
    chance = random.Random(1)
    picked = [pick(chance, MIN_BITS) for _ in range(12)]
    written = [encode_list(bits_of(indexes, octets=MIN_BITS // 8)) for indexes in picked]
    assert judge(read=written, places=MIN_BITS)["bits"] == picked


def test_lists_from_there_hold_the_same_bits_here(judge: Any) -> None:
    chance = random.Random(2)
    wanted = [
        {"length": places, "bits": pick(chance, places)} for places in (MIN_BITS, MIN_BITS, 3 * MIN_BITS)
    ]
    for asked, text in zip(wanted, judge(write=wanted)["encoded"], strict=True):
        assert decode_list(text) == bits_of(asked["bits"], octets=asked["length"] // 8)


def test_a_credential_of_ours_with_its_list_gets_the_same_answer_there(judge: Any) -> None:
    listed = build("revocation", [3, 7_999])
    asked = [{"credential": credential(index), "list": listed} for index in (2, 3, 4, 7_999, 100_000)]
    assert judge(check=asked)["status"] == [False, True, False, True, False]
    other = [{"credential": credential(3), "list": build("suspension", [3])}]
    assert "Could not load" in judge(check=other)["status"][0]


def test_openbadgeslib_reads_the_same_bits_and_refuses_what_we_refuse() -> None:
    chance = random.Random(3)
    for _ in range(6):
        indexes = pick(chance, MIN_BITS)
        text = encode_list(bits_of(indexes, octets=MIN_BITS // 8))
        assert sorted(status.set_indices(status.decode_encoded_list(text))) == indexes
        assert decode_list(lists.encode_bitstring(indexes)) == bits_of(indexes, octets=MIN_BITS // 8)


def test_openbadgeslib_says_of_a_credential_what_its_list_says() -> None:
    document = build("revocation", [3])

    def judged(index: int, **changes: Any) -> bool:
        entry = credential(index)["credentialStatus"]
        badge = SimpleNamespace(credential_status=[entry], issuer=SimpleNamespace(id=DID))
        octets = json.dumps({**document, **changes}).encode()
        try:
            status.check_credential_status(badge, download={document["id"]: octets}.__getitem__)
        except Exception:  # noqa: BLE001 - whatever it raises is a no
            return False
        return True

    assert [judged(index) for index in (2, 3, 4)] == [True, False, True]
    assert not judged(2, validUntil="2020-01-01T00:00:00Z")
