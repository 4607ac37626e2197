"""
Where one credential of this server's issuers stands: waiting to be recorded, or recorded.

Decides what is told to whoever has the address: nothing personal, and nothing that the chain does not
say as well. A token that was never given out and one that is badly formed read the same.
Source: DESIGN sections 4, 6 and 10.
"""

from __future__ import annotations

import re

from attestree.credentials.strict_json import JsonObject
from attestree.errors import RequestError
from attestree.outbox.states import State
from attestree.text.spelling import format_hex
from attestree.web.service import IssuedCredentials

TOKEN = re.compile(r"[0-9a-f]{32}")
"""Last part of a credential's id: 128 random bits."""


def find_credential(store: IssuedCredentials | None, token: str) -> JsonObject:
    """Return the state of one credential; RequestError `request.not_found` where there is none here."""
    if store is None or not TOKEN.fullmatch(token):
        raise RequestError("request.not_found")
    row = store.fetch_row(token)
    # What was issued by API has its row once its batch is sealed
    found = row or store.fetch_joined(token)
    batch = None if found is None else store.fetch_batch(found.batch_id)
    if found is None or batch is None:
        raise RequestError("request.not_found")
    return {
        "id": token,
        "state": "recorded" if batch.state is State.FINAL else "pending",
        "issuer": format_hex(batch.issuer),
        "root": None if batch.root is None else format_hex(batch.root),
        "supersededBy": None if row is None else row.superseded_by,
    }
