"""`attestree fsck` after real issuing on anvil: clean, and every disagreement with the chain is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from attestree.cli.main import run, shared_flags_first
from attestree.settings import load_settings
from attestree.wiring.audits import wire_consistency
from attestree.wiring.system import SystemClock
from tests.integration import test_issue
from tests.integration.row_editing import sum_anew
from tests.integration.test_audit import Liar
from tests.integration.test_issue import Office

office = test_issue.office
"""An issuer's folder on a real chain."""


def fsck(office: Office, capsys: pytest.CaptureFixture[str]) -> tuple[int, set[str]]:
    code, report = office.run(capsys, "fsck")
    assert (code == 0) is report["clean"]
    return code, {fault["code"] for fault in [*report["faults"], *report["notChecked"]]}


def write(office: Office, statement: str, *values: object) -> None:
    """Change rows as somebody does who knows how, sums included."""
    with closing(sqlite3.connect(office.folder / "attestree.db")) as database:
        assert database.execute(statement, values).rowcount > 0
        database.commit()
    sum_anew(office.folder / "attestree.db")


@pytest.fixture
def issued(office: Office, capsys: pytest.CaptureFixture[str]) -> Path:
    """Issue a batch, revoke one of it; return the batch's folder."""
    code, made = office.issue(capsys, "--yes")
    assert code == 0
    folder = Path(made["folder"])
    single = min(folder.glob("private/credentials/*.json"))
    assert office.run(capsys, "revoke", str(single), "--yes")[0] == 0
    return folder


def test_what_was_issued_fits(office: Office, issued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fsck(office, capsys) == (0, set())
    assert run(shared_flags_first(["fsck"])) == 0
    assert capsys.readouterr().out.endswith("Everything fits.\n")


def test_an_empty_store_and_a_queued_batch_fit(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert fsck(office, capsys) == (0, set())
    office.issue(capsys, "--yes", "--no-wait")
    assert fsck(office, capsys) == (0, set())


def test_what_was_issued_is_recomputed_by_an_auditor(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = office.run(capsys, "audit", "--out", "report", "--archives", "batches")
    assert (code, report["counts"]["batchesRecomputed"], report["counts"]["revoked"]) == (0, 1, 1)
    assert json.loads((office.folder / "report/report.json").read_text("utf-8"))["outcome"] == "clean"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE batches SET root = randomblob(32)", {"fsck.anchor_missing", "fsck.anchor_unknown"}),
        ("UPDATE batches SET list_id = randomblob(13)", {"fsck.anchor_differs", "fsck.description_field"}),
        ("UPDATE batches SET size = size + 1", {"fsck.anchor_differs", "fsck.rows_count"}),
        ("UPDATE batches SET seed = randomblob(32)", {"fsck.seed_kept"}),
        ("UPDATE batches SET delivered = 0", {"fsck.seed_lost"}),
        ("UPDATE attempts SET tx_hash = randomblob(32) WHERE intent_id LIKE 'anchor%'", {"fsck.attempt"}),
        ("UPDATE attempts SET raw = randomblob(99) WHERE intent_id LIKE 'anchor%'", {"fsck.attempt"}),
        ("UPDATE attempts SET raw = x'02c0' WHERE intent_id LIKE 'anchor%'", {"fsck.attempt"}),
        (
            "UPDATE attempts SET nonce = (SELECT max(nonce) FROM attempts)",
            {"fsck.attempt", "fsck.nonce_shared"},
        ),
        ("UPDATE intents SET block_hash = randomblob(32)", {"fsck.block_changed"}),
        ("UPDATE intents SET block_number = 99999999", {"fsck.block_changed"}),
        ("UPDATE pins SET genesis_hash = randomblob(32)", {"fsck.pin"}),
        ("UPDATE batches SET issuer = randomblob(20)", {"fsck.issuer_not_set", "fsck.anchor_missing"}),
    ],
)
def test_a_store_that_differs_from_the_chain_is_found(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str], statement: str, expected: set[str]
) -> None:
    write(office, statement)
    code, found = fsck(office, capsys)
    assert code == 1
    assert expected <= found


def test_a_write_without_its_effect_is_found(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(office.folder / "attestree.db")) as database:
        (probes,) = database.execute("SELECT probes FROM intents WHERE kind = 'status'").fetchone()
    other = probes[:-1] + bytes([probes[-1] ^ 0x80])
    write(office, "UPDATE intents SET probes = ? WHERE kind = 'status'", other)
    code, found = fsck(office, capsys)
    assert (code, found) == (1, {"fsck.effect_missing"})


def test_a_store_that_forgot_a_batch_is_found(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office.folder / "attestree.db").unlink()
    assert fsck(office, capsys) == (1, {"fsck.anchor_unknown"})


def copy_to_held(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name(folder.name + ".held"))


def move_to_held(folder: Path) -> None:
    folder.rename(folder.with_name(folder.name + ".held"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (shutil.rmtree, {"fsck.folder_missing"}),
        (copy_to_held, {"fsck.held_twice"}),
        (move_to_held, {"fsck.held_twice", "fsck.not_released"}),
    ],
)
def test_a_folder_in_the_wrong_place_is_found(
    office: Office,
    issued: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], object],
    expected: set[str],
) -> None:
    change(issued)
    assert fsck(office, capsys) == (1, expected)


def test_a_batch_that_is_out_too_early_is_found(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.issue(capsys, "--yes", "--no-wait")
    (held,) = (office.folder / "batches/example-university").glob("*.held")
    held.rename(held.with_suffix(""))
    assert fsck(office, capsys) == (1, {"fsck.released_early"})


def test_events_that_do_not_add_up_are_compared_with_nothing(
    office: Office, issued: Path, tmp_path: Path
) -> None:
    settings = load_settings(tmp_path / "attestree.toml")
    with office.store() as store:
        honest = wire_consistency(settings, store, clock=SystemClock())
        watched = honest.registries["local"]
        liar = replace(watched, events=Liar(watched.events, lambda told: told[:-1]))
        report = replace(honest, registries={"local": liar}).run()
    assert [fault.code for fault in report.faults] == ["fsck.chain_events"]


def test_many_faults_are_counted_and_not_all_printed(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(60):
        (issued / f"private/credentials/{number:032x}.json").write_bytes(b"{}")
    capsys.readouterr()
    assert run(shared_flags_first(["fsck"])) == 1
    assert "and 10 more (--json has all)" in capsys.readouterr().out


def test_a_silent_chain_leaves_the_rest_checked(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = office.folder / "attestree.toml"
    settings.write_text(settings.read_text().replace(office.registry.chain.url, "http://127.0.0.1:1"))
    assert fsck(office, capsys) == (3, {"chain.unreachable"})
    assert run(shared_flags_first(["fsck"])) == 3
    assert "not checked" in capsys.readouterr().out
    (issued / "public/leaves.jsonl").write_bytes(b"")
    code, found = fsck(office, capsys)
    assert code == 1
    assert {"chain.unreachable", "fsck.file_changed", "fsck.no_tree"} <= found
