"""
Queued writes as people and programs see them, and what is wrong with them.

Decides words only. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence

import typer

from attestree.cli.console import Console, exit_code
from attestree.errors import AttestreeError, KeyFileError, TransitionError
from attestree.outbox.states import State
from attestree.ports import Intent
from attestree.text.catalogue import explain

STATE_WORDS = {
    State.SEALED: "queued",
    State.SIGNED: "signed, not sent yet",
    State.SENT: "sent",
    State.MINED: "recorded, not final yet",
    State.FINAL: "final",
    State.REVERTED: "taken without effect",
    State.HALTED: "stopped",
}
"""How a state is called for people."""


def show_writes(console: Console, intents: Sequence[Intent], fault: AttestreeError | None) -> None:
    """Print every write that was not final before, and where it stands now; end with what is wrong."""
    lines = [f"{STATE_WORDS[intent.state]:<24} {intent.wanted.title}{_why(intent)}" for intent in intents]
    text, writes = "\n".join(lines) or "Nothing is queued.", {"writes": [_fields(one) for one in intents]}
    if fault is None:
        console.result(text, writes)
        return
    console.result_and_error(text, writes, fault)
    raise typer.Exit(exit_code(fault))


def find_fault(intents: Sequence[Intent], without_key: Sequence[Intent]) -> AttestreeError | None:
    """Return why a program that calls this one must not believe that all is well, or None."""
    for intent in intents:
        if intent.state is State.HALTED:
            return TransitionError(intent.note, **intent.facts)
    for intent in without_key:
        return KeyFileError("key.not_here", address="0x" + intent.wanted.sender.hex())
    return None


def _why(intent: Intent) -> str:
    """Return why a write stopped, and its name for `--resume` or `--drop`."""
    if intent.state is State.SEALED:
        return f" [{intent.wanted.id}]"
    if intent.state is not State.HALTED:
        return ""
    return f"\n{'':<24} {explain(intent.note, {}).sentence} [{intent.wanted.id}]"


def _fields(intent: Intent) -> dict[str, object]:
    """Return a write for programs."""
    return {
        "id": intent.wanted.id,
        "kind": intent.wanted.kind,
        "title": intent.wanted.title,
        "registry": intent.wanted.registry,
        "batch": intent.wanted.batch_id,
        "state": intent.state.value,
        "block": intent.block_number,
        "note": intent.note or None,
    }
