"""
What the catalogue says about inclusion paths: the codes that `merkle` raises as `proof.*`.

Decides words only. The other `proof.*` codes, those of `proofValue`, stand in `proof`.
Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "proof.digest_size": Entry(
        "The credential's fingerprint is {size} bytes long instead of {expected}.",
        cause="A program passed something that is not a SHA-256 fingerprint.",
        next="Report this to the maker of the program; the credential itself may be fine.",
    ),
    "proof.hash_size": Entry(
        "One step of the credential's path is {size} bytes long instead of {expected}.",
        cause="The credential was cut or changed on its way, or was made by a faulty program.",
        next="Ask the holder for the original file.",
    ),
    "proof.index_range": Entry(
        "The credential says it is no. {index}, but its batch holds {size} credentials, counted from 0.",
        cause="The credential was changed, or was made by a faulty program.",
        next="Ask the holder for the original file, or the issuer for a new one.",
    ),
    "proof.kind": Entry(
        "The credential was recorded in a way that this version does not know.",
        cause="It may have been made by a newer version of the software, or it was changed.",
        next="Update this software and check again.",
    ),
    "proof.path_length": Entry(
        "The credential's path has {length} steps; no batch of the stated size has such a path.",
        cause="The path was cut short or drawn out, or the size of the batch was changed.",
        next="Do not rely on this credential. Ask the holder for the original file.",
    ),
    "proof.path_size": Entry(
        "The credential's path is {size} bytes long, which is not a whole number of steps of {step} bytes.",
        cause="The credential was cut or changed on its way.",
        next="Ask the holder for the original file.",
    ),
    "proof.path_too_long": Entry(
        "The credential's path has {length} steps; more than {limit} are never needed.",
        cause="The credential was made by a faulty program, or to keep this one busy.",
        next="Ask the holder for the original file.",
    ),
    "proof.position": Entry(
        "The credential says it is no. {index}, but its path leads to no. {position}.",
        cause="The number or the path was changed after the credential was recorded.",
        next="Do not rely on this credential. Ask the issuer.",
    ),
    "proof.root_mismatch": Entry(
        "The credential does not lead to the record that it names.",
        cause="The credential, its number or its path was changed after it was recorded.",
        next="Do not rely on this credential. Ask the holder for the original file, or ask the issuer.",
    ),
    "proof.side": Entry(
        "One step of the credential's path says neither left nor right.",
        cause="The credential was changed on its way, or was made by a faulty program.",
        next="Ask the holder for the original file.",
    ),
    "proof.size_range": Entry(
        "The credential says that its batch holds {size} credentials; 1 to {limit} are possible.",
        cause="The credential was changed, or was made by a faulty program.",
        next="Ask the holder for the original file, or the issuer for a new one.",
    ),
}
"""Code to entry."""
