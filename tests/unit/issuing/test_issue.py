from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.sql.store import SqlStore
from attestree.credentials.strict_json import parse_json
from attestree.errors import (
    AttestreeError,
    ChainUnavailableError,
    FeeLimitError,
    FolderUnavailableError,
    NotAllowedError,
    RevertedError,
    RosterError,
)
from attestree.issuing.deliver import deliver_batch
from attestree.issuing.duplicates import OnDuplicate
from attestree.issuing.issue import Issuing
from attestree.ports import FolderFile
from attestree.registry.calls import build_anchor
from attestree.registry.slots import slot_of_anchor
from tests.unit.issuing import samples
from tests.unit.issuing.desk import Desk, open_desk

MORE = samples.ROSTER + b"0019,,Fourth Learner,,,,,,,,,\n"
ONE_BAD = samples.ROSTER + b",zofia@,Zofia,,,,,,,,,\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_plan_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    plan = desk.issuing.plan(desk.request(ONE_BAD))
    assert (plan.roster.total, plan.good, plan.bad, plan.is_stopped) == (4, 3, 1, True)
    assert plan.quote is not None
    assert plan.quote.fee_wei == 72_000 * 2 * 10**9
    assert desk.store.fetch_batches() == []
    assert not (tmp_path / "batches").exists()


def test_a_bad_row_stops_the_batch_and_nothing_is_stored(desk: Desk) -> None:
    with pytest.raises(RosterError) as caught:
        desk.issue(desk.request(ONE_BAD))
    assert (caught.value.code, caught.value.values) == ("roster.bad_rows", {"bad": 1, "good": 3})
    assert desk.store.fetch_batches() == []
    assert desk.store.fetch_intents() == []


def test_good_rows_can_be_issued_without_the_bad_ones(desk: Desk) -> None:
    issued = desk.issue(desk.request(ONE_BAD, skip_bad=True))
    assert (issued.size, issued.is_new) == (3, True)


def test_a_sealed_batch_is_held_and_its_anchor_is_queued(desk: Desk) -> None:
    issued = desk.issue()
    batch = desk.batch(issued)
    assert batch.root is not None
    intent = desk.store.fetch_intent(f"anchor:{batch.id}")
    assert intent is not None
    assert intent.wanted.payload == build_anchor(
        samples.profile().address, root=batch.root, size=3, kind=0, list_id=batch.list_id
    )
    (probe,) = intent.wanted.probes
    assert probe.slot == slot_of_anchor(issuer=batch.issuer, root=batch.root)
    record = 1_795_000_000 << 216 | 3 << 184 | 9 << 152 | 1 << 136 | 1 << 120 | int.from_bytes(batch.list_id)
    assert record & probe.mask == probe.value
    assert (record | 2 << 104) & probe.mask != probe.value
    assert (record ^ 1) & probe.mask != probe.value
    assert desk.folder.is_held(batch.id)
    assert not desk.folder.is_released(batch.id)


def test_the_store_holds_nothing_personal(desk: Desk, tmp_path: Path) -> None:
    desk.issue()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
    for personal in ("Zofia", "Kowalska", "example.org", "0017", "张伟"):
        assert personal.encode() not in stored


def test_nothing_is_handed_out_before_the_anchor_is_final(desk: Desk) -> None:
    issued = desk.issue()
    assert desk.deliver(issued).location == ""
    batch = desk.batch(issued)
    assert (batch.delivered, batch.seed is None) == (False, False)
    desk.finish(issued.intent_id)
    delivered = desk.deliver(issued)
    assert Path(delivered.location).is_dir()
    assert (delivered.batch.delivered, delivered.batch.seed) == (True, None)
    assert not desk.folder.is_held(batch.id)
    assert desk.deliver(issued).location == delivered.location


def test_files_can_be_released_early_and_the_seed_stays_until_the_end(desk: Desk) -> None:
    issued = desk.issue(desk.request(release_early=True))
    delivered = desk.deliver(issued)
    assert Path(delivered.location).is_dir()
    assert delivered.batch.seed is not None
    desk.finish(issued.intent_id)
    assert desk.deliver(issued).batch.seed is None


def test_the_same_roster_again_issues_nothing_new(desk: Desk) -> None:
    first = desk.issue_final()
    again = desk.issue()
    assert (again.is_new, again.batch, again.size) == (False, desk.batch(first), 3)
    assert len(desk.store.fetch_batches()) == 1
    shuffled = samples.ROSTER.splitlines(keepends=True)
    turned = b"".join([shuffled[0], *reversed(shuffled[1:])])
    assert desk.issue(desk.request(turned)).is_new is False


def test_rows_of_a_sealed_batch_are_not_told_one_by_one(desk: Desk) -> None:
    desk.issue()
    plan = desk.issuing.plan(desk.request())
    assert (plan.is_sealed, plan.size, plan.bad, plan.findings) == (True, 3, 0, ())
    assert plan.selection.findings == ()


