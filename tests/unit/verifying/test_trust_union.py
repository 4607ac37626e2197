"""Joining trust files: nothing believed is changed in silence, and nothing is believed twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestree.errors import TrustFileError
from attestree.verifying.trust import (
    NetworkKind,
    Trust,
    TrustedAccreditor,
    TrustedNetwork,
    format_trust,
    parse_trust,
)
from attestree.verifying.trust_union import unite_trust

NETWORK = TrustedNetwork(
    kind=NetworkKind.TEST,
    chain_id=31337,
    genesis_hash=b"\1" * 32,
    registry=b"\2" * 20,
    deploy_block=1,
    code_hash=b"\3" * 32,
    name="local",
)
AGENCY = TrustedAccreditor(b"\4" * 20, "Agency QA")


def trust(name: str, *networks: TrustedNetwork, accreditors: tuple[TrustedAccreditor, ...] = ()) -> Trust:
    """Return a trust file as it would be read."""
    return parse_trust(format_trust(Trust(name, networks, accreditors, b"")).encode())


def test_what_is_new_stands_behind_what_was_believed() -> None:
    other_network = replace(NETWORK, registry=b"\5" * 20, name="other")
    other_agency = TrustedAccreditor(b"\6" * 20, "Other agency")
    own = trust("own", NETWORK, accreditors=(AGENCY,))
    joined = unite_trust(own, trust("other", other_network, accreditors=(other_agency,)))
    assert joined.name == "own"
    assert joined.networks == (NETWORK, other_network)
    assert joined.accreditors == (AGENCY, other_agency)


def test_joining_the_same_again_changes_nothing() -> None:
    own = trust("own", NETWORK, accreditors=(AGENCY,))
    once = unite_trust(own, trust("other", NETWORK, accreditors=(AGENCY,)))
    assert (once.networks, once.accreditors) == (own.networks, own.accreditors)
    assert unite_trust(once, own) == once


def test_a_known_accreditor_keeps_the_name_it_had() -> None:
    own = trust("own", NETWORK, accreditors=(AGENCY,))
    joined = unite_trust(own, trust("other", accreditors=(TrustedAccreditor(AGENCY.address, "Impostor"),)))
    assert joined.accreditors == (AGENCY,)


@pytest.mark.parametrize(
    "changed",
    [
        replace(NETWORK, kind=NetworkKind.PRODUCTION),
        replace(NETWORK, code_hash=b"\7" * 32),
        replace(NETWORK, genesis_hash=b"\7" * 32),
        replace(NETWORK, deploy_block=2),
    ],
)
def test_one_registry_described_in_two_ways_is_refused(changed: TrustedNetwork) -> None:
    with pytest.raises(TrustFileError) as caught:
        unite_trust(trust("own", NETWORK), trust("other", changed))
    assert caught.value.code == "trust.conflict"


def test_the_sha256_is_that_of_the_file_that_will_be_written() -> None:
    joined = unite_trust(trust("own", NETWORK), trust("other", accreditors=(AGENCY,)))
    assert parse_trust(format_trust(joined).encode()) == joined
