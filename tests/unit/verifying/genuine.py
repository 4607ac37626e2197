"""A small genuine batch and the facts that make its credentials valid; tests change single parts."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from attestree.credentials.anchor_proof import AnchorHeader, AnchorProof
from attestree.credentials.digest import credential_digest
from attestree.credentials.proof_set import ProofOptions, SecuredAnchor, format_secured_anchor
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import TreeKind
from attestree.merkle.shards import build_forest
from attestree.ports import DidResolver
from attestree.registry.facts import (
    Anchor,
    BlockRef,
    CredentialFacts,
    EndCause,
    Operator,
    Role,
    Span,
    StateAt,
    View,
)
from attestree.verifying.report import Report
from attestree.verifying.trust import NetworkKind, Trust, TrustedAccreditor, TrustedNetwork
from attestree.verifying.verifier import Verifier
from tests.fakes.facts import CLEAR, FakeFacts, FixedClock

CHAIN_ID = 777
REGISTRY = b"\x5f" * 20
OTHER_REGISTRY = b"\x60" * 20
ISSUER = b"\x11" * 20
ACCREDITOR = b"\xac" * 20
LIST_ID = bytes(range(13))
DID = "did:web:example.edu"
NAME = "Example University"

ANCHORED = 1_795_000_000
NOW = ANCHORED + 1_000
NEVER = 2**40 - 1

OPTIONS = ProofOptions(created="2026-11-18T10:00:00Z", verification_method=f"{DID}#registry")


def build_document(**changes: Any) -> dict[str, Any]:
    """Build the document of one credential, with top-level members changed (None removes)."""
    document: dict[str, Any] = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:2f1f2b1e-4c55-4a9c-9a57-0d1b7e3a1c11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data Literacy",
        "issuer": {"id": DID, "type": ["Profile"], "name": NAME},
        "validFrom": "2026-11-18T10:00:00Z",
        "awardedDate": "2026-11-10T00:00:00Z",
        "credentialStatus": {
            "id": f"https://example.edu/status/{LIST_ID.hex()}/revocation#2",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "2",
            "statusListCredential": f"https://example.edu/status/{LIST_ID.hex()}/revocation",
        },
        "evidence": [{"id": "https://example.edu/report.pdf", "type": ["Evidence"], "name": "Report"}],
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Zofia Kowalska",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": "urn:uuid:7b9d1c52-05a4-4d57-8f83-4f8c1b5a1a42",
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": "Data Literacy",
                "description": "Reads, judges and presents data.",
                "criteria": {"narrative": "A project, supervised."},
                "creditsAvailable": 2.5,
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "EQF level 6",
                        "targetUrl": "https://example.org/eqf/6",
                        "targetFramework": "European Qualifications Framework",
                    },
                    {
                        "type": ["Alignment"],
                        "targetName": "analyse big data",
                        "targetUrl": "https://example.org/skill/1",
                        "targetFramework": "ESCO",
                    },
                ],
            },
            "creditsEarned": 2.5,
        },
    }
    return {name: value for name, value in (document | changes).items() if value is not None}


def build_header(**changes: Any) -> AnchorHeader:
    """Build the header of a batch of five, with single fields changed."""
    fields: dict[str, Any] = {
        "kind": TreeKind.OPENZEPPELIN,
        "chain_id": CHAIN_ID,
        "registry": REGISTRY,
        "issuer": ISSUER,
        "size": 5,
        "list_id": LIST_ID,
    }
    return AnchorHeader(**(fields | changes))


def seal(document: dict[str, Any], header: AnchorHeader | None = None, *, index: int = 2) -> SecuredAnchor:
    """Seal a document as credential `index` among made-up siblings."""
    header = header or build_header()
    salt = keccak256(b"salt")[:16]
    digest = credential_digest(salt=salt, header=header, options=OPTIONS, document=document)
    digests = [keccak256(b"sibling %d" % number) for number in range(header.size)]
    digests[index] = digest
    forest = build_forest(digests)
    path = b"".join(forest.path(index))
    proof = AnchorProof(header=header, index=index, salt=salt, path=path, root=forest.root)
    return SecuredAnchor(OPTIONS, proof)


def with_proofs(document: dict[str, Any], *proofs: SecuredAnchor | dict[str, Any]) -> dict[str, Any]:
    """Return the credential that carries these proofs."""
    written = [
        format_secured_anchor(proof) if isinstance(proof, SecuredAnchor) else proof for proof in proofs
    ]
    return {**document, "proof": written}


def build_credential(**changes: Any) -> dict[str, Any]:
    """Build a genuine credential, with members of its document changed before it was sealed."""
    document = build_document(**changes)
    return with_proofs(document, seal(document))


TRUST = Trust(
    name="tests",
    networks=(
        TrustedNetwork(
            NetworkKind.PRODUCTION, CHAIN_ID, b"\x01" * 32, REGISTRY, 1, b"\x02" * 32, "main record"
        ),
    ),
    accreditors=(TrustedAccreditor(ACCREDITOR, "Agency QA"),),
    sha256=b"\x77" * 32,
)

VIEW = View(
    chain_id=CHAIN_ID,
    registry=REGISTRY,
    latest=BlockRef(120, b"\xee" * 32, NOW - 5),
    final=BlockRef(100, b"\xef" * 32, NOW - 300),
    polled_at=NOW - 2,
    sources=2,
)

SPAN = Span(
    number=1,
    accreditor=ACCREDITOR,
    starts=ANCHORED - 1_000_000,
    ends=NEVER,
    cause=EndCause.RUNS,
    did_hash=keccak256(DID.encode()),
    name_hash=keccak256(NAME.encode()),
    framework_hash=keccak256(b""),
)

OPERATOR = Operator(
    number=1,
    address=b"\x0b" * 20,
    roles=Role.ANCHOR,
    starts=ANCHORED - 1_000,
    ends=NEVER,
    disavowed_from=None,
    disavowed_at=None,
)


@dataclass
class Scene:
    """One genuine credential, what the registry says about it, and who asks."""

    credential: dict[str, Any]
    facts: FakeFacts
    clock: FixedClock
    secured: SecuredAnchor
    trust: Trust = TRUST
    resolver: DidResolver | None = None

    @property
    def record(self) -> CredentialFacts:
        return self.facts.records[(self.secured.anchor.header.issuer, self.secured.anchor.root)]

    def record_as(self, record: CredentialFacts) -> None:
        self.facts.records[(self.secured.anchor.header.issuer, self.secured.anchor.root)] = record

    def change(self, *blocks: str, **changes: Any) -> None:
        """Change members of the state at the named blocks, both unless named."""
        for block in blocks or ("final", "latest"):
            self.record_as(replace(self.record, **{block: replace(getattr(self.record, block), **changes)}))

    def verifier(self) -> Verifier:
        sources = {(self.facts.view.chain_id, self.facts.view.registry): self.facts}
        return Verifier(self.trust, sources, self.clock, resolver=self.resolver)

    def verify(self, credential: dict[str, Any] | None = None, **question: Any) -> Report:
        octets = json.dumps(credential or self.credential).encode()
        return self.verifier().verify(octets, **question)


def build_anchor(proof: AnchorProof, **changes: Any) -> Anchor:
    """Build the record that fits a proof, with single fields changed."""
    fields: dict[str, Any] = {
        "root": proof.root,
        "time": ANCHORED,
        "size": proof.header.size,
        "sequence": 1,
        "operator": 1,
        "span": 1,
        "kind": int(proof.header.kind),
        "confirmed": False,
        "list_id": proof.header.list_id,
    }
    return Anchor(**(fields | changes))


def build_facts(proof: AnchorProof, view: View = VIEW) -> CredentialFacts:
    """Build the facts that make a credential valid."""
    state = StateAt(anchor=build_anchor(proof), span=SPAN, current_span=SPAN, operator=OPERATOR, status=CLEAR)
    return CredentialFacts(view, final=state, latest=state)


def build_scene(*, trust: Trust = TRUST, view: View = VIEW, **changes: Any) -> Scene:
    """Build a genuine credential in a registry that vouches for it."""
    document = build_document(**changes)
    header = build_header(chain_id=view.chain_id, registry=view.registry)
    secured = seal(document, header)
    scene = Scene(with_proofs(document, secured), FakeFacts(view), FixedClock(NOW), secured, trust)
    scene.record_as(build_facts(secured.anchor, view))
    return scene
