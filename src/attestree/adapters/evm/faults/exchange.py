"""
One request through the proxy, from its bytes to the bytes of its answer.

Decides which fault counts where a request carries several questions: one that breaks the connection or the
body meets the whole request, by the draw of the first question aimed at; a lie meets the question it was
drawn for. Source: JSON-RPC 2.0; DESIGN sections 6 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from attestree.adapters.evm.faults.faults import OF_A_REQUEST, Fault, Lies
from attestree.adapters.evm.faults.lies import forge_answer
from attestree.adapters.evm.faults.mempool import GethPool
from attestree.adapters.evm.faults.stale import StaleView
from attestree.adapters.evm.faults.upstream import Upstream
from attestree.adapters.evm.hexes import format_bytes, parse_bytes
from attestree.adapters.evm.local_server import Reply
from attestree.errors import ChainUnavailableError
from attestree.merkle.keccak import keccak256

GARBAGE_BODY = b"<html><head><title>Bad Gateway</title></head><body>try again later</body></html>"
"""What a load balancer says."""

_SEND = "eth_sendRawTransaction"

Question = dict[str, Any]
"""A JSON-RPC request object."""


def parse_questions(body: bytes) -> list[Question] | None:
    """Return the questions of a request, or None where it is no JSON-RPC: the node may say so itself."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    questions = asked if isinstance(asked, list) else [asked]
    fine = all(isinstance(one, dict) and isinstance(one.get("method"), str) for one in questions)
    return questions if fine and questions else None


def fault_of_request(drawn: Sequence[Fault | None]) -> Fault | None:
    """Return the fault that meets the whole request; `drawn` for each question, in order."""
    first = drawn[0] if drawn else None
    return first if first in OF_A_REQUEST else None


class Exchange:
    """Answers requests, given what each question meets; may be used from several threads."""

    def __init__(self, upstream: Upstream, pool: GethPool | None, pause: Callable[[float], None]) -> None:
        """
        Take the honest node.

        Args:
            upstream: The node.
            pool: Rules of geth for what is sent, or None.
            pause: Waits, or less where the proxy is stopped.
        """
        self._upstream = upstream
        self._pool = pool
        self._pause = pause

    def answer(
        self,
        body: bytes,
        questions: Sequence[Question],
        faults: Sequence[Fault | None],
        whole: Fault | None,
        *,
        lies: Lies,
        hang_seconds: float,
    ) -> Reply | None:
        """
        Return the answer to a request; None = the connection ends.

        Args:
            body: The request as it came.
            questions: What it asks.
            faults: What each question meets.
            whole: What the request meets.
            lies: What is said by the faults that lie.
            hang_seconds: How long `HANG` and `LATE` wait.
        """
        if whole is Fault.BEFORE:
            return None
        if whole is Fault.RATE_LIMITED:
            return Reply(b'{"error":"too many requests"}', 429)
        if whole is Fault.LATE:
            self._pause(hang_seconds)
        reply = self._ask(body, questions, faults, lies)
        if whole is Fault.HANG:
            self._pause(hang_seconds)
        if whole is Fault.AFTER:
            return None
        if whole is Fault.GARBAGE:
            return Reply(GARBAGE_BODY)
        return Reply(reply.body[: len(reply.body) // 2]) if whole is Fault.TRUNCATED else reply

    def _ask(
        self, body: bytes, questions: Sequence[Question], faults: Sequence[Fault | None], lies: Lies
    ) -> Reply:
        ruled = self._pool is not None and any(question["method"] == _SEND for question in questions)
        if not ruled and not any(faults):
            status, found = self._upstream.post(body)
            return Reply(found, status)
        answers = self._answer_each(questions, faults, lies)
        return Reply(orjson.dumps(answers if body.lstrip().startswith(b"[") else answers[0]))

    def _answer_each(
        self, questions: Sequence[Question], faults: Sequence[Fault | None], lies: Lies
    ) -> list[Any]:
        """Answer what needs no node, ask the rest at once, and change what is to be changed."""
        stale = StaleView(self._upstream.ask, lies) if Fault.STALE in faults else None
        answers: dict[int, Any] = {}
        passed: dict[int, Question] = {}
        for number, (question, fault) in enumerate(zip(questions, faults, strict=True)):
            params, ready = self._prepare(question, fault, stale)
            if ready is None:
                passed[number] = {**question, "params": params}
            else:
                answers[number] = {"jsonrpc": "2.0", "id": question.get("id"), **ready}
        answers |= zip(passed, self._pass_on(list(passed.values())), strict=True)
        return [
            self._finish(question, fault, answers[number], stale, lies)
            for number, (question, fault) in enumerate(zip(questions, faults, strict=True))
        ]

    def _prepare(
        self, question: Question, fault: Fault | None, stale: StaleView | None
    ) -> tuple[list[Any], dict[str, Any] | None]:
        method, params = question["method"], question.get("params") or []
        if method == _SEND:
            refusal = self._pool.check(params) if self._pool is not None else None
            if refusal is not None:
                return params, {"error": refusal}
            if fault is Fault.SWALLOWED:
                return params, {"result": _hash_of(params)}
        if fault is Fault.STALE and stale is not None:
            return stale.prepare(method, params)
        return params, None

    def _pass_on(self, questions: list[Question]) -> list[Any]:
        if not questions:
            return []
        _, found = self._upstream.post(orjson.dumps(questions))
        by_id = {answer.get("id"): answer for answer in orjson.loads(found)}
        return [by_id[question.get("id")] for question in questions]

    def _finish(
        self, question: Question, fault: Fault | None, answer: Any, stale: StaleView | None, lies: Lies
    ) -> Any:
        if fault is Fault.WRONG_ID:
            return {**answer, "id": _other_id(answer.get("id"))}
        if fault is None or "result" not in answer:
            return answer
        if fault is Fault.STALE and stale is not None:
            return {**answer, "result": stale.keep(question["method"], answer["result"])}
        forging = fault is Fault.FORGED_RECEIPT
        block = self._upstream.ask("eth_getBlockByNumber", lies.receipt_block, False) if forging else None
        params = question.get("params") or []
        return {**answer, "result": forge_answer(fault, params, answer["result"], lies=lies, block=block)}


def _hash_of(params: list[Any]) -> str:
    try:
        return format_bytes(keccak256(parse_bytes(params[0])))
    except (ChainUnavailableError, IndexError):
        return "0x" + "00" * 32


def _other_id(found: Any) -> Any:
    return found + 1 if isinstance(found, int) else 1
