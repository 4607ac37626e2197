"""
Hands out what became final, for the commands that record.

Decides that a folder which cannot be handed out now stops nobody from recording: it is named, and
`attestree deliver` tries again. Source: DESIGN sections 4 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import Console
from attestree.errors import AttestreeError
from attestree.issuing.deliver import Delivered, deliver_all
from attestree.settings import IssuerSettings, Settings
from attestree.text.catalogue import explain_error
from attestree.wiring.issuers import wire_status
from attestree.wiring.stores import wire_folders


def deliver_ready(
    settings: Settings, store: SqlStore, console: Console, *, told: dict[str, str] | None = None
) -> Sequence[str]:
    """
    Hand out every batch that became final, and say where it is.

    Args:
        settings: Whose issuers.
        store: Knows what became final.
        console: Is told, on stderr.
        told: What was said last about each issuer that cannot be served; said again only if it changed.

    Returns:
        Writes that were queued because something was replaced; they wait to be recorded.
    """
    queued: list[str] = []
    for issuer in settings.issuer:
        try:
            delivered = deliver_issuer(settings, issuer, store)
        except AttestreeError as error:
            said = explain_error(error)
            line = f"{issuer.title}: {said.sentence} {said.next}".rstrip()
            if told is None or told.get(issuer.name) != line:
                console.progress(line)
            if told is not None:
                told[issuer.name] = line
            continue
        for item in delivered:
            if item.location:
                console.progress(f"{item.batch.title}: files in {item.location}")
            queued += item.supersedes
    return queued


def deliver_issuer(settings: Settings, issuer: IssuerSettings, store: SqlStore) -> Sequence[Delivered]:
    """Hand out every batch of one issuer that may be handed out; raises as `deliver_all` does."""
    return deliver_all(
        issuer=issuer.account,
        store=store,
        folder=wire_folders(settings, issuer),
        status=wire_status(settings, issuer, store),
    )
