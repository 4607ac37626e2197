"""The signer of batches: it travels to workers, signs there as here, and shows its key to nobody."""

from __future__ import annotations

import pickle

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.adapters.keys.ed25519 import Ed25519Signer

SECRET = bytes(range(1, 33))
KEY = Ed25519PrivateKey.from_private_bytes(SECRET)


def test_it_signs_as_its_key_signs() -> None:
    signer = Ed25519Signer.of(KEY)
    for octets in (b"", b"abc", bytes(1000)):
        KEY.public_key().verify(signer(octets), octets)
        assert signer(octets) == KEY.sign(octets)


def test_it_travels_before_and_after_it_signed() -> None:
    signer = Ed25519Signer.of(KEY)
    for _ in range(2):
        sent = pickle.loads(pickle.dumps(signer))
        assert sent == signer
        assert sent(b"abc") == signer(b"abc")


def test_it_tells_nothing_of_its_key_where_it_is_shown() -> None:
    signer = Ed25519Signer.of(KEY)
    signer(b"abc")
    for shown in (repr(signer), str(signer), f"{signer}", repr([signer])):
        assert SECRET.hex() not in shown
        assert repr(SECRET)[2:-1] not in shown
