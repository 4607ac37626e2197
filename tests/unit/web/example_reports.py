"""One true report a verdict, for `/openapi.json`; `test_openapi.py` compares them with the shipped file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import attestree
from attestree.credentials.identity import ExpectedHolder
from attestree.errors import ChainUnavailableError
from attestree.registry.facts import Reason, StatusBits
from attestree.verifying.report import Report
from attestree.verifying.trust import NetworkKind
from attestree.verifying.verdict import Verdict
from tests.unit.verifying.genuine import NOW, TRUST, Scene, build_scene

PATH = Path(attestree.__file__).parent / "web" / "openapi_examples.json"


def with_status(scene: Scene, *, revoked: bool = False, reason: Reason | None = None) -> Scene:
    bits = StatusBits(revoked=revoked, suspended=not revoked, whole_list=False, reason=reason)
    scene.change(status=bits)
    return scene


def without_record(scene: Scene) -> Scene:
    scene.facts.records.clear()
    return scene


def without_span(scene: Scene) -> Scene:
    anchor = scene.record.final.anchor
    assert anchor is not None
    scene.change(span=None, current_span=None, anchor=replace(anchor, span=0))
    return scene


def not_final(scene: Scene) -> Scene:
    scene.change("final", anchor=None)
    return scene


def without_view(scene: Scene) -> Scene:
    scene.facts.failure = ChainUnavailableError("chain.no_view")
    return scene


def verify_changed(scene: Scene) -> Report:
    return scene.verify({**scene.credential, "name": "Data Mastery"})


def build_reports() -> dict[str, Report]:
    """Return a report of every verdict, and a valid one of a test network."""
    test_trust = replace(TRUST, networks=(replace(TRUST.networks[0], kind=NetworkKind.TEST),))
    superseded = with_status(build_scene(), revoked=True, reason=Reason.SUPERSEDED)
    return {
        Verdict.VALID: build_scene().verify(),
        Verdict.TAMPERED: verify_changed(build_scene()),
        Verdict.UNTRUSTED_REGISTRY: build_scene(trust=replace(TRUST, networks=())).verify(),
        Verdict.NOT_ANCHORED: without_record(build_scene()).verify(),
        Verdict.UNTRUSTED_ISSUER: without_span(build_scene()).verify(),
        Verdict.SUPERSEDED: superseded.verify(),
        Verdict.REVOKED: with_status(build_scene(), revoked=True).verify(),
        Verdict.SUSPENDED: with_status(build_scene()).verify(),
        Verdict.NOT_YET_VALID: build_scene().verify(at=NOW - 50_000_000),
        Verdict.EXPIRED: build_scene(validUntil="2026-11-18T11:20:00Z").verify(),
        Verdict.OTHER_HOLDER: build_scene().verify(expect=ExpectedHolder(name="Anna Nowak")),
        Verdict.PENDING: not_final(build_scene()).verify(),
        Verdict.UNKNOWN: without_view(build_scene()).verify(),
        "valid_on_a_test_network": build_scene(trust=test_trust).verify(),
    }


def build_examples() -> dict[str, Any]:
    return {str(name): json.loads(json.dumps(report.to_json())) for name, report in build_reports().items()}


def format_examples() -> str:
    return json.dumps(build_examples(), indent=1, ensure_ascii=False) + "\n"
