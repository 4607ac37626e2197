"""
Resolves `did:web`: the document that an institution publishes at its own host.

Decides how long an answer, good or bad, is remembered: a credential that names a slow host must not be
able to have it asked again and again. `did:key` is resolved as well, without any host. What hosts may be
asked is decided in `guarded_http`; that there is a resolver at all, by the settings.
Source: W3C CCG did:web, section 2.5; DESIGN section 7.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock

from attestree.adapters.net.guarded_http import GuardedHttp
from attestree.credentials.did import (
    DidDocument,
    build_did_key_document,
    did_web_address,
    is_did_key,
    parse_did,
    parse_did_document,
)
from attestree.credentials.strict_json import parse_json
from attestree.errors import DidUnavailableError, InputError, MalformedProofError, UnavailableError

KEEP_SECONDS = 300.0
"""How long a document is remembered."""

KEEP_FAILURE_SECONDS = 60.0
"""How long it is remembered that there was none."""

MAX_KEPT = 256
"""Answers that are remembered; the oldest goes first."""

MAX_ASKED = 8
"""Hosts that are asked at the same time; one more has to wait for another question."""

ACCEPT = "application/did+json, application/did, application/did+ld+json, application/json"
"""Media types in which a document is asked for; what comes is judged by its content alone."""

_CODES = {
    "download.forbidden_host": "did.forbidden_host",
    "download.forbidden_address": "did.forbidden_host",
    "download.failed": "did.not_found",
    "download.too_large": "did.too_large",
}


@dataclass(frozen=True, slots=True)
class _Kept:
    """One answer, and until when it holds."""

    answer: DidDocument | DidUnavailableError | MalformedProofError
    ends: float


class DidWebResolver:
    """Finds documents on the web; implements `ports.DidResolver`."""

    def __init__(self, http: GuardedHttp, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """
        Prepare; nothing is asked yet.

        Args:
            http: Fetches from the hosts.
            monotonic: Seconds that never go back, for the cache.
        """
        self._http = http
        self._monotonic = monotonic
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = Lock()
        self._free = BoundedSemaphore(MAX_ASKED)

    def fetch_document(self, did: str) -> DidDocument:
        """
        Return the document of a `did:web` or `did:key`.

        Raises:
            DidUnavailableError: `did.method`, another method; `did.forbidden_host`, `did.not_found`,
                `did.too_large`, `did.no_answer` or `did.busy`.
            MalformedProofError: `did.malformed` or `did.bad_document`; a `signature.*` code of a `did:key`.
        """
        if is_did_key(did):
            return build_did_key_document(did)
        method = parse_did(did).method
        if method != "web":
            raise DidUnavailableError("did.method")
        answer = self._recall(did)
        if answer is None:
            answer = self._ask_if_free(did)
        if isinstance(answer, DidDocument):
            return answer
        raise type(answer)(answer.code, **answer.values)

    def _ask_if_free(self, did: str) -> DidDocument | DidUnavailableError | MalformedProofError:
        """Ask and remember, unless so many hosts keep us waiting that nobody else would be served."""
        if not self._free.acquire(blocking=False):
            raise DidUnavailableError("did.busy")
        try:
            answer = self._ask(did)
        finally:
            self._free.release()
        self._keep(did, answer)
        return answer

    def _ask(self, did: str) -> DidDocument | DidUnavailableError | MalformedProofError:
        """Ask the host that the DID names."""
        try:
            octets = self._http.fetch(did_web_address(did), accept=ACCEPT)
            return parse_did_document(parse_json(octets), did)
        except (DidUnavailableError, MalformedProofError) as error:
            return error
        except InputError:
            return MalformedProofError("did.bad_document")
        except UnavailableError as error:
            return DidUnavailableError(_CODES.get(error.code, "did.no_answer"), **error.values)

    def _recall(self, did: str) -> DidDocument | DidUnavailableError | MalformedProofError | None:
        """Return what is remembered and still holds."""
        with self._lock:
            kept = self._kept.get(did)
            return kept.answer if kept is not None and self._monotonic() < kept.ends else None

    def _keep(self, did: str, answer: DidDocument | DidUnavailableError | MalformedProofError) -> None:
        """Remember an answer."""
        seconds = KEEP_SECONDS if isinstance(answer, DidDocument) else KEEP_FAILURE_SECONDS
        with self._lock:
            self._kept.pop(did, None)
            self._kept[did] = _Kept(answer, self._monotonic() + seconds)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
