"""Names keep to the vocabulary: no word that says nothing, verbs that keep their promise, short functions."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "attestree"
MODULES = sorted(SOURCE.rglob("*.py"))
EMPTY_WORDS = {"data", "info", "manager", "helper", "util", "process", "handle"}
LONGEST_BODY = 40

# Name -> why it stands all the same.
NAMES_WITH_A_REASON = {
    "LinkedDataError": "linked data is what the standard calls it: JSON-LD",
    "data_integrity": "the standard's name: VC Data Integrity",
    "ends_with_process": "a process of the operating system is meant",
    "_process": "likewise: what subprocess.Popen returns",
    "process_request": "overrides a method of socketserver",
    "handle_error": "likewise",
    "CharacterDataHandler": "an attribute of expat's parser",
}
FUNCTIONS_WITH_A_REASON = {
    "adapters/sql/migrations/versions/r0001_first_tables.py:upgrade": "one call a table, never edited again",
}
# Commands, pages and the library are called by people, for whom `verify` ends in a report.
FOR_PEOPLE = ("api.py", "cli/", "demo/", "web/", "verifying/verifier.py")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def functions(path: Path) -> list[Function]:
    return [node for node in nodes(path) if isinstance(node, Function)]


def name_given(node: ast.AST) -> str | None:
    """Return the name that a node gives to something of ours, or None."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case (
            ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store())
        ):
            return name
    return None


def words(name: str) -> set[str]:
    """Return the words of a name in either spelling, each in the singular."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return set(parts) | {part.removesuffix("s") for part in parts}


def body_lines(function: Function) -> int:
    """Return how many lines a function has behind its signature and docstring."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    last = function.end_lineno or 0
    return last - statements[0].lineno + 1 if statements else 0


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_name_holds_a_word_that_says_nothing(path: Path) -> None:
    given = {path.stem, *path.relative_to(SOURCE).parent.parts, *map(name_given, nodes(path))} - {None}
    empty = {name for name in given if words(name) & EMPTY_WORDS}
    assert empty <= NAMES_WITH_A_REASON.keys()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_function_fits_on_a_page(path: Path) -> None:
    long = {f"{place(path)}:{found.name}" for found in functions(path) if body_lines(found) > LONGEST_BODY}
    assert long <= FUNCTIONS_WITH_A_REASON.keys()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_what_verifies_returns_nothing_and_what_checks_returns_a_result(path: Path) -> None:
    for found in functions(path):
        verb, answer = (
            found.name.lstrip("_").partition("_")[0],
            ast.unparse(found.returns or ast.Constant("?")),
        )
        if verb == "verify" and not place(path).startswith(FOR_PEOPLE):
            assert answer == "None", found.name
        if verb == "check":
            assert answer not in {"None", "bool"}, found.name


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_what_is_built_is_not_fetched(path: Path) -> None:
    for found in functions(path):
        if found.name.lstrip("_").startswith("build_"):
            called = [node.func for node in ast.walk(found) if isinstance(node, ast.Call)]
            names = {ast.unparse(function).rpartition(".")[2] for function in called}
            assert not {name for name in names if name.startswith("fetch_")}, found.name


def test_every_exception_is_still_needed() -> None:
    given = {name_given(node) for path in MODULES for node in nodes(path)} | {path.stem for path in MODULES}
    assert given >= NAMES_WITH_A_REASON.keys()
    everywhere = {
        f"{place(path)}:{found.name}": body_lines(found) for path in MODULES for found in functions(path)
    }
    assert all(everywhere[name] > LONGEST_BODY for name in FUNCTIONS_WITH_A_REASON)


def test_the_words_of_a_name_are_seen_in_either_spelling() -> None:
    assert words("ProofDataHelpers") & EMPTY_WORDS == {"data", "helper"}
    assert words("_handle_infos") & EMPTY_WORDS == {"handle", "info"}
    assert not words("metadata_of_database") & EMPTY_WORDS