class Killed(Exception):  # noqa: N818  # it stands for a signal
    """The process ends here."""


class DyingFolders(BatchFolders):
    """Folders of a run that is killed before a batch's folder is written, or in the middle of it."""

    def __init__(self, base: Path, *, after_files: int) -> None:
        super().__init__(base)
        self.after_files = after_files

    def hold(self, batch_id: str, files: Iterable[FolderFile]) -> None:
        super().hold(batch_id, self._die_on_the_way(files))

    def _die_on_the_way(self, files: Iterable[FolderFile]) -> Iterator[FolderFile]:
        yield from islice(files, self.after_files)
        raise Killed


@dataclass
class DyingStore:
    """The store of a run that is killed before the batch is sealed in it."""

    store: SqlStore

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def seal_batch(self, *_: object, **__: object) -> None:
        raise Killed


def doomed(desk: Desk, moment: str) -> Issuing:
    """Return the desk's issuing, of a run that is killed at a moment."""
    if moment == "before seal":
        return replace(desk.issuing, store=DyingStore(desk.store))
    after_files = 0 if moment == "before folder" else 3
    return replace(desk.issuing, folder=DyingFolders(desk.folder.base, after_files=after_files))


@pytest.mark.parametrize("moment", ["before folder", "in folder", "before seal"])
def test_a_run_that_was_killed_goes_on_with_the_same_bytes(desk: Desk, tmp_path: Path, moment: str) -> None:
    (tmp_path / "other").mkdir()
    with open_desk(tmp_path / "other") as calm:
        undisturbed = calm.batch(calm.issue_final())
        want = contents(tmp_path / "other/batches" / undisturbed.id)

    killed = doomed(desk, moment)
    with pytest.raises(Killed):
        killed.issue(killed.plan(desk.request()))
    assert [batch.root for batch in desk.store.fetch_batches()] == [None]
    desk.clock.seconds += 86_400
    batch = desk.batch(desk.issue_final())
    assert (batch.id, batch.root) == (undisturbed.id, undisturbed.root)
    assert contents(tmp_path / "batches" / batch.id) == want
    assert sorted(path.name for path in (tmp_path / "batches").iterdir()) == [batch.id]


def test_a_held_folder_that_is_lost_is_built_again(desk: Desk, tmp_path: Path) -> None:
    issued = desk.issue()
    held = tmp_path / "batches" / f"{desk.batch(issued).id}.held"
    before = contents(held)
    held.rename(tmp_path / "lost")
    desk.finish(issued.intent_id)
    with pytest.raises(FolderUnavailableError) as caught:
        desk.deliver(issued)
    assert caught.value.code == "folder.missing"
    assert desk.batch(issued).seed is not None
    assert desk.issue().is_new is False
    assert contents(Path(desk.deliver(issued).location)) == before


def test_rows_issued_before_are_skipped_denied_or_replaced(desk: Desk) -> None:
    desk.issue_final()
    plan = desk.issuing.plan(desk.request(MORE))
    assert [finding.code for finding in plan.findings] == ["roster.skipped"] * 3
    assert (plan.size, plan.bad) == (1, 0)
    denied = desk.issuing.plan(desk.request(MORE, on_duplicate=OnDuplicate.DENY))
    assert (denied.size, denied.bad, denied.is_stopped) == (1, 3, True)
    assert desk.issue(desk.request(MORE)).size == 1
    assert desk.issue(desk.request(MORE)).is_new is False


def test_a_roster_of_which_all_was_issued_elsewhere_makes_no_batch(desk: Desk) -> None:
    desk.issue_final(desk.request(MORE))
    issued = desk.issue()
    assert (issued.batch, issued.size) == (None, 0)
    assert len(desk.store.fetch_batches()) == 1


def test_a_replacement_marks_the_old_one_superseded_once_it_is_final(desk: Desk) -> None:
    first = desk.issue_final()
    request = desk.request(on_duplicate=OnDuplicate.REPLACE)
    second = desk.issue(request)
    assert second.is_new
    assert desk.deliver(second).supersedes == ()
    desk.finish(second.intent_id)
    delivered = desk.deliver(second)
    (intent_id,) = delivered.supersedes
    intent = desk.store.fetch_intent(intent_id)
    assert intent is not None
    assert intent.wanted.payload[4 + 32 : 4 + 64] == desk.batch(first).root
    # one word: bits of the three credentials, reason superseded
    assert intent.wanted.payload[4 + 96 : 4 + 128] == (2).to_bytes(32)
    assert intent.wanted.probes[0].value == 0b111
    assert desk.issue(request).is_new is False
    assert desk.deliver(second).supersedes == (intent_id,)
    assert {row.superseded_by is not None for row in desk.store.fetch_rows(desk.batch(first).id)} == {True}


