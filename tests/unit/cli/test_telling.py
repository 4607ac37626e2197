"""What is said of writes: each change once, and no refusal where one is on the ordinary way."""

from __future__ import annotations

import re

from attestree.anchoring import Event
from attestree.cli.telling import Teller
from attestree.errors import AttestreeError, ChainUnavailableError, RevertedError
from attestree.outbox.states import State


def event(code: str, error: AttestreeError | None = None) -> Event:
    return Event("a", "anchor", "Record it", State.SEALED, State.SEALED, code, error=error)


def test_a_refusal_that_passes_is_told_or_not_and_all_else_is() -> None:
    refused = event("contract.not_operator", RevertedError("contract.not_operator"))
    silent = event("chain.timeout", ChainUnavailableError("chain.timeout", host="h"))
    for quiet, count in ((False, 3), (True, 2)):
        said: list[str] = []
        teller = Teller(said.append)
        for one in (refused, silent, event("outbox.at_fee_limit")):
            (teller.tell_but_refusals if quiet else teller.tell)(one)
        assert len(said) == count
        assert all(line.startswith("Record it: ") for line in said)


def test_what_is_waited_for_is_named_once_and_the_time_always() -> None:
    said: list[str] = []
    teller = Teller(said.append)
    error = ChainUnavailableError("chain.timeout", host="h")
    teller.tell_silence(error)
    teller.tell_silence(error)
    teller.tell_patience(error, 1_800_000_000)
    teller.tell_patience(ChainUnavailableError("chain.timeout", host="other"), 1_800_000_000)
    assert [re.findall(r"\(\w+\)|2027-01-15T08:00:00Z", line) for line in said] == [
        ["(h)"],
        ["2027-01-15T08:00:00Z"],
        ["(other)", "2027-01-15T08:00:00Z"],
    ]
