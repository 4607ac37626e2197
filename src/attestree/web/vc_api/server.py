"""
Start the conformance profile: a socket, perhaps a certificate, the keys of the run.

Decides what is wired. Nothing here reads settings, a store or a chain. Source: DESIGN section 10.
"""

from __future__ import annotations

import secrets
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn

from attestree.errors import NotAllowedError
from attestree.web.log import configure_log, logger
from attestree.web.vc_api.bench import Bench
from attestree.web.vc_api.certificate import TlsFiles, making_certificate
from attestree.web.vc_api.conformance import create_conformance_app
from attestree.web.vc_api.instances import build_instances
from attestree.web.vc_api.run_lists import RunLists
from attestree.wiring.system import SystemClock

SEED_SIZE = 32
"""Bytes of the seed that the keys of a run are made of."""


def run_conformance(
    *,
    host: str,
    port: int,
    tls: TlsFiles | None,
    self_signed: bool,
    seed: bytes | None,
    on_ready: Callable[[str], None],
) -> None:
    """
    Serve the profile until stopped; `on_ready` is told the address once connections are taken.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one.
        tls: Certificate and key for https.
        self_signed: Make a certificate for the run instead.
        seed: What the keys are made of; None draws one.
        on_ready: Told `http://host:port`, or https.

    Raises:
        NotAllowedError: `conformance.tls_files`.
        OSError: The port is taken, or the address is not of this machine.
    """
    configure_log()
    clock = SystemClock()
    with ExitStack() as stack:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = stack.enter_context(socket.create_server((host, port), family=family))
        files = stack.enter_context(making_certificate(clock.now())) if self_signed else tls
        scheme = "http" if files is None else "https"
        shown = f"[{host}]" if ":" in host else host
        url = f"{scheme}://{shown}:{bound.getsockname()[1]}"
        bench = Bench(
            build_instances(secrets.token_bytes(SEED_SIZE) if seed is None else seed),
            RunLists(url),
            clock.now,
        )
        config = uvicorn.Config(
            create_conformance_app(bench),
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=5,
            ssl_certfile=None if files is None else str(files.certificate),
            ssl_keyfile=None if files is None else str(files.key),
        )
        _load(config)
        on_ready(url)
        logger().info("serving", profile="conformance", host=host)
        uvicorn.Server(config).run(sockets=[bound])
    logger().info("stopped")


def _load(config: uvicorn.Config) -> None:
    """Read certificate and key before anybody is told that we are ready."""
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise NotAllowedError("conformance.tls_files") from error
