"""
Hands out what became final, for the commands that record.

Decides that a folder which cannot be handed out now stops nobody from recording: it is named, and
`attestree deliver` tries again. Source: DESIGN sections 4 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import Console
from attestree.errors import AttestreeError, KeyFileError
from attestree.issuing.deliver import Delivered, deliver_all, deliver_batch
from attestree.outbox.states import State
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
        delivered: Sequence[Delivered] = ()
        fault: AttestreeError | None = None
        try:
            delivered, fault = deliver_issuer(settings, issuer, store)
        except AttestreeError as error:
            fault = error
        if fault is not None:
            said = explain_error(fault)
            line = f"{issuer.title}: {said.sentence} {said.next}".rstrip()
            if told is None or told.get(issuer.name) != line:
                console.progress(line)
            if told is not None:
                told[issuer.name] = line
        for item in delivered:
            if item.location:
                console.progress(f"{item.batch.title}: files in {item.location}")
            queued += item.supersedes
    return queued


def deliver_issuer(
    settings: Settings, issuer: IssuerSettings, store: SqlStore, batch_id: str | None = None
) -> tuple[Sequence[Delivered], KeyFileError | None]:
    """
    Hand out every batch of one issuer that may be handed out, or one of them.

    Returns:
        What became of each; and why a final batch stays held, if one does: it replaces others, and without
        the key that records nothing can be queued which marks them.

    Raises:
        NotAllowedError: `issuing.no_such_batch`.
        FolderUnavailableError: The folder is gone, or the disk did not answer.
    """
    folder, status, fault = wire_folders(settings, issuer), None, None
    try:
        status = wire_status(settings, issuer, store)
    except KeyFileError as error:
        fault = error
    if batch_id is not None:
        found = [deliver_batch(batch_id, store=store, folder=folder, status=status)]
    else:
        found = deliver_all(issuer=issuer.account, store=store, folder=folder, status=status)
    is_held = any(item.batch.state is State.FINAL and not item.location for item in found)
    return found, fault if is_held else None
