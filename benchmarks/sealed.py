"""
Badges as `attestree issue` makes them, with paths as long as those of a million, and a registry in memory.

The tree is real up to `size` leaves; above it stand made-up siblings up to the root that the registry knows,
so that every path has 20 elements. Nothing of this is measured.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from attestree.adapters.files.achievements import read_achievement
from attestree.credentials.anchor_proof import AnchorProof
from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.digest import credential_digest
from attestree.credentials.proof_set import SecuredAnchor, format_secured_anchor
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, did_key_method, format_did_key
from attestree.credentials.strict_json import JsonObject
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.roster import parse_roster
from attestree.issuing.row_key import key_rows
from attestree.issuing.signing import TemplateSigner
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.merkle.keccak import hash_pair, keccak256
from attestree.merkle.standard import build_tree, leaf_hash
from attestree.registry.facts import (
    Anchor,
    BlockRef,
    CredentialFacts,
    EndCause,
    FactsQuery,
    Head,
    Operator,
    Role,
    SharedFacts,
    Span,
    View,
)
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger
from attestree.verifying.trust import NetworkKind, Trust, TrustedAccreditor, TrustedNetwork
from attestree.verifying.verifier import Verifier
from attestree.wiring.system import SystemClock
from benchmarks.issuing import ACHIEVEMENT, KEY

NAME = "Example University"
DID = format_did_key(PublicKey(KeyKind.ED25519, KEY.public_key().public_bytes_raw()))
CHAIN_ID, REGISTRY, ISSUER, ACCREDITOR = 31337, b"\x22" * 20, b"\x11" * 20, b"\xac" * 20
DEPTH = 20
NEVER = 2**40 - 1
TRUST = Trust(
    "benchmark",
    (TrustedNetwork(NetworkKind.TEST, CHAIN_ID, b"\1" * 32, REGISTRY, 1, b"\2" * 32, "local"),),
    (TrustedAccreditor(ACCREDITOR, "Agency QA"),),
    b"\x77" * 32,
)


@dataclass
class MemoryRegistry:
    """Answers from a ledger in memory, as a registry that is followed does."""

    ledger: IssuerLedger
    polled_at: int = field(default_factory=lambda: int(time.time()))
    view: View = field(init=False)

    def __post_init__(self) -> None:
        """Make the view of this moment."""
        latest = BlockRef(120, b"\xee" * 32, self.polled_at - 5)
        final = BlockRef(100, b"\xef" * 32, self.polled_at - 300)
        self.view = View(CHAIN_ID, REGISTRY, latest, final, self.polled_at, 2)

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """Return the same facts at both blocks."""
        return CredentialFacts(self.view, self.ledger.state_at(query), self.ledger.state_at(query))

    def fetch_shared(self, query: FactsQuery, indexes: Sequence[int]) -> SharedFacts:
        """Return the facts that credentials without a status share, as a registry that is followed does."""
        untouched = frozenset(indexes)
        for ledger in (self.ledger, self.ledger):
            untouched = ledger.find_untouched(query.list_id, untouched)
        return SharedFacts(self.fetch_facts(query), untouched)

    def fetch_view(self) -> View:
        """Return the view."""
        return self.view

    def fetch_ledger(self) -> Ledger:
        """Return an empty one: nobody lists it."""
        return Ledger(chain_id=CHAIN_ID, registry=REGISTRY)

    def fetch_ledgers(self, _issuer: bytes) -> tuple[View, tuple[IssuerLedger, ...]]:
        """Return the ledger."""
        return self.view, (self.ledger,)

    def start(self) -> None:
        """Do nothing: there is no chain."""

    def stop(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Sample:
    """Badges of one batch, as canonical JSON, and what knows their root."""

    badges: list[bytes]
    registry: MemoryRegistry

    def verifier(self) -> Verifier:
        """Return a verifier that has seen nothing yet."""
        return Verifier(TRUST, {(CHAIN_ID, REGISTRY): self.registry}, SystemClock())  # type: ignore[dict-item]  # lists no issuers


def build_sample(size: int, *, signed: bool = False, salt: bytes = b"") -> Sample:
    """Return `size` badges, a power of two; those of another `salt` are of another batch."""
    created = int(time.time()) // 86_400 * 86_400 - 86_400  # processes of one run make the same badges
    seed = sha256(b"seed" + salt).digest()
    terms = _terms()
    header = terms.header(size=2**DEPTH, list_id=sha256(b"list" + salt).digest()[:13])
    options = terms.options(created=format_timestamp(created))
    documents = _compose(terms, seed, created, size, header.list_id)
    salts = [sha256(seed + b"%d" % number).digest()[:16] for number in range(size)]
    digests = [
        credential_digest(salt=one, header=header, options=options, document=document)
        for one, document in zip(salts, documents, strict=True)
    ]
    tree = build_tree([leaf_hash(digest, index) for index, digest in enumerate(digests)])
    above = [sha256(b"above%d" % number).digest() for number in range(DEPTH - size.bit_length() + 1)]
    root = tree.root
    for sibling in above:
        root = hash_pair(root, sibling)
    signer = TemplateSigner(did_key_method(DID), KEY.sign)
    signatures = (
        list(signer.sign_batch(iter(documents), created=options.created)) if signed else [None] * size
    )
    badges = []
    for index, document in enumerate(documents):
        path = b"".join([*tree.path(index), *above])
        anchor = AnchorProof(header=header, index=index, salt=salts[index], path=path, root=root)
        signature = signatures[index]
        proofs = [] if signature is None else [signature]
        proof = [*proofs, format_secured_anchor(SecuredAnchor(options, anchor))]
        badges.append(canonicalize({**document, "proof": proof}))
    return Sample(badges, MemoryRegistry(_ledger(root, header.size, header.list_id, created)))


def _terms() -> Terms:
    return Terms(
        profile=IssuerProfile(name=NAME, did=DID, address=ISSUER, url=None),
        achievement=read_achievement(ACHIEVEMENT),
        chain_id=CHAIN_ID,
        registry=REGISTRY,
        registry_name="local",
        public_url="https://badges.example.edu",
    )


def _compose(terms: Terms, seed: bytes, created: int, size: int, list_id: bytes) -> Sequence[JsonObject]:
    lines = (f"{n:06d},s{n}@example.org,Zofia {n},2026-05-01,2.5" for n in range(size))
    text = "\n".join(["learner_id,email,name,awarded_on,credits", *lines]) + "\n"
    roster = parse_roster(text.encode(), file_name="roster.csv", with_names=True)
    keyed = key_rows(seed, roster.rows, issuer=ISSUER, achievement_id=terms.achievement_id)
    composer = Composer(terms, seed, created)
    return [composer.compose(row, Place(n, n, list_id)) for n, (_key, row) in enumerate(keyed)]


def _ledger(root: bytes, size: int, list_id: bytes, created: int) -> IssuerLedger:
    ledger = IssuerLedger(anchor_head=Head(0, 1), act_head=Head(0, 1))
    hashes = keccak256(DID.encode()), keccak256(NAME.encode()), keccak256(b"")
    ledger.spans.append(Span(1, ACCREDITOR, created - 10**6, NEVER, EndCause.RUNS, *hashes))
    ledger.operators.append(Operator(1, b"\x0b" * 20, Role.ANCHOR, created - 10**5, NEVER, None, None))
    ledger.anchors[root] = Anchor(root, created + 60, size, 1, 1, 1, 0, False, list_id)
    return ledger
