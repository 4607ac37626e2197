"""
Driving until given writes are FINAL, for the person who waits for them.

Decides when waiting is worth it: a silent chain is given some time, a lease held elsewhere means
that another does the work, and a refusal that nothing can change any more is raised.
Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from attestree.anchoring.pace import Pace
from attestree.anchoring.progress import OnProgress, Progress
from attestree.errors import FeeLimitError, KeyFileError, LeaseHeldError, TransitionError, UnavailableError
from attestree.outbox.lane import NEEDS_A_PERSON
from attestree.outbox.states import State
from attestree.ports import Clock, Intent, Store

OnSilence = Callable[[UnavailableError, int], None]
"""Told of what does not answer, and until when (Unix seconds) it is asked again; once for each silence."""


def endure_quietly(_error: UnavailableError, _until: int) -> None:
    """Tell nobody."""


class Driver(Protocol):
    """What drives: a worker."""

    pace: Pace
    """When to look again."""

    def drive_once(self, on_progress: OnProgress) -> Progress:
        """Take at most one step for each write."""


class UntilFinal:
    """One wait for some writes."""

    def __init__(
        self,
        driver: Driver,
        store: Store,
        clock: Clock,
        on_progress: OnProgress,
        *,
        patience_seconds: int,
        on_silence: OnSilence = endure_quietly,
    ) -> None:
        """Prepare to wait."""
        self._driver = driver
        self._store = store
        self._clock = clock
        self._on_progress = on_progress
        self._patience_seconds = patience_seconds
        self._on_silence = on_silence
        self._silent_since: int | None = None
        self._untold: UnavailableError | None = None

    def run(self, intent_ids: Sequence[str], *, addresses: Collection[bytes]) -> Sequence[Intent]:
        """Wait and return the writes, all FINAL; raises as `Worker.drive_until_final` says."""
        self._verify_keys(intent_ids, addresses)
        while True:
            # One round at least, also for what is FINAL already: it must still be.
            before = self._fetch(intent_ids)
            progress = self._drive()
            if self._are_final(intents := self._fetch(intent_ids)):
                return intents
            if progress is not None:
                self._verify_hope(before, progress)
            self._tell_silence()
            if progress is None or not progress.acted:
                self._driver.pace.rest()

    def _drive(self) -> Progress | None:
        """Drive one round; None where nobody knows what happened or another process drives."""
        try:
            progress = self._driver.drive_once(self._on_progress)
        except LeaseHeldError:
            return None
        except UnavailableError as exc:
            self._endure(exc)
            return None
        errors = (event.error for event in progress.events)
        silence = next((error for error in errors if isinstance(error, UnavailableError)), None)
        if silence is None or progress.acted:
            self._silent_since = None
        else:
            # A chain that answers is no help while the signer is silent.
            self._endure(silence)
        return progress

    def _endure(self, silence: UnavailableError) -> None:
        """Return while chain, store or signer have not been silent for too long."""
        now = self._clock.now()
        if self._silent_since is None:
            self._silent_since, self._untold = now, silence
        if now - self._silent_since >= self._patience_seconds:
            raise silence

    def _tell_silence(self) -> None:
        """Tell once of a silence that is waited for; one that nobody waits for is no matter."""
        if self._untold is not None and self._silent_since is not None:
            self._on_silence(self._untold, self._silent_since + self._patience_seconds)
        self._untold = None

    def _fetch(self, intent_ids: Sequence[str]) -> Sequence[Intent]:
        """Return the writes as they stand."""
        found = [self._store.fetch_intent(intent_id) for intent_id in intent_ids]
        if any(intent is None for intent in found):
            raise TransitionError("outbox.no_such_intent")
        return [intent for intent in found if intent is not None]

    def _verify_keys(self, intent_ids: Sequence[str], addresses: Collection[bytes]) -> None:
        """Return if every write that is not FINAL can be signed here."""
        for intent in self._fetch(intent_ids):
            if intent.state is not State.FINAL and intent.wanted.sender not in addresses:
                raise KeyFileError("key.not_here", address="0x" + intent.wanted.sender.hex())

    def _are_final(self, intents: Sequence[Intent]) -> bool:
        """Say whether all are FINAL; raises where one halted."""
        for intent in intents:
            if intent.state is State.HALTED:
                raise TransitionError(intent.note, **intent.facts)
        return all(intent.state is State.FINAL for intent in intents)

    def _verify_hope(self, intents: Sequence[Intent], progress: Progress) -> None:
        """Return unless all that is left was refused before anything was signed."""
        left = {intent.wanted.id for intent in intents if intent.state is not State.FINAL}
        events = [event for event in progress.events if event.intent_id in left]
        if not events or any(event.after is not State.SEALED or event.acted for event in events):
            return
        for event in events:
            if event.error is not None and not isinstance(event.error, UnavailableError):
                raise event.error
            if event.code == "fee.above_limit":
                raise FeeLimitError("fee.above_limit")
            if event.code in ("outbox.waits_for_relayer", "outbox.root_taken"):
                raise TransitionError(event.code)
            if event.code in NEEDS_A_PERSON and not progress.acted:
                (sender,) = {one.wanted.sender for one in intents if one.wanted.id == event.intent_id}
                raise TransitionError(event.code, address=f"0x{sender.hex()}")
