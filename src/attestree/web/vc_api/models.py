"""
The bodies of the W3C VC API.

Decides which members a request has. Options that are not known are passed over, as the standard asks;
documents are left as they are and judged elsewhere. Source: W3C CCG VC API 0.7, sections 3.2 to 3.5.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from attestree.credentials.strict_json import parse_json
from attestree.errors import RequestError

MAX_TEXT = 1024
"""Longest challenge or domain."""

Body = TypeVar("Body", bound=BaseModel)
"""A request of this API."""


class StatusRequest(BaseModel):
    """Which status entry to write, or to change."""

    model_config = ConfigDict(extra="ignore", strict=True)

    type: str = "BitstringStatusListEntry"
    statusPurpose: str = "revocation"  # noqa: N815 - the standard's spelling


class Options(BaseModel):
    """What is asked beside the document."""

    model_config = ConfigDict(extra="ignore", strict=True)

    challenge: str | None = Field(default=None, max_length=MAX_TEXT)
    domain: str | None = Field(default=None, max_length=MAX_TEXT)
    cryptosuite: str | None = None
    credentialStatus: StatusRequest | None = None  # noqa: N815 - the standard's spelling


class IssueBody(BaseModel):
    """`POST /credentials/issue`."""

    model_config = ConfigDict(extra="ignore", strict=True)

    credential: dict[str, Any]
    options: Options = Field(default_factory=Options)


class VerifyBody(BaseModel):
    """`POST /credentials/verify`."""

    model_config = ConfigDict(extra="ignore", strict=True)

    verifiableCredential: dict[str, Any]  # noqa: N815 - the standard's spelling
    options: Options = Field(default_factory=Options)


class PresentBody(BaseModel):
    """`POST /presentations/verify`."""

    model_config = ConfigDict(extra="ignore", strict=True)

    verifiablePresentation: dict[str, Any]  # noqa: N815 - the standard's spelling
    options: Options = Field(default_factory=Options)


class StatusBody(BaseModel):
    """`POST /credentials/status`."""

    model_config = ConfigDict(extra="ignore", strict=True)

    credentialId: str  # noqa: N815 - the standard's spelling
    credentialStatus: StatusRequest = Field(default_factory=StatusRequest)  # noqa: N815 - likewise
    status: bool = True


def parse_body(octets: bytes, shape: type[Body], *, limit_bytes: int) -> Body:
    """
    Return a request in its shape; the document in it is as `parse_json` read it.

    Raises:
        MalformedJsonError: `json.*`.
        RequestError: `request.shape`.
    """
    value = parse_json(octets, limit_bytes=limit_bytes)
    try:
        return shape.model_validate(value)
    except ValidationError:
        # pydantic's error quotes the input; ours does not
        raise RequestError("request.shape") from None
