"""Text of a credential, as the page divides it."""

from __future__ import annotations

from attestree.web.prose import MAX_BLOCKS, MAX_CHARACTERS, Block, parse_prose


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    text = "## Outcomes\n\n- one\n- two\n\nFirst line\nsecond line"
    assert parse_prose(text) == (
        Block("heading", ("Outcomes",)),
        Block("list", ("one", "two")),
        Block("text", ("First line", "second line")),
    )


def test_a_heading_directly_above_its_text_is_still_a_heading() -> None:
    assert parse_prose("# Top\nbelow") == (Block("heading", ("Top",)), Block("text", ("below",)))


def test_a_dash_inside_a_paragraph_makes_no_list() -> None:
    assert parse_prose("words\n- and more") == (Block("text", ("words", "- and more")),)


def test_what_is_no_text_has_no_blocks() -> None:
    assert parse_prose(None) == ()
    assert parse_prose(["text"]) == ()


def test_characters_that_turn_the_reading_direction_are_replaced() -> None:
    assert parse_prose("a\u202eb") == (Block("text", ("a\N{REPLACEMENT CHARACTER}b",)),)


def test_very_long_text_is_cut() -> None:
    assert len(parse_prose("x\n\n" * 1_000)) == MAX_BLOCKS
    assert sum(len(line) for line in parse_prose("y" * (2 * MAX_CHARACTERS))[0].lines) == MAX_CHARACTERS
