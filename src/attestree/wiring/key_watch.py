"""
The keys that a service lacks: who records for whom, and is not here.

Decides which missing key calls a person: an operator key that the settings name, always, for it is meant to
be here; the issuer's own key only while a write waits for it, for it may well lie elsewhere.
Source: DESIGN sections 6 and 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attestree.anchoring.bell import Bell
from attestree.anchoring.vigil import UNFINISHED
from attestree.outbox.states import State
from attestree.ports import Store
from attestree.settings import EnvironmentKey, IssuerSettings, KeySetting, Settings
from attestree.wiring.keys import is_here

NO_KEY = "alarm.no_key"
"""Code of the alarm."""


class KeyWatch:
    """Rings, round by round, for the keys that were not here when a service began; it opens none later."""

    def __init__(self, settings: Settings, store: Store, bell: Bell) -> None:
        """Look once which keys are here."""
        self._store = store
        self._bell = bell
        self._missing: Mapping[str, tuple[IssuerSettings, KeySetting]] = {
            issuer.name: (issuer, key)
            for issuer in settings.issuer
            if (key := issuer.operator_key or issuer.issuer_key) is not None and not is_here(settings, key)
        }

    def note_round(self) -> None:
        """Ring for each key that stands in the way; UnavailableError where the store does not answer."""
        for issuer, key in self._missing.values():
            if issuer.operator_key is not None or self._is_awaited(issuer):
                self._bell.ring(NO_KEY, subject=issuer.name, issuer=issuer.title, key=_name(key))
            else:
                self._bell.hush(NO_KEY, subject=issuer.name)

    def _is_awaited(self, issuer: IssuerSettings) -> bool:
        """Say whether a write waits for the issuer's own key."""
        waiting = self._store.fetch_intents(states=UNFINISHED - {State.HALTED})
        return any(one.wanted.sender == issuer.account for one in waiting)


def _name(key: KeySetting) -> str:
    """Return how a key is called: the name of its file, or its variable."""
    if isinstance(key, Path):
        return key.name
    return key.variable if isinstance(key, EnvironmentKey) else key.address
