"""
What the catalogue says about batches that cannot be put together: the codes that `merkle` raises as `tree.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "tree.digest_count": Entry(
        "{count} digests were given for a batch of {size}.",
        cause="The digests belong to another batch, or some are missing.",
        next="Take the leaves.jsonl of the same batch folder.",
    ),
    "tree.duplicate_leaf": Entry(
        "Entries {first} and {second} of the batch are the same.",
        cause="The same entry was passed twice to the program that builds the batch.",
        next="Remove one of the two and build the batch again.",
    ),
    "tree.empty": Entry(
        "There is nothing to record: the batch is empty.",
        cause="The roster has no rows, or every row was left out.",
        next="Check the roster, then start again.",
    ),
    "tree.file_size": Entry(
        "A file of the batch folder is {size} bytes long instead of {expected}.",
        cause="nodes.bin or positions.u32 is incomplete, or belongs to another batch.",
        next="Restore the batch folder from a backup, or run `attestree fsck`.",
    ),
    "tree.index_range": Entry(
        "There is no credential no. {index} in a batch of {size}; they are counted from 0.",
        cause="The number belongs to another batch.",
        next="Check the number and the batch.",
    ),
    "tree.leaf_size": Entry(
        "Entry {index} of the batch is {size} bytes long instead of {expected}.",
        cause="A program passed something that is not a hash.",
        next="Report this to the maker of the program.",
    ),
    "tree.position": Entry(
        "The batch folder is damaged: entry {place} of positions.u32 names place {position}, which is none.",
        cause="positions.u32 was changed, or belongs to another batch.",
        next="Restore the batch folder from a backup, or run `attestree fsck`.",
    ),
    "tree.shard_not_full": Entry(
        "Part {shard} of the batch holds {size} credentials, which does not fit with the other parts.",
        cause="The parts were joined in the wrong order, or one was built from too few or too many.",
        next="Build the batch again from its roster.",
    ),
    "tree.shard_size": Entry(
        "A batch cannot be divided into parts of {size} credentials; 1 to {limit} are possible.",
        cause="A program asked for parts of an impossible size.",
        next="Report this to the maker of the program.",
    ),
    "tree.too_large": Entry(
        "The batch holds {size} credentials; at most {limit} can be recorded together.",
        cause="The roster is larger than one batch of this kind.",
        next="Divide the roster and issue it in several batches.",
    ),
}
"""Code to entry."""
