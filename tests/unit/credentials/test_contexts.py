"""Contexts: what is known by hash, and what is named as unknown without being repeated."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.contexts import KNOWN_CONTEXTS, ContextForm, UnknownContext, unknown_contexts
from tests.unit.credentials.examples import build_badge


def test_a_badge_as_we_issue_it_names_only_known_contexts() -> None:
    assert unknown_contexts(build_badge()) == ()


@pytest.mark.parametrize(
    ("context", "form"),
    [
        ("https://example.edu/terms", ContextForm.ADDRESS),
        ("http://127.0.0.1:8545/x", ContextForm.OTHER),
        ("file:///etc/passwd", ContextForm.OTHER),
        ({"@vocab": "http://x/"}, ContextForm.INLINE),
        (None, ContextForm.OTHER),
        (7, ContextForm.OTHER),
    ],
)
def test_any_other_context_is_named_by_place_and_form(context: Any, form: ContextForm) -> None:
    badge = build_badge()
    badge["@context"].append(context)
    assert unknown_contexts(badge) == (UnknownContext("@context[2]", form),)


def test_a_single_context_and_nested_ones_are_found() -> None:
    document: Any = {
        "@context": "https://example.edu/a",
        "credentialSubject": [{"@context": ["https://example.edu/b"], "x": {"y": [1]}}],
        "evidence": [[{"@context": {"@context": {}}}]],
    }
    found = ["@context[0]", "*.@context[0]", "*.@context[0]"]
    assert [unknown.path for unknown in unknown_contexts(document)] == found


def test_known_contexts_are_pinned_by_whole_hashes() -> None:
    assert len(KNOWN_CONTEXTS["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]) == 2
    hashes = [pin for pins in KNOWN_CONTEXTS.values() for pin in pins]
    assert all(len(bytes.fromhex(pin)) == 32 for pin in hashes)
    assert len(hashes) == len(set(hashes))
