"""Backups, in words for the person who keeps them. Source: DESIGN section 9."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "backup.in_itself": Entry(
        "A backup cannot lie in the folder that it copies, nor hold it.",
        cause="The folder you named is the one with the batches, or one inside it, or one around it.",
        next="Name a folder elsewhere, best on another disk.",
    ),
    "backup.not_empty": Entry(
        "The folder you named holds something else.",
        cause="It is not empty, and no backup was ever begun there.",
        next="Name an empty folder, a new one, or the one of an earlier backup.",
    ),
    "backup.busy": Entry("Another backup is being written to this folder.", next="Wait until it has ended."),
    "backup.no_room": Entry(
        "The disk of the backup has no room for a copy of the database.",
        cause="It is full. The database itself was only read.",
        next="The backup before this one is untouched. Make room there, or name a folder on another disk.",
    ),
    "backup.no_manifest": Entry(
        "There is no finished backup in this folder.",
        cause="The name is mistyped, or no run has ended there yet.",
        next="Make one: `attestree backup FOLDER`",
    ),
    "backup.manifest": Entry(
        "The list of files of this backup is damaged.",
        cause="Somebody edited manifest.json, or the disk that holds it is failing.",
        next="Keep this backup as it is, look at the disk, and make a new one in another folder.",
    ),
    "backup.file_missing": Entry(
        "The backup has lost the file {file}.",
        cause="Somebody deleted it, or a copy of the backup is not whole.",
        next="Make a new backup while the original is still there.",
    ),
    "backup.file_changed": Entry(
        "The file {file} of the backup is not what was written.",
        cause="Somebody edited it, or the disk that holds it is failing.",
        next="Look at the disk, and make a new backup in another folder.",
    ),
    "backup.source_damaged": Entry(
        "The original of {file} is not what its batch says it must be.",
        cause="The file was edited, deleted, or the disk is failing.",
        next="`attestree fsck` says more. An older backup may hold the right one: keep it.",
    ),
    "backup.store_damaged": Entry(
        "The database is damaged: it does not pass its own examination.",
        cause="The disk is failing, or something else wrote to the file.",
        next="The backup before this one is untouched. Stop recording, then restore that one and recover.",
    ),
    "backup.no_pg_dump": Entry(
        "A PostgreSQL database is copied by pg_dump, and there is no such program here.",
        next="Install PostgreSQL's client programs; or dump the database with your own tools, and run this "
        "command with --no-store.",
    ),
    "backup.dump_failed": Entry(
        "pg_dump could not copy the database; it ended with status {status}.",
        cause="The database does not answer, or it is newer than this pg_dump.",
        next="The backup before this one is untouched. Run pg_dump by hand to see what it says.",
    ),
}
"""Code to entry."""
