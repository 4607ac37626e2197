"""
The proxy: stands before a node, and fails and lies as its plan says.

Decides what is drawn for a request; the plan is replaceable at any time. Which question meets which fault is
decided in `faults`, what then happens in `exchange`, how it travels in `local_server`. Source: JSON-RPC 2.0;
DESIGN sections 6, 7 and 11.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from urllib3.exceptions import HTTPError

from attestree.adapters.evm.faults.exchange import (
    Exchange,
    Question,
    fault_of_request,
    parse_questions,
)
from attestree.adapters.evm.faults.faults import NO_FAULTS, OF_A_REQUEST, Fault, FaultPlan
from attestree.adapters.evm.faults.mempool import GethPool
from attestree.adapters.evm.faults.upstream import Upstream
from attestree.adapters.evm.local_server import LocalServer, Reply
from attestree.errors import ChainUnavailableError


class FaultProxy:
    """
    A node at `url` that is the one behind it, but for its faults; a context manager.

    with FaultProxy(chain.url, FaultPlan(rate=0.1, seed=7)) as proxy:
        rpc = JsonRpc(proxy.url)
        ...
        proxy.stop_faults()
    """

    def __init__(
        self, upstream_url: str, plan: FaultPlan = NO_FAULTS, *, port: int = 0, geth_pool: bool = True
    ) -> None:
        """
        Listen at once; leaving the context, or `close`, ends it.

        Args:
            upstream_url: The node behind.
            plan: Its faults; none unless given.
            port: Port on 127.0.0.1; 0 takes a free one.
            geth_pool: Refuse what geth's pool refuses and anvil's takes.

        Raises:
            ChainUnavailableError: `chain.faults_start`, the port is taken.
        """
        self.faults: Counter[tuple[str, Fault]] = Counter()
        """How often a method met a fault; only to be read."""
        self.questions: Counter[str] = Counter()
        """How often a method was asked for; only to be read."""
        self._plan = plan
        self._seen = self._given = 0
        self._counting = threading.Lock()
        self._woken = threading.Event()
        self._upstream = Upstream(upstream_url)
        pool = GethPool(self._upstream.ask) if geth_pool else None
        self._exchange = Exchange(self._upstream, pool, self._pause)
        try:
            self._server = _Server(port, self.answer, name="fault-proxy")
        except OSError as error:
            raise ChainUnavailableError("chain.faults_start", port=port) from error
        self.url = self._server.url
        """Where it is asked."""

    @property
    def plan(self) -> FaultPlan:
        """Which faults there are; a new one counts its questions from 0."""
        return self._plan

    @plan.setter
    def plan(self, plan: FaultPlan) -> None:
        with self._counting:
            self._plan, self._seen, self._given = plan, 0, 0
            # who waits under the old plan waits no longer
            self._woken.set()
            self._woken = threading.Event()

    def stop_faults(self) -> None:
        """Answer honestly from now on; what hangs is answered at once."""
        self.plan = replace(self._plan, rate=0.0)

    def fault_count(self) -> int:
        """Return how many faults there were in all."""
        with self._counting:
            return sum(self.faults.values())

    def close(self) -> None:
        """Stop listening and end the connections that are kept; a second call does nothing."""
        if self._server.listens:
            self._woken.set()
            self._server.end()
            self._upstream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(self, body: bytes) -> Reply | None:
        """Return what is answered to a request; None = the connection ends."""
        questions = parse_questions(body)
        try:
            if questions is None:
                status, found = self._upstream.post(body)
                return Reply(found, status)
            plan, faults, whole = self._draw(questions)
            return self._exchange.answer(
                body, questions, faults, whole, lies=plan.lies, hang_seconds=plan.hang_seconds
            )
        except (HTTPError, OSError):
            # the node behind is gone: so is the one before it
            return None

    def _draw(self, questions: Sequence[Question]) -> tuple[FaultPlan, list[Fault | None], Fault | None]:
        with self._counting:
            plan = self._plan
            methods = [question["method"] for question in questions]
            self.questions.update(methods)
            drawn: list[Fault | None] = []
            for method in methods:
                if plan.fitting(method):
                    drawn.append(plan.decide(method, self._seen, given=self._given))
                    self._seen += 1
                else:
                    drawn.append(None)
            aimed = [(m, fault) for m, fault in zip(methods, drawn, strict=True) if plan.fitting(m)]
            whole = fault_of_request([fault for _, fault in aimed])
            lies = [None if whole or fault in OF_A_REQUEST else fault for fault in drawn]
            met = [(m, fault) for m, fault in zip(methods, lies, strict=True) if fault is not None]
            if whole is not None:
                met = [(aimed[0][0], whole)]
            self.faults.update(met)
            self._given += len(met)
        return plan, lies, whole

    def _pause(self, seconds: float) -> None:
        self._woken.wait(seconds)


class _Server(LocalServer):
    """A server whose clients are killed on purpose."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""
