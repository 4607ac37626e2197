"""A batch of genuine credentials under one root, and a registry that knows the status of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from attestree.credentials.anchor_proof import AnchorHeader, AnchorProof
from attestree.credentials.canonical import canonicalize
from attestree.credentials.digest import credential_digest
from attestree.credentials.proof_set import SecuredAnchor
from attestree.merkle.keccak import keccak256
from attestree.merkle.shards import build_forest
from attestree.registry.facts import CredentialFacts, FactsQuery, StatusBits
from attestree.verifying.report import Report
from attestree.verifying.verifier import Verifier
from tests.fakes.facts import FakeFacts, FixedClock
from tests.unit.verifying.genuine import (
    CHAIN_ID,
    LIST_ID,
    NOW,
    OPTIONS,
    REGISTRY,
    TRUST,
    VIEW,
    build_document,
    build_facts,
    build_header,
    with_proofs,
)


@dataclass
class BatchFacts(FakeFacts):
    """Answers about every index of a batch; those named are revoked or suspended at the latest block."""

    revoked: set[int] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        facts = super().fetch_facts(query)
        status = StatusBits(
            revoked=query.index in self.revoked, suspended=query.index in self.suspended, whole_list=False
        )
        return replace(facts, latest=replace(facts.latest, status=status))

    def change(self, *blocks: str, **changes: Any) -> None:
        """Change members of what is said of the batch at the named blocks, both unless named."""
        for key, record in self.records.items():
            states: dict[str, Any] = {
                block: replace(getattr(record, block), **changes) for block in blocks or ("final", "latest")
            }
            self.records[key] = replace(record, **states)

    def see(self, **changes: Any) -> None:
        """Change the view."""
        self.view = replace(self.view, **changes)
        self.records = {key: replace(record, view=self.view) for key, record in self.records.items()}


@dataclass
class Batch:
    """Credentials as canonical octets, by index, and who judges them."""

    credentials: list[bytes]
    facts: BatchFacts
    secured: list[SecuredAnchor]
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def verifier(self) -> Verifier:
        return Verifier(TRUST, {(CHAIN_ID, REGISTRY): self.facts}, self.clock)

    def warm(self) -> Verifier:
        """Return a verifier that has seen the first credential."""
        verifier = self.verifier()
        assert verifier.verify(self.credentials[0]).valid
        return verifier


def describe(index: int, name: str = "Zofia Kowalska", **changes: Any) -> dict[str, Any]:
    """Build the document of one learner."""
    document = build_document(id=f"urn:uuid:2f1f2b1e-4c55-4a9c-9a57-0d1b7e3a1c{index:02}")
    place = f"https://example.edu/status/{LIST_ID.hex()}/revocation#{index}"
    document["credentialStatus"] |= {"id": place, "statusListIndex": str(index)}
    document["credentialSubject"]["identifier"][0]["identityHash"] = name
    return {key: value for key, value in (document | changes).items() if value is not None}


def build_batch(documents: Sequence[dict[str, Any]], header: AnchorHeader | None = None) -> Batch:
    """Seal documents; the index of each is its place."""
    header = header or build_header(size=len(documents))
    salts = [keccak256(b"salt %d" % index)[:16] for index in range(len(documents))]
    digests = [
        credential_digest(salt=salt, header=header, options=OPTIONS, document=document)
        for salt, document in zip(salts, documents, strict=True)
    ]
    forest = build_forest(digests)
    secured = [
        SecuredAnchor(
            OPTIONS,
            AnchorProof(
                header=header,
                index=index,
                salt=salts[index],
                path=b"".join(forest.path(index)),
                root=forest.root,
            ),
        )
        for index in range(len(documents))
    ]
    facts = BatchFacts(VIEW)
    facts.records[header.issuer, forest.root] = build_facts(secured[0].anchor)
    octets = [
        canonicalize(with_proofs(document, one)) for document, one in zip(documents, secured, strict=True)
    ]
    return Batch(octets, facts, secured)


def answer(verifier: Verifier, octets: bytes, **question: Any) -> Report:
    """Return the report of the short way, which must be there."""
    report = verifier.verify_kin(octets, **question)
    assert report is not None
    return report
