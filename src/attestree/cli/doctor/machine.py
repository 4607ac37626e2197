"""
The doctor on this computer: Python, programs for developers, disks, the program that alarms run.

Decides what is told as advice and what must be mended. Source: DESIGN sections 9 and 13.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from attestree.adapters.alarms.command import CommandTeller
from attestree.adapters.alarms.notice import Notice, Stage
from attestree.adapters.evm.anvil_chain import find_anvil
from attestree.adapters.files.disk import fetch_free_bytes
from attestree.cli.doctor.answer import Answer, bad, failed, good
from attestree.errors import AttestreeError
from attestree.ports import Clock
from attestree.settings import Settings
from attestree.wiring.alarms import alarm_command, disk_places


def examine_programs() -> Iterator[Answer]:
    """Yield an answer for Python and for each program that only some need."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Answer("python", good=sys.version_info >= (3, 11), words=version)
    if importlib.util.find_spec("merkletools") is not None:
        yield good("merkletools", "there; batches of the Chainpoint kind can be made")
    else:
        advice = "pip install --no-deps merkletools==1.0.3"
        yield good("merkletools", "not there; only batches of the Chainpoint kind need it", advice)
    if find_anvil() is not None:
        yield good("anvil", "there; `attestree chain` keeps its state")
    else:
        yield good("anvil", "not there; a local test chain will end with its process")
    for program, use in (("node", "Hardhat and the contract's tests"), ("solc", "compiling by hand")):
        there = "there" if shutil.which(program) else "not there"
        yield good(program, f"{there}; only developers need it, for {use}")


def examine_disks(settings: Settings) -> Iterator[Answer]:
    """Yield an answer for each disk that must not fill up."""
    for place, folder in disk_places(settings).items():
        topic = "disk" if place == "the batch folder" else "disk of the database"
        try:
            free = fetch_free_bytes(folder)
        except AttestreeError as error:
            yield failed(topic, error)
            continue
        words = f"{free / 1e9:.1f} GB free in {place}"
        if free < settings.alarm.least_free_mb * 10**6:
            yield bad(topic, words, f"Free some space in {folder} before the next batch.")
        elif not _is_writable(folder):
            yield bad(topic, f"{place} cannot be written to", f"chmod u+rwx {folder}")
        else:
            yield good(topic, words)


def examine_alarm(settings: Settings, clock: Clock, *, rings: bool) -> Answer:
    """Return whether somebody is called when something stands in the way; `rings` = try it."""
    command = alarm_command(settings)
    if not command:
        advice = "Name a program as `[alarm] command` in attestree.toml; docs/how-to/operate.md shows one."
        return good("alarm", "no program is named: an alarm is a line of `attestree anchor --watch`", advice)
    if shutil.which(command[0]) is None:
        following = f"chmod u+x {command[0]}" if Path(command[0]).is_file() else "Mend `[alarm] command`."
        return bad("alarm", f"the program {Path(command[0]).name} cannot be run", following)
    if not rings:
        return good("alarm", f"runs {Path(command[0]).name}", "attestree doctor --test-alarm")
    now = clock.now()
    outcome = CommandTeller(command).run(Notice("alarm.test", "test", Stage.RAISED, now, now))
    if outcome:
        return bad("alarm", f"the program failed: {outcome}", f"Run it by hand: {command[0]} < /dev/null")
    return good("alarm", f"{Path(command[0]).name} was run with a test")


def _is_writable(folder: Path) -> bool:
    """Say whether something could be written to a folder, or to the one that it will be made in."""
    place = folder.absolute()
    there = next(one for one in (place, *place.parents) if one.exists())
    return os.access(there, os.W_OK | os.X_OK)
