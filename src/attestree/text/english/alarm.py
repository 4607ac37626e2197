"""What calls a person at night: in words for whoever looks after the service. Source: DESIGN section 6."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "alarm.chain_silent": Entry(
        "The chain of {registry} has not given a usable answer for a while.",
        cause="Its node is down or behind, or the network to it is cut ({reason}).",
        next="`attestree doctor` says what answers. Whatever is queued is kept and goes on by itself.",
    ),
    "alarm.store_silent": Entry(
        "The database does not answer.",
        cause="It is down, full or locked ({reason}).",
        next="`attestree doctor` says how it stands. Nothing that was acknowledged is lost.",
    ),
    "alarm.stuck": Entry(
        "Nothing has become final for {minutes} minutes: {writes:write waits|writes wait} for {registry}.",
        cause="The fee limit, a stopped write, a silent chain, or a node that drops what it is given.",
        next="`attestree doctor` names the next step for each write.",
    ),
    "alarm.fee_limit": Entry(
        "{writes:write has|writes have} waited at the fee limit for {registry} for a while.",
        cause="The network is dearer than the settings allow.",
        next="Wait, or raise gas_price_limit_gwei in the settings and start `attestree anchor` again.",
    ),
    "alarm.low_balance": Entry(
        "The key {address} can pay for {transactions} more transactions.",
        next="Send ether to it. Nothing is lost meanwhile: what cannot be paid stays queued.",
    ),
    "alarm.no_key": Entry(
        "The key that records for {issuer} is not here ({key}): nothing of theirs is recorded.",
        cause="Its file was moved, a disk is missing, or the settings name another place.",
        next="Put it back and start `attestree anchor --watch` again; `attestree doctor` looks at every key. "
        "Whatever is final is handed out meanwhile.",
    ),
    "alarm.disk_low": Entry(
        "Only {free_mb} MB are free in {place}.",
        cause="A full disk stops issuing; it loses nothing that was acknowledged.",
        next="Free some space before the next batch.",
    ),
    "alarm.status_lists": Entry(
        "The status lists of {issuer} cannot be signed.",
        cause="Wallets learn of nothing that is revoked or put on hold ({reason}); our verdicts do.",
        next="`attestree status-lists` says what is wrong. Until then wallets are told to ask again.",
    ),
    "alarm.sealing": Entry(
        "What was issued by API for {issuer} cannot be sealed.",
        cause="Its holders have signed credentials, and no recording of them begins ({reason}).",
        next="`attestree seal` says what is wrong.",
    ),
    "alarm.test": Entry(
        "This is a test of the alarm; nothing is wrong.",
    ),
}
"""Code to entry."""
