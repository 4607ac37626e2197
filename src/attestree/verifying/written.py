"""
The bytes of an answer: a report as JSON, in which what many reports share is written once.

Decides nothing: the bytes are those of `orjson.dumps(report.to_json())`, and tests hold them against each
other. A check result, an issuer, a network or a view that many reports share is the very same object in all
of them (see `kin`), so its bytes are remembered by that. Source: DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import orjson

from attestree.credentials.strict_json import JsonObject
from attestree.registry.facts import View
from attestree.text.catalogue import DEFAULT_LANGUAGE
from attestree.verifying.iso import format_time
from attestree.verifying.report import (
    FORMAT,
    IssuerLine,
    NetworkLine,
    Report,
    check_to_json,
    notice_to_json,
    view_to_json,
)
from attestree.verifying.result import CheckId, CheckResult, Notice

MAX_PARTS = 4096
"""Parts that are remembered; when there are more, all are forgotten."""

Part = TypeVar("Part")
"""What a part is written of."""

_HEAD = ("verdict", "outcome", "valid", "code", "headline", "summary", "next", "claimsStatus")


class AnswerWriter:
    """Writes answers in one language; safe to use from several threads."""

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        """Begin with nothing remembered."""
        self._language = language
        self._parts: dict[int, tuple[object, bytes]] = {}
        self._starts: dict[tuple[object, ...], bytes] = {}

    def write(self, report: Report) -> bytes:
        """Return the report as JSON, in UTF-8."""
        parts = [
            b'{"ref":',
            b"null" if report.ref is None else orjson.dumps(report.ref),
            self._write_head(report),
            b',"claims":',
            orjson.dumps(report.claims),
            b',"issuer":',
            b"null" if report.issuer is None else self._write(report.issuer, _write_line),
            b',"expected":',
            b"null" if report.expected is None else orjson.dumps(dict(report.expected)),
            b',"checks":[',
            b",".join([self._write_check(check) for check in report.checks]),
            b'],"warnings":[',
            b",".join([self._write(notice, self._write_notice) for notice in report.warnings]),
            b'],"network":',
            b"null" if report.network is None else self._write(report.network, _write_line),
            b',"view":',
            b"null" if report.view is None else self._write_view(report.view, report.checked_at),
            _write_end(report.trust_name, report.trust_sha256, report.at, report.checked_at, report.engine),
        ]
        return b"".join(parts)

    def _write(self, part: Part, write: Callable[[Part], bytes]) -> bytes:
        """Return the bytes of a part, from memory where the very same object was written before."""
        known = self._parts.get(id(part))
        if known is not None:
            return known[1]
        octets = write(part)
        if len(self._parts) >= MAX_PARTS:
            self._parts.clear()
        # the object is kept, so that no other one can take over its identity
        self._parts[id(part)] = (part, octets)
        return octets

    def _write_check(self, check: CheckResult) -> bytes:
        """Return one item of `checks`; that of integrity is another one in each report."""
        if check.id is not CheckId.INTEGRITY or check.values or "because" in check.evidence:
            return self._write(check, self._write_whole_check)
        key = (check.status, check.code)
        start = self._starts.get(key)
        if start is None:
            start = self._write_whole_check(replace(check, evidence={})).removesuffix(b"{}}")
            self._starts[key] = start
        return start + orjson.dumps(dict(check.evidence)) + b"}"

    def _write_whole_check(self, check: CheckResult) -> bytes:
        return orjson.dumps(check_to_json(check, self._language))

    def _write_notice(self, notice: Notice) -> bytes:
        return orjson.dumps(notice_to_json(notice, self._language))

    def _write_view(self, view: View, now: int) -> bytes:
        """Return the member `view`, the age of which is another one each second."""
        age = max(0, now - view.polled_at)
        return b"%b%d}" % (self._write(view, _write_view_without_age), age)

    def _write_head(self, report: Report) -> bytes:
        """Return the members that follow from the verdict, its code and the kind of network."""
        key = (report.verdict, report.is_test, report.code)
        head = self._starts.get(key)
        if head is None:
            whole = report.to_json(self._language)
            head = b"," + orjson.dumps({name: whole[name] for name in _HEAD})[1:-1]
            self._starts[key] = head
        return head


def _write_line(line: IssuerLine | NetworkLine) -> bytes:
    return orjson.dumps(line.to_json())


def _write_view_without_age(view: View) -> bytes:
    octets = orjson.dumps(view_to_json(view, now=view.polled_at))
    return octets.removesuffix(b"0}")


@lru_cache(maxsize=64)
def _write_end(trust_name: str, trust_sha256: bytes, at: int | None, checked_at: int, engine: str) -> bytes:
    """Return the last members; all reports of one second share them."""
    members: JsonObject = {
        "trust": {"name": trust_name, "sha256": trust_sha256.hex()},
        "at": format_time(at),
        "checkedAt": format_time(checked_at),
        "engine": f"{engine} ({FORMAT})",
    }
    return b"," + orjson.dumps(members)[1:]