@pytest.mark.parametrize(
    "error", [ChainUnavailableError("chain.unreachable"), RevertedError("contract.not_operator")]
)
def test_what_the_chain_would_refuse_is_known_before_anything_is_written(
    desk: Desk, error: AttestreeError
) -> None:
    desk.sender.error = error
    plan = desk.issuing.plan(desk.request())
    assert plan.obstacle is error
    with pytest.raises(type(error)):
        desk.issuing.issue(plan)
    assert desk.store.fetch_batches() == []


def test_a_batch_dearer_than_the_limit_is_not_started(desk: Desk) -> None:
    desk.sender.gas = 10**9
    with pytest.raises(FeeLimitError) as caught:
        desk.issue()
    assert caught.value.code == "fee.batch_above_limit"
    assert desk.store.fetch_batches() == []


def test_a_row_that_makes_no_credential_is_bad_in_the_plan(desk: Desk) -> None:
    over = samples.ROSTER + b"0020,,Late,,2020-01-01,,,,,,,\n"
    plan = desk.issuing.plan(desk.request(over))
    assert [(finding.row, finding.code) for finding in plan.findings] == [(5, "roster.already_over")]
    assert plan.is_stopped


def test_an_award_in_the_future_is_a_warning(desk: Desk) -> None:
    plan = desk.issuing.plan(desk.request(samples.ROSTER + b"0020,,Early,2062-01-01,,,,,,,,\n"))
    assert [(finding.row, finding.code) for finding in plan.findings] == [(5, "roster.future_award")]
    assert (plan.size, plan.is_stopped) == (4, False)


def test_a_disk_that_fails_leaves_nothing_queued(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "batches").write_text("in the way")
    with pytest.raises(FolderUnavailableError):
        desk.issue()
    assert desk.store.fetch_intents() == []


def test_the_folder_holds_what_the_design_says(desk: Desk) -> None:
    place = Path(desk.deliver(desk.issue_final()).location)
    files = contents(place)
    assert place.joinpath("private").stat().st_mode & 0o777 == 0o700
    assert place.joinpath("private/credentials.jsonl").stat().st_mode & 0o777 == 0o600
    lines = files["private/credentials.jsonl"].splitlines()
    offsets = [int.from_bytes(files["private/offsets.u64"][i : i + 8], "little") for i in range(0, 32, 8)]
    for index, line in enumerate(lines):
        assert files["private/credentials.jsonl"][offsets[index] : offsets[index + 1] - 1] == line
        token = str(json.loads(line)["id"]).rsplit("/", 1)[-1]
        (single,) = [name for name in files if name.endswith(f"-{token}.json")]
        assert files[single] == line
    described = parse_json(files["public/batch.json"])
    assert isinstance(described, dict)
    assert described["size"] == 3
    assert set(described["files"]) == {  # type: ignore[arg-type]  # an object
        name for name in files if not name.endswith(".json") or name == "private/record.json"
    }
    merged = files["private/mailmerge.csv"].decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in merged[1:]] == ["Zofia Kowalska", "张伟", "Aoife Ní Bhriain"]
    public = b"".join(content for name, content in files.items() if name.startswith("public/"))
    for personal in ("Zofia", "xample.org", "0017"):
        assert personal.encode() not in public
    assert [name for name in files if "zofia-kowalska-" in name]


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".", "X" * 70])
def test_no_folder_lies_outside_its_base(tmp_path: Path, name: str) -> None:
    folders = BatchFolders(tmp_path / "batches")
    with pytest.raises(FolderUnavailableError):
        folders.hold(name, [])
    with pytest.raises(FolderUnavailableError):
        folders.hold("good", [FolderFile("../escape", [b""])])
    assert not (tmp_path / "escape").exists()


def test_a_final_batch_that_replaces_is_held_while_nothing_can_mark_what_it_replaces(desk: Desk) -> None:
    desk.issue_final()
    again = desk.issue(desk.request(on_duplicate=OnDuplicate.REPLACE))
    desk.finish(again.intent_id)
    held = deliver_batch(desk.batch(again).id, store=desk.store, folder=desk.folder, status=None)
    assert (held.location, desk.batch(again).delivered) == ("", False)
    assert len(desk.deliver(again).supersedes) == 1
    assert desk.batch(again).delivered


def test_a_final_batch_that_replaces_nothing_is_handed_out_without_a_key(desk: Desk) -> None:
    issued = desk.issue()
    desk.finish(issued.intent_id)
    assert deliver_batch(desk.batch(issued).id, store=desk.store, folder=desk.folder, status=None).location
    assert desk.batch(issued).delivered


def test_an_unknown_batch_is_not_delivered(desk: Desk) -> None:
    with pytest.raises(NotAllowedError) as caught:
        deliver_batch("nothere", store=desk.store, folder=desk.folder)
    assert caught.value.code == "issuing.no_such_batch"
