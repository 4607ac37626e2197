"""
Keeps the status lists that wallets read, for the commands that record.

Decides that a list which cannot be signed now stops nobody from recording: it is named once, a service calls
a person, and `attestree status-lists` tries again. Issuers that have no lists are passed over.
Source: DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from attestree.cli.console import Console, many
from attestree.cli.password import ask_password
from attestree.errors import AttestreeError, UnavailableError
from attestree.issuing.status_lists import Publication
from attestree.ports import Alarm, Store
from attestree.settings import IssuerSettings, Settings
from attestree.text.catalogue import explain_error
from attestree.wiring.status_lists import ListPublisher, has_lists, wire_publisher

ALARM = "alarm.status_lists"
"""Lists cannot be signed, so that wallets are told nothing of what changes."""

BUSY = "statuslist.busy"
"""Code of a pass that is left out, because another process is at it."""


@dataclass(slots=True)
class Publishing:
    """Keeps the lists of every issuer of the settings, and says what it did."""

    console: Console
    """Is told, on stderr."""
    publisher: ListPublisher
    """Keeps them."""
    alarm: Alarm | None = None
    """Called where they cannot be kept."""
    _told: dict[str, str] = field(default_factory=dict)
    _since: dict[str, int] = field(default_factory=dict)

    def publish_all(self) -> None:
        """Bring all lists up to the chain now."""
        self._each(self.publisher.publish)

    def publish_due(self) -> None:
        """Look whether any list must be signed, as often as it is worth it; for each round of a service."""
        self._each(self.publisher.publish_if_due)

    def _each(self, publish: Callable[[IssuerSettings], Publication | None]) -> None:
        """Do it for each issuer that has lists; what fails for one is told and does not keep the next."""
        for issuer in self.publisher.settings.issuer:
            if not has_lists(self.publisher.settings, issuer):
                continue
            try:
                found = publish(issuer)
            except AttestreeError as error:
                if error.code != BUSY:
                    self._say(issuer, error)
                continue
            if found is not None:
                self._note(issuer, found)

    def _note(self, issuer: IssuerSettings, found: Publication) -> None:
        """Say how many were signed; whatever stood in the way is over."""
        self._told.pop(issuer.name, None)
        self._since.pop(issuer.name, None)
        if self.alarm is not None:
            self.alarm.clear_alarm(ALARM, subject=issuer.name)
        if found.signed:
            self.console.progress(f"{issuer.title}: {many(len(found.signed), 'status list')} signed")

    def _say(self, issuer: IssuerSettings, error: AttestreeError) -> None:
        """Say once why the lists of an issuer are not kept, and call a person where no waiting mends it."""
        now = self.publisher.clock.now()
        lasts = now - self._since.setdefault(issuer.name, now)
        patience = 60 * self.publisher.settings.alarm.silent_minutes
        if self.alarm is not None and (lasts >= patience or not isinstance(error, UnavailableError)):
            self.alarm.raise_alarm(ALARM, subject=issuer.name, issuer=issuer.name, reason=error.code)
        said = explain_error(error)
        line = f"{issuer.title}: status lists not signed. {said.sentence} {said.next}".rstrip()
        if self._told.get(issuer.name) != line:
            self._told[issuer.name] = line
            self.console.progress(line)


def open_publishing(
    console: Console, settings: Settings, store: Store, *, alarm: Alarm | None = None
) -> Publishing:
    """Return what keeps lists for a command; nothing is opened or asked before the first pass."""
    return Publishing(console, wire_publisher(settings, store, ask=ask_password), alarm)
