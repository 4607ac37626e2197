"""
What a write is waiting for, and why it stopped, in words for the person who follows it.

Codes of steps read as progress; codes of errors say what to do. Source: DESIGN section 6.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_LOOK = "Nothing more is signed with this key. Look at its transactions, then `attestree anchor --resume ID`."

ENTRIES: dict[str, Entry] = {
    # -- steps -------------------------------------------------------------------------------
    "outbox.new": Entry("Signed and saved on disk; not sent yet."),
    "outbox.signed": Entry("Sent to the network."),
    "outbox.in_pool": Entry("Waiting for the network to record it."),
    "outbox.not_seen": Entry("Sent once more: the network has not recorded it yet."),
    "outbox.too_cheap": Entry(
        "Signed once more with a higher fee: the network has not recorded it for a while."
    ),
    "outbox.at_fee_limit": Entry(
        "Sent once more: the fee is at its limit and the network is busy.",
        next="It goes through when the network calms down, or when the limit is raised.",
    ),
    "outbox.mined": Entry("Recorded; not final yet."),
    "outbox.not_final": Entry("Recorded; waiting until nobody can undo it."),
    "outbox.final": Entry("Final."),
    "outbox.done_by_another": Entry("Final: the public record says this already, so nothing had to be paid."),
    "outbox.effect_not_final": Entry("Already recorded; waiting until nobody can undo it."),
    "outbox.block_changed": Entry("The network changed its mind about the newest records; it is sent again."),
    "outbox.block_changing": Entry("The network is changing its mind about the newest records; waiting."),
    "outbox.reverted": Entry("The network took it without effect; waiting until that is final."),
    "outbox.revert_not_final": Entry("The network took it without effect; waiting until that is final."),
    "outbox.no_effect": Entry("It had no effect, finally; it will be signed anew."),
    "outbox.nonce_passed": Entry(
        "Somebody else seems to have used this key.",
        cause="A transaction that is not ours took the place of ours.",
        next="Waiting until that is certain. Find out who else holds the key.",
    ),
    "outbox.behind_another": Entry("Waiting for an earlier change to the same credentials."),
    "outbox.at_rest": Entry("Nothing to do."),
    "outbox.waits_for_relayer": Entry(
        "Signed; waiting until somebody else has recorded it.",
        cause="It was asked for with `attestree issue --request`: whoever pays records it.",
        next="Give the request file to them (`attestree anchor FILE`), and run `attestree anchor` here "
        "afterwards. A request that ran out is made again with the same command.",
    ),
    "outbox.root_taken": Entry(
        "This batch cannot be recorded: something else stands in its place.",
        cause="Somebody who could act in your name recorded its root with other values, or it was ruled out "
        "with `--cancel`.",
        next="Disavow a stolen key first, then seal the batch anew: `attestree issue ... --reseal BATCH`.",
    ),
    "outbox.ruled_out": Entry("Given up: the institution ruled out that it is ever recorded."),
    "outbox.deadline_over": Entry("Given up: a newer request for the same batch took its place."),
    # -- halted ------------------------------------------------------------------------------
    "outbox.foreign_nonce": Entry(
        "Stopped: somebody else used this key.",
        cause="A transaction that was not made here took the place of ours; this one was not recorded.",
        next="Find out who sent it. If it was you: `attestree anchor --accept-foreign {address}` takes this "
        "up again. If it was not, the key is stolen: see docs/how-to/stolen-key.md.",
    ),
    "outbox.effect_missing": Entry(
        "Stopped: the network says that it was recorded, and the record does not show it.",
        cause="The node is not telling the truth, or the record was undone.",
        next=_LOOK,
    ),
    "outbox.finality_broken": Entry(
        "Stopped: the network took back what it had called final.",
        cause="The network had a severe fault, or the node is not telling the truth.",
        next="Nothing more is signed for this public record. Ask another node what happened, then "
        "`attestree anchor --resume {registry}`.",
    ),
    "outbox.reverted_again": Entry(
        "Stopped: the network took it several times without effect.",
        cause="The public record refuses it whenever it arrives.",
        next=_LOOK,
    ),
    # -- refusals ----------------------------------------------------------------------------
    "outbox.lane_closed": Entry(
        "Nothing new is signed with this key.",
        cause="An earlier write of the same key stopped, and a person has to look at it first.",
        next="`attestree doctor` shows which one, and the command that takes it up again.",
    ),
    "outbox.cannot_drop": Entry(
        "This write cannot be withdrawn any more.",
        cause="It is signed, so that the network may record it at any time; or it was recorded.",
        next="`attestree anchor` brings it to its end.",
    ),
    "outbox.handed_out": Entry(
        "This batch cannot be withdrawn: its credentials were handed out already.",
        cause="Files that are out must not lose their record.",
        next="Mend what stands in the way, then `attestree anchor` records the batch.",
    ),
    "outbox.not_halted": Entry(
        "This write has not stopped, so there is nothing to take up again.",
        next="`attestree anchor` drives it on.",
    ),
    "outbox.no_such_intent": Entry(
        "There is no such write in the queue.",
        next="`attestree anchor` lists what is queued.",
    ),
    "outbox.no_such_edge": Entry(
        "This step is not possible from where the write stands ({before} to {after}).",
        cause="Another process moved it meanwhile.",
        next="Run the command again.",
    ),
    "outbox.lost_race": Entry(
        "Another process was faster.",
        next="Nothing was lost. Run the command again.",
    ),
    "outbox.not_together": Entry(
        "A transaction for some of the batches that an earlier one carries was refused.",
        cause="They can still be recorded together; they are made dearer together or not at all.",
        next="Nothing was sent. Run the command again.",
    ),
    "outbox.second_nonce": Entry(
        "A second transaction for the same write was refused.",
        cause="The first one can still be recorded; two would be one too many.",
        next="Nothing was sent. Run the command again.",
    ),
}
"""Code to entry."""
