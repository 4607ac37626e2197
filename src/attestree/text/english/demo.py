"""Sentences for `demo.*`: why the demonstration does not start."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "demo.folder_taken": Entry(
        "The folder {folder} holds something that the demo did not make.",
        cause="The demo begins with an empty folder, and removes nothing but demos.",
        next="Name another folder: attestree demo --dir FOLDER",
    ),
    "demo.still_running": Entry(
        "The demo in {folder} is still running.",
        cause="Its chain answers; replacing the folder would pull it away.",
        next="Stop it with Ctrl-C, or name another folder: attestree demo --dir FOLDER",
    ),
    "demo.port_taken": Entry(
        "Port {port} of this machine is taken.",
        cause="Another program listens there.",
        next="Name a free one: attestree demo --port 8123",
    ),
}
