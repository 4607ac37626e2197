"""
How long a start takes when a million credentials are in the store, recorded on a real local chain.

The batches go through the outbox to anvil; their credentials are rows with random hashes, for what is
measured reads rows, never documents. Wall seconds and CPU seconds of the child, one run each: no ratio.
"""

from __future__ import annotations

import re
import resource
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.keys.files import read_key_file_address
from attestree.adapters.sql.store import SqlStore
from attestree.cli.start_steps import IssuerPlan, set_up_test_network
from attestree.issuing.issue import anchor_intent_id
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow, NewIntent, Probe
from attestree.registry.calls import build_anchor
from attestree.registry.records import build_anchor_pattern
from attestree.registry.slots import slot_of_anchor
from attestree.settings import Settings
from attestree.wiring.stores import wire_store
from attestree.wiring.workers import wire_worker

BATCH_SIZE = 1_000
READY_LIMIT_SECONDS = 120
PROGRAM = (sys.executable, "-c", "from attestree.cli.main import main; main()")


def run(*, credentials: int) -> None:
    """Fill a store, then start what is started after a crash."""
    with AnvilChain() as chain, tempfile.TemporaryDirectory() as folder:
        plan = IssuerPlan("example-university", "Example University")
        settings = set_up_test_network(
            Path(folder), rpc=chain.url, public_url="http://127.0.0.1:8000", issuers=[plan], say=_ignore
        )
        began = time.perf_counter()
        with wire_store(settings) as store:
            fill(settings, store, batches=credentials // BATCH_SIZE)
        print(f"{credentials:,} credentials in {credentials // BATCH_SIZE:,} final batches,", end=" ")
        print(f"made in {time.perf_counter() - began:.0f} s")
        print("                                   wall s   CPU s")
        measure_service(Path(folder))
        for words in (["anchor", "--once"], ["doctor"], ["recover"]):
            measure_command(Path(folder), words)


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


def measure_service(folder: Path) -> None:
    """Start the service and wait until it says that it is ready."""
    began, used = time.perf_counter(), _children_seconds()
    command = [*PROGRAM, "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as service:
        assert service.stdout is not None
        url = next(found.group() for line in service.stdout if (found := re.search(r"http://[^\"]+", line)))
        while time.perf_counter() - began < READY_LIMIT_SECONDS:
            with suppress(OSError), urllib.request.urlopen(f"{url}/ready") as answer:
                if answer.status == 200:
                    break
            time.sleep(0.02)
        ready = time.perf_counter() - began
        service.terminate()
        service.wait()
    _print("serve, until /ready says yes", ready, _children_seconds() - used)


def measure_command(folder: Path, words: list[str]) -> None:
    """Run a command to its end."""
    began, used = time.perf_counter(), _children_seconds()
    done = subprocess.run([*PROGRAM, *words], cwd=folder, capture_output=True, check=False)
    name = f"{' '.join(words)} (exit {done.returncode})"
    _print(name, time.perf_counter() - began, _children_seconds() - used)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(name: str, wall: float, used: float) -> None:
    print(f"  {name:<32} {wall:7.1f} {used:7.1f}")


def _ignore(_line: str) -> None:
    pass
