"""What is said about batches on their way from roster to delivery."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "issuing.no_such_batch": Entry(
        "There is no batch of that name here.", next="A batch is called as its folder is, in batches/."
    ),
    "issuing.not_the_same": Entry(
        "The files of batch {batch} are gone, and this roster no longer makes the same ones.",
        cause="Roster, achievement or issuer profile changed since the batch was sealed.",
        next="Use the roster and achievement of that day, or restore the folder from a backup.",
    ),
    "refused.seed_erased": Entry(
        "The secrets of this batch were erased when it was handed out.",
        cause="Without them its files cannot be built a second time; that is meant so.",
        next="Restore the batch folder from a backup.",
    ),
    "achievement.syntax": Entry(
        "The file {file} is neither TOML nor a JSON object.",
        cause="A quote, bracket or comma is missing, or the file is of another kind.",
        next="Compare it with what this writes: attestree template achievement.",
    ),
    "key.roster_size": Entry(
        "The roster key has {size} bytes instead of {expected}.",
        next="Point roster_key to the file that attestree init made.",
    ),
    "fee.batch_above_limit": Entry(
        "Recording might cost {fee} wei; the limit is {limit} wei.",
        cause="The network is busy, or the limit is low.",
        next="Wait, or raise the limit with --fee-limit. Nothing was issued.",
    ),
}
"""Code -> what is said."""
