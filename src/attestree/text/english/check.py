"""
What the catalogue says about each check of a credential: the codes `<check>.<reason>`.

Decides words only, for a recruiter who has never heard of a blockchain. Which code applies is decided in
`verifying.checks`; words on status stand in `check_status`. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ASK_HOLDER = "Ask the holder for the original file, or for the link under which it was published."
_ASK_ISSUER = "Ask the issuer, at an address you know from elsewhere and not from this file."
_LATER = "Check again in a few minutes; nothing is known yet, neither good nor bad."
_NOT_NEEDED = "The public record covers every letter of the file without it."
_TELL_OPERATOR = "If this lasts, tell whoever runs this verifier."

ENTRIES: dict[str, Entry] = {
    "format.readable": Entry("The file is a credential that can be read."),
    "format.terms_unknown": Entry(
        "The credential uses terms whose meaning is not known here ({count} vocabularies).",
        cause="The issuer uses a vocabulary of its own; the text is unchanged, what it means is not checked.",
        next="Read unusual fields with care.",
    ),
    "integrity.unchanged": Entry(
        "The file fits the link to the public record that it carries; nothing was changed after "
        "that was made."
    ),
    "integrity.changed": Entry(
        "The file is not what was recorded: something in it was changed, cut or exchanged.",
        cause="Somebody edited it, or a program saved it differently; even one letter is enough.",
        next=_ASK_HOLDER,
    ),
    "integrity.contradiction": Entry(
        "Two places in the file that must say the same contradict each other.",
        cause="Parts of two credentials were put together, or the issuing program was faulty.",
        next=_ASK_HOLDER,
    ),
    "integrity.size_differs": Entry(
        "The file says its batch has {stated} credentials, the public record says {recorded}.",
        cause="File and record do not describe the same batch; one of them is not what the issuer sealed.",
        next=_ASK_ISSUER,
    ),
    "integrity.kind_differs": Entry(
        "The file and the public record describe the batch in different ways.",
        cause="File and record do not belong to the same batch; one of them is not what the issuer sealed.",
        next=_ASK_ISSUER,
    ),
    "integrity.list_differs": Entry(
        "The file and the public record name different lists of withdrawn credentials.",
        cause="File and record do not belong to the same batch; one of them is not what the issuer sealed.",
        next=_ASK_ISSUER,
    ),
    "integrity.nothing_to_check": Entry(
        "The file carries no link to a public record, so there is nothing to compare."
    ),
    "signature.none": Entry(
        "The file carries no signature; the public record covers every byte without one."
    ),
    "signature.fits": Entry(
        "It is signed by the issuer it names, with a key of {signer}; the signature fits."
    ),
    "signature.changed": Entry(
        "A signature in the issuer's name does not fit the file.",
        cause="The file was changed after it was signed, or somebody else made the signature.",
        next=_ASK_HOLDER,
    ),
    "signature.not_resolved": Entry(
        "It is signed, but the issuer's keys were not looked up, so the signature was not checked.",
        cause="They lie at the issuer's own host.",
        next=_NOT_NEEDED,
    ),
    "signature.other_key": Entry(
        "It carries a signature by somebody else than the issuer it names; that was ignored.",
        cause="The key is none of those that the issuer lists for credentials.",
        next=_NOT_NEEDED,
    ),
    "signature.other_purpose": Entry(
        "It carries a signature that was made for something else than issuing; that was ignored.",
        next=_NOT_NEEDED,
    ),
    "signature.expired": Entry(
        "It is signed by the issuer it names, but that signature has lapsed.",
        cause="The issuer set an end to it.",
        next=_NOT_NEEDED,
    ),
    "signature.unknown_suite": Entry(
        "It carries a signature of a kind that is not known here; that was not checked.",
        next=_NOT_NEEDED,
    ),
    "signature.undefined_terms": Entry(
        "It is signed, but words in it have no settled meaning, so the signature does not cover all of it.",
        cause="The issuer uses words of its own, or somebody added some; the text itself is unchanged.",
        next="Read unusual fields with care. " + _NOT_NEEDED,
    ),
    "signature.too_much_work": Entry(
        "It is signed, but checking the signature would cost too much, so that was not done.",
        cause="The file is built so that it takes a computer very long to put it in order.",
        next=_NOT_NEEDED,
    ),
    "signature.not_checked": Entry(
        "It carries a signature that could not be checked: something is missing or damaged here.",
        next=f"{_NOT_NEEDED} {_TELL_OPERATOR}",
    ),
    "signature.not_reached": Entry(
        "Signatures were not looked at, because an earlier check already decided."
    ),
    "registry.trusted": Entry("The public record it points to is on your list of trusted records."),
    "registry.test_network": Entry(
        "The public record it points to is a test record; nothing recorded there is worth anything.",
        cause="Test records are for trying out and demonstrations.",
        next="Do not accept this as a real credential.",
    ),
    "registry.not_in_trust": Entry(
        "The credential points to a public record that is not on your list of trusted records.",
        cause="It was recorded somewhere you have not decided to trust, or it is a test or a forgery.",
        next="If you know the issuer, ask which record they use and have it added to your trust file.",
    ),
    "registry.not_reached": Entry(
        "Where it was recorded was not looked at, because an earlier check already decided."
    ),
    "anchor.final": Entry("The issuer recorded it on {anchored:date}, and that can no longer be undone."),
    "anchor.not_final": Entry(
        "The issuer recorded it, but so recently that the record could still be undone.",
        cause="Public records settle after a while; it was written on {anchored:moment}.",
        next=_LATER,
    ),
    "anchor.absent": Entry(
        "The public record does not contain this credential.",
        cause="It was never recorded, or not by the issuer it names.",
        next=_ASK_ISSUER,
    ),
    "anchor.no_proof": Entry(
        "The file carries no link to a public record.",
        cause="It comes from another system, or the link was removed.",
        next=_ASK_HOLDER,
    ),
    "anchor.unavailable": Entry(
        "The public record could not be read.",
        cause="The connection to it is down or gave no usable answer.",
        next=f"{_LATER} {_TELL_OPERATOR}",
    ),
    "anchor.no_source": Entry(
        "The public record is trusted, but this verifier has no connection to it.",
        cause="No address to read it from is set up.",
        next="Tell whoever runs this verifier to set one up.",
    ),
    "anchor.stale_view": Entry(
        "The public record was last read {age} seconds ago, which is too long to rely on.",
        cause="The connection to it is down; the limit is {limit} seconds.",
        next=f"{_LATER} {_TELL_OPERATOR}",
    ),
    "anchor.other_registry": Entry(
        "The answer that came back speaks of another public record than the one that was asked.",
        cause="This verifier is set up wrongly.",
        next=_TELL_OPERATOR,
    ),
    "anchor.other_root": Entry(
        "The answer that came back speaks of another credential than the one that was asked.",
        cause="The node that answered is faulty or lies.",
        next=_TELL_OPERATOR,
    ),
    "anchor.vanished": Entry(
        "The public record said one thing and then another about this credential.",
        cause="What is recorded never changes, so the node that answered is faulty or lies.",
        next=f"{_LATER} {_TELL_OPERATOR}",
    ),
    "anchor.single_source": Entry(
        "Only one source was asked about the public record.",
        cause="One source could be wrong or lie; two that agree are safer.",
        next="Whoever runs this verifier can set up a second source.",
    ),
    "anchor.elsewhere_ignored": Entry(
        "The file also points to other public records, which you do not trust ({count}); they were ignored.",
        cause="The issuer recorded it in several places.",
    ),
    "anchor.not_reached": Entry("The public record was not asked, because an earlier check already decided."),
    "issuer.accredited": Entry("{accreditor}, whom you trust, vouched for the issuer when it recorded this."),
    "issuer.no_accreditation": Entry(
        "The issuer was not accredited by anybody when it recorded this.",
        cause="Anybody can write to the public record; accreditation shows who they are.",
        next=_ASK_ISSUER,
    ),
    "issuer.contradiction": Entry(
        "The public record gave contradicting answers about the issuer.",
        cause="The node that answered is faulty or lies.",
        next=f"{_LATER} {_TELL_OPERATOR}",
    ),
    "issuer.accreditor_not_trusted": Entry(
        "The issuer is accredited, but by somebody who is not on your list.",
        cause="You have not decided to trust this accreditor.",
        next="Find out who the accreditor is; if you trust them, have them added to your trust file.",
    ),
    "issuer.did_differs": Entry(
        "The issuer that the credential names is not the one that recorded it.",
        cause="Somebody uses another organisation's identity, or the issuer changed its own.",
        next=_ASK_ISSUER,
    ),
    "issuer.not_accredited_yet": Entry(
        "The issuer recorded this on {anchored:date}, before its accreditation began.",
        cause="It was recorded too early.",
        next="Ask the issuer to record and issue it again.",
    ),
    "issuer.ended_before": Entry(
        "The issuer's accreditation had ended on {ends:date}, before it recorded this on {anchored:date}.",
        cause="The accreditation ran out, or was ended with effect from an earlier date.",
        next=_ASK_ISSUER,
    ),
    "issuer.withdrawn_before": Entry(
        "The issuer's accreditation was withdrawn with effect from {ends:date}, before this was recorded.",
        cause="The accreditor found that the issuer should not have issued any more from that day.",
        next="Ask the accreditor or the issuer what happened.",
    ),
    "issuer.suspended": Entry(
        "The issuer's accreditation is suspended at the moment.",
        cause="The accreditor is looking into something; it may be lifted again.",
        next="Wait for the result, or ask the accreditor.",
    ),
    "issuer.key_disavowed": Entry(
        "The issuer has disowned the signing key that recorded this.",
        cause="The key fell into wrong hands or was misused; what it recorded from then on does not count.",
        next=_ASK_ISSUER,
    ),
    "issuer.key_disavowed_confirmed": Entry(
        "The issuer disowned the signing key that recorded this, but confirmed that this recording stands."
    ),
    "issuer.key_disavowed_later": Entry(
        "The issuer later disowned the signing key that recorded this; this recording is older and counts."
    ),
    "issuer.self_accredited": Entry(
        "The issuer accredited itself.",
        cause="Nobody else vouches for it, though you have put it on your list.",
        next="Be sure that you know this issuer.",
    ),
    "issuer.lapsed": Entry(
        "The issuer's accreditation has ended since; it was in force when this was recorded.",
        cause="Accreditations run out; what was recorded before stays good.",
    ),
    "issuer.withdrawn": Entry(
        "The issuer's accreditation has been withdrawn since; it was in force when this was recorded.",
        cause="The accreditor withdrew it from a later day on.",
        next="You may want to ask the accreditor why.",
    ),
    "issuer.accreditor_changed": Entry(
        "The issuer is now accredited by somebody who is not on your list; it was different at the recording."
    ),
    "issuer.name_unproven": Entry(
        "The issuer's name in the file is not the registered one, and the registered one is not known here.",
        cause="The name was changed or is spelled differently; only its fingerprint is on record.",
        next="Do not rely on the name alone.",
    ),
    "issuer.name_differs": Entry(
        "The file gives the issuer another name than the public record; the registered one is shown.",
        cause="The name was changed, shortened or spelled differently.",
    ),
    "issuer.not_reached": Entry("The issuer was not looked at, because an earlier check already decided."),
    "validity.current": Entry("It is within its dates, until {ends:date}."),
    "validity.no_end": Entry("It is within its dates; it has no end."),
    "validity.expired": Entry(
        "It expired on {ends:date}.",
        cause="It was issued for a limited time.",
        next="Ask the holder for a renewed one, or decide whether an expired one is enough.",
    ),
    "validity.not_yet_valid": Entry(
        "It becomes valid on {starts:date} only.",
        cause="The issuer gave it a start in the future.",
        next="Ask again from that day on.",
    ),
    "validity.backdated_claim": Entry(
        "It speaks of {claimed:date}, but was recorded only on {anchored:date}.",
        cause="Older achievements are sometimes issued late; the later date is the one that is proven.",
        next="If the date matters to you, ask the issuer for other evidence of it.",
    ),
    "validity.award_after_anchor": Entry(
        "It says it was awarded on {claimed:date}, after it was recorded on {anchored:date}.",
        cause="It was prepared in advance, or the date is wrong.",
        next="If the date matters to you, ask the issuer.",
    ),
    "validity.judged_at": Entry(
        "Its dates were judged as of {at:moment}, as you asked; everything else as of now.",
    ),
    "validity.not_reached": Entry("Dates were not looked at, because an earlier check already decided."),
    "holder.not_asked": Entry("Whose it is was not compared, since you named nobody to expect."),
    "holder.matches": Entry("It was issued to the person you expect."),
    "holder.name_differs": Entry(
        "It was issued to another name than the one you expect.",
        cause="It belongs to somebody else, or the name is written differently or has changed.",
        next="Ask the holder about the name, and for something that shows who they are.",
    ),
    "holder.email_differs": Entry(
        "It was issued to another e-mail address than the one you expect.",
        cause="It belongs to somebody else, or was issued to an older address of theirs.",
        next="Ask the holder which address they had then.",
    ),
    "holder.learner_id_differs": Entry(
        "It was issued to another learner number than the one you expect.",
        cause="It belongs to somebody else, or the number was mistyped.",
        next="Check the number.",
    ),
    "holder.name_absent": Entry(
        "The credential does not say a name, so it cannot be compared with the one you expect.",
        cause="The issuer left names out.",
        next="Ask the holder for the e-mail address or learner number it was issued to, and expect that.",
    ),
    "holder.email_absent": Entry(
        "The credential does not hold an e-mail address to compare with the one you expect.",
        cause="The issuer left it out.",
        next="Expect the name or the learner number instead.",
    ),
    "holder.learner_id_absent": Entry(
        "The credential does not hold a learner number to compare with the one you expect.",
        cause="The issuer left it out.",
        next="Expect the name or the e-mail address instead.",
    ),
    "holder.not_reached": Entry("Whose it is was not looked at, because an earlier check already decided."),
}
"""Code to entry."""
