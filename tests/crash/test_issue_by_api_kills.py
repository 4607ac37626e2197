"""
Issuing by API and sealing, killed before and after every outside write.

What was answered is answered again with the same bytes; no Idempotency-Key issues twice; no number of a list
is given twice; every member is sealed, in a folder that fits the store.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from lab.api_office import CALLER, CREDENTIALS, ISSUER, asked, build_issuing, build_sealing
from lab.launcher import KILLED, Launcher
from lab.plan import Death, Plan

from attestree.adapters.files.archive import FolderArchives
from attestree.adapters.sql import SqlStore
from attestree.auditing.at_rest import check_folder, check_rows
from attestree.errors import CorruptionError
from attestree.outbox.states import State
from attestree.registry.facts import BlockRef
from attestree.wiring.audits import row_keys_of
from tests.conftest import Depth, Figures

SECONDS = 60


class Booth:
    """One run and its files."""

    def __init__(self, folder: Path, launcher: Launcher) -> None:
        folder.mkdir()
        self.folder, self.launcher = folder, launcher
        self.store, self.batches = f"sqlite:///{folder}/attestree.db", folder / "batches"
        self.batches.mkdir()
        self.answered, self.trace = folder / "answered", folder / "trace"
        SqlStore.create(self.store).close()

    def run(self, death: Death, *, tidy: bool = False) -> int:
        given = {
            "store": self.store,
            "batches": str(self.batches),
            "answered": str(self.answered),
            "tidy": tidy,
        }
        plan = Plan("issue_by_api", given, death=death, folder=str(self.batches), trace=str(self.trace))
        return self.launcher.run(plan, SECONDS)

    def answers(self) -> dict[str, set[str]]:
        """Return what was answered under each key, over all runs."""
        found: dict[str, set[str]] = {}
        if self.answered.exists():
            for line in self.answered.read_text("utf-8").splitlines():
                said = json.loads(line)
                found.setdefault(said["key"], set()).add(said["octets"])
        return found

    def finish(self) -> None:
        """Let every batch be recorded and handed out, as the worker and `deliver` do."""
        with SqlStore.create(self.store) as store:
            for batch in store.fetch_batches():
                name = f"anchor:{batch.id}"
                store.move_intent(
                    name,
                    before=State.SEALED,
                    after=State.FINAL,
                    fence=1,
                    block=BlockRef(number=7, hash=b"\x07" * 32, time=70),
                )
                store.mark_delivered(batch.id)

    def judge(self) -> list[str]:
        """Return what is wrong after a run that ended."""
        wrong = [
            f"{key} answered {len(found)} ways" for key, found in self.answers().items() if len(found) > 1
        ]
        if len(self.answers()) != CREDENTIALS:
            wrong.append("not everything was answered")
        with SqlStore.create(self.store) as store:
            batches = store.fetch_batches()
            rows = [row for batch in batches for row in store.fetch_rows(batch.id)]
            ids = {json.loads(text)["id"][-32:] for found in self.answers().values() for text in found}
            if {row.token for row in rows} != ids or len(rows) != CREDENTIALS:
                wrong.append(f"{len(rows)} rows for {len(ids)} credentials")
            for batch in batches:
                held = FolderArchives(self.batches).held(batch.id)
                found = store.fetch_rows(batch.id)
                faults = list(check_rows(batch, found))
                if held is None:
                    wrong.append("a sealed batch has no folder")
                    continue
                faults += check_folder(batch, found, held, row_keys=row_keys_of(ISSUER, b"\x33" * 32))
                wrong += [f"{fault}" for fault in faults]
            wrong += [str(fault) for fault in store.check_at_rest()]
        return wrong


def deaths(trace: Path, depth: Depth, chance: random.Random) -> list[Death]:
    """Return where to die: deep at every point, else at some."""
    points = len(trace.read_text("utf-8").splitlines())
    steps = list(range(1, points + 1))
    chosen = sorted(chance.sample(steps, min(points, depth.pick(quick=6, ci=60, deep=points))))
    return [Death(step=step) for step in chosen]


def test_whatever_was_answered_by_api_survives_a_kill_anywhere_and_is_issued_once(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int
) -> None:
    first = Booth(tmp_path / "first", launchers[0])
    assert first.run(Death()) == 0, launchers[0].log.read_text()
    assert first.judge() == []
    wrong, kills = [], 0
    for number, death in enumerate(deaths(first.trace, depth, random.Random(seed))):
        booth = Booth(tmp_path / f"{number}", launchers[0])
        kills += booth.run(death) == KILLED
        assert booth.run(Death()) == 0, launchers[0].log.read_text()
        wrong += [f"{death}: {found}" for found in booth.judge()]
    figures.note(f"{kills} kills: {len(wrong)} wrong")
    assert wrong == []
    assert kills


def test_tidying_up_is_gone_on_with_wherever_it_is_killed(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, seed: int
) -> None:
    first = Booth(tmp_path / "first", launchers[0])
    first.run(Death())
    first.finish()
    first.trace.unlink()
    assert first.run(Death(), tidy=True) == 0, launchers[0].log.read_text()
    for number, death in enumerate(deaths(first.trace, depth, random.Random(seed))):
        booth = Booth(tmp_path / f"{number}", launchers[0])
        booth.run(Death())
        booth.finish()
        booth.run(death, tidy=True)
        assert booth.run(Death(), tidy=True) == 0
        with SqlStore.create(booth.store) as store:
            assert store.fetch_open_batches() == []
            assert len(store.fetch_batches()) == 2
            assert list(store.check_at_rest()) == []
        assert list(booth.batches.glob("*.open")) == []


@pytest.mark.parametrize("orphan", ["00000003-" + "0" * 32, "strange"])
def test_a_folder_that_knows_more_than_the_store_is_joined_no_more(
    tmp_path: Path, launchers: Sequence[Launcher], orphan: str
) -> None:
    booth = Booth(tmp_path / "booth", launchers[0])
    with SqlStore.create(booth.store) as store:
        first = build_issuing(store, booth.batches).issue(
            asked(1), caller=CALLER, body=b"1", idempotency_key=None
        )
        (opened,) = store.fetch_open_batches()
        (booth.batches / f"{opened.batch_id}.open" / f"{orphan}.json").write_bytes(b"{}")
        second = build_issuing(store, booth.batches).issue(
            asked(2), caller=CALLER, body=b"2", idempotency_key=None
        )
        entries = [json.loads(answer.octets)["credentialStatus"]["id"] for answer in (first, second)]
        assert entries[0].split("#")[0] != entries[1].split("#")[0]
        assert [one.closed is not None for one in store.fetch_open_batches()] == [True, False]


def test_a_batch_that_nobody_joined_leaves_nothing(tmp_path: Path, launchers: Sequence[Launcher]) -> None:
    booth = Booth(tmp_path / "booth", launchers[0])
    with SqlStore.create(booth.store) as store:
        issuing, sealing = build_issuing(store, booth.batches), build_sealing(store, booth.batches)
        opened, _ = issuing._open()
        issuing.documents.add(opened.batch_id, f"00000000-{'0' * 32}.json", b"killed before it joined")
        assert sealing.seal_due(now_all=True) == []
        store.close_open_batch(opened.batch_id, now=1)
        assert sealing.seal_due() == []
        assert store.fetch_open_batches() == []
        assert store.fetch_batches() == []
    assert list(booth.batches.iterdir()) == []


def test_a_member_that_changed_on_the_disk_is_not_sealed(
    tmp_path: Path, launchers: Sequence[Launcher]
) -> None:
    booth = Booth(tmp_path / "booth", launchers[0])
    with SqlStore.create(booth.store) as store:
        issuing, sealing = build_issuing(store, booth.batches), build_sealing(store, booth.batches)
        issuing.issue(asked(1), caller=CALLER, body=b"1", idempotency_key=None)
        (path,) = booth.batches.glob("*.open/*.json")
        octets = path.read_bytes()
        path.write_bytes(octets.replace(b"Course 1", b"Course 2"))
        with pytest.raises(CorruptionError) as caught:
            sealing.seal_due(now_all=True)
        assert caught.value.code == "joined.changed"
        assert [batch.root for batch in store.fetch_batches()] == [None]
        path.write_bytes(octets)
        assert [one.size for one in sealing.seal_due()] == [1]
