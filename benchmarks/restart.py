"""
How long a start takes: the page of commands, verifying a file, and what reads a store with a million rows.

The batches of the store go through the outbox to anvil; their credentials are rows with random hashes, for
what is measured reads rows, never documents. One file is verified in another institution on the same chain,
whose batch is real. There is no peer that does this, so there are no ratios.
"""

from __future__ import annotations

import re
import resource
import secrets
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.keys.files import read_key_file_address
from attestree.adapters.sql.store import SqlStore
from attestree.issuing.issue import anchor_intent_id
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow, NewIntent, Probe
from attestree.registry.calls import build_anchor
from attestree.registry.records import build_anchor_pattern
from attestree.registry.slots import slot_of_anchor
from attestree.settings import Settings
from attestree.wiring.stores import wire_store
from attestree.wiring.workers import wire_worker
from benchmarks.child import FailedError, Spent, compare, environment
from benchmarks.institution import PROGRAM, found, issue, run
from benchmarks.rows import Asked, Benchmark, Row

BATCH_SIZE = 1_000
READY_LIMIT_SECONDS = 120


HELP = "attestree --help"
VERIFY, VERIFY_SIGNED = "attestree verify FILE, unsigned", "attestree verify FILE, signed"
SERVE = "attestree serve, until /ready says yes"
# `doctor` ends with 1 where it has something to say, such as that this is a test network.
TOLD: dict[str, tuple[int, ...]] = {"anchor --once": (0,), "doctor": (0, 1), "recover": (0,)}
NOTES = {
    VERIFY: "chain read over RPC",
    VERIFY_SIGNED: "chain read over RPC",
    "attestree anchor --once": "chain and store compared",
}


def measure(asked: Asked) -> list[Row]:
    """Fill a store, then start what is started after a crash, and what a person starts."""
    with AnvilChain() as chain, found(chain) as (small, _settings), found(chain) as (large, settings):
        one = {signed: _issue_one(small, signed=signed) for signed in (False, True)}
        with wire_store(settings) as store:
            fill(settings, store, batches=asked.size // BATCH_SIZE)
        programs: dict[str, Callable[[], Spent]] = {
            HELP: partial(run, small, "--help"),
            VERIFY: partial(run, small, "verify", one[False]),
            VERIFY_SIGNED: partial(run, small, "verify", one[True]),
            SERVE: partial(_serve, large),
        }
        for words, codes in TOLD.items():
            programs[f"attestree {words}"] = partial(run, large, *words.split(), codes=codes)
        return compare(programs, asked=asked, notes=NOTES)


def _issue_one(folder: Path, *, signed: bool) -> Path:
    """Issue a few badges, have them recorded, and return one of the files."""
    before = set(folder.rglob("private/credentials/*.json"))
    issue(folder, size=10, signed=signed, wait=True)
    return min(set(folder.rglob("private/credentials/*.json")) - before)


def fill(settings: Settings, store: SqlStore, *, batches: int) -> None:
    """Seal batches and bring all of them to FINAL."""
    issuer, registry = settings.issuer[0], settings.registry[0]
    assert issuer.operator_key is not None
    operator = read_key_file_address(settings.path(Path(str(issuer.operator_key))))
    wanted = []
    for number in range(batches):
        batch = _open(issuer.account, registry.name, number)
        root = secrets.token_bytes(32)
        store.open_batch(batch)
        intent = _intent(batch, root, contract=registry.contract, operator=operator)
        store.seal_batch(batch.id, root=root, size=BATCH_SIZE, rows=_rows(batch.id), intent=intent)
        wanted.append(intent.id)
    with wire_worker(settings, registry, store) as worker:
        worker.drive_until_final(wanted)


def _open(issuer: bytes, registry: str, number: int) -> Batch:
    return Batch(
        id=f"{number:012x}",
        issuer=issuer,
        registry=registry,
        state=State.OPEN,
        kind=0,
        list_id=secrets.token_bytes(13),
        seed=secrets.token_bytes(32),
        created=int(time.time()),
        fingerprint=secrets.token_bytes(32),
        title="Data literacy",
        size=None,
        root=None,
        delivered=False,
        release_early=False,
    )


def _intent(batch: Batch, root: bytes, *, contract: bytes, operator: bytes) -> NewIntent:
    mask, value = build_anchor_pattern(size=BATCH_SIZE, kind=0, list_id=batch.list_id)
    return NewIntent(
        id=anchor_intent_id(batch.id),
        kind="anchor",
        registry=batch.registry,
        issuer=batch.issuer,
        sender=operator,
        to=contract,
        payload=build_anchor(batch.issuer, root=root, size=BATCH_SIZE, kind=0, list_id=batch.list_id),
        probes=(Probe(slot_of_anchor(issuer=batch.issuer, root=root), mask, value),),
        title="Record 1,000 credentials: Data literacy",
        created=batch.created,
        batch_id=batch.id,
    )


def _rows(batch_id: str) -> Iterator[CredentialRow]:
    for index in range(BATCH_SIZE):
        yield CredentialRow(
            secrets.token_hex(16), secrets.token_bytes(32), batch_id, index, secrets.token_bytes(32)
        )


def _serve(folder: Path) -> Spent:
    """Start the service, wait until it says that it is ready, and end it."""
    command = [*PROGRAM, "serve", "--port", "0", "--json"]
    began, used = time.perf_counter(), _children_seconds()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()
    ) as service:
        assert service.stdout is not None
        url = next(told.group() for line in service.stdout if (told := re.search(r"http://[^\"]+", line)))
        ready = _wait_until_ready(url, began)
        peak = _peak_bytes(service.pid)
        service.terminate()
        service.wait()
    seconds = _children_seconds() - used
    return Spent(seconds=seconds, wall=ready, peak_bytes=peak, check=None, answer={})


def _wait_until_ready(url: str, began: float) -> float:
    while time.perf_counter() - began < READY_LIMIT_SECONDS:
        with suppress(OSError), urllib.request.urlopen(f"{url}/ready") as answer:
            if answer.status == 200:
                return time.perf_counter() - began
        time.sleep(0.01)
    raise FailedError(f"The service was not ready within {READY_LIMIT_SECONDS} seconds.")


def _peak_bytes(pid: int) -> int:
    """Return the most memory that a process has held so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


BENCHMARKS = (
    Benchmark(
        name="restart",
        title="Starting",
        about=(
            "whole processes. The store of those that read one knows a million credentials in 1,000 batches, "
            "all recorded on a local chain and final; so `serve`, `anchor`, `doctor` and `recover` start as "
            "after a crash. The CPU of `serve` includes its end."
        ),
        unit="starts",
        axis="credentials in the store",
        measure=measure,
        sizes=(1_000_000,),
        ours=(),
        plots=(),
        has_rate=False,
        lasts={1_000_000: 150},
    ),
)
