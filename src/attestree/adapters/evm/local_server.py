"""
An HTTP server on 127.0.0.1 that looks like a node: what EthereumTester and the fault proxy listen with.

Decides transport only: POST over HTTP/1.1 with kept connections, any number at once, a free port, an orderly
end. What is answered is decided by whoever opens it. Source: JSON-RPC 2.0 over HTTP; DESIGN section 11.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

BODY_LIMIT_BYTES: Final = 16 * 1024 * 1024
"""Longest request that is read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    body: bytes
    """What is sent."""
    status: int = 200
    """HTTP status."""


class LocalServer(ThreadingHTTPServer):
    """A threading server that knows its open connections, so that it can end them."""

    daemon_threads = True
    """Connections do not keep the process alive."""
    request_queue_size = 256
    """Connections that may wait to be accepted."""

    def __init__(self, port: int, answer: Callable[[bytes], Reply | None], *, name: str) -> None:
        """
        Listen at once, in a thread; `end` ends it.

        Args:
            port: Port on 127.0.0.1; 0 takes a free one.
            answer: Given the body of a request, returns what is answered; None = the connection ends.
            name: Of the thread.

        Raises:
            OSError: The port is taken.
        """
        super().__init__(("127.0.0.1", port), _Answerer)
        self.answer = answer
        """Called by several threads at once."""
        self.url = f"http://127.0.0.1:{self.server_port}"
        """Where it is asked."""
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True
        )
        self._thread.start()

    @property
    def listens(self) -> bool:
        """Whether it was not ended yet."""
        return self._thread.is_alive()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a connection; called by `socketserver`."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection; called by `socketserver`."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def end(self) -> None:
        """Stop listening and end the connections that clients keep."""
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster
        self._thread.join()


class _Answerer(BaseHTTPRequestHandler):
    """Reads one request after another from a connection."""

    protocol_version = "HTTP/1.1"
    # Without this each answer waits for the client's delayed acknowledgement, 40 ms.
    disable_nagle_algorithm = True
    # One packet for head and body.
    wbufsize = -1
    server: LocalServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= BODY_LIMIT_BYTES:
            self.close_connection = True
            self._send(Reply(b"", 413 if length else 400))
            return
        reply = self.server.answer(self.rfile.read(length))
        if reply is None:
            self.close_connection = True
        else:
            self._send(reply)

    def do_OPTIONS(self) -> None:
        self._send(Reply(b"", 204))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body)))
        # As anvil does: a page that checks a credential by itself asks from another origin.
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "content-type")
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no access log."""
