"""What is said when credentials are revoked, suspended or reinstated."""

from __future__ import annotations

from attestree.text.entry import Entry

_ANEW = (
    "Nothing was changed. Issue it anew, with a roster of those it concerns: "
    "`attestree issue ROSTER --achievement FILE --on-duplicate replace --yes`"
)

ENTRIES: dict[str, Entry] = {
    "status.none": Entry(
        "No credential was named.",
        next="Give an id, the address of its page, a credential file, or a list of them.",
    ),
    "status.not_an_id": Entry(
        "No credential is named by {count} of {total:entry|entries}; the first is entry {first}.",
        cause="It is no id, no address of a page, and no file that exists here.",
        next="Check the spelling, and the folder of a file. Nothing was changed.",
    ),
    "status.unknown_id": Entry(
        "Not issued here by this issuer: {count} of {total:credential|credentials}, first entry {first}.",
        cause="It is mistyped, or belongs to another issuer or store.",
        next="Mend the list, or choose the issuer with --issuer. Nothing was changed.",
    ),
    "status.no_id_in_file": Entry(
        "The file {file} is no credential with an id.", next="Give the credential's JSON file, or its id."
    ),
    "status.ids_or_batch": Entry(
        "Name credentials or a whole batch, one of the two.",
        next="Give ids, files or --list; or give --batch alone.",
    ),
    "status.unknown_batch": Entry(
        "This issuer has no batch of that name.", next="A batch is called as its folder is, in batches/."
    ),
    "status.not_recorded": Entry(
        "Batch {batch} is not on the public record for good yet.",
        cause="Its recording waits for its turn, or for the network to make it final.",
        next="Let attestree anchor finish, then ask again. Nothing was changed.",
    ),
    "status.is_revoked": Entry(
        "Revoked for good, so that nothing can reinstate it: {count} of {total:credential|credentials}, "
        "first entry {first}.",
        cause="A suspension can be lifted; a revocation only ever sets.",
        next=_ANEW,
    ),
    "status.batch_is_revoked": Entry(
        "Batch {batch} was revoked as a whole, for good; nothing can reinstate it.",
        cause="A suspension can be lifted; a revocation only ever sets.",
        next=_ANEW,
    ),
    "status.registry_not_set": Entry(
        "The settings do not name the registry {registry}, where the batch is recorded.",
        next="Add it to attestree.toml as [[registry]].",
    ),
    "status.no_such_change": Entry(
        "There is no such change of status.",
        cause="A revocation is for good; a suspension can be lifted, and has no reason.",
        next="Use revoke, suspend or reinstate.",
    ),
}
"""Code -> what is said."""
