"""
EthereumTester served as JSON-RPC on 127.0.0.1, for people without Node.

Decides transport only: HTTP/1.1 with kept connections, any number at once, a free port, an orderly end.
What is answered stands in `tester_rpc`. The chain lives in this process and ends with it. Source: DESIGN
section 11.
"""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from attestree.adapters.evm.dev_accounts import TESTER_CHAIN_ID
from attestree.adapters.evm.dev_rpc import DevChainKind, DevRpc
from attestree.adapters.evm.tester_rpc import TesterRpc
from attestree.errors import ChainUnavailableError

BODY_LIMIT_BYTES: Final = 16 * 1024 * 1024
"""Longest request that is read."""


class _Server(ThreadingHTTPServer):
    """A threading server that knows its open connections, so that it can end them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, rpc: TesterRpc) -> None:
        super().__init__(("127.0.0.1", port), _Answerer)
        self.rpc = rpc
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
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


class _Answerer(BaseHTTPRequestHandler):
    """Reads one request after another from a connection."""

    protocol_version = "HTTP/1.1"
    # Without this each answer waits for the client's delayed acknowledgement, 40 ms.
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= BODY_LIMIT_BYTES:
            self.close_connection = True
            self._send(413 if length else 400, b"")
            return
        self._send(200, self.server.rpc.answer(self.rfile.read(length)))

    def do_OPTIONS(self) -> None:
        self._send(204, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        # As anvil does: a page that checks a credential by itself asks from another origin.
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "content-type")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no access log."""


class TesterChain(DevRpc):
    """A running EthereumTester; leaving the context ends it and everything on it."""

    kind: DevChainKind = "tester"
    """Told apart from `anvil`."""

    chain_id: int = TESTER_CHAIN_ID
    """131277322940537."""

    ends_with_process: bool = True
    """Nothing is kept."""

    def __init__(self, *, port: int = 0) -> None:
        """
        Start the chain and listen on 127.0.0.1; port 0 takes a free one.

        Raises:
            ChainUnavailableError: `chain.tester_start` if the port is taken.
        """
        try:
            self._server = _Server(port, TesterRpc())
        except OSError as error:
            raise ChainUnavailableError("chain.tester_start", port=port) from error
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="tester-chain",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and forget the chain; a second call does nothing."""
        if self._thread.is_alive():
            self._server.end()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
