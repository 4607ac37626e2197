"""Sentences for `fsck.*`: what is at rest is not what was written, or not what the chain has."""

from __future__ import annotations

from attestree.text.entry import Entry

_DISK = "A failing disk, a hand that edited it, or a copy that broke off."
_RESTORE = "Restore it from a backup; credentials that were handed out keep their worth."
_CHAIN = "The store was restored from an older copy, or the network was wound back."
_LOOK = "Record nothing with this store until somebody has looked."

ENTRIES: dict[str, Entry] = {
    # -- public files
    "fsck.description": Entry(
        "The file batch.json is not one that this program writes.", cause=_DISK, next=_RESTORE
    ),
    "fsck.description_field": Entry(
        "Batch {batch}: batch.json and the store differ in: {field}.", cause=_DISK, next=_RESTORE
    ),
    "fsck.file_missing": Entry("The file {file} is missing.", cause=_DISK, next=_RESTORE),
    "fsck.file_changed": Entry(
        "The file {file} is not the one that was written.", cause=_DISK, next=_RESTORE
    ),
    "fsck.file_too_large": Entry(
        "The file {file} has more than the {limit} bytes that it may have.", cause=_DISK, next=_RESTORE
    ),
    "fsck.line": Entry(
        "Line {line} of the file {file} is not one that this program writes.", cause=_DISK, next=_RESTORE
    ),
    "fsck.leaf_count": Entry(
        "There are {found} leaves, and batch.json says {stated}.", cause=_DISK, next=_RESTORE
    ),
    "fsck.index_twice": Entry("Number {index} stands twice among the leaves.", cause=_DISK, next=_RESTORE),
    "fsck.index_missing": Entry("Number {index} is missing among the leaves.", cause=_DISK, next=_RESTORE),
    "fsck.no_tree": Entry("The {size} leaves make no tree.", cause=_DISK, next=_RESTORE),
    "fsck.root": Entry("The leaves make {found}, and batch.json says {stated}.", cause=_DISK, next=_RESTORE),
    "fsck.tree_file": Entry(
        "The file {file} is not the tree that the leaves make.", cause=_DISK, next=_RESTORE
    ),
    # -- rows and private files
    "fsck.database": Entry(
        "The database is damaged ({part}): {found}.",
        cause=_DISK,
        next=f"{_LOOK} Restore a backup of the store.",
    ),
    "fsck.row_changed": Entry(
        "A row of the database is not what was written: {row} in {table}.",
        cause=_DISK,
        next=f"{_LOOK} Restore a backup of the store.",
    ),
    "fsck.row_orphaned": Entry(
        "Row {row} of {table} belongs to a row that is not there.",
        cause=_DISK,
        next=f"{_LOOK} Restore a backup of the store.",
    ),
    "fsck.rows_count": Entry(
        "Batch {batch}: the store has {found} credentials, and {size} were sealed.",
        cause=_DISK,
        next=_RESTORE,
    ),
    "fsck.rows_root": Entry(
        "Batch {batch}: the credentials in the store do not make what was recorded.",
        cause=_DISK,
        next=_RESTORE,
    ),
    "fsck.row_leaf": Entry(
        "Batch {batch}: store and leaves differ at number {index}.", cause=_DISK, next=_RESTORE
    ),
    "fsck.row_key": Entry(
        "Batch {batch}: the store has another learner's mark beside credential no. {index}.",
        cause="A failing disk, a hand that edited it, or another roster key than the one it was made with.",
        next="Restore store and roster key from the same backup.",
    ),
    "fsck.credential": Entry(
        "Batch {batch}: credential no. {index} is not the one that was sealed.", cause=_DISK, next=_RESTORE
    ),
    "fsck.credential_count": Entry(
        "Batch {batch}: the folder has {found} credentials, and {size} were sealed.",
        cause=_DISK,
        next=_RESTORE,
    ),
    "fsck.offsets": Entry(
        "Batch {batch}: the file offsets.u64 does not fit the credentials.", cause=_DISK, next=_RESTORE
    ),
    "fsck.single_file": Entry(
        "Batch {batch}: the single file of credential {token} is missing, or is not that credential.",
        cause=_DISK,
        next="Cut it anew from credentials.jsonl of the same batch, or restore it from a backup.",
    ),
    # -- places and seeds
    "fsck.folder_missing": Entry(
        "Batch {batch}: its folder is gone.", cause="It was moved or deleted.", next=_RESTORE
    ),
    "fsck.not_released": Entry(
        "Batch {batch} was handed out, but its folder lies where it is held.",
        cause="Somebody moved it.",
        next="Move it back: the same name without `.held`.",
    ),
    "fsck.held_twice": Entry(
        "Batch {batch} was handed out, but a held folder of it is still there.",
        cause="It was copied instead of moved, or a restore brought it back.",
        next="Delete the held one once you have seen that both are the same.",
    ),
    "fsck.released_early": Entry(
        "Batch {batch} was handed out before it was final.",
        cause="Somebody moved its folder, or the store was restored from an older copy.",
        next="Record it, and tell its holders to wait if that fails.",
    ),
    "fsck.seed_kept": Entry(
        "Batch {batch} was handed out, but its seed was not erased.",
        cause="The store was edited, or restored in part.",
        next="Erase the seed: whoever has it can link what was kept apart.",
    ),
    "fsck.seed_lost": Entry(
        "Batch {batch} has no seed and was not handed out.",
        cause="The store was edited, or restored in part.",
        next=_RESTORE,
    ),
    "fsck.issuer_not_set": Entry(
        "Batch {batch} belongs to the issuer {issuer}, which the settings do not have: its folder "
        "was not checked.",
        cause="The issuer was taken out of the settings.",
        next="Put it back, or check where it is.",
    ),
    # -- the chain
    "fsck.anchor_missing": Entry(
        "Batch {batch} counts as final here and is not recorded there.", cause=_CHAIN, next=_LOOK
    ),
    "fsck.anchor_differs": Entry("Batch {batch} was recorded with another {field}.", cause=_DISK, next=_LOOK),
    "fsck.record": Entry(
        "The folder of batch {batch} names another roster, or other replacements, than the store.",
        cause="The database was edited, or one of the two is damaged.",
        next="Restore the one that changed from a backup.",
    ),
    "fsck.anchor_unknown": Entry(
        "One of our signing keys recorded batch {root} ({size} credentials) for {issuer}, of which the store "
        "knows nothing.",
        cause="The store was restored from an older copy, another store uses the same key, or the "
        "key was stolen.",
        next="`attestree recover` takes it in again. If nobody of yours recorded it, disavow the key now.",
    ),
    "fsck.attempt": Entry(
        "Transaction {number} of the write {intent} is not what was signed.", cause=_DISK, next=_LOOK
    ),
    "fsck.nonce_shared": Entry(
        "The writes {first} and {second} hold the same transaction number {nonce} of one key.",
        cause="Two programs signed with one key, or the store was restored from an older copy.",
        next=_LOOK,
    ),
    "fsck.block_changed": Entry(
        "The write {intent} counts as final in block {block}, which is another block now.",
        cause=_CHAIN,
        next=_LOOK,
    ),
    "fsck.effect_missing": Entry(
        "The write {intent} counts as final, but the registry does not show its effect.",
        cause=_CHAIN,
        next=_LOOK,
    ),
    "fsck.chain_events": Entry(
        "The events of the registry {registry} do not add up, so that nothing was compared with them.",
        cause="The node left something out, made something up, or has lost part of its history.",
        next="Run `attestree audit`, which says more, and try another node.",
    ),
    "fsck.pin": Entry(
        "The registry {registry} of the settings is not the one that the store has pinned.",
        cause="The settings were changed to another network or contract.",
        next="Restore the settings, or use a fresh store for another registry.",
    ),
}
"""Code to entry."""
