"""Text that may be issued: what people write passes, what deceives does not."""

from __future__ import annotations

import unicodedata

import pytest

from attestree.credentials.issue_text import check_text


@pytest.mark.parametrize(
    "text",
    [
        "Zofia Żółć",
        "张伟",
        "محمد",
        "می\u200cخواهم",
        "क्\u200dष",
        "👩\u200d🎓 Graduate",
        "O'Brien-Smith, Jr. & Co.",
        "<img src=x onerror=alert(1)> {{7*7}}",
        "१२३",
        "\u0600\u0661",
    ],
)
def test_what_people_write_may_be_issued(text: str) -> None:
    assert check_text(unicodedata.normalize("NFC", text)) is None


@pytest.mark.parametrize(
    "character",
    [
        "\u202e",
        "\u202a",
        "\u2066",
        "\u200e",
        "\u061c",
        "\u200b",
        "\u2060",
        "\ufeff",
        "\u00ad",
        "\u200c",
        "\u200d",
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\n",
        "\t",
        "\u2028",
        "\u2029",
        "\ue000",
        "\ufdd0",
        "\ufffe",
        "\U0001ffff",
        "\ud800",
        "\U000e0041",
    ],
)
def test_what_cannot_be_seen_or_turns_the_text_may_not(character: str) -> None:
    assert check_text(f"Zofia{character}K") == "issue.bad_text"


@pytest.mark.parametrize("text", ["\u200dé", "é\u200d", "é\u200d\u200dé", "a\u200dé"])
def test_a_joiner_that_joins_nothing_may_not(text: str) -> None:
    assert check_text(text) == "issue.bad_text"


def test_line_breaks_and_tabs_stand_in_prose_only() -> None:
    assert check_text("one\n\ttwo", multiline=True) is None
    assert check_text("one\rtwo", multiline=True) == "issue.bad_text"
    assert check_text("one\ntwo") == "issue.bad_text"


def test_a_decomposed_spelling_is_refused_not_mended() -> None:
    assert check_text("Zofia Z\u0307") == "issue.not_nfc"


def test_the_limit_counts_characters() -> None:
    assert check_text("é" * 1000) is None
    assert check_text("é" * 1001) == "issue.too_long"
    assert check_text("é" * 5, limit=4) == "issue.too_long"
