"""Engines: whoever makes the shards of a batch, and whoever dies meanwhile, the bytes are the same."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from attestree.adapters.engines.dask_cluster import VERSION, DaskEngine
from attestree.adapters.engines.local import FEW_SHARDS, LocalEngine
from attestree.adapters.keys.ed25519 import Ed25519Signer
from attestree.errors import EngineUnavailableError, MalformedCredentialError, NotAllowedError, RequestError
from attestree.issuing.folder import build_folder
from attestree.issuing.roster import parse_roster
from attestree.issuing.row_key import key_rows
from attestree.issuing.seal import seal
from attestree.issuing.shard import SHARD_ROWS
from attestree.issuing.signing import TemplateSigner
from attestree.ports.engines import HERE, ShardEngine
from attestree.wiring.engines import wire_engine
from tests.fakes.signing import TestKey
from tests.unit.issuing import samples

sys.path.insert(0, str(Path(__file__).parent / "engine_work"))
from shard_work import die, die_while_answering, refuse, square, square_or_die  # found only now

KEY = TestKey()
ROWS = SHARD_ROWS * (FEW_SHARDS + 1) + 7
WORK = Path(__file__).parent / "engine_work"


@pytest.fixture(autouse=True, scope="module")
def work_is_found() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(WORK))
        yield


def make_folder(engine: ShardEngine, *, signed: bool) -> dict[str, str]:
    """Return the SHA-256 of each file of a batch that an engine made."""
    lines = (f"{number:06d},s{number}@example.org,Zofia K{number},2026-05-01" for number in range(ROWS))
    octets = "\n".join(["learner_id,email,name,awarded_on", *lines]).encode()
    roster = parse_roster(octets, file_name="roster.csv")
    terms = samples.terms()
    keyed = key_rows(
        samples.ROSTER_KEY, roster.rows, issuer=terms.profile.address, achievement_id=terms.achievement_id
    )
    sign = TemplateSigner(KEY.method, Ed25519Signer.of(KEY.private)) if signed else None
    sealed = seal(keyed, terms, seed=samples.SEED, created=samples.CREATED, sign=sign, engine=engine)
    files = build_folder("batch", sealed, terms)
    sums = {}
    for file in files:
        digest = hashlib.sha256()
        for chunk in file.chunks:
            digest.update(chunk)
        sums[file.path] = digest.hexdigest()
    return sums


@pytest.fixture(scope="module")
def cluster(work_is_found: None) -> Iterator[Any]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


def connect(cluster: Any, wanted: str = VERSION) -> DaskEngine:
    host, port = cluster.scheduler_address.removeprefix("tcp://").rsplit(":", 1)
    return DaskEngine(host, int(port), wanted=wanted)


def test_processes_and_a_cluster_make_the_bytes_that_one_process_makes(cluster: Any) -> None:
    for signed in (False, True):
        alone = make_folder(HERE, signed=signed)
        with LocalEngine(2) as processes:
            assert make_folder(processes, signed=signed) == alone
        with connect(cluster) as dask:
            assert make_folder(dask, signed=signed) == alone


@pytest.mark.parametrize("kind", ["processes", "dask"])
def test_a_worker_killed_half_way_changes_nothing(kind: str, cluster: Any, tmp_path: Path) -> None:
    mark = tmp_path / "died"
    with LocalEngine(2) if kind == "processes" else connect(cluster) as engine:
        assert list(engine.map_shards(mark, square_or_die, range(12))) == [n * n for n in range(12)]
    assert mark.exists()


def test_a_worker_killed_in_the_middle_of_an_answer_keeps_nobody_waiting(tmp_path: Path) -> None:
    mark = tmp_path / "died"
    with LocalEngine(2) as engine:
        assert list(engine.map_shards(mark, die_while_answering, range(12))) == [n * n for n in range(12)]
    assert mark.exists()


def test_processes_that_die_again_and_again_are_an_error_and_not_a_wait() -> None:
    with LocalEngine(2) as engine, pytest.raises(EngineUnavailableError) as caught:
        list(engine.map_shards(0, die, range(9)))
    assert caught.value.code == "engine.workers_lost"


@pytest.mark.parametrize("kind", ["processes", "dask"])
def test_what_is_wrong_with_a_row_arrives_as_it_was_said(kind: str, cluster: Any) -> None:
    with LocalEngine(2) if kind == "processes" else connect(cluster) as engine:
        made = engine.map_shards(0, refuse, range(9))
        with pytest.raises(MalformedCredentialError) as caught:
            list(made)
    assert (caught.value.code, caught.value.values) == (
        "format.ends_before_start",
        {"path": "validUntil", "row": 17},
    )


def test_only_a_few_shards_are_read_ahead_of_what_is_asked_for() -> None:
    read: list[int] = []

    def shards() -> Iterator[int]:
        for number in range(1000):
            read.append(number)
            yield number

    with LocalEngine(2) as engine:
        made = engine.map_shards(1, square, shards())
        assert [next(made) for _ in range(10)] == [n * n for n in range(10)]
        assert len(read) < 20


def test_one_engine_serves_one_work_after_another() -> None:
    with LocalEngine(2) as engine:
        for work in (1, 2, 3):
            assert list(engine.map_shards(work, square, range(9))) == [work * n * n for n in range(9)]


def test_processes_end_when_whoever_began_them_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from attestree.adapters.engines.local import LocalEngine\n"
        "from shard_work import square\n"
        "if __name__ == '__main__':\n"
        "    made = LocalEngine(2).map_shards(1, square, range(100))\n"
        "    print(next(made), flush=True)\n"
        "    time.sleep(600)\n"
    )
    script = tmp_path / "began.py"
    script.write_text(program)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as began:
        assert began.stdout is not None
        assert began.stdout.readline().strip() == b"0"
        children = psutil.Process(began.pid).children(recursive=True)
        assert len(children) >= 2
        began.kill()
    gone, alive = psutil.wait_procs(children, timeout=60)
    assert gone
    assert not alive


def connect_in_a_process_of_its_own(host: str, port: int) -> str:
    """Return how connecting ends; what Dask leaves behind then must not reach the next test."""
    program = (
        "from attestree.adapters.engines.dask_cluster import DaskEngine\n"
        "from attestree.errors import AttestreeError\n"
        "try:\n"
        f"    DaskEngine({host!r}, {port}, connect_seconds=1)\n"
        "except AttestreeError as error:\n"
        "    print(error.code, error.values.get('protocol'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.strip()


def test_a_cluster_that_is_not_there_is_said_to_be_out_of_reach() -> None:
    assert connect_in_a_process_of_its_own("127.0.0.1", 9) == "engine.no_scheduler tcp"


def test_names_and_keys_leave_this_machine_only_encrypted() -> None:
    assert connect_in_a_process_of_its_own("cluster.invalid", 8786) == "engine.no_scheduler tls"


def test_a_cluster_with_another_version_is_refused(cluster: Any) -> None:
    with pytest.raises(NotAllowedError) as caught:
        connect(cluster, wanted="0.0.9")
    assert caught.value.code == "engine.other_version"


@pytest.mark.parametrize(
    "name", ["", "cloud", "dask://", "dask://h", "dask://h:99999", "tcp://h:1", "dask://a b:1"]
)
def test_a_name_that_no_engine_has_is_refused(name: str) -> None:
    with pytest.raises(RequestError) as caught, wire_engine(name):
        time.sleep(0)
    assert caught.value.code == "engine.unknown"
