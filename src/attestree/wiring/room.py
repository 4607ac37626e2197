"""
Whether there is room for a batch before anything of it is written.

Decides how much one is reckoned to take, generously. What is on its way goes on below the limit, and so
does a change of status: little is written for them, and the room that is kept is theirs. Source: reliability
F14.
"""

from __future__ import annotations

from attestree.errors import FolderUnavailableError
from attestree.settings import Settings
from attestree.wiring.alarms import fetch_free

BYTES_PER_CREDENTIAL = 20_000
"""In lines, in a file of its own, in the tree, in the database and its log."""


def verify_room(settings: Settings, size: int) -> None:
    """
    Return if a batch of that size leaves as much free as is to be kept.

    Raises:
        FolderUnavailableError: `folder.no_room`.
    """
    needed = size * BYTES_PER_CREDENTIAL + settings.store.keep_free_mb * 10**6
    for place, free in fetch_free(settings).items():
        if free < needed:
            raise FolderUnavailableError(
                "folder.no_room", place=place, free=free // 10**6, needed=-(-needed // 10**6)
            )
