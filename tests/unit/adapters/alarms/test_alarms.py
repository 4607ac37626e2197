"""Alarms: told once, told again in time, and never in the way of what they are about."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from attestree.adapters.alarms import AlarmBook, Notice, Stage
from attestree.adapters.alarms.command import CommandTeller
from attestree.adapters.alarms.log import LogTeller
from attestree.adapters.alarms.memory import Memory
from attestree.adapters.alarms.textfile import Figures, QueueFigures, write_metrics
from attestree.errors import FolderUnavailableError
from attestree.text.catalogue import explain
from tests.fakes.fake_chain import FakeClock

ALARM = "alarm.low_balance"
FACTS = {"address": "0xab", "transactions": 3}


@dataclass
class Ear:
    """Hears notices; may be deaf."""

    heard: list[Notice] = field(default_factory=list)
    fails: bool = False
    closed: bool = False

    def tell(self, notice: Notice) -> None:
        if self.fails:
            raise RuntimeError("no")
        self.heard.append(notice)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def stages(ear: Ear) -> list[str]:
    return [notice.stage.value for notice in ear.heard]


# -- the book ----------------------------------------------------------------------------------


def test_an_alarm_is_told_once_however_often_it_is_reported(clock: FakeClock) -> None:
    ear = Ear()
    book = AlarmBook(clock, [ear], repeat_seconds=600)
    for _ in range(50):
        book.raise_alarm(ALARM, subject="k", **FACTS)
        clock.seconds += 2
    assert stages(ear) == ["raised"]
    assert (book.standing, book.raised) == ({ALARM: 1}, {ALARM: 1})


def test_an_alarm_that_still_stands_is_told_again_after_its_time(clock: FakeClock) -> None:
    ear = Ear()
    book = AlarmBook(clock, [ear], repeat_seconds=600)
    began = clock.now()
    for _ in range(1_300):
        book.raise_alarm(ALARM, subject="k", **FACTS)
        clock.seconds += 1
    assert stages(ear) == ["raised", "standing", "standing"]
    assert {notice.since for notice in ear.heard} == {began}


def test_the_end_of_an_alarm_is_told_and_then_it_is_new_again(clock: FakeClock) -> None:
    ear = Ear()
    book = AlarmBook(clock, [ear])
    book.clear_alarm(ALARM, subject="k")
    book.raise_alarm(ALARM, subject="k")
    book.clear_alarm(ALARM, subject="k")
    book.clear_alarm(ALARM, subject="k")
    book.raise_alarm(ALARM, subject="k")
    assert stages(ear) == ["raised", "cleared", "raised"]
    assert book.raised == {ALARM: 2}


def test_two_subjects_are_two_alarms(clock: FakeClock) -> None:
    ear = Ear()
    book = AlarmBook(clock, [ear])
    for subject in ("one", "two", "one"):
        book.raise_alarm(ALARM, subject=subject)
    book.clear_alarm(ALARM, subject="one")
    assert [(notice.subject, notice.stage.value) for notice in ear.heard] == [
        ("one", "raised"),
        ("two", "raised"),
        ("one", "cleared"),
    ]
    assert book.standing == {ALARM: 1}


def test_who_cannot_tell_keeps_nobody_else_from_it(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    ear = Ear()
    with AlarmBook(clock, [Ear(fails=True), ear]) as book:
        book.raise_alarm(ALARM, subject="k", **FACTS)
    assert stages(ear) == ["raised"]
    assert ear.closed
    assert json.loads(capsys.readouterr().err)["event"] == "alarm not told"


def test_a_clock_that_is_set_back_makes_no_storm(clock: FakeClock) -> None:
    ear = Ear()
    book = AlarmBook(clock, [ear], repeat_seconds=600)
    book.raise_alarm(ALARM)
    clock.seconds -= 10_000
    for _ in range(20):
        book.raise_alarm(ALARM)
    assert stages(ear) == ["raised", "standing"]


def test_a_process_that_is_started_again_and_again_tells_once(clock: FakeClock, tmp_path: Path) -> None:
    ear = Ear()
    for _ in range(10):
        with AlarmBook(clock, [ear], repeat_seconds=600, memory=Memory(tmp_path / "told.txt")) as book:
            book.raise_alarm(ALARM, subject="k")
            assert book.standing == {ALARM: 1}
        clock.seconds += 59
    assert stages(ear) == ["raised"]
    clock.seconds += 59
    with AlarmBook(clock, [ear], repeat_seconds=600, memory=Memory(tmp_path / "told.txt")) as book:
        book.raise_alarm(ALARM, subject="k")
        book.raise_alarm(ALARM, subject="other")
        book.clear_alarm(ALARM, subject="k")
    assert stages(ear) == ["raised", "raised", "raised", "cleared"]
    with AlarmBook(clock, [ear], repeat_seconds=600, memory=Memory(tmp_path / "told.txt")) as book:
        book.raise_alarm(ALARM, subject="k")
        book.raise_alarm(ALARM, subject="other")
    assert [notice.subject for notice in ear.heard[4:]] == ["k"]


@pytest.mark.parametrize("content", [b"\xff", b"{", b"a\tb\tc\n", b"1\tb\n", b"\0" * 10])
def test_a_memory_that_is_damaged_silences_nothing(
    clock: FakeClock, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "told.txt").write_bytes(content)
    ear = Ear()
    AlarmBook(clock, [ear], memory=Memory(tmp_path / "told.txt")).raise_alarm(ALARM)
    AlarmBook(clock, [ear], memory=Memory(tmp_path / "none" / "told.txt")).raise_alarm(ALARM)
    assert stages(ear) == ["raised", "raised"]
    assert "alarm not told" in capsys.readouterr().err


# -- a line of the log -------------------------------------------------------------------------


def test_a_line_holds_the_code_and_the_words(clock: FakeClock, capsys: pytest.CaptureFixture[str]) -> None:
    with AlarmBook(clock, [LogTeller()]) as book:
        book.raise_alarm(ALARM, subject="k", **FACTS)
        book.clear_alarm(ALARM, subject="k")
    out, err = capsys.readouterr()
    raised, cleared = [json.loads(line) for line in err.splitlines()]
    assert out == ""
    assert (raised["level"], raised["code"], raised["stage"]) == ("error", ALARM, "raised")
    assert raised["sentence"] == explain(ALARM, FACTS).sentence
    assert (cleared["level"], cleared["stage"]) == ("info", "cleared")


# -- a program ---------------------------------------------------------------------------------


@dataclass
class Hook:
    """A program that writes down how it was run."""

    folder: Path

    def command(self, body: str = "") -> list[str]:
        path = self.folder / "hook"
        path.write_text(
            f"""#!{sys.executable}
