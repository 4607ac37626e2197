"""
Every bad input that is known, put to the real service, the real contract and those who issue.

The list is tests/vectors/bad_inputs.yaml. Nothing in it may be dropped: what belongs to a later
capability says so, with its reason, and what is held by another test names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.credentials.issue_text import check_text
from attestree.text.catalogue import load_entries
from tests.integration.bad_inputs import ASKED, MARK, Booth, Sent
from tests.integration.bad_inputs_booth import open_booth

ROOT = Path(__file__).parents[2]
ENTRIES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "vectors" / "bad_inputs.yaml").read_text("utf-8")
)["inputs"]
COUNT = 118
LONGEST_REFUSAL = 4_096
RSS_GROWTH_KB = 50_000
ISSUED_TEXTS = {
    "uni-nfd-at-issue": "Cafe\u0301",
    "uni-bidi": "Data\u202eycaretiL",
    "uni-4kb-title": "x" * 5_000,
}


def entries(*, status: str | None = None, having: str | None = None) -> list[Any]:
    """Return the entries of a kind, as parameters under their ids."""
    return [
        pytest.param(entry, id=entry["id"])
        for entry in ENTRIES
        if status in (None, entry["status"]) and (having is None or having in entry)
    ]


def by_request() -> list[Any]:
    return [pytest.param(entry, id=entry["id"]) for entry in ENTRIES if entry["id"] in ASKED]


@pytest.fixture(scope="module")
def booth(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    before = anvil.snapshot()
    with open_booth(anvil, tmp_path_factory.mktemp("booth")) as opened:
        yield opened
    anvil.revert(before)


@pytest.fixture(scope="module")
def prepared(booth: Booth) -> dict[str, Sent]:
    """Everything that is sent, recorded where it has to be; the service has seen all of it."""
    made = {name: make(booth) for name, make in ASKED.items()}
    booth.served.wait_block(booth.stand.registry.block().number)
    return made


def ask(booth: Booth, sent: Sent) -> httpx.Response:
    return booth.served.client.request(
        sent.method, sent.path, content=sent.body or None, headers=sent.headers
    )


def said_by(answer: httpx.Response) -> tuple[str | None, str | None]:
    """Return verdict and code, which a page carries in its technical part."""
    if not answer.headers["content-type"].startswith("text/html"):
        said = answer.json()
        return said.get("verdict"), said.get("code")
    verdict = re.search(r"&#34;verdict&#34;: &#34;(\w+)&#34;", answer.text)
    code = re.search(r"&#34;code&#34;: &#34;([\w.]+)&#34;", answer.text)
    return verdict and verdict[1], code and code[1]


@pytest.mark.parametrize("entry", by_request())
def test_a_bad_input_is_answered_as_the_list_says(
    entry: dict[str, Any], booth: Booth, prepared: dict[str, Sent]
) -> None:
    ours = entry["ours"]
    before = booth.served.memory_kb()
    answer = ask(booth, prepared[entry["id"]])
    assert (answer.status_code, *said_by(answer)) == (ours["http"], ours["verdict"], ours["code"])
    assert answer.status_code < 500
    assert ours["verdict"] == "valid" or '"valid":true' not in answer.text
    assert MARK not in answer.text
    assert "Traceback" not in answer.text
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code >= 400:
        assert len(answer.content) <= LONGEST_REFUSAL
        assert answer.json()["code"] in load_entries()
    assert booth.served.memory_kb() - before <= RSS_GROWTH_KB


@pytest.mark.parametrize("entry", entries(having="forge"))
def test_what_concerns_the_contract_has_its_test_there(entry: dict[str, Any]) -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests" / "contract").glob("*.t.sol"))
    assert re.search(rf"\bfunction {entry['forge']}\(", sources)


@pytest.mark.parametrize("entry", entries(having="covered_by"))
def test_what_is_held_by_another_test_has_it(entry: dict[str, Any]) -> None:
    path, _, name = entry["covered_by"].partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", ISSUED_TEXTS)
def test_text_that_may_not_be_issued_is_refused_with_its_code(name: str) -> None:
    (entry,) = [entry for entry in ENTRIES if entry["id"] == name]
    assert check_text(ISSUED_TEXTS[name]) == entry["ours"]["code"]


@pytest.mark.parametrize("entry", entries(status="later"))
def test_what_belongs_to_a_later_capability_says_why(entry: dict[str, Any]) -> None:
    assert len(entry["note"].split()) > 4
    assert entry["ours"] == {"http": None, "verdict": None, "code": None}


@pytest.mark.parametrize("entry", entries(status="differs"))
def test_what_differs_from_the_proposal_says_why(entry: dict[str, Any]) -> None:
    assert len(entry["note"].split()) > 4


def test_every_entry_is_there_and_held_by_something() -> None:
    ids = [entry["id"] for entry in ENTRIES]
    assert len(ids) == len(set(ids)) == COUNT
    held = {entry["id"] for entry in ENTRIES if {"forge", "covered_by"} & entry.keys()}
    later = {entry["id"] for entry in ENTRIES if entry["status"] == "later"}
    assert set(ASKED) | held | later | set(ISSUED_TEXTS) == set(ids)
    assert not later & (set(ASKED) | held)
    assert {entry["status"] for entry in ENTRIES} == {"tested", "later", "differs"}


def test_the_log_of_all_that_is_json_and_repeats_nothing(booth: Booth, prepared: dict[str, Sent]) -> None:
    for sent in prepared.values():
        if len(sent.body) < 100_000:
            ask(booth, sent)
    log = booth.served.log.read_text("utf-8")
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert "request failed" not in events
    assert MARK not in log
    assert "2026-01-01 INFO" not in log
