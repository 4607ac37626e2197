"""
No database at all: it is rebuilt from the chain and the batch folders, or nothing is issued.

What can be computed again is: batches, credentials, row keys (with the roster key), fingerprints, changes of
status. What cannot be is said: documents that are nowhere, a roster key that was lost, and what was asked
for and never recorded. What is rebuilt is compared, row by row, with the database that was lost.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestree.outbox.states import State
from attestree.registry.calls import build_add_operator
from attestree.registry.facts import Role
from tests.conftest import Depth, Figures
from tests.crash.histories import HEADER, History
from tests.crash.test_restored_backup import NewHistory
from tests.crash.test_restored_backup import new_history as new_history  # noqa: PLC0414 - a fixture
from tests.crash.test_restored_backup import postgres as postgres  # noqa: PLC0414 - likewise
from tests.integration.deployed import FAR_AWAY
from tests.integration.postgres import Postgres

pytestmark = pytest.mark.slow


def rows_of(history: History) -> dict[str, tuple[Any, ...]]:
    """Return every credential's row by token, and every batch's, as far as they can be computed again."""
    with history.office.store() as store:
        batches = store.fetch_batches()
        credentials = {row.token: row for batch in batches for row in store.fetch_rows(batch.id)}
        names = ("issuer", "root", "size", "list_id", "created", "title", "fingerprint", "state")
        names += ("delivered", "seed", "kind")
        fixed = {batch.id: tuple(getattr(batch, name) for name in names) for batch in batches}
        # A revocation of what was revoked already was never sent: nothing of it is anywhere
        writes = {
            intent.wanted.id: (intent.wanted.payload, intent.wanted.probes, intent.wanted.sender)
            for intent in store.fetch_intents()
            if intent.block_number is not None
        }
        return {**credentials, **fixed, **writes}


def test_a_lost_database_is_rebuilt_row_by_row(
    new_history: NewHistory, postgres: Postgres | None, depth: Depth, figures: Figures
) -> None:
    runs = depth.pick(quick=1, ci=2, deep=8)
    rebuilt = 0
    for _ in range(runs):
        history = new_history()
        if postgres is not None:
            history.use_postgres(postgres)
        history.issue()
        history.replace()
        history.live(history.chance.randint(1, 5))
        before, rows = history.look(history.files()), rows_of(history)
        history.drop_store()
        history.verify_refused()
        done = history.run("recover", "--yes")
        rebuilt += done["credentials"]
        assert (done["batches"], done["missing"]) == (before.anchors, [])
        assert done["withoutRecord"] == []
        assert rows_of(history) == rows
        history.verify_recovered(before)
        shutil.rmtree(history.office.folder.parent)
    figures.note(f"{runs} databases lost: {rebuilt} credentials rebuilt row by row, 0 lost, 0 twice")


def test_a_batch_whose_documents_are_gone_is_waited_for_or_given_up(new_history: NewHistory) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n0002;;Two;2026-05-01\n")
    history.issue_roster(HEADER + "0003;;Three;2026-05-01\n")
    gone, kept = sorted(history.batches.iterdir(), key=lambda path: path.stat().st_mtime)
    elsewhere = history.office.folder.with_name("elsewhere")
    shutil.move(gone, elsewhere)
    history.drop_store()
    history.verify_refused()
    plan = history.run("recover", code=1)["registries"][0]
    assert (plan["batches"], [one["size"] for one in plan["missing"]]) == ([kept.name], [2])
    assert len(history.run("recover", "--yes", code=1)["missing"]) == 1
    history.verify_refused()
    assert history.run("recover", "--yes", "--accept-missing")["accepted"] == 1
    checked = history.run("fsck")
    assert (checked["clean"], checked["givenUp"]) == (True, 1)
    history.issue_roster(HEADER + "0004;;Four;2026-05-01\n")
    # Found in an old drawer after all
    shutil.move(elsewhere, gone)
    assert history.run("recover", "--yes")["batches"] == 1
    checked = history.run("fsck")
    assert (checked["clean"], checked["givenUp"]) == (True, 0)
    assert history.issue_roster(HEADER + "0001;;One;2026-05-01\n")["issued"] is False


def damage(folder: Path) -> None:
    path = folder / "private/credentials.jsonl"
    path.write_bytes(path.read_bytes().replace(b"One", b"0ne"))


def lose_table(folder: Path) -> None:
    (folder / "private/mailmerge.csv").unlink()


@pytest.mark.parametrize("harm", [damage, lose_table])
def test_a_damaged_folder_is_never_believed(new_history: NewHistory, harm: Callable[[Path], None]) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    (folder,) = history.batches.iterdir()
    history.drop_store()
    harm(folder)
    (missing,) = history.run("recover", "--yes", code=1)["missing"]
    assert missing["fault"].startswith(("fsck.", "recover."))
    history.verify_refused()
    with history.office.store() as store:
        assert store.fetch_batches() == []


def test_without_the_roster_key_nothing_is_rebuilt_and_with_another_neither(
    new_history: NewHistory,
) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    history.drop_store()
    key = history.office.folder / "keys/roster.key"
    octets = key.read_bytes()
    key.unlink()
    error = history.run("recover", "--yes", code=1)["error"]
    assert error["code"] == "recover.no_roster_key"
    key.write_bytes(b"cd" * 32)
    key.chmod(0o600)
    assert history.run("recover", "--yes", code=1)["error"]["code"] == "recover.other_roster_key"
    history.verify_refused()
    key.write_bytes(octets)
    assert history.run("recover", "--yes")["batches"] == 1


def test_a_batch_that_was_held_and_never_recorded_is_set_aside_and_issued_anew(
    new_history: NewHistory,
) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    history.issue_roster(HEADER + "0002;;Two;2026-05-01\n", "--no-wait")
    history.drop_store()
    assert history.run("recover", "--yes")["aside"] == 1
    assert not list(history.batches.glob("*.held"))
    assert len(list((history.office.folder / "batches.aside/example-university").iterdir())) == 1
    assert history.run("fsck")["clean"] is True
    assert history.issue_roster(HEADER + "0002;;Two;2026-05-01\n")["new"] is True
    assert history.count_anchors() == 2
    assert history.run("recover")["registries"][0]["aside"] == []


def test_a_batch_that_was_handed_out_early_is_recorded_as_it_is(new_history: NewHistory) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    history.issue_roster(HEADER + "0002;;Two;2026-05-01\n", "--no-wait", "--release-early")
    files = history.files()
    assert sorted(history.look(files).verdicts.values()) == ["not_anchored", "valid"]
    history.drop_store()
    done = history.run("recover", "--yes")
    assert (done["batches"], done["queued"], done["waiting"]) == (1, 1, 1)
    history.run("anchor")
    assert set(history.look(files).verdicts.values()) == {"valid"}
    assert history.run("fsck")["clean"] is True


def test_what_another_machine_recorded_is_nobodys_loss(new_history: NewHistory) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    other = history.office.registry
    issuer = issuer_of(history)
    machine = other.add_operator(issuer)
    other.anchor(issuer, by=machine, size=7)
    history.issue_roster(HEADER + "0002;;Two;2026-05-01\n")
    plan = history.run("recover")["registries"][0]
    assert (plan["missing"], plan["batches"]) == ([], [])
    history.drop_store()
    done = history.run("recover", "--yes")
    assert (done["batches"], done["missing"]) == (2, [])
    assert history.run("fsck")["clean"] is True


def issuer_of(history: History) -> Any:
    """Return the issuer of an office as somebody who can act on the registry."""
    from eth_account import Account

    from tests.integration.deployed import Actor

    keystore = json.loads((history.office.folder / "keys/issuer.json").read_bytes())
    return Actor(Account.from_key(Account.decrypt(keystore, "pw")))


def test_a_suspension_that_was_lifted_after_the_backup_stays_lifted(new_history: NewHistory) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    (single,) = history.files()
    history.run("suspend", str(single), "--yes", "--no-wait")
    backup = history.office.folder.with_name("backup")
    history.run("backup", str(backup))
    history.run("anchor")
    history.run("reinstate", str(single), "--yes")
    assert set(history.look([single]).verdicts.values()) == {"valid"}
    history.restore_store(backup)
    history.verify_refused()
    assert history.run("recover", "--yes")["changes"] == 2
    history.run("anchor")
    assert set(history.look([single]).verdicts.values()) == {"valid"}
    with history.office.store() as store:
        assert {intent.state for intent in store.fetch_intents()} == {State.FINAL}
    assert history.run("fsck")["clean"] is True


def test_a_batch_that_was_recorded_after_the_backup_is_not_recorded_again(new_history: NewHistory) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n", "--no-wait")
    backup = history.office.folder.with_name("backup")
    history.run("backup", str(backup))
    history.run("anchor")
    history.restore_store(backup)
    history.verify_refused()
    done = history.run("recover", "--yes")
    assert (done["batches"], done["waiting"]) == (1, 0)
    history.issue_roster(HEADER + "0002;;Two;2026-05-01\n")
    assert history.count_anchors() == 2
    assert set(history.look(history.files()).verdicts.values()) == {"valid"}
    assert history.run("fsck")["clean"] is True


def test_an_act_that_may_be_done_already_is_given_up_and_named(new_history: NewHistory) -> None:
    history = new_history()
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    (single,) = history.files()
    history.run("revoke", "--batch", single.parents[2].name, "--yes")
    office = history.office
    with office.store() as store:
        (done,) = [one for one in store.fetch_intents() if one.wanted.kind == "status"]
        call = build_add_operator(b"\x77" * 20, roles=Role.STATUS, ends=FAR_AWAY)
        act = replace(done.wanted, id="operator:1", kind="operator", payload=call, probes=(), title="Let it")
        store.add_intent(act)
    backup = office.folder.with_name("backup")
    history.run("backup", str(backup))
    history.run("anchor")
    history.restore_store(backup)
    assert [plan["doubtful"] for plan in history.run("recover", code=1)["registries"]] == [["operator:1"]]
    assert history.run("recover", "--yes")["givenUp"] == ["Let it"]
    with office.store() as store:
        assert store.fetch_intent("operator:1") is None
    history.issue_roster(HEADER + "0002;;Two;2026-05-01\n")
    history.run("revoke", "--batch", history.files()[-1].parents[2].name, "--yes")
    assert history.run("fsck")["clean"] is True


def test_a_key_with_a_past_elsewhere_is_no_loss(new_history: NewHistory) -> None:
    history = new_history()
    keystore = json.loads((history.office.folder / "keys/operator.json").read_bytes())
    from eth_account import Account

    from tests.integration.deployed import Actor, send_transaction

    operator = Actor(Account.from_key(Account.decrypt(keystore, "pw")))
    send_transaction(history.office.registry.rpc, operator, to=operator.address, payload=b"")
    assert history.run("recover")["registries"][0]["missing"] == []
    history.issue_roster(HEADER + "0001;;One;2026-05-01\n")
    assert history.count_anchors() == 1
