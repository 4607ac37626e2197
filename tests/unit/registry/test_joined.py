"""Several anchors as one call: the same roots in the same order, or no call at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.registry.calls import build_anchor, build_anchor_many
from attestree.registry.joined import join_anchors

ISSUER = b"\x11" * 20

ANCHORS = st.lists(
    st.tuples(
        st.binary(min_size=32, max_size=32),
        st.integers(0, 2**32 - 1),
        st.integers(0, 255),
        st.binary(min_size=13, max_size=13),
    ),
    min_size=2,
    max_size=6,
)


def call(
    root: bytes = b"\x22" * 32,
    size: int = 9,
    kind: int = 1,
    list_id: bytes = b"\xff" * 13,
    issuer: bytes = ISSUER,
) -> bytes:
    return build_anchor(issuer, root=root, size=size, kind=kind, list_id=list_id)


@given(anchors=ANCHORS)
def test_calls_together_are_what_the_contract_takes_for_the_same_anchors(
    anchors: list[tuple[bytes, int, int, bytes]],
) -> None:
    assert join_anchors([call(*one) for one in anchors]) == build_anchor_many(ISSUER, anchors)


@pytest.mark.parametrize("alone", [call(), b"", b"any other call"])
def test_a_single_call_stays_as_it_is(alone: bytes) -> None:
    assert join_anchors([alone]) == alone


@pytest.mark.parametrize(
    "other",
    [
        b"",
        call()[:-1],
        call() + b"\0",
        b"\0\0\0\0" + call()[4:],
        call(issuer=b"\x12" * 20),
        *(
            call()[:at] + b"\x01" + call()[at + 1 :]
            for at in (4, 4 + 64, 4 + 64 + 27, 4 + 96 + 30, 4 + 128 + 18)
        ),
        build_anchor_many(ISSUER, [(b"\x33" * 32, 1, 0, bytes(13))]),
    ],
)
def test_what_is_no_anchor_of_the_same_issuer_has_no_joint_call(other: bytes) -> None:
    assert join_anchors([call(), other]) is None
    assert join_anchors([other, call()]) is None
    assert join_anchors([other, other]) is None or other == call(issuer=b"\x12" * 20)


def test_nothing_has_no_joint_call() -> None:
    assert join_anchors([]) is None
