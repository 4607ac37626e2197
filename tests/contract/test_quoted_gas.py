"""
The figures of `registry.gas`, on whole transactions as a node charges them.

A quote without a chain rests on them, so they are compared closely: whoever changes the contract changes
them too.
"""

from __future__ import annotations

from hashlib import sha256

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.registry import gas
from tests.contract.deployed import ISSUER, OPERATOR, Deployed, deploy

pytestmark = pytest.mark.chain

SIZE = 2**20
NEAR = 0.004


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy(chain)


def root_of(number: int) -> bytes:
    return sha256(b"root%d" % number).digest()


def list_of(number: int) -> int:
    return int.from_bytes(sha256(b"list%d" % number).digest()[:13])


def anchor(registry: Deployed, number: int) -> int:
    return registry.spend(OPERATOR, "anchor", ISSUER, root_of(number), SIZE, 0, list_of(number))


def revoke(registry: Deployed, words: range, mask: int) -> int:
    pairs = [(word, mask) for word in words]
    return registry.spend(OPERATOR, "revoke", ISSUER, root_of(0), pairs, 0)


def test_a_record_costs_what_is_quoted(registry: Deployed) -> None:
    first, later = anchor(registry, 0), anchor(registry, 1)
    assert later == pytest.approx(gas.ANCHOR, rel=NEAR)
    assert first - later == pytest.approx(gas.FIRST_ANCHOR, abs=60)


@pytest.mark.parametrize("roots", [1, 12, 150])
def test_records_together_cost_what_is_quoted(registry: Deployed, roots: int) -> None:
    anchor(registry, 0)
    requests = [(root_of(n), SIZE, 0, list_of(n)) for n in range(1, roots + 1)]
    spent = registry.spend(OPERATOR, "anchorMany", ISSUER, requests)
    assert spent == pytest.approx(gas.anchor_many_gas(roots), rel=NEAR)


@pytest.mark.parametrize("words", [1, 40, 200])
def test_revocations_cost_at_most_what_is_quoted_and_little_less(registry: Deployed, words: int) -> None:
    anchor(registry, 0)
    full = revoke(registry, range(words), 2**256 - 2)
    assert full == pytest.approx(gas.revoke_gas(new_words=words), rel=NEAR)
    single = revoke(registry, range(words, 2 * words), 1 << 77)
    assert 0.97 * gas.revoke_gas(new_words=words) < single <= gas.revoke_gas(new_words=words)
    again = revoke(registry, range(words), 1)
    assert again <= gas.revoke_gas(new_words=0, old_words=words)
    assert again > 0.9 * gas.revoke_gas(new_words=0, old_words=words)
