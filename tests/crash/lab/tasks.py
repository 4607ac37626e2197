"""What a process of the lab does, from one end of its work to the other."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from typing import Any

from attestree.adapters.evm.dev_rpc import ask
from attestree.adapters.evm.rpc import TIMEOUT_SECONDS, JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker, watch
from attestree.errors import AttestreeError, LeaseHeldError, UnavailableError
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import Fees, Transaction
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import parse_finality
from attestree.text.catalogue import explain_error
from attestree.wiring.system import SystemClock
from lab import disk, hooks
from lab.api_office import issue_by_api
from lab.network import Network
from lab.plan import Plan
from lab.points import Points

CHAIN_ID = 31337
REGISTRY = "local"
FINALITY = "depth:2"

LIMITS = Limits(resend_seconds=2, bump_seconds=4)
"""Little patience: the clocks here move a second a round."""

BROKEN_OFF = 3
"""A process ends so that met an error of ours; started again, it must go on."""


class SteppingClock:
    """Moves only while the worker rests, and far ahead from process to process."""

    def __init__(self, start: int) -> None:
        self.seconds = start

    def now(self) -> int:
        return self.seconds


def carry_out(plan: Plan) -> int:
    """Do what a plan says, with everything around it that can go wrong; return the exit code."""
    os.environ.update(plan.environment)
    points = Points(plan.death, trace=plan.trace, told=plan.told, sleeps=plan.sleeps)
    Network(plan.faults).install()
    if plan.failure is not None:
        refusals = disk.Refusals(plan.failure, tell=lambda name: _tell(plan.told, name))
        refusals.install(folder=plan.folder, method=lambda: "the store")
    hooks.install(points, folder=plan.folder)
    return TASKS[plan.task](plan, points, **plan.given)


def warm() -> None:
    """Load what children need, so that none of them has to."""
    from lab import issuing  # loads the whole program

    issuing.warm()
    hooks.writing_methods()
    signer = LocalSigner(b"\x01" * 32, chain_id=CHAIN_ID)
    signer.sign(Transaction(CHAIN_ID, 0, b"\x02" * 20, b"", 21_000, Fees(1, 1)))
    gc.collect()
    gc.freeze()  # what is shared with the children is not touched by their collections


def drive(
    plan: Plan,
    points: Points,
    *,
    url: str,
    node: str,
    store: str,
    identity: ChainIdentity,
    key: bytes,
    in_real_time: bool = False,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> int:
    """Drive everything in the store to FINAL; `url` may be a proxy before the node."""
    clock = SteppingClock(plan.start)

    def rest(_seconds: float) -> None:
        clock.seconds += 1
        ask(node, "evm_mine")

    def sleep(_seconds: float) -> None:
        time.sleep(0.02)

    rpc = JsonRpc(url, timeout_seconds=timeout_seconds)
    sender = EvmSender([rpc], identity=identity, finality=parse_finality(FINALITY), clock=SteppingClock(0))
    try:
        with SqlStore(store) as opened:
            worker = Worker(
                registry=REGISTRY,
                store=opened,
                sender=sender,
                signers=[LocalSigner(key, chain_id=CHAIN_ID)],
                clock=SystemClock() if in_real_time else clock,
                limits=LIMITS,
                pace=Pace(pause=sleep if in_real_time else rest),
            )
            waiting = [i.wanted.id for i in opened.fetch_intents() if i.state is not State.FINAL]
            with worker:
                worker.drive_until_final(waiting)
    except UnavailableError as error:
        # The database refused: a person would start the command again.
        print("broken off:", error.code)
        return BROKEN_OFF
    finally:
        rpc.close()
    return 0


def write_naively(plan: Plan, points: Points, *, url: str, store: str, key: bytes, contract: bytes) -> int:
    """Drive everything with a sender that has no outbox."""
    from lab.naive import NaiveSender

    return NaiveSender(url=url, path=store, key=key, contract=contract, reach=points.reach).run()


def issue(plan: Plan, points: Points, **given: Any) -> int:
    """Run commands of the program."""
    from lab import issuing

    return issuing.run_commands(plan, **given)


def stand_watch(
    plan: Plan,
    points: Points,
    *,
    url: str,
    store: str,
    identity: ChainIdentity,
    key: bytes,
    lease_seconds: int,
) -> int:
    """Drive for ever in real time, as a service does; say who else does where that ends it."""
    sender = EvmSender([JsonRpc(url)], identity=identity, finality=parse_finality(FINALITY))
    with SqlStore(store) as opened:
        worker = Worker(
            registry=REGISTRY,
            store=opened,
            sender=sender,
            signers=[LocalSigner(key, chain_id=CHAIN_ID)],
            clock=SystemClock(),
            limits=LIMITS,
            pace=Pace(poll_seconds=0.05, lease_seconds=lease_seconds),
        )

        def goes_on() -> bool:
            return any(i.state is not State.FINAL for i in opened.fetch_intents())

        try:
            with worker:
                watch([worker], goes_on=goes_on)
        except LeaseHeldError as error:
            _tell(plan.told, explain_error(error).sentence)
            return BROKEN_OFF
        except AttestreeError as error:
            _tell(plan.told, error.code)
            raise
    return 0


def _tell(path: str, text: str) -> None:
    if path:
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - not a change that the product makes
            file.write(text)


TASKS: dict[str, Callable[..., int]] = {
    "drive": drive,
    "naive": write_naively,
    "issue": issue,
    "watch": stand_watch,
    "issue_by_api": issue_by_api,
}
"""By name in a plan."""
