"""
How often one address may ask.

Decides who counts as one: an IPv4 address, or the /64 of an IPv6 address, since one client owns all of
it. Counts are kept in this process only. Source: DESIGN section 10.
"""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from attestree.errors import RequestError


class Throttle:
    """Counts requests by address."""

    def __init__(self, rate: str | None) -> None:
        """Allow `rate`, such as `1200/minute`; None = any number. RequestError `request.rate` otherwise."""
        try:
            self._rate = None if rate is None else parse(rate)
        except ValueError as error:
            raise RequestError("request.rate") from error
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def verify_allowed(self, host: str | None) -> None:
        """Count a request; RequestError `request.too_many` where there were too many."""
        if self._rate is None:
            return
        key = _one_client(host or "")
        if not self._limiter.hit(self._rate, key):
            reset = self._limiter.get_window_stats(self._rate, key).reset_time
            raise RequestError("request.too_many", retry_after_seconds=max(1, int(reset - time.time()) + 1))


def _one_client(host: str) -> str:
    """Return what is counted as one."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return address.exploded[:19] if isinstance(address, IPv6Address) else host
