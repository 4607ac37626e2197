from __future__ import annotations

from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from attestree.merkle.keccak import keccak256
from attestree.registry.facts import Head
from attestree.registry.heads import (
    build_first_act_head,
    build_first_anchor_head,
    build_first_registry_head,
    fold_act,
    fold_anchor,
)
from tests.unit.registry.contract_logs import ISSUER, OTHER, REGISTRY

heads = st.builds(Head, st.integers(0, 2**224 - 1), st.integers(0, 2**32 - 2))
words = st.binary(min_size=32, max_size=32)


def as_solidity(head: Head, *rest: bytes) -> int:
    """uint224(uint256(keccak256(abi.encode(bytes32(uint256(head)), ...))) >> 32)."""
    packed = encode(["bytes32"] * (1 + len(rest)), [head.value.to_bytes(32, "big"), *rest])
    return int.from_bytes(keccak256(packed)[:28], "big")


@given(heads, words, words)
def test_an_anchor_folds_as_the_contract_folds_it(head: Head, root: bytes, record: bytes) -> None:
    assert fold_anchor(head, root=root, record=record) == Head(
        as_solidity(head, root, record), head.count + 1
    )


@given(heads, words, st.binary(max_size=200))
def test_an_act_folds_as_the_contract_folds_it(head: Head, topic: bytes, payload: bytes) -> None:
    after = fold_act(head, topic=topic, payload=payload)
    assert after == Head(as_solidity(head, topic, keccak256(payload)), head.count + 1)


def test_first_heads_bind_purpose_chain_registry_and_issuer() -> None:
    places = [
        (chain_id, registry, issuer)
        for chain_id in (1, 2)
        for registry in (REGISTRY, OTHER)
        for issuer in (ISSUER, OTHER)
    ]
    found = [
        *(build_first_anchor_head(chain_id=c, registry=r, issuer=i) for c, r, i in places),
        *(build_first_act_head(chain_id=c, registry=r, issuer=i) for c, r, i in places),
        *(build_first_registry_head(chain_id=c, registry=r) for c, r, i in places if i == ISSUER),
    ]
    assert len(set(found)) == len(found) == 20
    assert all(head.count == 0 and 0 < head.value < 2**224 for head in found)


@given(st.integers(0, 2**256 - 1), st.binary(min_size=20, max_size=20), st.binary(min_size=20, max_size=20))
def test_first_heads_are_encoded_as_solidity_encodes_them(
    chain_id: int, registry: bytes, issuer: bytes
) -> None:
    def first(name: str, *addresses: bytes) -> int:
        kinds = ["string", "uint256", *("address" for _ in addresses)]
        return int.from_bytes(keccak256(encode(kinds, [name, chain_id, *addresses]))[:28], "big")

    anchors = build_first_anchor_head(chain_id=chain_id, registry=registry, issuer=issuer)
    acts = build_first_act_head(chain_id=chain_id, registry=registry, issuer=issuer)
    own = build_first_registry_head(chain_id=chain_id, registry=registry)
    assert anchors.value == first("attestree.anchors", registry, issuer)
    assert acts.value == first("attestree.acts", registry, issuer)
    assert own.value == first("attestree.registry", registry)
