from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from attestree.credentials.binding import fold_anchor, verify_binding
from attestree.credentials.canonical import canonicalize
from attestree.credentials.credential import parse_credential
from attestree.credentials.signatures.data_integrity import verify_proof
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.errors import LinkedDataError, MalformedCredentialError, RosterError
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.folder import build_folder
from attestree.issuing.seal import seal
from attestree.issuing.signing import TemplateSigner
from attestree.merkle.kind import TreeKind
from tests.fakes.signing import TestKey
from tests.unit.issuing import samples

KEY = TestKey()
VECTOR = json.loads((Path(__file__).parents[2] / "vectors/issuing/batch.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", list(TreeKind))
@pytest.mark.parametrize("public_url", ["https://badges.example.edu", None])
def test_every_sealed_credential_folds_to_the_root_and_binds_list_and_index(
    kind: TreeKind, public_url: str | None
) -> None:
    terms = samples.terms(kind=kind, public_url=public_url)
    sealed = seal(samples.keyed(), terms, seed=samples.SEED, created=samples.CREATED)
    assert [credential.index for credential in sealed.credentials] == [0, 1, 2]
    for credential in sealed.credentials:
        document = parse_json(credential.octets)
        assert canonicalize(document) == credential.octets
        parsed = parse_credential(document)
        (secured,) = parsed.proofs.anchors
        folded = fold_anchor(parsed.document, secured)
        verify_binding(parsed.document, secured, folded)
        assert folded.root == sealed.root
        assert (folded.digest, folded.leaf_hash) == (credential.digest, credential.leaf_hash)
        assert secured.options.verification_method == (
            "did:pkh:eip155:31337:0x" + "11" * 20 + "#blockchainAccountId"
        )
        assert secured.anchor.index == credential.index


def test_the_order_of_the_roster_changes_no_byte() -> None:
    lines = samples.ROSTER.decode().splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]).encode()
    one = seal(samples.keyed(), samples.terms(), seed=samples.SEED, created=samples.CREATED)
    other = seal(samples.keyed(turned), samples.terms(), seed=samples.SEED, created=samples.CREATED)
    assert one.root == other.root
    assert [c.octets for c in one.credentials] == [c.octets for c in other.credentials]


def test_another_seed_shares_nothing_that_could_link_two_batches() -> None:
    one = seal(samples.keyed(), samples.terms(), seed=samples.SEED, created=samples.CREATED)
    other = seal(samples.keyed(), samples.terms(), seed=bytes(32), created=samples.CREATED)
    assert one.root != other.root
    assert one.header.list_id != other.header.list_id
    assert not {c.token for c in one.credentials} & {c.token for c in other.credentials}


def test_signatures_stand_beside_the_anchor_and_change_no_digest() -> None:
    signer = TemplateSigner(KEY.method, KEY.private.sign)
    plain = seal(samples.keyed(), samples.terms(), seed=samples.SEED, created=samples.CREATED)
    signed = seal(samples.keyed(), samples.terms(), seed=samples.SEED, created=samples.CREATED, sign=signer)
    assert plain.root == signed.root
    for credential in signed.credentials:
        document = parse_json(credential.octets)
        signature, anchor = document["proof"]
        assert [proof["cryptosuite"] for proof in (signature, anchor)] == [
            "eddsa-rdfc-2022",
            "evm-merkle-jcs-2026",
        ]
        assert (signature["created"], signature["verificationMethod"]) == (anchor["created"], KEY.method)
        verify_proof(document, signature, KEY.public)


def test_the_same_seed_and_key_give_the_same_signatures() -> None:
    signer = TemplateSigner(KEY.method, KEY.private.sign)
    one, other = (
        seal(samples.keyed(), samples.terms(), seed=samples.SEED, created=samples.CREATED, sign=signer)
        for _ in range(2)
    )
    assert [c.octets for c in one.credentials] == [c.octets for c in other.credentials]


def test_a_row_whose_words_cannot_be_signed_is_named() -> None:
    class Refusing:
        def sign_batch(self, documents: Iterable[JsonObject], *, created: str) -> Iterator[JsonObject]:
            for number, _ in enumerate(documents):
                if number == 1:
                    raise LinkedDataError("terms.undefined", count=1)
                yield {"created": created}

    with pytest.raises(LinkedDataError) as caught:
        seal(samples.keyed(), samples.terms(), seed=samples.SEED, created=samples.CREATED, sign=Refusing())
    assert caught.value.values["count"] == 1
    assert caught.value.values["row"] in (2, 3, 4)


def test_the_same_award_twice_is_refused() -> None:
    rows = samples.keyed()
    with pytest.raises(RosterError) as caught:
        seal([rows[0], rows[0]], samples.terms(), seed=samples.SEED, created=samples.CREATED)
    assert caught.value.code == "roster.duplicate_credential"


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(RosterError) as caught:
        seal([], samples.terms(), seed=samples.SEED, created=samples.CREATED)
    assert caught.value.code == "roster.no_good_rows"


def test_a_row_that_may_not_be_issued_is_named() -> None:
    late = samples.HEADER + "1,,A,,2020-01-01,,,,,,,\n"
    with pytest.raises(MalformedCredentialError) as caught:
        seal(samples.keyed(late.encode()), samples.terms(), seed=samples.SEED, created=samples.CREATED)
    assert caught.value.code == "format.ends_before_start"
    assert caught.value.values["row"] == 2


def test_shared_pieces_are_written_as_canonical_json() -> None:
    shared: JsonObject = {"b": [1, 2.5, {"é": None}], "a": "\u20ac", "😀": 1, "～": 2}
    document: JsonObject = {"z": shared, "proof": [shared], "\uff5e": True, "😀": {"x": shared}}
    assert CanonicalWriter(shared).write(document) == canonicalize(document)


@pytest.mark.parametrize("kind", list(TreeKind))
def test_a_sealed_batch_is_the_published_one_byte_for_byte(kind: TreeKind) -> None:
    want = VECTOR[kind.name.lower()]
    sealed = seal(
        samples.keyed(VECTOR["roster"].encode()),
        samples.terms(kind=kind),
        seed=bytes.fromhex(VECTOR["seed"]),
        created=VECTOR["created"],
    )
    files = build_folder("vector", sealed, samples.terms(kind=kind))
    sums = {file.path: hashlib.sha256(b"".join(file.chunks)).hexdigest() for file in files}
    assert (sealed.root.hex(), sums) == (want["root"], want["files"])
