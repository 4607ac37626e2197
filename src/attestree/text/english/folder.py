"""What is said about files and folders on this machine."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "folder.write_failed": Entry(
        "The file {file} could not be written.",
        cause="The disk is full, read-only or failing, or the folder belongs to somebody else.",
        next="Make room or mend the rights, then run the same command again: nothing is half done.",
    ),
    "folder.no_room": Entry(
        "There is no room for this batch: {free} MB are free in {place}, and {needed} MB are needed.",
        cause="The disk is nearly full; what is left is kept for batches that are on their way.",
        next="Nothing was begun. Make room, then run the same command again.",
    ),
    "folder.read_failed": Entry(
        "The file {file} could not be read.", next="Check that it exists and that you may read it."
    ),
    "folder.too_large": Entry(
        "The file {file} is larger than {limit} bytes.", next="Split it into several files."
    ),
    "folder.missing": Entry(
        "The folder of batch {batch} is not there.",
        cause="It was moved or deleted while the batch was on its way.",
        next="Run the issue command again with the same roster: it builds the same files.",
    ),
    "folder.bad_name": Entry("A batch folder has no such name.", next="Use the batch's own name."),
}
"""Code -> what is said."""
