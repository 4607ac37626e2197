from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from attestree.cli.plan_lines import format_ether, format_plan
from attestree.credentials.achievement import build_achievement
from attestree.errors import ChainUnavailableError
from attestree.issuing.duplicates import Selection
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.plan import IssueRequest, Plan, Quote
from attestree.issuing.roster import Roster
from attestree.issuing.rows import Row
from attestree.issuing.terms import IssuerProfile, Terms
from tests.unit.issuing import samples
from tests.unit.issuing.desk import Desk, open_desk

WANTED = """\
roster.xlsx           1,203 rows: 1,200 good, 3 bad, 0 warnings            details: roster.errors.csv
 row 17  bad      email "zofia@" has no domain                  mend it, or leave it empty: learner_id is enough
Would record          1 batch, 1 transaction on local test chain (31337); fee at most 0.0004 ETH (limit 0.001)
In every file         Example University, did:key:z6Mk.., status address none
Signed                by the key of did:key:z6Mk.., which wallets and other verifiers check
On the public record  one 32-byte fingerprint and the number 1,200. No name, no e-mail.
NOTHING WAS ISSUED. 3 bad rows stop the batch: mend them, or repeat with --skip-bad. Go: the same command with --yes"""  # noqa: E501  # one line of a terminal each


def plan() -> Plan:
    rows = tuple(Row(number=number) for number in range(2, 1202))
    bad = Finding(
        17, Severity.BAD, "email", "roster.email_no_domain_spare", {"other": "learner_id"}, "zofia@"
    )
    profile = IssuerProfile(
        name="Example University", did="did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2Q", address=bytes(20)
    )
    short = {"title": "T", "description": "D", "learning_outcomes": ["O"]}
    terms = Terms(
        profile=profile,
        achievement=build_achievement(short),
        chain_id=31337,
        registry=bytes(20),
        registry_name="local",
        signed=True,
    )
    return Plan(
        request=IssueRequest(octets=b"", file_name="roster.xlsx", terms=terms),
        roster=Roster(rows, (bad,), 1203),
        keyed_rows=tuple((bytes(32), row) for row in rows),
        selection=Selection(tuple((bytes(32), row) for row in rows), {}, (), 0, 0),
        fingerprint=bytes(32),
        batch=None,
        quote=Quote(60_000, 4 * 10**14),
        obstacle=None,
        now=0,
    )


def test_a_dry_run_reads_as_it_was_drawn() -> None:
    text = format_plan(plan(), fee_limit_wei=10**15, details="roster.errors.csv")
    assert text == WANTED


def test_a_dry_run_says_what_an_unsigned_file_lacks() -> None:
    wanted = plan()
    terms = replace(wanted.request.terms, signed=False)
    unsigned = replace(wanted, request=replace(wanted.request, terms=terms))
    text = format_plan(unsigned, fee_limit_wei=10**15, details="roster.errors.csv")
    assert "Signed                no: wallets and other verifiers have nothing to check" in text


@pytest.mark.parametrize(
    ("wei", "text"),
    [(0, "0"), (1, "0.000000000000000001"), (4 * 10**14, "0.0004"), (421 * 10**12, "0.00043"), (10**18, "1"),
     (12345 * 10**17, "1300")],
)  # fmt: skip
def test_fees_are_rounded_up_to_two_figures(wei: int, text: str) -> None:
    assert format_ether(wei) == text


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def lines(desk: Desk, octets: bytes = samples.ROSTER) -> list[str]:
    made = desk.issuing.plan(desk.request(octets))
    return format_plan(made, fee_limit_wei=10**15, details="").splitlines()


def test_a_silent_chain_is_named_and_the_rest_is_still_said(desk: Desk) -> None:
    desk.sender.error = ChainUnavailableError("chain.unreachable")
    assert "; fee not known: " in lines(desk)[1]
    assert lines(desk)[2].endswith("status address https://badges.example.edu/status/")
    assert lines(desk)[-1] == "NOTHING WAS ISSUED. Go: the same command with --yes"


def test_a_second_run_says_that_it_is_recorded_already(desk: Desk) -> None:
    batch = desk.batch(desk.issue_final())
    assert lines(desk)[1] == f"Recorded already      batch {batch.id}, 3 credentials, final"


def test_one_bad_row_stops_in_the_singular(desk: Desk) -> None:
    text = lines(desk, samples.ROSTER + b",zofia@,Zofia,,,,,,,,,\n")[-1]
    assert "1 bad row stops the batch" in text
