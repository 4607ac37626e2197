"""A list is handed out only while it says neither less than the chain nor what the chain took back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from attestree.errors import AttestreeError, ChainUnavailableError
from attestree.issuing.status_lists import ListRules
from attestree.registry.facts import Purpose, View
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.status_bits import build_masks
from attestree.verifying.verifier import Verifier
from attestree.web.routes_status import choose_type
from attestree.web.service import HostedLists, WebService
from attestree.web.status_lists import ServedList, find_list
from tests.fakes.facts import FixedClock
from tests.unit.issuing.test_status_lists import RULES, Shelf, publish
from tests.unit.registry.contract_logs import LIST, ROOT
from tests.unit.registry.test_status_lists import change, ledger
from tests.unit.verifying.genuine import VIEW
from tests.unit.web.service import TEST_TRUST, FakeRegistry

OURS, KEY, OTHER_KEY = b"\x07" * 20, (1, b"\x01" * 20), (2, b"\x02" * 20)
NOW = VIEW.polled_at


@dataclass
class Followed(FakeRegistry):
    """A registry that knows one issuer."""

    ledgers: Sequence[IssuerLedger] = ()

    def fetch_ledgers(self, issuer: bytes) -> tuple[View, tuple[IssuerLedger, ...]]:
        assert issuer == OURS
        return self.fetch_view(), tuple(self.ledgers)


@dataclass
class Place:
    """A server with one issuer, and the side that signs."""

    registry: Followed = field(default_factory=lambda: Followed(VIEW, ledgers=[ledger()]))
    shelf: Shelf = field(default_factory=Shelf)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def service(self, twin: Followed | None = None) -> WebService:
        followed = {KEY: self.registry} if twin is None else {KEY: self.registry, OTHER_KEY: twin}
        hosted = HostedLists(tuple((key, OURS) for key in followed), self.shelf)
        verifier = Verifier(TEST_TRUST, followed, self.clock)
        return WebService(verifier=verifier, registries=followed, clock=self.clock, lists=hosted)

    def sign(self, at: int = NOW - 10, rules: ListRules = RULES) -> None:
        publish(self.shelf, self.registry.ledgers, now=at, rules=rules)

    def find(self, purpose: str = "revocation", list_id: bytes = LIST) -> ServedList:
        return find_list(self.service(), list_id.hex(), purpose)

    def code(self, purpose: str = "revocation", list_id: bytes = LIST) -> str:
        with pytest.raises(AttestreeError) as caught:
            self.find(purpose, list_id)
        return caught.value.code


def test_a_list_that_says_what_the_chain_says_is_handed_out_as_it_was_signed() -> None:
    place = Place()
    assert place.code() == "statuslist.not_signed"
    place.sign()
    found = place.find()
    assert found.octets == place.shelf.files[LIST, "revocation"]
    assert found.fresh_seconds == 900
    assert found.tag != place.find("suspension").tag


def test_a_list_that_says_less_than_any_block_is_not_handed_out_however_new_it_is() -> None:
    place = Place()
    place.sign(at=NOW + 10)
    newest = ledger()
    change(newest, build_masks([299]), purpose=Purpose.REVOCATION)
    place.registry.ledgers = [place.registry.ledgers[0], newest]
    assert place.code() == "statuslist.behind"
    assert place.find("suspension")
    place.sign(at=NOW + 10)
    assert place.find()


def test_a_list_that_says_more_is_handed_out_only_if_it_may_know_more_than_our_look_at_the_chain() -> None:
    place = Place()
    change(place.registry.ledgers[0], build_masks([4]), purpose=Purpose.SUSPENSION)
    place.sign(at=NOW - 10)
    newer = place.shelf.files.copy()
    place.sign(at=NOW + 86_400)
    future = place.shelf.files.copy()
    place.registry.ledgers = [ledger()]
    place.shelf.files = newer
    assert place.code("suspension") == "statuslist.behind"
    place.shelf.files = future
    assert place.find("suspension")


def test_a_shorter_list_than_the_batch_is_not_handed_out() -> None:
    place = Place()
    place.sign(at=NOW + 10)
    place.registry.ledgers = [ledger(131_073)]
    assert place.code() == "statuslist.behind"


def test_a_list_past_its_time_is_not_handed_out_and_is_kept_no_longer_than_it_lasts() -> None:
    place = Place()
    place.sign(at=NOW - RULES.valid_seconds + 60)
    assert place.find().fresh_seconds == 60
    place.clock.seconds += 60
    assert place.code() == "statuslist.lapsed"


def test_a_list_that_neither_chain_nor_issuer_knows_is_not_found() -> None:
    place = Place()
    place.sign()
    assert place.code(list_id=bytes(13)) == "request.not_found"
    assert place.code("message") == "request.not_found"
    for text in ("", "A" * 26, LIST.hex()[:-1], "../" + LIST.hex()):
        with pytest.raises(AttestreeError, match=r"request\.not_found"):
            find_list(place.service(), text, "revocation")
    with pytest.raises(AttestreeError, match=r"request\.not_found"):
        find_list(replace(place.service(), lists=None), LIST.hex(), "revocation")


def test_a_list_whose_batch_is_not_on_the_chain_yet_is_handed_out() -> None:
    place = Place()
    place.sign()
    place.registry.ledgers = [ledger(root=ROOT, list_id=bytes(13))]
    assert place.find()


def test_without_a_fresh_view_no_list_is_handed_out() -> None:
    place = Place()
    place.sign()
    place.registry.failure = ChainUnavailableError("chain.stale_view", age_seconds=700)
    assert place.code() == "chain.stale_view"
    place.registry.failure = None
    service = replace(place.service(), registries={})
    with pytest.raises(ChainUnavailableError, match=r"chain\.no_view"):
        find_list(service, LIST.hex(), "revocation")


def test_what_is_recorded_in_two_registries_counts_from_both() -> None:
    place = Place()
    place.sign()
    twin = Followed(VIEW, ledgers=[ledger(700)])
    assert find_list(place.service(twin=twin), LIST.hex(), "revocation")
    change(twin.ledgers[0], build_masks([650]), purpose=Purpose.REVOCATION)
    with pytest.raises(AttestreeError, match=r"statuslist\.behind"):
        find_list(place.service(twin=twin), LIST.hex(), "revocation")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/vc"),
        ("*/*", "application/vc"),
        ("application/ld+json", "application/ld+json"),
        ("text/html, Application/VC+LD+JSON; q=0.9", "application/vc+ld+json"),
        ("application/sd-jwt, image/*", "application/vc"),
    ],
)
def test_the_media_type_is_one_that_was_asked_for(accept: str, chosen: str) -> None:
    assert choose_type(accept) == chosen
