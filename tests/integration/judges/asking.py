"""
Judges of badges that share no code with us, and ourselves, each asked in the same way.

JavaScript: @digitalbazaar/vc, jsonld and rdf-canonize, through `judge.mjs`; one process judges many badges.
Python: openbadgeslib, whose JSON-LD is PyLD's. An answer is empty where a badge is taken, else the reason.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from attestree.credentials.credential import parse_credential
from attestree.credentials.signatures.context_documents import PRODUCTION, load_context
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.errors import MalformedCredentialError
from attestree.verifying.checks.signature import check_signature

ROOT = Path(__file__).resolve().parents[3]
JUDGE = Path(__file__).with_name("judge.mjs")


@dataclass(frozen=True)
class JavaScript:
    """The JavaScript libraries."""

    node: Path

    def ask(self, **request: Any) -> dict[str, list[dict[str, Any]]]:
        """Ask what `judge.mjs` answers; it is told our contexts."""
        contexts = {address: load_context(address) for address in PRODUCTION.addresses}
        ended = subprocess.run(
            [str(self.node), str(JUDGE), str(ROOT)],
            input=json.dumps({"contexts": contexts, **request}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        answer: dict[str, list[dict[str, Any]]] = json.loads(ended.stdout)
        return answer

    def refusals(
        self, badges: list[JsonObject], *, documents: dict[str, JsonObject] | None = None
    ) -> list[str]:
        """Return why each badge is refused; empty where it is taken."""
        answers = self.ask(verify=badges, documents=documents or {})["verify"]
        assert len(answers) == len(badges)
        assert all(bool(one["ok"]) is not bool(one["why"]) for one in answers if "ok" in one), answers
        return [one["why"] for one in answers]


def refusal_there(badge: JsonObject) -> str:
    """Return why openbadgeslib refuses a badge; empty where it takes it."""
    try:
        OB3LdpVerifier().verify(json.dumps(badge))
    except LibOpenBadgesException as refused:
        return str(refused) or repr(refused)
    return ""


def code_here(badge: JsonObject) -> str:
    """Return the code of our own check of signatures, or of what stops us before it."""
    document = parse_json(json.dumps(badge).encode())
    assert isinstance(document, dict)
    try:
        return check_signature(parse_credential(document), now=int(time.time())).code
    except MalformedCredentialError as refused:
        return refused.code
