"""`attestree doctor` asked about real things, whole and broken: each answer, and a next step that works."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.evm.dev_chain import DevChain
from attestree.anchoring.lease import build_lease_key, name_owner
from attestree.cli.console import Console, Context
from attestree.cli.doctor.answer import Answer
from attestree.cli.doctor.command import examine
from attestree.cli.main import run
from attestree.cli.recover import NOTHING
from attestree.outbox.states import State
from attestree.ports import NewIntent
from attestree.settings import FILE_NAME, Settings, load_settings
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock
from attestree.wiring.workers import wire_worker
from tests.fakes.fake_chain import FakeClock
from tests.integration.test_start import START, Desk


class Office(Desk):
    """An installation that is looked at by the doctor."""

    @property
    def settings(self) -> Settings:
        return load_settings(self.folder / FILE_NAME)

    @property
    def operator(self) -> bytes:
        key = self.settings.issuer[0].operator_key
        assert isinstance(key, Path)
        keystore = json.loads((self.folder / key).read_text())
        return bytes.fromhex(keystore["address"].removeprefix("0x"))

    def answers(self) -> dict[str, Any]:
        """Return the answers by topic; the exit code must be what they say."""
        self._patch.chdir(self.folder)
        self._capsys.readouterr()
        code = run(["--json", "doctor"])
        listed = json.loads(self._capsys.readouterr().out)["answers"]
        assert code == (0 if all(one["good"] for one in listed) else 1)
        return {one["topic"]: one for one in listed}

    def context(self) -> Context:
        return Context(Console(as_json=True), self.folder / FILE_NAME, debug=False)

    def bad(self) -> dict[str, Any]:
        """Return what must be mended, by topic; each has a next step."""
        found = {topic: one for topic, one in self.answers().items() if not one["good"]}
        assert all(one["next"] for one in found.values())
        return found

    def edit(self, old: str, new: str) -> None:
        """Change the settings."""
        path = self.folder / FILE_NAME
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def add(self, name: str, **changes: object) -> NewIntent:
        """Queue an empty write that nobody drives."""
        kept: dict[str, Any] = {
            "kind": "registry",
            "registry": self.settings.registry[0].name,
            "issuer": self.operator,
            "sender": self.operator,
            "to": self.operator,
            "payload": b"",
            "probes": (),
            "title": f"write {name}",
            "created": SystemClock().now(),
        }
        write = NewIntent(id=name, **(kept | changes))
        with wire_store(self.settings) as store:
            store.add_intent(write)
        return write


@pytest.fixture(scope="module")
def pattern(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation that was set up once; its chain is put back when all have looked."""
    folder, before = tmp_path_factory.mktemp("pattern"), anvil.snapshot()
    command = [sys.executable, "-c", START, "init", "test", "--rpc", anvil.url]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    yield folder
    anvil.revert(before)


