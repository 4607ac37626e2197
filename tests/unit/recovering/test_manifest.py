"""A manifest is read back as it was written, and nothing else is read at all."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.canonical import canonicalize
from attestree.errors import CorruptionError
from attestree.ports.folders import FileSum
from attestree.recovering.manifest import Manifest, format_manifest, parse_manifest

SUM = FileSum(3, b"\x07" * 32)
MANIFEST = Manifest(1_790_000_000, "0.1.0", "sqlite", True, {"state-1-ab/attestree.db": SUM})

segments = st.text("abz09-._é ", min_size=1, max_size=9).filter(lambda text: text not in (".", ".."))
paths = st.lists(segments, min_size=1, max_size=4).map("/".join)
sums = st.builds(FileSum, st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))


@given(
    st.builds(
        Manifest,
        created=st.integers(0, 4_000_000_000),
        version=st.text("0.1a", max_size=8),
        store=st.sampled_from(["sqlite", "postgresql", "none"]),
        with_keys=st.booleans(),
        files=st.dictionaries(paths, sums, max_size=5),
    )
)
def test_what_was_written_is_read(manifest: Manifest) -> None:
    assert parse_manifest(format_manifest(manifest)) == manifest


@given(st.data())
def test_a_manifest_in_which_a_bit_was_turned_is_none(data: st.DataObject) -> None:
    octets = bytearray(format_manifest(MANIFEST))
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CorruptionError):
        parse_manifest(bytes(octets))


def summed(octets: bytes) -> bytes:
    """Return a manifest with the sum that fits what it says, where it is one at all."""
    with suppress(ValueError):
        value = json.loads(octets)
        others = canonicalize({name: member for name, member in value.items() if name != "sum"})
        return octets.replace(value["sum"].encode(), hashlib.sha256(others).hexdigest().encode())
    return octets


def test_the_sum_of_a_manifest_is_that_of_its_other_members() -> None:
    octets = format_manifest(MANIFEST)
    assert summed(octets) == octets
    assert parse_manifest(summed(octets.replace(b"sqlite", b"none"))).store == "none"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"attestree.db", b"../x"),
        (b"state-1-ab/attestree.db", b"/etc/passwd"),
        (b"state-1-ab/", b"./"),
        (b"sqlite", b"oracle"),
        (b'"withKeys":true', b'"withKeys":1'),
        (b'"size":3', b'"size":-3'),
        (b'"size":3', b'"size":true'),
        (b"07" * 32, b"07" * 31),
        (b"attestree.backup/1", b"attestree.backup/2"),
        (b"\n", b""),
        (b"{", b"["),
    ],
)
def test_a_manifest_out_of_form_is_refused(old: bytes, new: bytes) -> None:
    octets = format_manifest(MANIFEST)
    assert old in octets
    with pytest.raises(CorruptionError) as caught:
        parse_manifest(summed(octets.replace(old, new, 1)))
    assert caught.value.code == "backup.manifest"
