"""
Put the service together from settings, and run it.

Decides how the parts are wired: every registry of the trust file for which a node is known is followed;
a store is opened only where the settings name an issuer. Nothing here holds a key.
Source: DESIGN section 10.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn

from attestree.errors import AttestreeError, NotAllowedError
from attestree.issuing.api_desk import ApiDesk
from attestree.settings import Settings
from attestree.verifying.verifier import RegistryKey, Verifier
from attestree.web.app import create_app
from attestree.web.log import configure_log, log_poll, log_snapshot, logger
from attestree.web.service import HostedLists, IssuedCredentials, Limits, WebService
from attestree.web.workers import run_workers
from attestree.wiring.alarms import QueuedWrites
from attestree.wiring.followers import wire_followers
from attestree.wiring.status_lists import wire_shelf
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust, wire_hosted, wire_resolver

POLL_SECONDS = 1.0
"""Pause between two looks at the chain."""

KEEP_ALIVE_SECONDS = 15
"""How long an idle connection stays open."""

MAX_CONNECTIONS = 1000
"""Requests at once; more are answered 503 by the server itself."""


@dataclass(slots=True)
class _PollLog:
    """Writes a line when following begins, fails or fails for another reason; not at every poll."""

    key: RegistryKey
    last: str | None = "nothing yet"

    def __call__(self, failure: AttestreeError | None) -> None:
        """Be told of one poll."""
        code = None if failure is None else failure.code
        if code != self.last:
            log_poll(chain_id=self.key[0], registry=self.key[1], failure=failure)
        self.last = code


def wire_service(
    settings: Settings,
    *,
    trust_path: Path | None = None,
    rpc: tuple[str, ...] = (),
    rate: str | None = Limits().rate,
    store: IssuedCredentials | None = None,
    queue: QueuedWrites | None = None,
    api: ApiDesk | None = None,
    snapshots: Path | None = None,
) -> WebService:
    """
    Return the service; nothing is asked of a chain before it runs.

    Args:
        settings: Name nodes, by registry.
        trust_path: Trust file instead of that of the settings.
        rpc: Nodes to follow instead of those of the settings, for every trusted registry.
        rate: Requests of one address; None = no limit.
        store: Of this server's issuers; None = a verifier only.
        queue: Of this server's issuers, to be counted; None = a verifier only.
        api: Serves programs that issue; None = nothing is issued here.
        snapshots: Folder that keeps what was read of each registry; None = every start reads all of it.
    """
    clock = SystemClock()
    trust = read_trust(trust_path or settings.path(settings.trust))
    registries = wire_followers(
        settings,
        trust=trust,
        clock=clock,
        rpc=rpc,
        poll_seconds=POLL_SECONDS,
        on_poll=_PollLog,
        snapshots=snapshots,
        on_snapshot=lambda key: partial(log_snapshot, chain_id=key[0], registry=key[1]),
    )
    age = settings.view_age_limit_seconds
    return WebService(
        verifier=Verifier(
            trust,
            registries,
            clock,
            view_age_limit_seconds=age,
            resolver=wire_resolver(settings),
            hosted=wire_hosted(settings),
        ),
        registries=registries,
        clock=clock,
        store=store,
        queue=queue,
        api=api,
        lists=None if store is None else wire_lists(settings),
        limits=Limits(rate=rate),
    )


def wire_lists(settings: Settings) -> HostedLists:
    """Return the status lists of the issuers that the settings name."""
    registries = [(settings.find_registry(issuer.registry), issuer) for issuer in settings.issuer]
    issuers = [((registry.chain_id, registry.contract), issuer.account) for registry, issuer in registries]
    return HostedLists(tuple(dict.fromkeys(issuers)), wire_shelf(settings))


def run_service(
    service: WebService, *, host: str, port: int, on_ready: Callable[[str], None], workers: int = 1
) -> None:
    """
    Serve until stopped; `on_ready` is told the address once connections are taken.

    Args:
        service: What answers.
        host: Address to listen on.
        port: Port; 0 takes a free one.
        on_ready: Told `http://host:port`.
        workers: Processes that share the address; more than one only without a store.

    Raises:
        NotAllowedError: `refused.workers`, a store and several workers: its connections are of one process.
        OSError: The port is taken, or the address is not of this machine.
    """
    if workers > 1 and service.store is not None:
        raise NotAllowedError("refused.workers")
    configure_log()
    config = uvicorn.Config(
        create_app(service),
        # uvloop and httptools, which uvicorn[standard] brings: without them a request takes twice as long
        loop="auto",
        http="auto",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=5,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=2048) as bound:
        taken: int = bound.getsockname()[1]
        on_ready(f"http://[{host}]:{taken}" if ":" in host else f"http://{host}:{taken}")
        logger().info("serving", host=host, port=taken)
        serve = partial(uvicorn.Server(config).run, sockets=[bound])
        if workers > 1:
            run_workers(serve, workers)
        else:
            serve()
    logger().info("stopped")
