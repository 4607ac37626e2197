"""Which lists are signed, and when: all that say something else than the chain, and all that grow old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from attestree.credentials.status_list import StatusList, parse_status_list
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.errors import FolderUnavailableError
from attestree.issuing.status_lists import ListRules, Publication, pad_bits, publish_lists, read_list
from attestree.outbox.states import State
from attestree.ports import Batch
from attestree.registry.facts import Purpose
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.status_bits import build_masks
from tests.unit.registry.contract_logs import LIST
from tests.unit.registry.test_status_lists import change, indexes, ledger

NOW, HOUR = 1_800_000_000, 3_600
RULES = ListRules(
    public_url="https://badges.example.org",
    did="did:web:university.example",
    ttl_seconds=900,
    valid_seconds=48 * HOUR,
)
OPEN_LIST = bytes(range(13))
OPEN_BATCH = Batch(
    id="open",
    issuer=bytes(20),
    registry="local",
    state=State.OPEN,
    kind=0,
    list_id=OPEN_LIST,
    seed=None,
    created=0,
    fingerprint=bytes(32),
    title="Open",
    size=None,
    root=None,
    delivered=False,
    release_early=False,
)


@dataclass
class Shelf:
    """`StatusShelf` in memory."""

    files: dict[tuple[bytes, str], bytes] = field(default_factory=dict)
    full_after: int = 10**9

    @contextmanager
    def opened(self) -> Iterator[None]:
        yield

    def read(self, list_id: bytes, purpose: str) -> bytes | None:
        return self.files.get((list_id, purpose))

    def write(self, list_id: bytes, purpose: str, octets: bytes) -> None:
        if self.full_after == 0:
            raise FolderUnavailableError("folder.write_failed", file=purpose)
        self.full_after -= 1
        self.files[list_id, purpose] = octets

    def list(self, purpose: str = "revocation", list_id: bytes = LIST) -> StatusList:
        return parse_status_list(parse_json(self.files[list_id, purpose]))


def sign(document: JsonObject, created: str) -> JsonObject:
    assert "proof" not in document
    return {"type": "DataIntegrityProof", "created": created, "proofValue": "z"}


def publish(
    shelf: Shelf,
    ledgers: Sequence[IssuerLedger],
    *,
    now: int = NOW,
    rules: ListRules = RULES,
    announced: Sequence[Batch] = (),
    again: bool = False,
) -> Publication:
    return publish_lists(ledgers, announced, shelf=shelf, sign=sign, rules=rules, now=now, again=again)


def test_a_list_of_each_purpose_is_signed_once() -> None:
    shelf, one = Shelf(), ledger()
    found = publish(shelf, [one, one])
    assert [(signed.list_id, signed.purpose) for signed in found.signed] == [
        (LIST, "revocation"),
        (LIST, "suspension"),
    ]
    assert publish(shelf, [one, one]) == Publication((), 2, NOW + 24 * HOUR)
    document = parse_json(shelf.files[LIST, "revocation"])
    assert isinstance(document, dict)
    assert document["proof"] == sign({}, "2027-01-15T08:00:00Z")


def test_only_the_list_that_changed_is_signed_anew() -> None:
    shelf, one = Shelf(), ledger()
    publish(shelf, [one])
    before = shelf.files[LIST, "suspension"]
    change(one, build_masks([3, 299]), purpose=Purpose.REVOCATION)
    found = publish(shelf, [one], now=NOW + 5)
    assert [(signed.purpose, signed.count) for signed in found.signed] == [("revocation", 2)]
    assert indexes(shelf.list().octets) == [3, 299]
    assert shelf.list().valid_from == NOW + 5
    assert shelf.files[LIST, "suspension"] == before


def test_a_list_is_signed_anew_when_half_of_its_time_is_over_and_not_before() -> None:
    shelf, one = Shelf(), ledger()
    due = publish(shelf, [one]).look_again
    assert due == NOW + 24 * HOUR
    assert publish(shelf, [one], now=due - 1).signed == ()
    assert len(publish(shelf, [one], now=due).signed) == 2
    assert shelf.list().valid_until == due + 48 * HOUR


@pytest.mark.parametrize(
    "rules",
    [
        replace(RULES, public_url="https://elsewhere.example"),
        replace(RULES, did="did:web:other.example"),
        replace(RULES, ttl_seconds=60),
        replace(RULES, valid_seconds=97 * HOUR),
    ],
)
def test_a_list_that_is_written_otherwise_now_is_signed_anew(rules: ListRules) -> None:
    shelf, one = Shelf(), ledger()
    publish(shelf, [one])
    assert len(publish(shelf, [one], rules=rules).signed) == 2
    assert publish(shelf, [one], rules=rules).signed == ()


def test_a_list_from_the_future_or_that_cannot_be_read_is_signed_anew() -> None:
    shelf, one = Shelf(), ledger()
    publish(shelf, [one], now=NOW + HOUR)
    assert len(publish(shelf, [one]).signed) == 2
    shelf.files[LIST, "suspension"] = shelf.files[LIST, "suspension"][:-1]
    shelf.files[LIST, "revocation"] = b"{}"
    assert len(publish(shelf, [one]).signed) == 2


def test_all_are_signed_again_when_that_is_asked_for() -> None:
    shelf, one = Shelf(), ledger()
    publish(shelf, [one])
    assert len(publish(shelf, [one], again=True).signed) == 2


def test_credentials_that_are_out_before_their_anchor_have_a_list_of_zeros() -> None:
    shelf = Shelf()
    found = publish(shelf, [ledger()], announced=[OPEN_BATCH])
    assert found.lists == 4
    assert not any(shelf.list(list_id=OPEN_LIST).octets)


def test_a_disk_that_fails_keeps_what_was_written_and_the_rest_is_signed_later() -> None:
    shelf, one = Shelf(full_after=1), ledger()
    with pytest.raises(FolderUnavailableError):
        publish(shelf, [one])
    shelf.full_after = 10**9
    assert [signed.purpose for signed in publish(shelf, [one]).signed] == ["suspension"]


def test_what_no_list_can_be_read_from_is_none() -> None:
    assert read_list(None) is None
    assert read_list(b"") is None
    assert read_list(b"[]") is None
    assert len(pad_bits(b"\x01")) == 16 * 1024
