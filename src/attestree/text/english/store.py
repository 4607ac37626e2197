"""What goes wrong with the store, in words for the person who runs it. Source: DESIGN section 11."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "store.cannot_open": Entry(
        "The database file cannot be opened or created.",
        cause="Its folder does not exist, or this user may not write there.",
        next="Create the folder, or mend [store] url in attestree.toml.",
    ),
    "store.no_answer": Entry(
        "The database did not answer.",
        cause="It is not running, is damaged, or was never set up.",
        next="Nothing was changed. Check [store] url, then try again; `attestree doctor` looks closer.",
    ),
    "store.busy": Entry(
        "The database is busy with another process.",
        cause="Another attestree process has been writing for a long time.",
        next="Nothing was changed. Try again in a moment.",
    ),
    "store.full": Entry(
        "The disk that holds the database is full.",
        next="Nothing was changed. Make room, then run the same command again.",
    ),
    "store.disk_failed": Entry(
        "The disk that holds the database failed while it was read or written.",
        cause="The disk is failing, or was taken away.",
        next="What was not confirmed counts as not done. Look after the disk, then run the command again.",
    ),
    "store.read_only": Entry(
        "The database may not be written.",
        cause="The disk is mounted for reading only, or this user may not write the file or its folder.",
        next="Nothing was changed. Mend the rights, then run the same command again.",
    ),
    "store.damaged": Entry(
        "The database file is damaged.",
        cause="A failing disk, a hand that edited it, or a copy that broke off.",
        next="Stop, keep a copy, and restore a backup; `attestree fsck` says what else is wrong.",
    ),
    "store.unknown_version": Entry(
        "The database has a version that this program does not know.",
        cause="A newer attestree wrote it, or its mark of version is damaged.",
        next="Install the newest attestree; if it says the same, restore a backup.",
    ),
    "store.row_changed": Entry(
        "A row of the database is not what was written: {row} in {table}.",
        cause="A failing disk, or a hand that edited it.",
        next="Nothing was done with it. Keep a copy, run `attestree fsck`, and restore a backup.",
    ),
    "store.pinned_otherwise": Entry(
        'The registry "{registry}" was recorded as another one before.',
        cause="The settings now name another chain or another contract under the same name.",
        next="Give the new registry a name of its own, or restore the settings.",
    ),
    "store.no_such_batch": Entry(
        "The database does not know this batch.",
        cause="The batch was made with another database, or its number is mistyped.",
        next="A batch is called as its folder is, in batches/.",
    ),
    "store.sealed_otherwise": Entry(
        "This batch was fixed before, with other contents.",
        cause="Something changed between two runs that must not change.",
        next="The first contents stand. Issue the new ones as a batch of their own.",
    ),
    "store.row_twice": Entry(
        "Two credentials claim the same number or the same address.",
        cause="A batch was put together from parts that do not belong together.",
        next="Nothing was recorded. Issue the batch again from its roster.",
    ),
    "store.probes": Entry(
        "A stored record is not what was written.",
        cause="The database was edited by hand or is damaged.",
        next="Stop, keep a copy, and run `attestree fsck`.",
    ),
}
"""Code to entry."""
