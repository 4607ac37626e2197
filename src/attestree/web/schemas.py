"""
The shapes that cross HTTP, for the OpenAPI page and for what wraps a credential.

Decides names, types and what is written about each. Credentials are not described here: they are read
by `credentials`, strictly, and answers are written by `verifying`. Source: DESIGN section 10.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from attestree.verifying.result import CheckId, Status
from attestree.verifying.verdict import ClaimsStatus, Outcome, Verdict

MAX_REF_CHARACTERS = 200
"""Longest mark that is handed back."""

ShortText = Annotated[str, Field(min_length=1, max_length=1000)]
"""What a person types about a holder."""


class _Strict(BaseModel):
    """Types are taken as they are and unknown members refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Expect(_Strict):
    """Whom you have before you; only what is given is compared."""

    name: ShortText | None = None
    email: ShortText | None = None
    learner_id: ShortText | None = None


class Wrapping(_Strict):
    """What may stand beside `credential`."""

    ref: Annotated[str, Field(max_length=MAX_REF_CHARACTERS)] | None = None
    expect: Expect | None = None
    at: Annotated[str, Field(max_length=40)] | None = None


class Asked(Wrapping):
    """A credential and what to judge it by."""

    credential: dict[str, Any]


class Problem(BaseModel):
    """RFC 9457 problem details; never repeats what was sent."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    next: str


class CheckAnswer(BaseModel):
    """How one check ended."""

    id: CheckId
    status: Status
    code: str
    text: str
    cause: str
    next: str
    evidence: dict[str, None | bool | int | str]


class Warning_(BaseModel):  # noqa: N801 - the bare name is Python's own
    """Something to know that changes no verdict."""

    model_config = ConfigDict(title="Warning")

    code: str
    text: str
    cause: str
    next: str


class NextSteps(BaseModel):
    """What can be done now, and by whom."""

    verifier: str
    issuer: str
    retryAfterSeconds: int | None  # noqa: N815 - as it stands in the answer


class AccreditorAnswer(BaseModel):
    """Who vouches for an issuer; `name` is that of the trust file."""

    name: str | None
    address: str


class IssuerAnswer(BaseModel):
    """What is known about the issuer; a name only where the registry proves it."""

    name: str | None
    nameSource: Literal["registry"] | None  # noqa: N815
    did: str
    address: str
    accreditedWhenAnchored: bool | None  # noqa: N815
    standingNow: str | None  # noqa: N815
    selfAccredited: bool | None  # noqa: N815
    accreditor: AccreditorAnswer | None


class NetworkAnswer(BaseModel):
    """Where it was recorded; nothing on a test network is worth anything."""

    kind: Literal["test", "production"] | None
    name: str | None
    chainId: int  # noqa: N815
    registry: str


class ViewAnswer(BaseModel):
    """As of when the registry was read."""

    latestBlock: int  # noqa: N815
    finalBlock: int  # noqa: N815
    finalBlockHash: str  # noqa: N815
    ageSeconds: int  # noqa: N815


class TrustAnswer(BaseModel):
    """Which trust file the answer rests on."""

    name: str
    sha256: str


class Verification(BaseModel):
    """The answer `attestree.verification/1`; every member is always there."""

    ref: str | None
    verdict: Verdict
    outcome: Outcome
    valid: bool
    code: str
    headline: str
    summary: str
    next: NextSteps
    claimsStatus: ClaimsStatus  # noqa: N815
    claims: dict[str, Any] | None
    issuer: IssuerAnswer | None
    expected: dict[str, bool | None] | None
    checks: list[CheckAnswer]
    warnings: list[Warning_]
    network: NetworkAnswer | None
    view: ViewAnswer | None
    trust: TrustAnswer
    at: str | None
    checkedAt: str  # noqa: N815
    engine: str


class ListedIssuer(BaseModel):
    """One issuer of a registry."""

    chainId: int  # noqa: N815
    registry: str
    network: Literal["test", "production"]
    address: str
    name: str | None
    did: str | None
    standing: str
    accreditor: AccreditorAnswer | None
    selfAccredited: bool  # noqa: N815
    accreditedFrom: str | None  # noqa: N815
    accreditedUntil: str | None  # noqa: N815
    batches: int


class ListedBatch(BaseModel):
    """One recorded batch; `root` and `issuer` together name it."""

    chainId: int  # noqa: N815
    registry: str
    network: Literal["test", "production"]
    issuer: str
    root: str
    list: str
    size: int
    kind: str
    sequence: int
    recordedAt: str  # noqa: N815
    confirmed: bool
    accredited: bool
    revoked: int
    suspended: int


class IssuerList(BaseModel):
    """A page of issuers; `next` is the address of the following page, or null."""

    issuers: list[ListedIssuer]
    next: str | None


class BatchList(BaseModel):
    """A page of batches, oldest first; `next` is the address of the following page, or null."""

    batches: list[ListedBatch]
    next: str | None


class CredentialState(BaseModel):
    """Where one credential of this server's issuers stands; nothing personal."""

    id: str
    state: Literal["pending", "recorded"]
    issuer: str
    root: str | None
    supersededBy: str | None  # noqa: N815


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]
    engine: str


class FollowedAnswer(BaseModel):
    """How one registry is followed; `code` says why there is no fresh view."""

    chainId: int  # noqa: N815
    registry: str
    fresh: bool
    code: str | None
    latestBlock: int | None  # noqa: N815
    finalBlock: int | None  # noqa: N815
    ageSeconds: int | None  # noqa: N815


class Ready(BaseModel):
    """Every registry of the trust file is followed and fresh."""

    status: Literal["ready"]
    registries: list[FollowedAnswer]
