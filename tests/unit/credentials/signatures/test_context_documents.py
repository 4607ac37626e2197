"""Contexts are what was pinned, and nothing else is ever loaded."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from attestree.credentials import signatures
from attestree.credentials.contexts import KNOWN_CONTEXTS
from attestree.credentials.signatures.context_documents import (
    CONFORMANCE,
    EXAMPLES_V2,
    PRODUCTION,
    build_loader,
    load_context,
    read_context,
)
from attestree.errors import CorruptionError, LinkedDataError

FOLDER = files(signatures) / "contexts"


@pytest.mark.parametrize("address", sorted(PRODUCTION.addresses))
def test_every_context_has_a_pinned_hash_and_stands_in_the_list(address: str) -> None:
    sha256 = hashlib.sha256(read_context(address)).hexdigest()
    assert sha256 in KNOWN_CONTEXTS[address]
    assert f"| {address} | {sha256[:8]} |" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_file_is_used() -> None:
    names = {entry.name for entry in FOLDER.iterdir()} - {"README.md"}
    assert len(names) == len(PRODUCTION.addresses)


def test_no_production_context_gives_any_word_a_meaning() -> None:
    assert not PRODUCTION.open_addresses
    for address in PRODUCTION.addresses:
        text = read_context(address).decode("utf-8")
        assert '"@vocab":' not in text
        assert '"@import"' not in text
        assert '"@base"' not in text


def test_the_examples_context_is_for_conformance_only() -> None:
    assert EXAMPLES_V2 in CONFORMANCE.addresses
    with pytest.raises(LinkedDataError) as refused:
        build_loader()(EXAMPLES_V2, {})
    assert refused.value.code == "terms.unknown_context"
    assert build_loader([EXAMPLES_V2])(EXAMPLES_V2, {})["document"] == load_context(EXAMPLES_V2)


@pytest.mark.parametrize("address", ["https://university.example/terms", "file:///etc/passwd", ""])
def test_any_other_address_is_refused_and_never_fetched(address: str) -> None:
    for load in (build_loader(), lambda address, _options: load_context(address)):
        with pytest.raises(LinkedDataError) as refused:
            load(address, {})
        assert refused.value.code == "terms.unknown_context"


def test_a_changed_file_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://w3id.org/security/multikey/v1"
    monkeypatch.setitem(KNOWN_CONTEXTS, address, ("0" * 64,))
    with pytest.raises(CorruptionError) as refused:
        read_context(address)
    assert refused.value.code == "terms.changed_context"
