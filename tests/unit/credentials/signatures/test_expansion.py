"""Expansion needs a library that not everybody has."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from attestree.credentials.signatures.context_documents import PRODUCTION
from attestree.credentials.signatures.expansion import _load_pyld, expand
from attestree.errors import MissingExtraError
from tests.unit.credentials.signatures.examples import BADGE


@pytest.fixture
def unloaded() -> Iterator[None]:
    """The library is looked for anew, and found again afterwards."""
    _load_pyld.cache_clear()
    yield
    _load_pyld.cache_clear()


@pytest.mark.usefixtures("unloaded")
def test_without_the_library_for_linked_data_the_line_to_type_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyld", None)
    with pytest.raises(MissingExtraError) as caught:
        expand(BADGE, PRODUCTION)
    assert caught.value.code == "extra.signatures"
