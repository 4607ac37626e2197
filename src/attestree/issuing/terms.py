"""
Terms of a batch: everything that shapes its credentials beside the rows.

Decides what belongs to the fingerprint: two runs with the same rows and the same terms are one batch.
Source: DESIGN sections 4 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.credentials.achievement import Achievement
from attestree.credentials.anchor_proof import AnchorHeader
from attestree.credentials.proof_set import ProofOptions
from attestree.credentials.strict_json import JsonObject
from attestree.merkle.kind import TreeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerProfile:
    """The issuer as every credential names it."""

    name: str
    """As registered by the accreditor."""
    did: str
    """Decentralised identifier; `issuer.id`."""
    address: bytes
    """Address that stands for the issuer in the registry, 20 bytes."""
    url: str | None = None
    """Home page."""

    def to_json(self) -> JsonObject:
        """Return the Open Badges Profile."""
        profile: JsonObject = {"id": self.did, "type": ["Profile"], "name": self.name}
        return {**profile, "url": self.url} if self.url else profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is the same for every credential of a batch."""

    profile: IssuerProfile
    """Who issues."""
    achievement: Achievement
    """What is awarded, and how long a credential for it lasts."""
    chain_id: int
    """EIP-155 chain id."""
    registry: bytes
    """Address of the contract, 20 bytes."""
    registry_name: str
    """Name of the registry in the settings."""
    public_url: str | None = None
    """Start of credential ids and status addresses; None = `urn:uuid:` and no status address."""
    with_names: bool = True
    """Whether learners' names stand in their credentials."""
    kind: TreeKind = TreeKind.OPENZEPPELIN
    """Kind of tree."""
    valid_from: str | None = None
    """Time stamp for `validFrom`; None = the time of sealing."""
    signed: bool = False
    """Whether each credential carries a signature beside its anchor proof."""

    @property
    def achievement_id(self) -> str:
        """The achievement's `id`."""
        return self.achievement.id

    @property
    def title(self) -> str:
        """The achievement's name."""
        return self.achievement.title

    def issuer_json(self) -> JsonObject:
        """Return the issuer as it stands in credentials, with the country that the achievement names."""
        profile, country = self.profile.to_json(), self.achievement.country
        if country is None:
            return profile
        return {**profile, "address": {"type": ["Address"], "addressCountryCode": country}}

    def header(self, *, size: int, list_id: bytes) -> AnchorHeader:
        """Return the header of a batch of `size` credentials."""
        return AnchorHeader(
            kind=self.kind,
            chain_id=self.chain_id,
            registry=self.registry,
            issuer=self.profile.address,
            size=size,
            list_id=list_id,
        )

    def options(self, *, created: str) -> ProofOptions:
        """
        Return the options of every anchor proof of the batch.

        The verification method is the account that anchors, as a DID of its own: whoever reads the
        proof sees on which chain to look, and no key of the issuer's DID is claimed that is not there.
        """
        account = f"did:pkh:eip155:{self.chain_id}:0x{self.profile.address.hex()}"
        return ProofOptions(created=created, verification_method=f"{account}#blockchainAccountId")

    def to_json(self) -> JsonObject:
        """Return what the fingerprint covers."""
        period = self.achievement.valid_for
        return {
            "profile": self.issuer_json(),
            "issuer": self.profile.address.hex(),
            "achievement": self.achievement.document,
            "validFor": None if period is None else [period.months, period.days],
            "chain": self.chain_id,
            "registry": self.registry.hex(),
            "publicUrl": self.public_url,
            "withNames": self.with_names,
            "kind": int(self.kind),
            "validFrom": self.valid_from,
            "signed": self.signed,
        }
