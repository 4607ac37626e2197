"""
Seals the batches that credentials joined by API, for the commands that record.

Decides that a batch which cannot be sealed now stops nobody from recording: it is named, and the next round
tries again. Source: DESIGN sections 6 and 10; docs/adr/0008.
"""

from __future__ import annotations

from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import Console, many
from attestree.errors import AttestreeError
from attestree.ports import Alarm
from attestree.settings import Settings
from attestree.text.catalogue import explain_error
from attestree.wiring.by_api import wire_sealing

ALARM = "alarm.sealing"
"""A batch cannot be sealed, so that what was handed out is not recorded."""


def seal_due(
    settings: Settings, store: SqlStore, console: Console, *, alarm: Alarm, told: dict[str, str]
) -> None:
    """
    Seal what is due for every issuer, and say so.

    Args:
        settings: Whose issuers.
        store: Knows the open batches.
        console: Is told, on stderr.
        alarm: Rings where a batch cannot be sealed.
        told: What was said last about each issuer that cannot be served; said again only if it changed.
    """
    waiting = {opened.issuer for opened in store.fetch_open_batches()}
    for issuer in settings.issuer:
        if issuer.account not in waiting:
            continue
        try:
            sealed = wire_sealing(settings, issuer, store).seal_due()
        except AttestreeError as error:
            said = explain_error(error)
            line = f"{issuer.title}: {said.sentence} {said.next}".rstrip()
            if told.get(issuer.name) != line:
                console.progress(line)
            told[issuer.name] = line
            alarm.raise_alarm(ALARM, subject=issuer.name, issuer=issuer.name, reason=error.code)
            continue
        told.pop(issuer.name, None)
        alarm.clear_alarm(ALARM, subject=issuer.name)
        for issued in sealed:
            console.progress(f"{issuer.title}: {many(issued.size, 'credential')} sealed")
