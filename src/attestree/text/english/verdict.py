"""
What the catalogue says about each verdict: the codes `verdict.*`.

`verdict.<name>` is the headline with cause and the verifier's next step, `.summary` one sentence below
it, `.issuer` what the issuer can do. Decides words only, for a recruiter. Source: DESIGN sections 7, 10.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_KNOWN_ADDRESS = "at an address you know from elsewhere and not from this file"

ENTRIES: dict[str, Entry] = {
    "verdict.valid": Entry(
        "Genuine and valid.",
        cause="Every check that is needed was made and passed.",
        next="You can accept it. It proves who recorded what and when, not that the learner learned it.",
    ),
    "verdict.valid.summary": Entry(
        "Recorded by an accredited issuer, unchanged since, not taken back, and within its dates."
    ),
    "verdict.valid.issuer": Entry("There is nothing to do."),
    "verdict.test": Entry(
        "Genuine, on a test network.",
        cause="Everything fits, but anybody can record anything there.",
        next="Do not accept it as a real credential: it shows how one looks. Everything else is as it "
        "should be.",
    ),
    "verdict.tampered": Entry(
        "Not genuine: the file was changed.",
        cause="What the file says is not what was recorded; this shows in the file itself.",
        next="Do not accept it. Ask the holder for the original file.",
    ),
    "verdict.tampered.summary": Entry(
        "Something in it was changed, cut or exchanged after it was issued, so nothing it says is shown."
    ),
    "verdict.tampered.issuer": Entry(
        "Send the holder the original file again; programs that open and save it may change it."
    ),
    "verdict.untrusted_registry": Entry(
        "Not judged: recorded somewhere you do not trust.",
        cause="The public record it points to is not in your trust file, and it was not asked.",
        next="If you know the issuer, ask which record they use and have it added to your trust file.",
    ),
    "verdict.untrusted_registry.summary": Entry(
        "Whether it is genuine was not looked up, so nothing it says is shown."
    ),
    "verdict.untrusted_registry.issuer": Entry(
        "Tell verifiers which public record you use, and where they get a trust file that names it."
    ),
    "verdict.not_anchored": Entry(
        "Not genuine: not on the public record.",
        cause="It was never recorded, or not by the issuer it names, or the link to the record is missing.",
        next=f"Do not accept it. Ask the issuer, {_KNOWN_ADDRESS}.",
    ),
    "verdict.not_anchored.summary": Entry(
        "The public record holds no trace of this credential, so nothing it says is shown."
    ),
    "verdict.not_anchored.issuer": Entry(
        "Look whether the batch was recorded, and hand out files only once it is."
    ),
    "verdict.untrusted_issuer": Entry(
        "On record, but the issuer is not confirmed.",
        cause="Nobody you trust vouched for the issuer when it was recorded, or its standing is in question.",
        next=f"Do not rely on the issuer's name. Ask the issuer or its accreditor, {_KNOWN_ADDRESS}.",
    ),
    "verdict.untrusted_issuer.summary": Entry(
        "The file is unchanged, but who stands behind it is not established."
    ),
    "verdict.untrusted_issuer.issuer": Entry(
        "Ask your accreditor about your accreditation, and tell verifiers which accreditor to trust."
    ),
    "verdict.superseded": Entry(
        "Genuine, but replaced by a newer one.",
        cause="Something was corrected or renewed.",
        next="Ask the holder for the newer credential.",
    ),
    "verdict.superseded.summary": Entry("The issuer has issued a newer credential in place of this one."),
    "verdict.superseded.issuer": Entry("Send the holder the newer credential if they do not have it."),
    "verdict.revoked": Entry(
        "Taken back by the issuer.",
        cause="It was issued once, and the issuer has withdrawn it.",
        next=f"Do not accept it. If it matters, ask the issuer, {_KNOWN_ADDRESS}.",
    ),
    "verdict.revoked.summary": Entry("It was genuinely issued, but it no longer counts."),
    "verdict.revoked.issuer": Entry(
        "Taking back cannot be undone; if it was a mistake, issue the credential again."
    ),
    "verdict.suspended": Entry(
        "On hold.",
        cause="The issuer is looking into something; it may become good again.",
        next="Wait and check again, or ask the issuer.",
    ),
    "verdict.suspended.summary": Entry("It was genuinely issued, but does not count at the moment."),
    "verdict.suspended.issuer": Entry("Lift the hold, or take the credential back for good."),
    "verdict.not_yet_valid": Entry(
        "Genuine, but not valid yet.",
        cause="The issuer gave it a start in the future.",
        next="Check again once its time has come.",
    ),
    "verdict.not_yet_valid.summary": Entry("Everything fits except that its time has not come."),
    "verdict.not_yet_valid.issuer": Entry("If the start date is wrong, issue the credential again."),
    "verdict.expired": Entry(
        "Genuine, but expired.",
        cause="It was issued for a limited time.",
        next="Ask the holder for a renewed one, or decide whether an expired one is enough for you.",
    ),
    "verdict.expired.summary": Entry("Everything fits except that its time is over."),
    "verdict.expired.issuer": Entry("Issue a renewed credential if the holder still qualifies."),
    "verdict.other_holder": Entry(
        "Genuine, but not shown to belong to this person.",
        cause="It was issued to somebody else, or it does not name what you compared.",
        next="Ask the person to show who they are, and about the name or address it was issued to.",
    ),
    "verdict.other_holder.summary": Entry("The credential is good, but its holder is not whom you expect."),
    "verdict.other_holder.issuer": Entry("If the name was wrong or has changed, issue the credential again."),
    "verdict.pending": Entry(
        "Recorded, but not settled yet.",
        cause="The public record takes a while until an entry can no longer be undone.",
        next="Check again in a few minutes.",
    ),
    "verdict.pending.summary": Entry("Everything fits so far; it is too early to rely on it."),
    "verdict.pending.issuer": Entry("Wait until the recording is settled before you hand out files."),
    "verdict.unknown": Entry(
        "Not known: it could not be checked.",
        cause="A check that is needed could not be made, usually because a connection is down.",
        next="This is neither yes nor no. Check again later; if it lasts, tell whoever runs this verifier.",
    ),
    "verdict.unknown.summary": Entry("The file itself shows no change, but whether it counts is open."),
    "verdict.unknown.issuer": Entry("There is nothing to do; the fault lies with the verifier's connection."),
    "verdict.test_network": Entry("TEST, worth nothing: {headline}."),
}
"""Code to entry."""
