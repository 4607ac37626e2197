"""Keys of programs: what is kept of them tells nothing, and only the whole key opens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import AttestreeError
from attestree.issuing.api_key import (
    PresentedKey,
    authenticate,
    draw_api_key,
    format_api_key,
    hash_api_key,
    parse_api_key,
)
from attestree.outbox.by_api import ApiKey
from attestree.wiring.system import SystemEntropy

PRESENTED = PresentedKey("0123456789abcdef", bytes(range(32)))
KNOWN = ApiKey(PRESENTED.id, b"\x11" * 20, hash_api_key(PRESENTED), ("issue",), "", 100)


@dataclass
class FakeKeys:
    """`ApiKeyStore` in memory: one key."""

    key: ApiKey
    used: list[int] = field(default_factory=list)

    def fetch_api_key(self, key_id: str) -> ApiKey | None:
        return self.key if key_id == self.key.id else None

    def fetch_api_keys(self, *, issuer: bytes | None = None) -> list[ApiKey]:
        return [self.key]

    def mark_api_key_used(self, key_id: str, *, now: int) -> None:
        self.used.append(now)

    def add_api_key(self, key: ApiKey) -> None:
        raise AssertionError

    def revoke_api_key(self, key_id: str, *, now: int) -> bool:
        raise AssertionError


def refused(text: str, known: ApiKey = KNOWN, scope: str = "issue") -> str:
    with pytest.raises(AttestreeError) as caught:
        authenticate(text, store=FakeKeys(known), scope=scope, now=1000)
    assert PRESENTED.secret.hex() not in str(caught.value)
    return caught.value.code


def test_a_key_is_parsed_as_it_was_written_and_never_drawn_twice() -> None:
    drawn = [draw_api_key(SystemEntropy()) for _ in range(50)]
    assert len({key.id for key in drawn}) == len({key.secret for key in drawn}) == 50
    for key in drawn:
        assert parse_api_key(format_api_key(key)) == key
        assert len(key.secret) * 8 >= 128


@given(st.text())
def test_what_is_no_key_is_refused_as_unknown(text: str) -> None:
    assert refused(text) == "apikey.unknown"


@given(st.integers(min_value=0, max_value=82), st.sampled_from("0123456789abcdefx"))
def test_a_key_with_another_letter_opens_nothing(place: int, letter: str) -> None:
    good = format_api_key(PRESENTED)
    changed = good[:place] + letter + good[place + 1 :]
    if changed != good:
        assert refused(changed) == "apikey.unknown"


def test_only_a_key_that_counts_and_has_the_scope_opens() -> None:
    good = format_api_key(PRESENTED)
    store = FakeKeys(KNOWN)
    assert authenticate(good, store=store, scope="issue", now=1000).key == KNOWN
    assert refused(good, replace(KNOWN, revoked=5)) == "apikey.revoked"
    assert refused(good, replace(KNOWN, scopes=())) == "apikey.scope"
    assert refused(good, replace(KNOWN, key_hash=bytes(32))) == "apikey.unknown"


def test_use_is_noted_once_a_minute() -> None:
    store = FakeKeys(replace(KNOWN, last_used=1000))
    for now in (1030, 1060):
        authenticate(format_api_key(PRESENTED), store=store, scope="issue", now=now)
    assert store.used == [1060]


def test_a_key_in_a_traceback_tells_nothing() -> None:
    assert PRESENTED.secret.hex() not in repr(PRESENTED)
    assert repr(PRESENTED.secret) not in repr(PRESENTED)


def test_hashes_of_what_was_asked_depend_on_key_and_kind() -> None:
    other = replace(PRESENTED, secret=b"\x09" * 32)
    found = {key.hash(label, b"x") for key in (PRESENTED, other) for label in (b"asked", b"answer")}
    assert len(found) == 4
