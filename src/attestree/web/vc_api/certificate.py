"""
A certificate for one run over https: signed by itself, good for this machine, gone afterwards.

Decides its names and how long it lasts. Source: RFC 5280.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 7
"""How long a certificate of a run lasts."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where a server finds what https needs."""

    certificate: Path
    """PEM, the chain of certificates."""
    key: Path
    """PEM, the private key, not encrypted."""


@contextmanager
def making_certificate(now: int) -> Iterator[TlsFiles]:
    """Yield the files of a fresh certificate in a folder that only we may read; they vanish at the end."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(key, datetime.fromtimestamp(now, UTC))
    with TemporaryDirectory(prefix="attestree-tls-") as folder:
        files = TlsFiles(Path(folder) / "certificate.pem", Path(folder) / "private-key.pem")
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        yield files


def _sign(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    here = x509.SubjectAlternativeName(
        [
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            x509.IPAddress(ipaddress.ip_address("::1")),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
