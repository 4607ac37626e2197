"""
Fetches the status lists of others, each at most once a minute.

Decides how long an answer, good or bad, is remembered: thousands of credentials point to one list, and one
that names a slow host must not be able to have it asked again and again. Which hosts may be asked is decided
in `guarded_http`; that any is asked at all, by the settings. Source: DESIGN section 7.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from attestree.adapters.net.guarded_http import GuardedHttp
from attestree.errors import UnavailableError

KEEP_SECONDS = 60.0
"""How long an answer is remembered."""

MAX_KEPT = 32
"""Answers that are remembered; the oldest goes first."""

LIST_BYTES = 1_048_576
"""Longest list that is read; half a million credentials fill less, whatever their bits."""

ACCEPT = "application/vc, application/vc+ld+json, application/ld+json, application/json"
"""Media types in which a list is asked for; what comes is judged by its content alone."""


class CachedLists:
    """Implements `ports.HostedLists`."""

    def __init__(self, http: GuardedHttp, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """
        Prepare; nothing is asked yet.

        Args:
            http: Fetches from the hosts, at most `LIST_BYTES`.
            monotonic: Seconds that never go back, for the cache.
        """
        self._http = http
        self._monotonic = monotonic
        self._kept: OrderedDict[str, tuple[bytes | UnavailableError, float]] = OrderedDict()
        self._lock = Lock()

    def fetch_list(self, address: str) -> bytes:
        """Return the bytes at an address; raises UnavailableError, a `download.*` code."""
        with self._lock:
            answer, ends = self._kept.get(address, (b"", 0.0))
        if self._monotonic() >= ends:
            answer = self._ask(address)
            with self._lock:
                self._kept.pop(address, None)
                self._kept[address] = answer, self._monotonic() + KEEP_SECONDS
                while len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
        if isinstance(answer, UnavailableError):
            raise UnavailableError(answer.code, **answer.values)
        return answer

    def _ask(self, address: str) -> bytes | UnavailableError:
        try:
            return self._http.fetch(address, accept=ACCEPT)
        except UnavailableError as error:
            return error
