from __future__ import annotations

import re
from pathlib import Path

import attestree.merkle
from attestree.text.english import extra, proof_path, tree

SOURCES = "\n".join(
    path.read_text("utf-8") for path in sorted(Path(attestree.merkle.__file__).parent.glob("*.py"))
)
RAISES = re.findall(r'Error\(\s*"([a-z]+\.[a-z0-9_]+)"([^\n]*)\)', SOURCES)
ENTRIES = {**extra.ENTRIES, **proof_path.ENTRIES, **tree.ENTRIES}


def test_every_code_that_is_raised_has_an_entry_and_every_entry_is_raised() -> None:
    raised = {code for code, _ in RAISES}
    assert raised == {code for code in ENTRIES if not code.startswith("extra.")} | {
        "extra.keccak",
        "extra.merkletools",
    }


def test_a_sentence_names_only_values_that_every_raise_brings() -> None:
    for code, arguments in RAISES:
        brought = set(re.findall(r"(\w+)=", arguments))
        entry = ENTRIES[code]
        named = set(re.findall(r"{(\w+)}", entry.sentence + entry.cause + entry.next))
        assert named <= brought, code


def test_every_entry_says_what_to_do_next() -> None:
    assert all(entry.sentence and entry.cause and entry.next for entry in ENTRIES.values())
