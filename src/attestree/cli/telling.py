"""
Telling what happens to writes, for the commands that wait for them.

Decides that each change is told once, in words of the catalogue. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from attestree.anchoring import Event
from attestree.credentials.dates import format_timestamp
from attestree.errors import AttestreeError, RefusedError, RevertedError, UnavailableError
from attestree.outbox.relayed import is_relayed
from attestree.ports import Store
from attestree.text.catalogue import explain, explain_error


@contextmanager
def telling_that_it_waits(say: Callable[[str], None], ids: Sequence[str] = ()) -> Iterator[None]:
    """Say that a queued write is kept when chain or store fall silent, or the contract says no; raise on."""
    try:
        yield
    except RevertedError:
        say("It stays queued: attestree anchor asks the public record again.")
        for intent_id in ids:
            say(f"To withdraw it: attestree anchor --drop {intent_id}")
        raise
    except UnavailableError:
        say("It is queued and kept: attestree anchor records it once that is mended.")
        raise


@dataclass(slots=True)
class Teller:
    """Tells each change once, in words."""

    say: Callable[[str], None]
    """Prints one line."""
    told: dict[str, str] = field(default_factory=dict)
    """The last code told, by write."""
    silence: str = ""
    """The sentence that was said last of what is silent."""

    def tell(self, event: Event) -> None:
        """Print a line if something new is to be said about a write."""
        if self.told.get(event.intent_id) == event.code:
            return
        self.told[event.intent_id] = event.code
        said = explain(event.code, {}) if event.error is None else explain_error(event.error)
        where = f" Block {event.block_number}." if event.code == "outbox.mined" else ""
        self.say(f"{event.title}: {said.sentence}{where}")

    def tell_but_refusals(self, event: Event) -> None:
        """Print as `tell`, but no refusal: for a queue in which one write waits until another is final."""
        if not isinstance(event.error, RefusedError):
            self.tell(event)

    def list_told(self, code: str, *, of: Store) -> Sequence[str]:
        """Return the writes of a store of which this was said last, and that nobody here sends."""
        intents = (of.fetch_intent(name) for name, told in self.told.items() if told == code)
        return [one.wanted.id for one in intents if one is not None and is_relayed(one)]

    def tell_patience(self, error: AttestreeError, until: int) -> None:
        """Print a line when what is waited for begins to be silent: it is asked again until then."""
        again = explain("program.asks_again", {"until": format_timestamp(until)})
        sentence = explain_error(error).sentence
        self.say(again.sentence if sentence == self.silence else f"{sentence} {again.sentence}")

    def tell_silence(self, error: AttestreeError) -> None:
        """Print a line when chain or store begin to be silent."""
        if self.told.get("") != error.code:
            self.told[""] = error.code
            self.silence = explain_error(error).sentence
            self.say(self.silence)
