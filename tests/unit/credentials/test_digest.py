"""The digest: written once more from the text of the specification, and sensitive to every part."""

from __future__ import annotations

import json
from hashlib import sha256

import cbor2
import pytest

from attestree.credentials.canonical import canonicalize
from attestree.credentials.canonical_reader import read_canonical
from attestree.credentials.digest import (
    credential_digest,
    digest_of_hashes,
    hash_document,
    hash_known,
    header_hash,
    without_proof,
)
from attestree.errors import MalformedProofError
from attestree.merkle.kind import TreeKind
from tests.unit.credentials.examples import build_badge, build_header, build_options

SALT = bytes(range(16))


def test_the_digest_is_the_one_the_specification_describes() -> None:
    header, options = build_header(), build_options()
    document = {"id": "urn:uuid:1", "type": ["VerifiableCredential"], "n": 2}
    header_cbor = cbor2.dumps([1, 0, 31337, header.registry, header.issuer, 5, header.list_id])
    options_jcs = json.dumps(options.to_json(), sort_keys=True, separators=(",", ":")).encode()
    document_jcs = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    want = sha256(
        b"evm-merkle-jcs-2026\x00"
        + SALT
        + sha256(header_cbor).digest()
        + sha256(options_jcs).digest()
        + sha256(document_jcs).digest()
    ).digest()
    assert credential_digest(salt=SALT, header=header, options=options, document=document) == want


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": bytes(16)},
        {"header": build_header(kind=TreeKind.CHAINPOINT)},
        {"header": build_header(chain_id=1)},
        {"header": build_header(registry=bytes(20))},
        {"header": build_header(issuer=bytes(20))},
        {"header": build_header(size=6)},
        {"header": build_header(list_id=bytes(13))},
        {"options": build_options(created="2026-11-22T05:44:01Z")},
        {"options": build_options(verification_method="did:web:example.edu#other")},
        {"document": build_badge(name="Data literacy")},
        {"document": build_badge(awardedDate=None)},
    ],
)
def test_every_part_moves_the_digest(changes: dict[str, object]) -> None:
    parts: dict[str, object] = {
        "salt": SALT,
        "header": build_header(),
        "options": build_options(),
        "document": build_badge(),
    }
    assert credential_digest(**parts) != credential_digest(**(parts | changes))  # type: ignore[arg-type]  # one each


def test_proofs_take_no_part() -> None:
    badge = build_badge()
    secured = {**badge, "proof": [{"type": "x"}]}
    assert without_proof(secured) == badge
    digests = {
        credential_digest(salt=SALT, header=build_header(), options=build_options(), document=document)
        for document in (badge, secured)
    }
    assert len(digests) == 1


@pytest.mark.parametrize("short", ["salt", "header_hash", "options_hash", "document_hash"])
def test_a_part_of_the_wrong_size_is_refused(short: str) -> None:
    parts = {"salt": SALT, "header_hash": header_hash(build_header()), "options_hash": bytes(32)}
    parts["document_hash"] = bytes(32)
    parts[short] = bytes(15)
    with pytest.raises(MalformedProofError) as caught:
        digest_of_hashes(**parts)
    assert caught.value.code == "proof.length"


def test_a_document_that_was_read_as_canonical_has_the_same_hash_at_less_cost() -> None:
    badge = build_badge(proof=[{"type": "x"}])
    known = read_canonical(canonicalize(badge))
    assert known is not None
    assert hash_known(known) == hash_document(badge)
