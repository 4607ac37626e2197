"""What is wrong with a remote signer, for the person who runs it. Source: DESIGN section 11."""

from __future__ import annotations

from attestree.text.entry import Entry

_KEPT = "Nothing was signed and nothing is lost; what was queued stays queued."
_WHERE = (
    "Its address is the `url` of the key in attestree.toml, such as that of operator_key; `attestree doctor` "
    "asks it. Then: `attestree anchor`. "
)
_LOOK = "Nothing was sent. Look at the signer before you use it again: it does not do what it is asked."

ENTRIES: dict[str, Entry] = {
    "signer.unreachable": Entry(
        "The signer at {host} cannot be reached.",
        cause="It is not running, or the address in attestree.toml is another one.",
        next="Start it, or mend its `url` in attestree.toml; then: `attestree anchor`. " + _KEPT,
    ),
    "signer.timeout": Entry(
        "The signer at {host} did not answer in time.",
        cause="It is busy, or waits for somebody to allow the signature.",
        next="Look whether the signer runs there and whether somebody has to allow it. " + _WHERE + _KEPT,
    ),
    "signer.bad_answer": Entry(
        "The signer at {host} gave an answer that is no signature.",
        cause="Something else answers there, or the answer was cut short.",
        next="Look whether it is the signer that runs there. " + _WHERE + _KEPT,
    ),
    "signer.refused": Entry(
        "The signer at {host} refused to sign.",
        cause="It does not hold the key, its rules forbid this, or it is set to another chain.",
        next="Its own log says why. Nothing was sent.",
    ),
    "signer.no_such_key": Entry(
        "The signer at {host} does not hold the key of {address}.",
        cause="The address in attestree.toml is of another key, or the key is not loaded.",
        next="Load the key there, or mend the address. Nothing was queued.",
    ),
    "signer.other_key": Entry(
        "What the signer at {host} gave back is not signed by {address}.",
        cause="It signed with another key, or changed something after signing.",
        next=_LOOK,
    ),
    "signer.other_transaction": Entry(
        "The signer at {host} gave back another transaction than it was asked to sign.",
        cause="Its receiver, content, number, fees or form differ.",
        next=_LOOK,
    ),
    "signer.high_s": Entry(
        "The signature from {host} is in a form that networks refuse.",
        cause="Each signature has a second spelling, which counts nowhere; the signer wrote that one.",
        next=_LOOK,
    ),
}
"""Code to entry."""
