"""What an issuer signs: the hash is that of EIP-712, and every member changes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from attestree.adapters.keys.recovery import recover_signer
from attestree.adapters.keys.signer import GROUP_ORDER
from attestree.anchoring.request_file import AnchorRequest, format_request, parse_request
from attestree.errors import RequestError
from attestree.merkle.keccak import keccak256
from attestree.registry.signed_anchor import (
    SignedAnchor,
    build_anchor_by_signature,
    build_typed,
    hash_anchor,
)

KEY = Account.from_key(bytes(range(1, 33)))
ANCHOR = SignedAnchor(
    chain_id=31337,
    registry=b"\1" * 20,
    issuer=bytes.fromhex(KEY.address[2:]),
    root=b"\2" * 32,
    size=3,
    kind=0,
    list_id=b"\3" * 13,
    deadline=1_800_000_000,
)

anchors = st.builds(
    SignedAnchor,
    chain_id=st.integers(1, 2**53 - 1),
    registry=st.binary(min_size=20, max_size=20),
    issuer=st.binary(min_size=20, max_size=20),
    root=st.binary(min_size=32, max_size=32),
    size=st.integers(1, 2**32 - 1),
    kind=st.integers(0, 1),
    list_id=st.binary(min_size=13, max_size=13),
    deadline=st.integers(1, 2**37),
    expected_head=st.integers(0, 2**224 - 1),
)


@given(anchors)
def test_the_hash_is_that_which_wallets_compute_from_the_typed_data(anchor: SignedAnchor) -> None:
    message = encode_typed_data(full_message=build_typed(anchor))
    assert hash_anchor(anchor) == keccak256(b"\x19\x01" + message.header + message.body)


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 1},
        {"registry": b"\4" * 20},
        {"issuer": b"\4" * 20},
        {"root": b"\4" * 32},
        {"size": 4},
        {"kind": 1},
        {"list_id": b"\4" * 13},
        {"deadline": 1},
        {"expected_head": 1},
    ],
)
def test_every_member_changes_what_is_signed(change: dict[str, object]) -> None:
    assert hash_anchor(replace(ANCHOR, **change)) != hash_anchor(ANCHOR)  # type: ignore[arg-type]  # one member
    if not change.keys() & {"chain_id", "registry"}:
        one, other = (build_anchor_by_signature(a, b"") for a in (ANCHOR, replace(ANCHOR, **change)))  # type: ignore[arg-type]  # one member
        assert one != other


@given(anchors, st.none() | st.binary(min_size=1, max_size=200))
def test_a_request_file_is_read_as_it_was_written(anchor: SignedAnchor, signature: bytes | None) -> None:
    request = AnchorRequest(anchor, "Record 3 credentials", signature)
    assert parse_request(format_request(request)) == request


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b"\xff", b"x" * 70_000, b'{"format": 1}'])
def test_what_is_no_request_file_is_refused(octets: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        parse_request(octets)
    assert caught.value.code == "request.file_form"


# -- whose signature it is ---------------------------------------------------------------------


def test_a_signature_names_its_key_in_one_form_only() -> None:
    digest = hash_anchor(ANCHOR)
    signature = bytes(KEY.unsafe_sign_hash(digest).signature)
    assert recover_signer(digest, signature) == ANCHOR.issuer
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    mirrored = r + (GROUP_ORDER - s).to_bytes(32, "big") + bytes([55 - v])
    assert recover_signer(digest, mirrored) is None
    assert recover_signer(digest, mirrored, low_s=False) == ANCHOR.issuer
    wrong = [b"", signature[:64], signature + b"\0", signature[:64] + bytes([v - 27]), bytes(65)]
    wrong += [
        bytes(32) + signature[32:],
        r + bytes(32) + bytes([v]),
        GROUP_ORDER.to_bytes(32, "big") + signature[32:],
    ]
    assert [recover_signer(digest, one) for one in wrong] == [None] * len(wrong)