import json, os, sys, time
seen = {{"stdin": sys.stdin.read(), "env": dict(os.environ), "arguments": sys.argv[1:]}}
with open({str(self.folder / "runs")!r}, "a") as runs:
    runs.write(json.dumps(seen) + "\\n")
{body}
""",
            encoding="utf-8",
        )
        path.chmod(stat.S_IRWXU)
        return [str(path), "--to", "$(touch pwned); `x`"]

    @property
    def runs(self) -> list[dict[str, object]]:
        path = self.folder / "runs"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def hook(tmp_path: Path) -> Hook:
    return Hook(tmp_path)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", "canary")


def ring(clock: FakeClock, teller: CommandTeller) -> None:
    with AlarmBook(clock, [teller]) as book:
        book.raise_alarm(ALARM, subject="k", **FACTS)


def test_a_program_gets_the_alarm_as_json_and_no_secret(clock: FakeClock, hook: Hook, tmp_path: Path) -> None:
    ring(clock, CommandTeller(hook.command()))
    (run,) = hook.runs
    told = json.loads(str(run["stdin"]))
    assert (told["code"], told["subject"], told["stage"]) == (ALARM, "k", "raised")
    assert told["values"] == FACTS
    assert told["sentence"] == explain(ALARM, FACTS).sentence
    env = run["env"]
    assert isinstance(env, dict)
    assert (env["ATTESTREE_ALARM_CODE"], env["ATTESTREE_ALARM_STAGE"]) == (ALARM, "raised")
    assert "canary" not in json.dumps(run)


def test_no_shell_ever_reads_an_argument(clock: FakeClock, hook: Hook) -> None:
    ring(clock, CommandTeller(hook.command()))
    assert hook.runs[0]["arguments"] == ["--to", "$(touch pwned); `x`"]
    assert not (hook.folder / "pwned").exists()


def test_each_notice_is_one_run_in_the_order_they_came(clock: FakeClock, hook: Hook) -> None:
    with AlarmBook(clock, [CommandTeller(hook.command())]) as book:
        for _ in range(10):
            book.raise_alarm(ALARM, subject="k")
        book.clear_alarm(ALARM, subject="k")
    assert [json.loads(str(run["stdin"]))["stage"] for run in hook.runs] == ["raised", "cleared"]


@pytest.mark.parametrize(
    ("body", "outcome"), [("sys.exit(3)", "exit 3"), ("raise SystemExit('secret words')", "exit 1")]
)
def test_a_program_that_fails_is_named_in_the_log_and_stops_nothing(
    clock: FakeClock, hook: Hook, capsys: pytest.CaptureFixture[str], body: str, outcome: str
) -> None:
    ring(clock, CommandTeller(hook.command(body)))
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["code"], line["outcome"]) == ("alarm command failed", ALARM, outcome)


def test_a_program_that_is_not_there_stops_nothing(
    clock: FakeClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ring(clock, CommandTeller([str(tmp_path / "nothing")]))
    assert json.loads(capsys.readouterr().err)["outcome"] == "FileNotFoundError"


def test_a_program_that_hangs_is_killed_with_all_that_it_started(
    clock: FakeClock, hook: Hook, capsys: pytest.CaptureFixture[str]
) -> None:
    body = f"""
