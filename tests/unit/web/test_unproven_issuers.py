"""A question about an issuer that is being looked up waits a moment, and is counted once."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.errors import AttestreeError, ChainUnavailableError
from attestree.registry.facts import CredentialFacts, FactsQuery
from attestree.web import routes_verify
from tests.unit.web.service import Service


def make_unproven(service: Service, times: int, patch: pytest.MonkeyPatch) -> list[FactsQuery]:
    """Have the registry prove the issuer only after so many questions."""
    asked: list[FactsQuery] = []
    answer = service.registry.fetch_facts

    def fetch(query: FactsQuery) -> CredentialFacts:
        asked.append(query)
        if len(asked) <= times:
            raise ChainUnavailableError("chain.unproven_issuer")
        return answer(query)

    patch.setattr(service.registry, "fetch_facts", fetch)
    patch.setattr(routes_verify, "LOOK_SECONDS", 0.0)
    return asked


def counted(service: Service) -> list[str]:
    lines = service.client.get("/metrics").text.splitlines()
    return [
        line for line in lines if line.startswith("attestree_verdicts_total") and not line.endswith(" 0.0")
    ]


def test_one_question_is_enough_and_counts_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = make_unproven(service, 3, monkeypatch)
    assert service.post(service.credential).json()["verdict"] == "valid"
    assert len(asked) == 4
    (line,) = counted(service)
    assert line.endswith(" 1.0")


def test_a_line_of_a_batch_waits_too(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    make_unproven(service, 3, monkeypatch)
    first, second, end = service.post_lines(service.credential, service.credential)
    assert (first["verdict"], second["verdict"], end["counts"]) == ("valid", "valid", {"valid": 2})


def test_the_wait_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = make_unproven(service, 10**9, monkeypatch)
    report: dict[str, Any] = service.post(service.credential).json()
    assert (report["verdict"], report["outcome"]) == ("unknown", "retry")
    assert {"because": "chain.unproven_issuer"} in [check.get("evidence") for check in report["checks"]]
    assert len(asked) == routes_verify.LOOKS


@pytest.mark.parametrize(
    "failure", [ChainUnavailableError("chain.no_view"), ChainUnavailableError("chain.sources_disagree")]
)
def test_nothing_else_is_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch, failure: AttestreeError
) -> None:
    asked = make_unproven(service, 0, monkeypatch)
    service.registry.failure = failure
    assert service.post(service.credential).json()["verdict"] == "unknown"
    assert len(asked) == 1
