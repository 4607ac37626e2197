"""
The desk for programs: who asks, for whom they may issue, and where the anchored form is.

Decides that a key reaches its own institution only, and that the anchored form is given out once its batch is
FINAL and not before; until then the signed form, which was the answer to issuing, is all there is.
Source: W3C VC API 1.0, section 3.2; DESIGN sections 6 and 10.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import JsonValue
from attestree.errors import NotAllowedError, RequestError
from attestree.issuing.api_key import SCOPE_ISSUE, Caller, authenticate
from attestree.issuing.by_api import ApiAnswer, ApiIssuing
from attestree.outbox.states import State
from attestree.ports import Clock
from attestree.ports.by_api import ApiKeyStore, OpenBatchStore, SealedCredentials

_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")
_TOKEN = re.compile(r"[0-9a-f]{32}")


class DeskStore(ApiKeyStore, OpenBatchStore, Protocol):
    """What the desk needs to remember."""


@dataclass(frozen=True, slots=True)
class IssuingDesk:
    """What one institution issues with."""

    issuing: ApiIssuing
    """Issues."""
    sealed: SealedCredentials
    """Has what was sealed."""


@dataclass(frozen=True, slots=True)
class ApiDesk:
    """Serves programs; safe for threads."""

    store: DeskStore
    """Knows keys, batches and credentials."""
    clock: Clock
    """Wall time."""
    desks: Mapping[bytes, IssuingDesk]
    """By issuer, 20 bytes."""

    def authenticate(self, key: str) -> Caller:
        """Return who shows a key; raises as `api_key.authenticate`, NotAllowedError `apikey.issuer_gone`."""
        caller = authenticate(key, store=self.store, scope=SCOPE_ISSUE, now=self.clock.now())
        if caller.key.issuer not in self.desks:
            raise NotAllowedError("apikey.issuer_gone")
        return caller

    def issue(self, caller: Caller, body: JsonValue, *, idempotency_key: str | None) -> ApiAnswer:
        """
        Issue what a body asks for, `{credential, options?}`.

        Raises:
            RequestError: `apikey.body`, `apikey.idempotency_key`.
            AttestreeError: As `ApiIssuing.issue`.
        """
        asked = body.get("credential") if isinstance(body, dict) else None
        if (
            not isinstance(body, dict)
            or not isinstance(asked, dict)
            or body.keys() - {"credential", "options"}
        ):
            raise RequestError("apikey.body")
        # Every option of the VC API changes what is ours to decide
        if body.get("options") not in (None, {}):
            raise RequestError("apikey.body")
        if idempotency_key is not None and not _IDEMPOTENCY_KEY.fullmatch(idempotency_key):
            raise RequestError("apikey.idempotency_key")
        issuing = self.desks[caller.key.issuer].issuing
        return issuing.issue(asked, caller=caller, body=canonicalize(body), idempotency_key=idempotency_key)

    def fetch_anchored(self, caller: Caller, token: str) -> bytes | None:
        """
        Return the anchored form of a credential, canonical JSON; None while it is pending.

        Raises:
            RequestError: `request.not_found`, also for a credential of another institution.
            CorruptionError, UnavailableError: Its folder is damaged or gone, or the disk does not answer.
        """
        row = self.store.fetch_row(token) if _TOKEN.fullmatch(token) else None
        joined = self.store.fetch_joined(token) if row is None and _TOKEN.fullmatch(token) else None
        found = row or joined
        batch = None if found is None else self.store.fetch_batch(found.batch_id)
        if found is None or batch is None or batch.issuer != caller.key.issuer:
            raise RequestError("request.not_found")
        if row is None or batch.state is not State.FINAL:
            return None
        return self.desks[caller.key.issuer].sealed.read_credential(batch.id, row.index)
