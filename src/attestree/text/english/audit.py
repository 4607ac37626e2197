"""Sentences for `audit.*`: what an audit found, and what its report rests on."""

from __future__ import annotations

from attestree.text.entry import Entry

_LIAR = "The node left something out, made something up, altered it, or has lost part of its history."
_ASK_ANOTHER = (
    "Audit again through another node; if two independent nodes say the same, tell the registry's operator."
)
_BROKEN = "The contract does not allow this: either the contract or the node is not what it should be."
_ASK_ISSUER = "Ask the issuer; its answer can be checked against the chain."

ENTRIES: dict[str, Entry] = {
    # -- the chain and its events
    "audit.head_registry": Entry(
        "The registry's own history does not add up: {folded} events were read, {stored} took place.",
        cause=_LIAR,
        next=_ASK_ANOTHER,
    ),
    "audit.head_anchors": Entry(
        "The batches of the issuer {issuer} do not add up: {folded} were read, {stored} were recorded.",
        cause=_LIAR,
        next=_ASK_ANOTHER,
    ),
    "audit.head_acts": Entry(
        "The history of the issuer {issuer} does not add up: {folded} events were read, {stored} took place.",
        cause=_LIAR,
        next=_ASK_ANOTHER,
    ),
    "audit.sequence_gap": Entry(
        "Batch number {found} of the issuer {issuer} came where number {expected} was due.",
        cause=_LIAR,
        next=_ASK_ANOTHER,
    ),
    "audit.event_impossible": Entry(
        "The node serves an event {event} that cannot have happened at that place.",
        cause=_LIAR,
        next=_ASK_ANOTHER,
    ),
    "audit.event_unreadable": Entry(
        "The node serves an event (number {log_index} of its block) that the registry would not "
        "have written.",
        cause=_LIAR,
        next=_ASK_ANOTHER,
    ),
    # -- anchors
    "audit.anchor_disavowed": Entry(
        "Batch {root} ({size:credential|credentials}) of the issuer {issuer} was recorded by signing key "
        "{operator}, which "
        "the issuer disowns from {since:moment} on.",
        cause="The issuer lost control of the key, and has not confirmed this batch.",
        next="Do not rely on the batch unless the issuer confirms it.",
    ),
    "audit.anchor_by_expired_operator": Entry(
        "Batch {root} of the issuer {issuer} was recorded by signing key {operator} ({address}), "
        "which was not "
        "entitled to.",
        cause=_BROKEN,
        next=_ASK_ANOTHER,
    ),
    "audit.anchor_while_paused": Entry(
        "Batch {root} of the issuer {issuer} was recorded while recording was paused.",
        cause=_BROKEN,
        next=_ASK_ANOTHER,
    ),
    "audit.anchor_wrong_span": Entry(
        "Batch {root} of the issuer {issuer} names accreditation {span}, which was not in force then.",
        cause=_BROKEN,
        next=_ASK_ANOTHER,
    ),
    "audit.anchor_outside_span": Entry(
        "Batch {root} ({size:credential|credentials}) of the issuer {issuer} was recorded on {time:moment}, "
        "when nobody "
        "vouched for the issuer.",
        cause="The issuer was not accredited yet, not any more, or was suspended.",
        next="Do not rely on the batch; the issuer may record its credentials again once it is accredited.",
    ),
    "audit.anchor_confirmed": Entry(
        "The issuer {issuer} says that batch {root} stands, whoever recorded it.",
    ),
    "audit.anchor_cancelled": Entry(
        "The issuer {issuer} ruled out that batch {root} is ever recorded.",
    ),
    "audit.list_shared": Entry(
        "Batches {first} and {root} of the issuer {issuer} share one list of revocations.",
        cause="The list was not drawn anew, or the same credentials were recorded twice.",
        next="A revocation in one of them counts in the other too. " + _ASK_ISSUER,
    ),
    "audit.burst": Entry(
        "The issuer {issuer} recorded {anchors:batch|batches} ({credentials:credential|credentials}) "
        "within an hour from {time:moment} on.",
        cause="A large intake, a program that runs wild, or somebody else with the key.",
        next=_ASK_ISSUER,
    ),
    "audit.whole_list_revoked": Entry("The issuer {issuer} revoked every credential of batch {root}."),
    # -- standing
    "audit.disavowal_back_dated": Entry(
        "On {time:moment} the issuer {issuer} disowned its signing key {operator} back to {since:moment}: "
        "{anchors:batch|batches} with {credentials:credential|credentials} lost all worth.",
        cause="The issuer believes that somebody else had the key since then, or wants to be rid of "
        "what it signed.",
        next=_ASK_ISSUER,
    ),
    "audit.operator_disavowed": Entry(
        "On {time:moment} the issuer {issuer} disowned its signing key {operator}, which concerns "
        "{anchors:batch|batches} with {credentials:credential|credentials}.",
        cause="The issuer believes that somebody else had the key.",
        next=_ASK_ISSUER,
    ),
    "audit.withdrawal_back_dated": Entry(
        "On {time:moment} accreditation {span} of the issuer {issuer} was ended back to "
        "{ends:moment}: "
        "{anchors:batch|batches} with {credentials:credential|credentials} lost all worth.",
        cause="The accreditor found that the issuer did not meet its rules since then.",
        next="Ask the accreditor for its reasons.",
    ),
    "audit.accreditation_ended": Entry(
        "On {time:moment} accreditation {span} of the issuer {issuer} was ended or suspended, as of "
        "{ends:moment}.",
    ),
    "audit.ended_by_other": Entry(
        "Accreditation {span} of the issuer {issuer} was ended by {by}, who had not given it.",
        cause="The registry's admin may do so, too.",
        next="Ask the admin for the reasons.",
    ),
    "audit.self_accredited": Entry(
        "The issuer {issuer} accredited itself (accreditation {span}).",
        cause="It is an accreditor as well.",
        next="Treat it as an issuer nobody else vouches for.",
    ),
    "audit.identity_changed": Entry(
        "Accreditation {span} of the issuer {issuer} names another institution or identifier than "
        "the one before.",
        cause="The institution was renamed, or the address changed hands.",
        next="Ask the accreditor which of both it is.",
    ),
    # -- power
    "audit.power_admin": Entry(
        "The registry is run by {admin}: it admits accreditors, and can pause recording."
    ),
    "audit.power_pending": Entry("The registry may be taken over by {admin} from {time:moment} on."),
    "audit.power_accreditor": Entry("{accreditor} may accredit issuers."),
    "audit.accreditor_removed": Entry("{accreditor} was an accreditor and was struck off."),
    "audit.admin_changed": Entry("The registry passed from {previous} to {admin}."),
    "audit.paused": Entry("Recording is paused until {until:moment} at the latest."),
    "audit.paused_once": Entry("Recording was paused on {time:moment}, until {until:moment} at the latest."),
    # -- archives
    "audit.index_twice": Entry(
        "The archive {archive} uses number {index} twice.",
        cause="Two credentials would share one place: revoking one would revoke the other.",
        next=_ASK_ISSUER,
    ),
    "audit.archive_damaged": Entry(
        "The archive {archive} does not agree with itself ({fault}).",
        cause="A file was changed, cut off or mixed up after it was written.",
        next="Ask the issuer for a fresh copy.",
    ),
    "audit.archive_foreign": Entry(
        "The archive {archive} belongs to another registry and was not compared.",
        next="Audit that registry with it.",
    ),
    "audit.archive_not_anchored": Entry(
        "The batch of the archive {archive}, {root}, is not recorded.",
        cause="It is on its way, was never recorded, or was recorded after the last block of this audit.",
        next=_ASK_ISSUER,
    ),
    "audit.root_mismatch": Entry(
        "The archive {archive} makes the batch {computed}, not {root} as recorded.",
        cause="Its leaves are not those that were recorded.",
        next="Ask the issuer for the leaves that were.",
    ),
    "audit.size_mismatch": Entry(
        "The archive {archive} holds {leaves} leaves; {size} were declared when batch {root} was recorded.",
        cause="The issuer declared a number that its leaves do not bear out, or left leaves out of "
        "the archive.",
        next=_ASK_ISSUER,
    ),
    "audit.archive_differs": Entry(
        "The archive {archive} and the record of batch {root} differ in: {field}.",
        cause="The archive was changed, or the batch was recorded with another value.",
        next=_ASK_ISSUER,
    ),
    "audit.no_archive": Entry(
        "There is no batch below the folder {folder}.",
        cause="A batch's public folder holds a file batch.json; none was found.",
        next="Name the folder `public` of a batch, or a folder above several of them.",
    ),
    # -- the audit itself
    "audit.logs_missing": Entry(
        "The node has no events of block {block}, in which the registry was deployed.",
        cause="It does not keep old events, or was told the wrong block.",
        next="Name a node that keeps all events, often called an archive node.",
    ),
    "audit.before_deployment": Entry(
        "Block {block} lies before block {deploy_block}, in which the registry was deployed.",
        cause="`--to` is too small, or the node has not caught up.",
        next="Name a later block, or wait.",
    ),
    "audit.not_final_yet": Entry(
        "Block {block} is not final yet; the newest that is has number {final}.",
        cause="What is not final may still change.",
        next="Name that block or an earlier one, or wait.",
    ),
    "audit.bad_address": Entry(
        "An issuer's address is 0x and 40 hex digits.", next="Copy it from the registry or from a credential."
    ),
    "audit.no_node": Entry(
        "No node was named.",
        cause="A trust file says whom to believe, not whom to ask.",
        next="Add --rpc URL.",
    ),
    "audit.rpc_without_trust": Entry(
        "--rpc goes with --trust only.",
        cause="Without a trust file, the settings say which nodes are asked.",
        next="Add --trust FILE, or change `rpc` in the settings.",
    ),
    "audit.which_registry": Entry(
        "The trust file has {count} registries that fit.",
        cause="An audit is of one registry.",
        next="Name it with --registry: its name or address in the trust file.",
    ),
    # -- what the report rests on
    "audit.section_proven": Entry("Proven from the chain."),
    "audit.section_recomputed": Entry("Recomputed from archives."),
    "audit.section_not_examined": Entry("Not examined."),
    "audit.section_unknowable": Entry("Cannot be known."),
    "audit.section_relied_on": Entry("Relied on."),
    "audit.proven_registry": Entry(
        "The {events:event|events} of the registry itself up to block {block}: who ran it, who was an "
        "accreditor, when it was paused. None was invented, altered or left out."
    ),
    "audit.proven_issuers": Entry(
        "All events of {issuers:issuer|issuers} up to block {block}: {anchors:batch|batches} and "
        "{acts:act|acts} of standing or status. None was invented, altered or left out."
    ),
    "audit.proven_times": Entry(
        "When {batches:batch was|batches were} recorded, and by which key: the chain wrote it, "
        "not the issuer."
    ),
    "audit.recomputed_batches": Entry(
        "{batches} of {of:batch|batches}, with {credentials:credential|credentials}: the leaves make the "
        "recorded root, are as many as declared, and use each number once."
    ),
    "audit.recomputed_none": Entry("Nothing: no archive that fits was given."),
    "audit.unexamined_issuers": Entry(
        "The history of {issuers:issuer|issuers}: the events that were served are not those that took place."
    ),
    "audit.unexamined_registry": Entry(
        "The history of the registry itself: the events that were served are not the events that took place."
    ),
    "audit.unexamined_events": Entry("{events:event|events} that could not stand where served."),
    "audit.unexamined_batches": Entry(
        "The leaves of {batches} of {of:batch|batches}: no archive of them fits."
    ),
    "audit.unexamined_archives": Entry("{archives} archives of other registries."),
    "audit.unexamined_claims": Entry(
        "The credentials themselves: what they say, the dates they claim, their signatures."
    ),
    "audit.unexamined_later": Entry("Everything after block {block}."),
    "audit.unknowable_truth": Entry("Whether learners learned, and whether issuers told the truth."),
    "audit.unknowable_hidden": Entry(
        "Whether there is one more issuer, all of whose events every node that was asked kept back; name an "
        "issuer to have it looked at."
    ),
    "audit.unknowable_size": Entry(
        "How many credentials a batch really holds, where no archive was given: the number is the "
        "issuer's word."
    ),
    "audit.unknowable_off_chain": Entry(
        "Who holds which credential, who holds which key, and what was never recorded."
    ),
    "audit.relied_nodes": Entry(
        "The contract's storage at the last block, as {nodes} of {nodes} nodes told it; one honest "
        "node is enough."
    ),
    "audit.relied_pins": Entry("The pins: chain {chain_id}, registry {registry}, code hash {code_hash}."),
    "audit.relied_finality": Entry("The chain's consensus: a block counts as final by the rule {finality}."),
    "audit.relied_places": Entry(
        "The nodes' word for the block and the transaction that stand beside an event, and for "
        "whether a batch "
        "or an act came first within one second. The times themselves are proven."
    ),
    "audit.relied_contract": Entry(
        "That code with this hash is the published registry, which writes its heads as documented."
    ),
    "audit.relied_software": Entry("This program, version {version}, and keccak256 and SHA-256."),
}
"""Code to entry."""
