"""
A node that answers over HTTP whatever a test wants: the truth, a lie, garbage, too late, too much.

Listens on a free port of 127.0.0.1. A test gives a function from one question to one result, or replaces
the whole answer by an `Answer`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """Raw bytes in place of an honest envelope."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None
    declared_length: int | None = None


class Refusal(Exception):  # noqa: N818 - not a failure of the test: the node's error object
    """Makes the node answer with an error object."""

    def __init__(self, code: int, message: str = "", data: object = None) -> None:
        super().__init__(message)
        self.error: dict[str, object] = {"code": code, "message": message}
        if data is not None:
            self.error["data"] = data


Respond = Callable[[str, list[Any]], object]


@dataclass
class LyingNode:
    """What it says can be changed while it runs."""

    respond: Respond
    whole: Callable[[object], Answer | None] = lambda _body: None
    url: str = ""
    asked: list[tuple[str, list[Any]]] = field(default_factory=list)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((request["method"], request["params"]))
        envelope = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            return {**envelope, "result": self.respond(request["method"], request["params"])}
        except Refusal as refusal:
            return {**envelope, "error": refusal.error}


@contextmanager
def run_lying_node(respond: Respond) -> Iterator[LyingNode]:
    """Serve until the block ends."""
    node = LyingNode(respond)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = node.whole(body)
            if answer is None:
                honest = [node.answer(one) for one in body] if isinstance(body, list) else node.answer(body)
                answer = Answer(json.dumps(honest).encode())
            self.give(answer)

        def give(self, answer: Answer) -> None:
            if answer.wait is not None:
                answer.wait.wait(10)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                length = len(answer.body) if answer.declared_length is None else answer.declared_length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(answer.body)
                if length != len(answer.body):
                    self.close_connection = True
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    node.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield node
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
