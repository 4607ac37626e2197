"""
`attestree doctor`: looks at everything a command needs, and says what is missing.

Decides which questions are asked and in which order; each is answered by the part that would fail.
It changes nothing. Source: DESIGN sections 9 and 13.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from attestree.adapters.evm.anvil_chain import find_anvil
from attestree.adapters.keys.files import read_key_file_address
from attestree.cli.console import ACCEPT, REJECT, Context, many
from attestree.errors import AttestreeError
from attestree.outbox.states import State
from attestree.settings import FILE_NAME, RegistrySettings, Settings
from attestree.text.catalogue import explain_error
from attestree.verifying.trust import Trust
from attestree.wiring.chains import wire_facts
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust
from attestree.wiring.workers import key_paths

LEAST_FREE_BYTES = 1_000_000_000
"""Free disk below which a large batch may not fit."""

CLOCK_SKEW_SECONDS = 120
"""How far this machine's clock may be behind the newest block."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its answer."""

    topic: str
    """What was looked at."""
    good: bool
    """Whether it is as it should be."""
    words: str
    """What was found."""
    next: str = ""
    """What to do, where it is not."""


def register(app: typer.Typer) -> None:
    """Add `doctor` to the program."""
    app.command(rich_help_panel="Start")(doctor)


def doctor(ctx: typer.Context) -> None:
    """Look at settings, keys, trust, chain, store and disk, and say what to mend."""
    context: Context = ctx.obj
    answers = list(examine(context))
    width = max(len(answer.topic) for answer in answers)
    lines = []
    for answer in answers:
        lines.append(f"{'ok  ' if answer.good else 'MEND'}  {answer.topic:<{width}}  {answer.words}")
        if answer.next:
            lines.append(f"      {'':<{width}}  {answer.next}")
    listed = [{"topic": a.topic, "good": a.good, "found": a.words, "next": a.next or None} for a in answers]
    context.console.result("\n".join(lines), {"answers": listed})
    raise typer.Exit(ACCEPT if all(answer.good for answer in answers) else REJECT)


def examine(context: Context) -> Iterator[Answer]:
    """Yield an answer to each question; an error of one does not stop the next."""
    yield _python()
    yield _merkletools()
    yield _anvil()
    try:
        settings = context.settings()
    except AttestreeError as error:
        yield _bad("settings", error)
        return
    if not settings.registry:
        words = f"no registry is named; looked for {FILE_NAME} from {settings.folder} upwards"
        yield Answer("settings", good=False, words=words, next="Start with `attestree init`.")
        return
    yield Answer("settings", good=True, words=f"read from {settings.folder}")
    yield _asked("trust", lambda: _trust(read_trust(settings.path(settings.trust))))
    for registry in settings.registry:
        yield _chain(registry)
        for path in key_paths(settings, registry):
            yield _key(path)
    yield _asked("store", lambda: _store(settings))
    yield _disk(settings.path(settings.batches))


def _python() -> Answer:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Answer("python", good=sys.version_info >= (3, 11), words=version)


def _merkletools() -> Answer:
    if importlib.util.find_spec("merkletools") is not None:
        return Answer("merkletools", good=True, words="there; batches of the Chainpoint kind can be made")
    return Answer(
        "merkletools",
        good=True,
        words="not there; only batches of the Chainpoint kind need it",
        next="pip install --no-deps merkletools==1.0.3",
    )


def _anvil() -> Answer:
    found = find_anvil()
    if found is not None:
        return Answer("anvil", good=True, words="there; `attestree chain` keeps its state")
    return Answer("anvil", good=True, words="not there; a local test chain will end with its process")


def _trust(trust: Trust) -> str:
    registries = many(len(trust.networks), "registry", "registries")
    return f"{trust.name}: {registries}, {many(len(trust.accreditors), 'accreditor')}"


def _chain(registry: RegistrySettings) -> Answer:
    topic, clock = f"chain {registry.name}", SystemClock()
    try:
        view = wire_facts(registry, clock=clock).fetch_view()
    except AttestreeError as error:
        return _bad(topic, error)
    words = f"as pinned, block {view.latest.number}, final {view.final.number}"
    behind = view.latest.time - clock.now()
    if behind <= CLOCK_SKEW_SECONDS:
        return Answer(topic, good=True, words=words)
    words += f"; this machine's clock is {behind} s behind the chain"
    return Answer(topic, good=False, words=words, next="Set the clock of this machine.")


def _key(path: Path) -> Answer:
    return _asked(f"key {path.name}", lambda: f"0x{read_key_file_address(path).hex()}")


def _store(settings: Settings) -> str:
    with wire_store(settings) as store:
        intents = store.fetch_intents()
    waiting = sum(intent.state not in (State.FINAL, State.HALTED) for intent in intents)
    halted = sum(intent.state is State.HALTED for intent in intents)
    return f"{many(len(intents), 'write')}, {waiting} on their way, {halted} stopped"


def _disk(folder: Path) -> Answer:
    place = next((place for place in (folder, *folder.parents) if place.exists()), Path.cwd())
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free"
    if free >= LEAST_FREE_BYTES:
        return Answer("disk", good=True, words=words)
    return Answer("disk", good=False, words=words, next="Free some space before the next batch.")


def _asked(topic: str, ask: Callable[[], str]) -> Answer:
    try:
        return Answer(topic, good=True, words=ask())
    except AttestreeError as error:
        return _bad(topic, error)


def _bad(topic: str, error: AttestreeError) -> Answer:
    said = explain_error(error)
    return Answer(topic, good=False, words=f"{said.sentence} [{error.code}]", next=said.next)
