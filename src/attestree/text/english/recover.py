"""The chain knows more than the database: in words for the person who mends it. Source: DESIGN section 6."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "recover.behind": Entry(
        "Your key recorded {batches:batch|batches} and {changes:change|changes} of status of which this "
        "database knows nothing. Nothing was signed.",
        cause="The database was restored from an older copy or begun anew, or another database uses the same "
        "key.",
        next="See what is missing: `attestree recover`. If nobody of yours recorded it, the key is stolen: "
        "see docs/how-to/stolen-key.md.",
    ),
    "recover.folders": Entry(
        "There are batches of {issuer} in the batch folder, and the database knows none. Nothing was signed.",
        cause="The database was lost, or the settings name a new one.",
        next="Take them in again: `attestree recover`",
    ),
    "recover.not_final": Entry(
        "A transaction of your key {address} is not final yet. Nothing was changed.",
        cause="What is recorded in a block that may still vanish, or waits for a block, is not built upon.",
        next="Wait some minutes, then run the same command again.",
    ),
    "recover.missing": Entry(
        "{count:batch is|batches are} recorded in your name, and the documents are not here.",
        cause="Their folders were lost, are damaged, or lie on another machine.",
        next="Fetch the folders from a backup into the batch folder and run the command again. If they are "
        "lost for good: `attestree recover --yes --accept-missing`",
    ),
    "recover.no_roster_key": Entry(
        "The roster key {file} is not there, so that learners cannot be known again. Nothing was changed.",
        cause="Row keys are made with it; without them, everybody would be issued twice.",
        next="Fetch it from where you keep copies of your keys, then run the command again.",
    ),
    "recover.other_roster_key": Entry(
        "Batch {batch} was made with another roster key than the one that is here.",
        cause="A new key was made after the old one was lost; with it, learners cannot be known again.",
        next="Fetch the old roster key from where you keep copies of your keys, then run the command again.",
    ),
    "recover.no_operator": Entry(
        "A batch waits to be recorded, and the signing key of its issuer is not here. Nothing was changed.",
        next="Fetch the key that the settings name as operator_key, then run the command again.",
    ),
    "recover.row_unknown": Entry(
        "Nothing in the batch's files tells whose credential no. {index} is.",
        cause="The mail-merge table was edited or is damaged.",
        next="Fetch the folder of the batch from a backup.",
    ),
    "recover.may_be_done": Entry(
        "This was asked for before the database was restored, and may have been done since; it is given up.",
        next="Look whether it was done: `attestree audit`. If not, ask for it again.",
    ),
}
"""Code to entry."""
