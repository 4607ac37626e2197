"""The catalogue never fails, and every code has exactly one entry that somebody uses."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import attestree
from attestree.errors import MalformedJsonError
from attestree.registry.artifact import error_code, load_artifact
from attestree.text.catalogue import (
    MISSING_VALUE,
    explain,
    explain_error,
    format_date,
    format_moment,
    load_areas,
    load_entries,
)
from attestree.text.entry import Entry
from attestree.verifying.verdict import Verdict, codes_of

SOURCE = Path(attestree.__file__).parent
CODE = re.compile(r"[a-z]+(\.[a-z][a-z0-9_]*)+")
PLACEHOLDER = re.compile(r"\{[a-z][a-z0-9_]*(?::(?:date|moment|[^{}|]+\|[^{}|]+))?\}")
FRAGMENT_AREAS = frozenset({"roster"})
"""Areas whose sentences follow a row number, one line each."""

ENTRIES = sorted(load_entries().items())


def literals_of(path: Path) -> set[str]:
    """Return every string in a module that is shaped like a code and is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in strings if isinstance(text, str) and CODE.fullmatch(text)}


def literals_of_source() -> set[str]:
    """Return every string of source that is shaped like a code, outside the catalogue itself."""
    modules = (path for path in SOURCE.rglob("*.py") if "english" not in path.parts)
    return {text for path in modules for text in literals_of(path) if not is_setting(text, path)}


def is_setting(text: str, path: Path) -> bool:
    """Say whether a string shaped like a check's code is a setting or a path into a document."""
    return text.startswith(("issuer.", "registry.")) and "verifying" not in path.parts


def raised_codes() -> set[str]:
    """Return the first argument of every call of one of our errors, wherever it is a literal."""
    codes = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _is_error(node.func):
                codes |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value
                }
    return codes


def _is_error(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name.endswith("Error") and hasattr(attestree.errors, name)


def test_no_code_stands_twice() -> None:
    counts = Counter(code for area in load_areas().values() for code in area)
    assert [code for code, count in counts.items() if count > 1] == []


def test_every_code_that_is_raised_has_an_entry() -> None:
    assert sorted(raised_codes() - set(load_entries())) == []


def test_every_code_that_looks_like_one_of_a_known_area_has_an_entry() -> None:
    areas = {code.split(".")[0] for code in load_entries()}
    spelled = {code for code in literals_of_source() if code.split(".")[0] in areas}
    file_names = {text for text in spelled if text.endswith((".csv", ".json", ".jsonl", ".md", ".toml"))}
    assert sorted(spelled - set(load_entries()) - file_names) == []


def computed_codes() -> set[str]:
    """Return the codes that source puts together: those of verdicts and of the contract's errors."""
    verdicts = {code for verdict in Verdict for code in astuple(codes_of(verdict))}
    return verdicts | {error_code(name) for name in load_artifact().errors}


def test_every_entry_is_used() -> None:
    assert sorted(set(load_entries()) - literals_of_source() - computed_codes()) == []


def test_every_code_that_is_put_together_has_an_entry() -> None:
    assert sorted(computed_codes() - set(load_entries())) == []


@pytest.mark.parametrize(("code", "entry"), ENTRIES, ids=[code for code, _ in ENTRIES])
def test_every_entry_reads_as_sentences(code: str, entry: Entry) -> None:
    ends = ("",) if code.split(".", maxsplit=1)[0] in FRAGMENT_AREAS else (".", "?", "}")
    assert entry.sentence.endswith(ends)
    for part in (entry.sentence, entry.cause, entry.next):
        assert part == part.strip()
        assert "  " not in part
        assert part.count("{") == part.count("}") == len(PLACEHOLDER.findall(part))
    assert entry.sentence


@pytest.mark.parametrize("area", ["check", "verdict"])
def test_whoever_checks_a_credential_reads_no_word_of_the_trade(area: str) -> None:
    trade = re.compile(
        r"\b(operators?|anchor\w*|registr(y|ies)|lea(f|ves)|roots?|spans?|hash\w*|chains?|inclusion)\b"
    )
    for entry in load_areas()[area].values():
        said = PLACEHOLDER.sub("", f"{entry.sentence} {entry.cause} {entry.next}")
        assert not trade.search(said)


def test_a_code_without_entry_gets_a_plain_sentence() -> None:
    said = explain("no.such_code", {"a": 1})
    assert said.code == "no.such_code"
    assert said.sentence == "Something happened that has no description yet: no.such_code."
    assert (said.cause, said.next) == ("", "")


def test_a_language_without_catalogue_is_answered_in_english() -> None:
    assert explain("trust.kind", {}, "xx") == explain("trust.kind", {})


def test_values_are_filled_in_and_a_missing_one_is_said_to_be_missing() -> None:
    said = explain_error(MalformedJsonError("trust.too_large", size=12))
    assert "12" in said.sentence
    assert MISSING_VALUE in said.sentence


@pytest.mark.parametrize(
    ("bad", "said"), [(1, "1 bad row stops the batch."), (2000, "2,000 bad rows stop the batch.")]
)
def test_a_count_takes_the_form_of_its_noun_that_fits(bad: int, said: str) -> None:
    assert explain("roster.bad_rows", {"bad": bad, "good": 0}).sentence == said


def test_times_are_said_in_words() -> None:
    assert format_date(0) == "1 January 1970"
    assert format_moment(1_794_647_100) == "14 November 2026, 09:05 UTC"
    assert format_date(2**63) == "a day beyond the year 9999"


@given(
    st.dictionaries(
        st.sampled_from(["size", "limit", "line", "key"]), st.integers() | st.binary() | st.none()
    )
)
def test_explaining_never_fails_and_leaves_no_placeholder(values: dict[str, object]) -> None:
    for code, _ in ENTRIES:
        said = explain(code, values)
        assert "{" not in said.sentence.replace("{{", "")
