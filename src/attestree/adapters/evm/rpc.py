"""
JSON-RPC over HTTP, to one node.

Decides how a question travels and when an answer may be used: in time, within the size limit, not
redirected, with the id that was asked. Does not decide what an answer means. Nothing is tried twice, for
who asks knows whether asking again is safe; only a batch that a node refuses to read is cut in smaller ones.
Source: JSON-RPC 2.0; DESIGN sections 1, 3 and 7.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

import orjson
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as SlowError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout, make_headers, parse_url

from attestree.adapters.evm.hexes import parse_bytes
from attestree.errors import ChainUnavailableError, SettingsError

TIMEOUT_SECONDS = 10.0
"""How long one request may take in all, unless the caller says otherwise."""

LIMIT_BYTES = 8 * 1024 * 1024
"""How long one answer may be, unpacked, unless the caller says otherwise."""

BATCH_LIMIT = 100
"""Most questions in one request; larger batches are sent in pieces, smaller ones where a node wants that."""

REFUSING_STATUSES = frozenset({400, 405, 413, 415, 422, 501})
"""Status codes by which a node may say that it takes no batch, or a smaller one."""

_CHUNK_BYTES = 64 * 1024

Question = tuple[str, Sequence[object]]
"""A method and its parameters."""


class RpcError(ChainUnavailableError):
    """The node answered with an error object; code `chain.error`."""

    def __init__(self, *, host: str, rpc_code: int, rpc_message: str, revert_bytes: bytes | None) -> None:
        """Keep the node's words beside the values, which people see."""
        super().__init__("chain.error", host=host, rpc_code=rpc_code)
        self.rpc_code = rpc_code
        """Code of the JSON-RPC error object."""
        self.rpc_message = rpc_message
        """The node's words: for decisions, never to be shown."""
        self.revert_bytes = revert_bytes
        """What the contract reverted with; None where the error carries no bytes."""


class _BatchRefusedError(Exception):
    """The node would not read several questions at once, whatever they are."""