@pytest.fixture
def office(
    tmp_path: Path,
    pattern: Path,
    chain: DevChain,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    """A copy of it, on the chain as it was then."""
    shutil.copytree(pattern, tmp_path / "office")
    return Office(tmp_path / "office", capsys, monkeypatch)


def test_a_sound_installation_needs_no_mending(office: Office) -> None:
    office.issue()
    answers = office.answers()
    assert [topic for topic, one in answers.items() if not one["good"]] == []
    name = office.settings.registry[0].name
    for topic in ("settings", "trust", f"chain {name}", f"clock {name}", "store", "queue", "disk", "alarm"):
        assert topic in answers
    assert any(topic.startswith("money ") for topic in answers)
    assert any(topic.startswith("lane ") for topic in answers)


def test_the_answers_hold_no_secret(office: Office) -> None:
    secrets = [
        path.read_text().strip() for path in (office.folder / "keys").iterdir() if path.suffix != ".json"
    ]
    said = json.dumps(office.answers())
    assert not [secret for secret in secrets if secret in said]


# -- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["operator", "roster"])
def test_a_key_that_others_can_read_is_mended_by_the_command_that_is_named(office: Office, kind: str) -> None:
    issuer = office.settings.issuer[0]
    key = issuer.operator_key if kind == "operator" else issuer.roster_key
    assert isinstance(key, Path)
    (office.folder / key).chmod(0o644)
    (topic,) = office.bad()
    assert topic == f"key {key.name}"
    command = office.bad()[topic]["next"]
    assert command.startswith("chmod 600 ")
    subprocess.run(command.split(), check=True)
    assert office.bad() == {}


def test_a_key_that_is_gone_or_broken_is_named(office: Office) -> None:
    key = office.settings.issuer[0].operator_key
    assert isinstance(key, Path)
    path = office.folder / key
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    assert set(office.bad()) == {f"key {key.name}"}
    path.unlink()
    assert "[key.no_file]" in office.bad()[f"key {key.name}"]["found"]


def test_a_key_is_opened_only_when_asked_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    key = office.settings.issuer[0].operator_key
    assert isinstance(key, Path)
    beside = office.folder / f"{key}.password"
    beside.write_text("not the password")
    assert office.bad() == {}
    answers = {one["topic"]: one for one in office.type("doctor", "--ask", code=1)["answers"]}
    assert "[key.wrong_password]" in answers[f"key {key.name}"]["found"]
    assert "not the password" not in json.dumps(answers)


def test_a_key_that_cannot_pay_is_named_with_its_address(office: Office, chain: DevChain) -> None:
    address = f"0x{office.operator.hex()}"
    had = chain.call("eth_getBalance", address, "latest")
    chain.call("anvil_setBalance", address, "0x1")
    (answer,) = office.bad().values()
    assert answer["topic"].startswith("money ")
    assert answer["next"] == f"Send ether to {address}."
    chain.call("anvil_setBalance", address, had)
    assert office.bad() == {}


# -- chain --------------------------------------------------------------------------------------


def test_a_chain_that_is_down_is_named_once(office: Office, chain: DevChain) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    office.edit(chain.url, nowhere)
    assert [topic.split()[0] for topic in office.bad()] == ["chain"]


@pytest.fixture
def second() -> Iterator[AnvilChain]:
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    with AnvilChain() as running:
        yield running


def test_another_chain_is_named_whether_alone_or_among_several(
    office: Office, chain: DevChain, second: AnvilChain
) -> None:
    name = office.settings.registry[0].name
    office.edit(f'"{chain.url}"', f'"{chain.url}", "{second.url}"')
    bad = office.bad()
    host = second.url.removeprefix("http://").rstrip("/")
    assert set(bad) == {f"node {host}", f"chain {name}"}
    assert "[identity." in bad[f"node {host}"]["found"]
    office.edit(f'"{chain.url}", "{second.url}"', f'"{second.url}"')
    assert set(office.bad()) == {f"chain {name}"}
    office.edit(second.url, chain.url)
    assert office.bad() == {}


def test_several_nodes_are_asked_one_by_one(office: Office, chain: DevChain) -> None:
    port = chain.url.rstrip("/").rpartition(":")[2]
    office.edit(f'"{chain.url}"', f'"{chain.url}", "http://localhost:{port}"')
    nodes = [topic for topic in office.answers() if topic.startswith("node ")]
    assert nodes == [f"node 127.0.0.1:{port}", f"node localhost:{port}"]


@pytest.mark.parametrize(("hours", "is_good"), [(-1, False), (0, True), (1, True)])
def test_a_clock_behind_the_chain_is_named(office: Office, hours: int, is_good: bool) -> None:
    clock = FakeClock(SystemClock().now() + 3_600 * hours)
    name = office.settings.registry[0].name
    answers = {one.topic: one for one in examine(office.context(), clock)}
    found: Answer = answers[f"clock {name}"]
    assert found.good is is_good
    assert is_good or "timedatectl" in found.next


# -- store and queue ------------------------------------------------------------------------------


def test_a_store_that_is_not_there_yet_is_no_fault_and_is_not_made(office: Office) -> None:
    for path in office.folder.glob("attestree.db*"):
        path.unlink()
    assert "not there yet" in office.answers()["store"]["found"]
    assert list(office.folder.glob("attestree.db*")) == []


def test_a_file_that_is_no_database_is_named(office: Office) -> None:
    for path in office.folder.glob("attestree.db*"):
        path.unlink()
    (office.folder / "attestree.db").write_bytes(b"not a database" * 100)
    assert set(office.bad()) == {"store"}


@pytest.mark.parametrize(("revision", "word"), [("0001", "older"), ("9999", "newer")])
def test_tables_of_another_version_are_named_and_left_alone(office: Office, revision: str, word: str) -> None:
    with sqlite3.connect(office.folder / "attestree.db") as raw:
        (before,) = raw.execute("SELECT version_num FROM alembic_version").fetchone()
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    raw.close()
    (answer,) = office.bad().values()
    assert word in answer["found"]
    with sqlite3.connect(office.folder / "attestree.db") as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (revision,)
        raw.execute("UPDATE alembic_version SET version_num = ?", (before,))
    raw.close()
    assert office.bad() == {}


def test_a_write_that_stopped_is_taken_up_by_the_command_that_is_named(office: Office) -> None:
    office.add("stopped")
    with wire_store(office.settings) as store:
        note = "outbox.effect_missing"
        store.move_intent("stopped", before=State.SEALED, after=State.HALTED, fence=1, note=note)
    (answer,) = office.bad().values()
    assert answer["topic"] == "write stopped"
    assert answer["next"] == "attestree anchor --resume stopped"
    office.type(*answer["next"].split()[1:])
    assert office.bad() == {}


@pytest.mark.parametrize(
    ("note", "command"),
    [
        ("outbox.foreign_nonce", "attestree anchor --accept-foreign {address}"),
        ("outbox.finality_broken", "attestree anchor --resume {registry}"),
    ],
)
def test_a_write_that_stopped_for_what_is_not_its_own_is_taken_up_by_what_that_needs(
    office: Office, note: str, command: str
) -> None:
    office.add("stopped")
    with wire_store(office.settings) as store:
        store.move_intent("stopped", before=State.SEALED, after=State.HALTED, fence=1, note=note)
        store.open_lane(sender=office.operator, registry=office.settings.registry[0].name, first=0)
    (answer,) = office.bad().values()
    wanted = command.format(address=f"0x{office.operator.hex()}", registry=office.settings.registry[0].name)
    assert answer["next"].split("`")[1::2] == [wanted]
    office.type(*wanted.split()[1:])
    assert office.bad() == {}


def test_a_write_that_waits_for_too_long_is_named(office: Office) -> None:
    office.add("fresh")
    assert "1 on their way" in office.answers()["queue"]["found"]
    assert office.bad() == {}
    office.add("old", created=SystemClock().now() - 7_200)
    (answer,) = office.bad().values()
    assert "120 minutes" in answer["found"]
    office.type(*answer["next"].split()[1:])
    assert office.bad() == {}


def test_whoever_holds_a_key_is_named(office: Office) -> None:
    now = SystemClock().now()
    key = build_lease_key(chain_id=31337, address=office.operator)
    with wire_store(office.settings) as store:
        fence = store.take_lease(key=key, owner=name_owner(now=now), now=now, seconds=60)
        found = office.answers()["lease"]["found"]
        assert f"process {os.getpid()} on {socket.gethostname()}" in found
        assert "for 60 s more" in found or "for 59 s more" in found
        store.drop_lease(key=key, fence=fence)
    assert not [topic for topic in office.answers() if topic == "lease"]


def test_a_foreign_transaction_is_named_and_accepted_by_the_command_that_is_named(
    office: Office, chain: DevChain
) -> None:
    office.issue()
    address = f"0x{office.operator.hex()}"
    count = int(chain.call("eth_getTransactionCount", address, "latest"), 16)
    chain.call("anvil_impersonateAccount", address)
    chain.call("eth_sendTransaction", {"from": address, "to": address, "value": "0x0"})
    chain.call("anvil_stopImpersonatingAccount", address)
    chain.mine(3)
    assert int(chain.call("eth_getTransactionCount", address, "latest"), 16) == count + 1
    (answer,) = office.bad().values()
    assert "[lane.foreign]" in answer["found"]
    command = answer["next"].partition("`")[2].partition("`")[0]
    assert command == f"attestree anchor --accept-foreign {address}"
    office.type(*command.split()[1:])
    assert office.bad() == {}
    assert office.refused(*command.split()[1:]) == "lane.nothing_foreign"


def test_a_lost_or_older_database_is_recovered_and_never_taken_for_a_stranger(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    database, older = office.folder / "attestree.db", office.folder / "older.db"
    office.issue()
    shutil.copy(database, older)
    second = office.folder / "second.csv"
    second.write_text("learner_id,name,awarded_on\nL0002,Ada Example,2026-05-01\n")
    office.type("issue", "second.csv", "--achievement", "achievement.toml", "--yes")
    for copy in (older, None):
        for left in office.folder.glob("attestree.db*"):
            left.unlink()
        if copy is not None:
            shutil.copy(copy, database)
        (answer,) = office.bad().values()
        assert "attestree recover" in answer["next"]
        assert "accept-foreign" not in answer["next"]
        office.type("recover", "--yes")
        assert office.bad() == {}
        # Asked again, it says that there is nothing to do, and no more.
        capsys.readouterr()
        assert run(["recover", "--yes"]) == 0
        assert capsys.readouterr().out == f"{NOTHING}\nCheck: attestree fsck\n"


# -- folders and disk -----------------------------------------------------------------------------


def test_a_folder_left_half_written_is_named_once_it_is_old(office: Office) -> None:
    part = office.folder / "batches" / office.settings.issuer[0].name / "b1.part"
    part.mkdir(parents=True)
    assert office.bad() == {}
    os.utime(part, (1_000_000_000, 1_000_000_000))
    (answer,) = office.bad().values()
    assert "b1" in answer["found"]
    shutil.rmtree(part)
    assert office.bad() == {}


def test_a_final_batch_that_was_not_handed_out_is_named_with_its_command(office: Office) -> None:
    office.type("template", "roster")
    office.describe()
    office.type("issue", "roster.csv", "--achievement", "achievement.toml", "--yes", "--no-wait")
    settings = office.settings
    with wire_store(settings) as store, wire_worker(settings, settings.registry[0], store) as worker:
        worker.drive_until_final([one.wanted.id for one in store.fetch_intents()])
    (answer,) = office.bad().values()
    assert answer["topic"].startswith("delivery ")
    # What is final needs no key any more.
    key = settings.issuer[0].operator_key
    assert isinstance(key, Path)
    shutil.move(office.folder / key, office.folder / "away.json")
    office.type(*answer["next"].split()[1:])
    shutil.move(office.folder / "away.json", office.folder / key)
    assert office.bad() == {}


def test_a_disk_that_is_nearly_full_is_named(office: Office) -> None:
    with (office.folder / FILE_NAME).open("a") as settings:
        settings.write("\n[alarm]\nleast_free_mb = 1000000000\n")
    bad = office.bad()
    assert set(bad) == {"disk", "disk of the database"}
    office.edit("least_free_mb = 1000000000", "least_free_mb = 0")
    assert office.bad() == {}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_small_disk_is_measured_where_the_batches_lie(
    office: Office, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.edit("[[registry]]", "[alarm]\nleast_free_mb = 2\n[[registry]]")
    assert office.bad() == {}
    monkeypatch.setenv("ATTESTREE_BATCHES", str(small_disk))
    assert set(office.bad()) == {"disk"}


# -- alarm and trust --------------------------------------------------------------------------------


def test_the_program_of_the_alarm_is_looked_at_and_tried_on_request(office: Office) -> None:
    program = office.folder / "call.sh"
    program.write_text(f"#!/bin/sh\ncat > {office.folder}/told\n")
    with (office.folder / FILE_NAME).open("a") as settings:
        settings.write('\n[alarm]\ncommand = ["./call.sh"]\n')
    command = office.bad()["alarm"]["next"]
    assert command.startswith("chmod u+x ")
    subprocess.run(command.split(), check=True)
    assert office.bad() == {}
    assert not (office.folder / "told").exists()
    office.type("doctor", "--test-alarm")
    assert json.loads((office.folder / "told").read_text())["code"] == "alarm.test"
    program.write_text("#!/bin/sh\nexit 4\n")
    answers = {one["topic"]: one for one in office.type("doctor", "--test-alarm", code=1)["answers"]}
    assert "exit 4" in answers["alarm"]["found"]
    program.unlink()
    assert "Mend" in office.bad()["alarm"]["next"]


def test_a_trust_file_that_is_gone_is_named(office: Office) -> None:
    (office.folder / "trust.toml").unlink()
    assert set(office.bad()) == {"trust"}


def test_the_did_of_the_signing_key_is_named_and_compared_with_the_settings(office: Office) -> None:
    issuer = office.settings.issuer[0]
    topic = f"key {issuer.signing_key.name}" if issuer.signing_key else ""
    answers = {one["topic"]: one for one in office.type("doctor")["answers"]}
    assert issuer.did in answers[topic]["found"]
    path = office.folder / "attestree.toml"
    other = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    path.write_text(path.read_text("utf-8").replace(issuer.did, other), "utf-8")
    assert "[config.signing_key_of_another]" in office.bad()[topic]["found"]
