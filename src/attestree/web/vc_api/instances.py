"""
The keys and cryptosuites that a run of the conformance profile signs with.

Decides which pairs of suite and kind of key there are, and their addresses. Keys are made when the run
starts, from chance or from a seed that is given, and forgotten when it ends; nobody should believe them.
Source: VC Data Integrity EdDSA and ECDSA Cryptosuites 1.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from attestree.credentials.signatures.multikey import KeyKind, PublicKey, format_did_key
from attestree.credentials.signatures.suites import PROOF_TYPE, SUITES, Suite
from attestree.errors import RequestError

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
"""A key of a run."""

KIND_NAMES = {"Ed25519": KeyKind.ED25519, "P-256": KeyKind.P256, "P-384": KeyKind.P384}
"""Name of a kind of key, as in addresses, to the kind."""

_CURVES = {KeyKind.P256: ec.SECP256R1(), KeyKind.P384: ec.SECP384R1()}
_ORDERS = {
    KeyKind.P256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    KeyKind.P384: int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
    ),
}


@dataclass(frozen=True, slots=True)
class RunKey:
    """One key of a run."""

    kind: KeyKind
    """What kind of key."""
    private: PrivateKey
    """Held in memory only."""

    @property
    def did(self) -> str:
        """The `did:key` that the key makes by itself; the issuer's id."""
        return format_did_key(PublicKey(self.kind, self._public_octets()))

    def sign(self, octets: bytes) -> bytes:
        """Sign the hash input of a suite; ECDSA signatures are the two numbers, one after the other."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(octets)
        size, algorithm = {
            KeyKind.P256: (32, hashes.SHA256()),
            KeyKind.P384: (48, hashes.SHA384()),
        }[self.kind]
        r, s = utils.decode_dss_signature(self.private.sign(octets, ec.ECDSA(algorithm)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def _public_octets(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            return public.public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
            )
        return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


@dataclass(frozen=True, slots=True)
class Instance:
    """One issuer: a cryptosuite and a key."""

    suite: Suite
    """How it signs."""
    key: RunKey
    """What it signs with."""


def derive_key(seed: bytes, kind: KeyKind) -> RunKey:
    """Return the key of a kind that a seed makes; the same seed makes the same keys."""
    octets = hashlib.sha512(b"attestree conformance" + kind.name.encode() + seed).digest()
    if kind is KeyKind.ED25519:
        return RunKey(kind, ed25519.Ed25519PrivateKey.from_private_bytes(octets[:32]))
    scalar = int.from_bytes(octets, "big") % (_ORDERS[kind] - 1) + 1
    return RunKey(kind, ec.derive_private_key(scalar, _CURVES[kind]))


def build_instances(seed: bytes) -> Mapping[tuple[str, str], Instance]:
    """Return every instance by the two parts of its address, such as `ecdsa-jcs-2019` and `P-384`."""
    keys = {name: derive_key(seed, kind) for name, kind in KIND_NAMES.items()}
    return {
        (suite.name, name): Instance(suite, key)
        for suite in SUITES.values()
        for name, key in keys.items()
        if key.kind in suite.kinds and suite.proof_type == PROOF_TYPE
    }


def find_instance(
    instances: Mapping[tuple[str, str], Instance], cryptosuite: str, kind: str | None
) -> Instance:
    """Return an instance, by its suite alone where no kind of key is named; `request.not_found`."""
    for (suite, name), instance in instances.items():
        if suite == cryptosuite and kind in (None, name):
            return instance
    raise RequestError("request.not_found")