class JsonRpc:
    """One node, asked over HTTP with kept connections; may be used from several threads at once."""

    def __init__(
        self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS, limit_bytes: int = LIMIT_BYTES
    ) -> None:
        """
        Prepare to ask; nothing is sent yet.

        Args:
            url: `http` or `https`; user and password in it are sent as basic authentication.
            timeout_seconds: For one request in all.
            limit_bytes: For one answer, unpacked.

        Raises:
            SettingsError: `config.rpc_url`.
        """
        self.host, headers = _read_url(url)
        """Host and port, for messages: the path of a URL may hold a secret."""
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._limit_bytes = limit_bytes
        self._ids = itertools.count(1)
        self._batch_limit = BATCH_LIMIT
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=8, headers=headers)

    def call(self, method: str, params: Sequence[object] = ()) -> object:
        """
        Ask one question and return the `result` of its answer.

        Raises:
            RpcError: `chain.error`, the node answered with an error object.
            ChainUnavailableError: `chain.unreachable`, `chain.timeout`, `chain.too_large`,
                `chain.rate_limited`, `chain.redirected` or `chain.bad_answer`.
        """
        request = self._build_request(method, params)
        status, answer = self._post(request)
        return self._read_result(answer, wanted=request["id"], status=status)

    def batch(self, questions: Sequence[Question]) -> list[object]:
        """
        Ask several questions and return their results in the same order.

        More than `BATCH_LIMIT` travel in several requests; where the node refuses a batch as a whole, in
        ever smaller ones, at last one by one, from then on. The first error object raises; raises as `call`
        does.
        """
        before = self._batch_limit
        results: list[object] = []
        while len(results) < len(questions):
            limit = self._batch_limit
            piece = questions[len(results) : len(results) + limit]
            try:
                results += self._ask_piece(piece) if limit > 1 else [self.call(*piece[0])]
            except _BatchRefusedError:
                self._batch_limit = max(1, len(piece) // 2)
            except ChainUnavailableError:
                # a node that cannot answer one question either did not mind that there were several
                self._batch_limit = before
                raise
        return results

    def close(self) -> None:
        """Close the kept connections; the object can still be used."""
        self._pool.clear()

    def _ask_piece(self, questions: Sequence[Question]) -> list[object]:
        requests = [self._build_request(method, params) for method, params in questions]
        try:
            status, answers = self._post(requests)
        except ChainUnavailableError as exc:
            if exc.code == "chain.bad_answer" and exc.values.get("status") in REFUSING_STATUSES:
                raise _BatchRefusedError from exc
            raise
        if isinstance(answers, dict):
            try:
                self._read_result(answers, wanted=None, status=status)
            except RpcError as exc:
                raise _BatchRefusedError from exc
        if not isinstance(answers, list) or len(answers) != len(requests):
            raise self._bad_answer(wanted="one answer to each question")
        by_id: dict[object, object] = {_id_of(answer): answer for answer in answers}
        return [self._read_result(by_id.get(r["id"]), wanted=r["id"], status=status) for r in requests]

    def _build_request(self, method: str, params: Sequence[object]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _post(self, body: object) -> tuple[int, object]:
        deadline = time.monotonic() + self._timeout_seconds
        try:
            response = self._pool.request(
                "POST",
                self._url,
                body=orjson.dumps(body),
                headers={**self._pool.headers, "Content-Type": "application/json"},
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=Timeout(total=self._timeout_seconds),
            )
        except NewConnectionError as exc:
            # urllib3 counts it among the time-outs
            raise ChainUnavailableError("chain.unreachable", host=self.host) from exc
        except SlowError as exc:
            raise ChainUnavailableError("chain.timeout", host=self.host) from exc
        except (HTTPError, OSError, ValueError) as exc:
            raise ChainUnavailableError("chain.unreachable", host=self.host) from exc
        return response.status, self._parse_body(response, deadline)

    def _parse_body(self, response: BaseHTTPResponse, deadline: float) -> object:
        try:
            self._verify_status(response.status)
            body = self._read_body(response, deadline)
        except ChainUnavailableError:
            # what was not read to its end would be taken for the answer to the next question
            response.close()
            raise
        response.release_conn()
        try:
            answer: object = orjson.loads(body)
        except orjson.JSONDecodeError as exc:
            raise self._bad_answer(wanted="JSON", status=response.status) from exc
        return answer

    def _verify_status(self, status: int) -> None:
        if 300 <= status < 400:
            raise ChainUnavailableError("chain.redirected", host=self.host)
        if status == 429:
            raise ChainUnavailableError("chain.rate_limited", host=self.host)

    def _read_body(self, response: BaseHTTPResponse, deadline: float) -> bytes:
        body = bytearray()
        try:
            while chunk := response.read1(_CHUNK_BYTES, decode_content=True):
                body += chunk
                if len(body) > self._limit_bytes:
                    raise ChainUnavailableError("chain.too_large", host=self.host, limit=self._limit_bytes)
                if time.monotonic() > deadline:
                    raise ChainUnavailableError("chain.timeout", host=self.host)
        except SlowError as exc:
            raise ChainUnavailableError("chain.timeout", host=self.host) from exc
        except (HTTPError, OSError, ValueError) as exc:
            raise ChainUnavailableError("chain.unreachable", host=self.host) from exc
        return bytes(body)

    def _read_result(self, answer: object, *, wanted: int | None, status: int) -> object:
        if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
            raise self._bad_answer(wanted="JSON-RPC 2.0", status=status)
        if answer.get("error") is not None:
            # a node that could not read the question does not know its id
            if _id_of(answer) not in (wanted, None):
                raise self._bad_answer(wanted="the id that was asked")
            raise self._read_error(answer["error"])
        if status != 200 or "result" not in answer:
            raise self._bad_answer(wanted="a result", status=status)
        if wanted is None or _id_of(answer) != wanted:
            raise self._bad_answer(wanted="the id that was asked")
        result: object = answer["result"]
        return result

    def _read_error(self, error: object) -> ChainUnavailableError:
        if not isinstance(error, dict) or type(error.get("code")) is not int:
            return self._bad_answer(wanted="an error with a code")
        if error["code"] == 429:
            return ChainUnavailableError("chain.rate_limited", host=self.host)
        return RpcError(
            host=self.host,
            rpc_code=error["code"],
            rpc_message=str(error.get("message", "")),
            revert_bytes=_revert_bytes(error.get("data")),
        )

    def _bad_answer(self, **values: object) -> ChainUnavailableError:
        return ChainUnavailableError("chain.bad_answer", host=self.host, **values)


def _read_url(url: str) -> tuple[str, dict[str, str]]:
    try:
        parts = parse_url(url)
    except HTTPError as exc:
        raise SettingsError("config.rpc_url") from exc
    if parts.scheme not in ("http", "https") or not parts.host:
        raise SettingsError("config.rpc_url")
    headers = make_headers(accept_encoding=True, user_agent="attestree")
    if parts.auth:
        headers |= make_headers(basic_auth=parts.auth)
    return (f"{parts.host}:{parts.port}" if parts.port else parts.host), headers


def _id_of(answer: object) -> int | None:
    found = answer.get("id") if isinstance(answer, dict) else None
    # True == 1 and 1.0 == 1 in Python; neither is the id that was sent
    return found if type(found) is int else None


def _revert_bytes(found: object) -> bytes | None:
    # nodes differ: the bytes themselves, or wrapped once or twice in an object
    for _ in range(2):
        if isinstance(found, dict):
            found = found.get("data")
    try:
        return parse_bytes(found)
    except ChainUnavailableError:
        return None
