"""A web host with TLS on this machine, under any name, and a client that finds it there."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from attestree.adapters.net.guarded_http import GuardedHttp

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class HttpsHost:
    """What the host serves, what it was asked, and how a client reaches it."""

    port: int
    client_tls: ssl.SSLContext
    pages: dict[str, bytes | Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def resolve(self, host: str, _port: int, _seconds: float) -> list[str]:
        """Say that every name is this machine."""
        self.looked_up.append(host)
        return ["127.0.0.1"]

    def client(self, *, limit_bytes: int = 65_536, timeout_seconds: float = 5.0) -> GuardedHttp:
        """Return a client that is allowed to come here."""
        return GuardedHttp(
            limit_bytes=limit_bytes,
            timeout_seconds=timeout_seconds,
            allow=lambda _address: True,
            resolve=self.resolve,
            tls=self.client_tls,
        )


@contextmanager
def serve_https(folder: Path, *names: str) -> Iterator[HttpsHost]:
    """Serve with a certificate for these names until the block ends."""
    certificate, key = _write_certificate(folder, names)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(f"{self.headers['Host']}{self.path}")
            page = host.pages.get(self.path)
            if callable(page):
                page(self)
                return
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write(page or b"")

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...

    with Server(("127.0.0.1", 0), Handler) as server:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        host = HttpsHost(server.server_port, ssl.create_default_context(cafile=str(certificate)))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()


def _write_certificate(folder: Path, names: tuple[str, ...]) -> tuple[Path, Path]:
    """Write a certificate for the names that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "host.pem", folder / "host.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths
