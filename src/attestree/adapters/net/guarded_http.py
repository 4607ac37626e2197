"""
Fetches a small public file from a host that a stranger named, and nothing else.

    (1) https only, a name and no number, no user in the address.
    (2) The name is looked up once; every address found must be public.
    (3) The connection goes to one of those very addresses; TLS is verified for the name.
    (4) No redirect is followed, no proxy is asked, no cookie or password is sent.
    (5) All of it ends within one time, and no more is read than one size.

Decides what may be fetched; what the bytes mean is for the caller. So that a name which first points to
a public host and then to this machine gains nothing, step (3) never asks for the name again.
Source: DESIGN section 7; OWASP, Server-Side Request Forgery; RFC 6890, 6052 and 4291.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from attestree.adapters.net.resolving import Resolve, resolve_in_time
from attestree.errors import UnavailableError

LIMIT_BYTES = 65_536
"""Longest body that is read."""

TIMEOUT_SECONDS = 5.0
"""Longest time for all of it: looking up, connecting, reading."""

HEADER_BYTES = 16_384
"""Longest head of an answer that is read, TLS aside."""

HTTPS_PORT = 443
"""Port of an https address that states none."""

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HOME = ("localhost", "local", "internal", "localdomain", "arpa", "onion")
_REQUEST_PATH = re.compile(r"[!-~]*")
_GLOBAL_IPV6 = ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            # What Python's own tables miss in some versions: benchmarks, relays, translators, tunnels.
            *("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "100.64.0.0/10", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)

Address = IPv4Address | IPv6Address
"""A network address."""

AddressRule = Callable[[Address], bool]
"""Says whether a connection to an address is allowed."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the web, taken apart."""

    host: str
    """Name, lower case."""
    port: int
    """1 to 65535."""
    path: str
    """With the query, begins with a slash."""

    @property
    def authority(self) -> str:
        """What stands in the `Host` line."""
        return self.host if self.port == HTTPS_PORT else f"{self.host}:{self.port}"


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet and to no other address in disguise."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_IPV6:
        return False
    if not address.is_global or address.is_multicast:
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def parse_target(url: str) -> Target:
    """
    Take an https address apart.

    Raises:
        UnavailableError: `download.forbidden_address`, such as another scheme or a number for a name.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS_PORT
    except ValueError as exc:
        raise UnavailableError("download.forbidden_address") from exc
    host = parts.hostname or ""
    plain = parts.scheme == "https" and "@" not in parts.netloc and not parts.fragment
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not plain or not _NAME.fullmatch(host) or len(host) > 253 or not _REQUEST_PATH.fullmatch(path):
        raise UnavailableError("download.forbidden_address")
    if host.rpartition(".")[2] in _HOME:
        raise UnavailableError("download.forbidden_host")
    return Target(host, port, path)


class GuardedHttp:
    """Fetches from strangers' hosts; may be used from several threads."""

    def __init__(
        self,
        *,
        limit_bytes: int = LIMIT_BYTES,
        timeout_seconds: float = TIMEOUT_SECONDS,
        allow: AddressRule = is_public,
        resolve: Resolve = resolve_in_time,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """
        Prepare; nothing is asked yet.

        Args:
            limit_bytes: Longest body.
            timeout_seconds: For all of one fetch.
            allow: Which addresses may be connected to; every one that a name has must be allowed.
            resolve: Looks a name up; given name, port and seconds, returns addresses as text.
            tls: Whom to believe; None = the authorities of this machine.
        """
        self._limit_bytes = limit_bytes
        self._timeout_seconds = timeout_seconds
        self._allow = allow
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()

    def fetch(self, url: str, *, accept: str = "application/json") -> bytes:
        """
        Return the body of an https address that answers 200.

        Raises:
            UnavailableError: `download.forbidden_address`, `download.forbidden_host`,
                `download.no_answer`, `download.failed` for any status but 200, or `download.too_large`.
        """
        target = parse_target(url)
        ends = time.monotonic() + self._timeout_seconds
        try:
            with self._connect(target, ends) as stream:
                return self._ask(stream, target, accept=accept, ends=ends)
        # A server that breaks the protocol, and a name that no codec takes, are no answer either.
        except (OSError, ValueError, http.client.HTTPException) as exc:
            raise UnavailableError("download.no_answer") from exc

    def _connect(self, target: Target, ends: float) -> ssl.SSLSocket:
        """Connect to the first address of the name, once all of them are allowed."""
        found = self._resolve(target.host, target.port, _left(ends))
        addresses = [ip_address(text.partition("%")[0]) for text in found]
        if not addresses:
            raise UnavailableError("download.no_answer")
        if not all(self._allow(address) for address in addresses):
            raise UnavailableError("download.forbidden_host")
        plain = _connect_any(addresses, target.port, ends)
        try:
            plain.settimeout(_left(ends))
            return self._tls.wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise

    def _ask(self, stream: ssl.SSLSocket, target: Target, *, accept: str, ends: float) -> bytes:
        """Send the one request and read the one answer."""
        lines = (
            f"GET {target.path} HTTP/1.1",
            f"Host: {target.authority}",
            f"Accept: {accept}",
            "Accept-Encoding: identity",
            "User-Agent: attestree",
            "Connection: close",
        )
        stream.settimeout(_left(ends))
        stream.sendall("\r\n".join((*lines, "", "")).encode("ascii"))
        source = _Counted(stream, ends=ends, limit_bytes=self._limit_bytes)
        answer = http.client.HTTPResponse(source, method="GET")  # type: ignore[arg-type]  # makefile is all it uses
        try:
            answer.begin()
            if answer.status != http.HTTPStatus.OK:
                raise UnavailableError("download.failed", status=answer.status)
            if answer.getheader("Content-Encoding", "identity") != "identity":
                raise UnavailableError("download.no_answer")
            body = answer.read(self._limit_bytes + 1)
        finally:
            answer.close()
        if len(body) > self._limit_bytes:
            raise UnavailableError("download.too_large", limit=self._limit_bytes)
        # `read(n)` does not say that the connection ended before the stated length.
        if answer.length:
            raise UnavailableError("download.no_answer")
        return body


class _Counted(io.RawIOBase):
    """What a server sends, until the time or the size is used up; stands in for a socket."""

    def __init__(self, stream: ssl.SSLSocket, *, ends: float, limit_bytes: int) -> None:
        self._stream = stream
        self._ends = ends
        self._limit_bytes = limit_bytes
        self._left_bytes = limit_bytes + HEADER_BYTES

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return itself as the file that `HTTPResponse` reads."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # wider in the stubs
        """Read what is there; a drop now and then does not lengthen the time."""
        self._stream.settimeout(_left(self._ends))
        count = self._stream.recv_into(buffer)
        self._left_bytes -= count
        if self._left_bytes < 0:
            raise UnavailableError("download.too_large", limit=self._limit_bytes)
        return count


def _connect_any(addresses: Sequence[Address], port: int, ends: float) -> socket.socket:
    """Connect to the first of the addresses that takes it; OSError of the last where none does."""
    for address in addresses[:-1]:
        try:
            return socket.create_connection((str(address), port), timeout=_left(ends) / 2)
        except OSError:
            continue
    return socket.create_connection((str(addresses[-1]), port), timeout=_left(ends))


def _left(ends: float) -> float:
    """Return how many seconds are left; TimeoutError where none are."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