child = os.fork()
with open({str(hook.folder / "pids")!r}, "a") as pids:
    pids.write(f"{{os.getpid()}} ")
    pids.flush()
    os.fsync(pids.fileno())
time.sleep(600)
"""
    ring(clock, CommandTeller(hook.command(body), timeout_seconds=1.5))
    assert json.loads(capsys.readouterr().err)["outcome"] == "timeout"
    pids = [int(pid) for pid in (hook.folder / "pids").read_text().split()]
    assert len(pids) == 2
    for _ in range(500):
        if not any(is_alive(pid) for pid in pids):
            return
        time.sleep(0.01)
    raise AssertionError("what it started still runs")


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not fetched yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    if not state.exists():
        os.kill(pid, signal.SIGKILL)
        return True
    return state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_storm_is_dropped_and_the_work_goes_on(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with AlarmBook(clock, [CommandTeller(["true"])]) as book:
        for number in range(2_000):
            book.raise_alarm(ALARM, subject=str(number))
    assert "too many wait" in capsys.readouterr().err


# -- a file for Prometheus ---------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "attestree.prom"
    left = [path.name for path in tmp_path.iterdir() if path.name.startswith("attestree.prom.")]
    assert left == []


def test_the_metrics_name_alarms_queue_and_time(written: Path) -> None:
    write_metrics(
        written,
        Figures(77, {ALARM: 1}, {ALARM: 4}, QueueFigures({"sent": 2}, {"outbox.foreign_nonce": 1}, 90)),
    )
    lines = written.read_text().splitlines()
    for expected in (
        f'attestree_alarm{{code="{ALARM}"}} 1.0',
        f'attestree_alarms_total{{code="{ALARM}"}} 4.0',
        'attestree_writes{state="sent"} 2.0',
        'attestree_stopped_writes{code="outbox.foreign_nonce"} 1.0',
        "attestree_oldest_write_seconds 90.0",
        "attestree_round_time_seconds 77.0",
    ):
        assert expected in lines


def test_metrics_that_cannot_be_written_are_our_error(tmp_path: Path) -> None:
    with pytest.raises(FolderUnavailableError) as caught:
        write_metrics(tmp_path / "none" / "attestree.prom", Figures(1))
    assert caught.value.code == "folder.write_failed"


def test_every_stage_has_a_word() -> None:
    assert [stage.value for stage in Stage] == ["raised", "standing", "cleared"]
