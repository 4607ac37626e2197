"""Sentences for `contract.*`: what the registry contract refuses, and what its compiler says."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    # ---------------------------------------------------------------- what is asked
    "contract.zero_root": Entry(
        "The public record does not take an empty batch fingerprint.",
        cause="The root that was sent consists of zeros.",
        next="Seal the batch again and record that.",
    ),
    "contract.zero_size": Entry(
        "The public record does not take a batch without credentials.",
        cause="The number of credentials that was sent is 0.",
        next="Check that the roster has rows, and seal the batch again.",
    ),
    "contract.zero_address": Entry(
        "The zero address cannot hold a part in the public record.",
        cause="An address was left out or mistyped as zeros.",
        next="Give the full address of the account that is meant.",
    ),
    "contract.unknown_kind": Entry(
        "The public record knows no batches of kind {kind}.",
        cause="Only kind 0 (the usual one) and kind 1 (Chainpoint) exist.",
        next="Seal the batch with one of these kinds.",
    ),
    "contract.unknown_reason": Entry(
        "The public record knows no revocation reason {reason}.",
        cause="The reasons are 0 unspecified, 1 issued in error, 2 superseded, 3 key compromise.",
        next="Choose one of these.",
    ),
    "contract.unknown_roles": Entry(
        "A signing key cannot be given the rights {roles}.",
        cause="The rights are 1 to record batches, 2 to change status, 3 both.",
        next="Choose one of these.",
    ),
    "contract.no_anchors": Entry(
        "Nothing was given to record.",
        cause="The list of batches was empty.",
        next="Give at least one sealed batch.",
    ),
    "contract.no_words": Entry(
        "No credential was named whose status should change.",
        cause="The list of status changes was empty.",
        next="Name at least one credential, or the whole batch.",
    ),
    "contract.empty_mask": Entry(
        "A status change names a group of credentials but none in it.",
        cause="The mask for status word {word} is empty.",
        next="Leave that group out, or name the credentials in it.",
    ),
    "contract.index_out_of_range": Entry(
        "There is no credential no. {index} in this batch.",
        cause="The batch was recorded with {size} credentials, counted from 0.",
        next="Check that credential and batch belong together.",
    ),
    "contract.time_out_of_range": Entry(
        "The date that was given cannot be used here.",
        cause="Given {given:moment}; allowed is {earliest:moment} to {latest:moment}. "
        "Ends of rights must lie ahead; "
        "an end or a disavowal that stands already can only move earlier.",
        next="Give a date in that range. If there is none, what you want is already in force "
        "or can no longer change.",
    ),
    "contract.text_too_long": Entry(
        "A text for the public record is too long ({length} bytes, at most {limit}).",
        cause="Identifier, name and framework of an accreditation are kept short.",
        next="Shorten it, or give a web address that explains more.",
    ),
    "contract.delay_too_long": Entry(
        "The waiting time for a change of administrator is too long ({delay} seconds, at most {limit}).",
        cause="A slip here could lock the public record for good.",
        next="Choose a shorter time, such as 172800 seconds, which is two days.",
    ),
    "contract.numbers_exhausted": Entry(
        "This issuer has used up its numbers.",
        cause="An issuer can have 65,535 signing keys and as many accreditation periods, ever.",
        next="Set up a new issuer address.",
    ),
    # ---------------------------------------------------------------- who may
    "contract.not_admin": Entry(
        "Only the administrator of the public record can do this.",
        cause="The account that asked is {sender}.",
        next="Send it from the administrator's account; `attestree registry show` names it.",
    ),
    "contract.not_pending_admin": Entry(
        "Only the account that was proposed as administrator can accept.",
        cause="The account that asked is {sender}.",
        next="Send it from the proposed account, or let the administrator propose this one.",
    ),
    "contract.not_accreditor": Entry(
        "{sender} is not admitted as an accreditor in this public record.",
        cause="It was never admitted, or it was struck off since.",
        next="Ask the administrator of the public record to admit it.",
    ),
    "contract.not_span_accreditor": Entry(
        "Only the accreditor that vouched for this issuer, or the administrator, can change that.",
        cause="Period {span} was opened by another account than {sender}, or that accreditor was struck off.",
        next="Send it from the accreditor's account.",
    ),
    "contract.not_issuer": Entry(
        "Only the issuer's own account can do this, not a signing key of it.",
        cause="The account that asked is {sender}; the issuer is {issuer}.",
        next="Send it from the issuer's account. Changing a whole batch at once always needs that account.",
    ),
    "contract.not_operator": Entry(
        "The signing key has no right to do this for the issuer.",
        cause="{sender} was never given the right, or its time is over, or it was removed or disavowed.",
        next="Let the issuer's account add a signing key with that right, or use another key.",
    ),
    "contract.bad_signature": Entry(
        "The signature is not the issuer's.",
        cause="It was made by another key, for other values, for another public record or for another chain.",
        next="Let the issuer sign again, for this public record.",
    ),
    # ---------------------------------------------------------------- recording
    "contract.already_anchored": Entry(
        "This batch is in the public record already.",
        cause="The same root was recorded before, by this program or another; a batch is recorded once.",
        next="Nothing is lost. `attestree audit` shows the size that the record carries; compare it with "
        "your batch's.",
    ),
    "contract.root_cancelled": Entry(
        "This batch was ruled out by the issuer and can never be recorded.",
        cause="The issuer's account cancelled its root.",
        next="Seal the roster as a new batch.",
    ),
    "contract.not_anchored": Entry(
        "This batch is not in the public record.",
        cause="It was not recorded yet, or under another issuer or in another public record.",
        next="Record the batch first, and check which issuer and public record are set.",
    ),
    "contract.already_confirmed": Entry(
        "The issuer has confirmed this batch already.",
        cause="A confirmation is given once.",
        next="Nothing more is needed.",
    ),
    "contract.head_moved": Entry(
        "Another batch of this issuer was recorded first.",
        cause="The request was meant to follow directly on an earlier record.",
        next="Read the public record again, and send once more.",
    ),
    "contract.deadline_passed": Entry(
        "The issuer's signed request is too old.",
        cause="It was good until {deadline:moment} and it is {time:moment}.",
        next="Let the issuer sign again.",
    ),
    "contract.deadline_too_far": Entry(
        "The issuer's signed request would stay open for too long.",
        cause="It ends on {deadline:moment}; {latest:moment}, 30 days ahead, is the latest allowed.",
        next="Let the issuer sign with an earlier end.",
    ),
    "contract.anchoring_paused": Entry(
        "Recording is paused by the administrator of the public record.",
        cause="The pause ends on {until:moment} at the latest. Revoking still works.",
        next="Wait, and try again; the batch is kept.",
    ),
    # ---------------------------------------------------------------- signing keys
    "contract.operator_known": Entry(
        "This address was a signing key of the issuer before.",
        cause="It has number {number}. An address can be added once, so that a number always means one key.",
        next="Add a new key with an address of its own.",
    ),
    "contract.operator_unknown": Entry(
        "This address was never a signing key of the issuer.",
        cause="{operator} is not in the issuer's list.",
        next="Check the address, and that you act as the right issuer.",
    ),
    "contract.operator_ended": Entry(
        "The rights of this signing key have ended already.",
        cause="{operator} was removed or disavowed, or its time is over.",
        next="Nothing more is needed. To disown what it did, disavow it.",
    ),
    "contract.operator_is_issuer": Entry(
        "The issuer's own account needs no entry as a signing key.",
        cause="It may do everything already.",
        next="Add the address of a separate key.",
    ),
    # ---------------------------------------------------------------- accreditation
    "contract.span_in_force": Entry(
        "Another accreditor vouches for this issuer at present.",
        cause="Period {span} by {accreditor} is running.",
        next="Let that accreditor end it first, or wait until it ends.",
    ),
    "contract.no_span_in_force": Entry(
        "Nobody vouches for this issuer at present, so there is nothing to suspend.",
        cause="The accreditation has ended, or there never was one.",
        next="Look at the issuer's periods with `attestree issuer show`.",
    ),
    "contract.span_unknown": Entry(
        "This issuer has no accreditation period no. {span}.",
        cause="Periods are counted from 1.",
        next="Look at the issuer's periods with `attestree issuer show`.",
    ),
    "contract.not_suspended": Entry(
        "The accreditation of this issuer is not suspended.",
        cause="Only a suspension can be lifted; what was withdrawn, or ended by itself, stays ended.",
        next="Let an accreditor accredit the issuer anew.",
    ),
    "contract.texts_differ": Entry(
        "The issuer's identifier, name or framework differs from what was suspended.",
        cause="Lifting a suspension must repeat the texts of period {span}, letter by letter.",
        next="Repeat those texts, or accredit the issuer anew.",
    ),
    # ---------------------------------------------------------------- administration
    "contract.accreditor_known": Entry(
        "This accreditor is admitted already.",
        cause="{accreditor} is in the list.",
        next="Nothing more is needed.",
    ),
    "contract.accreditor_unknown": Entry(
        "This accreditor is not admitted.",
        cause="{accreditor} is not in the list.",
        next="Check the address.",
    ),
    "contract.no_admin_proposal": Entry(
        "No new administrator is proposed.",
        cause="There was no proposal, or it was accepted or taken back.",
        next="Nothing more is needed.",
    ),
    "contract.admin_delay_running": Entry(
        "The proposed administrator cannot accept yet.",
        cause="The waiting time ends on {effective:moment}.",
        next="Accept after that.",
    ),
    "contract.already_paused": Entry(
        "Recording is paused already.",
        cause="The pause ends on {until:moment} and cannot be prolonged while it lasts.",
        next="Pause again after that, if it is still needed.",
    ),
    "contract.not_paused": Entry(
        "Recording is not paused.",
        cause="The pause was lifted, or has ended by itself.",
        next="Nothing more is needed.",
    ),
    # ---------------------------------------------------------------- the library below
    "contract.invalid_short_string": Entry(
        "The public record has a name that cannot be read.",
        cause="A constant in its code is damaged.",
        next="Check that the address is that of the public record you mean.",
    ),
    "contract.string_too_long": Entry(
        "The public record has a name that is too long.",
        cause="A constant in its code was changed.",
        next="Compile the sources as they were published.",
    ),
    # ---------------------------------------------------------------- compiler
    "contract.source_missing": Entry(
        "A source file of the contract is missing.",
        cause="The contracts folder or the libraries it uses are not complete here.",
        next="Run `make setup`, which installs the libraries. The packaged contract needs no compiling.",
    ),
    "contract.source_rejected": Entry(
        "The Solidity compiler refuses the contract's sources.",
        cause="A source was edited and has an error.",
        next="Run `forge build`, which shows the place.",
    ),
    "contract.compiler_missing": Entry(
        "There is no Solidity compiler {version} here, and none could be downloaded.",
        cause="Neither the SOLC variable, nor an installed one, nor the one from npm was found.",
        next="Run `make setup`, or set SOLC to a compiler of that version. Using Attestree "
        "needs no compiler.",
    ),
    "contract.compiler_failed": Entry(
        "The Solidity compiler did not run, or is not version {version}.",
        cause="Another version gives other code, so no other is taken.",
        next="Set SOLC to a compiler of that version, or unset it.",
    ),
    "contract.no_reason": Entry(
        "The public record refuses this and gives no reason.",
        cause="The address in the settings may not be that of the public record.",
        next="Check the registry's address in attestree.toml. Nothing was signed.",
    ),
}
