"""
The service that everybody runs (`attestree serve`), here in a thread of the demonstration.

Decides how it is started, when it is ready to be asked, and how it ends. Source: DESIGN section 10.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
import uvicorn

from attestree.adapters.sql.store import SqlStore
from attestree.errors import ChainUnavailableError
from attestree.settings import Settings
from attestree.web.app import create_app
from attestree.web.log import configure_log
from attestree.web.server import wire_service

READY_SECONDS: Final = 60.0
"""How long the service may take to catch up with the chain."""

ASK_SECONDS: Final = 30.0
"""How long one answer may take."""


@contextmanager
def open_service(settings: Settings, store: SqlStore, *, port: int) -> Iterator[str]:
    """
    Serve on 127.0.0.1 and yield the address once every registry is followed.

    Raises:
        ChainUnavailableError: `chain.no_view`, the chain does not answer.
    """
    configure_log()
    # The transcript says what there is to say; only trouble is added to it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    service = wire_service(settings, store=store)
    config = uvicorn.Config(
        create_app(service), access_log=False, log_config=None, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as bound:
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [bound]}, name="demo-service", daemon=True
        )
        thread.start()
        try:
            url = f"http://127.0.0.1:{bound.getsockname()[1]}"
            _wait_until_ready(url)
            yield url
        finally:
            server.should_exit = True
            thread.join()


def post(url: str, body: bytes) -> bytes:
    """Return the answer to a JSON body; OSError where there is none."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:  # noqa: S310 - our own address
        octets: bytes = answer.read()
        return octets


def _wait_until_ready(url: str) -> None:
    """Return when `/ready` says so."""
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=ASK_SECONDS):  # noqa: S310 - our own address
                return
        except urllib.error.URLError:
            time.sleep(0.05)
    raise ChainUnavailableError("chain.no_view")
