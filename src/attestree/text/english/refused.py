"""Sentences for `refused.*`: what we will not do."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "refused.test_only": Entry(
        "This command works on local test chains only.",
        cause="It uses keys that everybody knows, or time travel, and the chain id {chain_id} is not a "
        "local test chain.",
        next="Use your own keys: `attestree init` walks through joining or founding a registry.",
    ),
    "refused.not_confirmed": Entry(
        "Nothing was done.",
        cause="The question was not answered with yes.",
        next="Run the command again, with --yes to answer beforehand.",
    ),
    "refused.instant_finality": Entry(
        'The setting finality = "instant" is refused on this network.',
        cause="A block that was just made can still vanish; chain id {chain_id} is not a local test chain.",
        next='Write finality = "finalized", or "depth:" and the number of blocks the network\'s '
        "operator recommends.",
    ),
    "refused.environment_key": Entry(
        "A key in the environment signs on local test chains only.",
        cause="Other programs of this machine can read the environment; chain id {chain_id} is not a local "
        "test chain.",
        next="Put the key into a key file with `attestree key new`, or behind a signer.",
    ),
    "refused.well_known_key": Entry(
        "This key is known to everybody and signs on local test chains only.",
        cause="It is one of the ten keys that every test chain funds; chain id {chain_id} is not a "
        "local test chain.",
        next="Make a key of your own with `attestree key`.",
    ),
    "refused.another_chain": Entry(
        "The signing key was opened for another network and signs nothing for this one.",
        next="Nothing was signed. Check the registry's chain_id in attestree.toml.",
    ),
    "refused.workers": Entry(
        "An institution's own server is one process.",
        cause="Its store and its keys are opened once, and several processes cannot share them.",
        next="Leave out --workers, or serve verifiers without [[issuer]] in settings of their own.",
    ),
    "refused.port": Entry(
        "Nothing can be served on {host}, port {port}.",
        cause="Another program uses the port, or this machine has no such address.",
        next="Stop the other program, or choose another port with --port.",
    ),
    "refused.not_wiped": Entry(
        "There is nothing to record again: the chain of {registry} is the one that was set up.",
        next="`attestree anchor` records what is queued.",
    ),
    "refused.other_address": Entry(
        "The credentials cannot be saved: {registry} would come to stand at another address.",
        cause="The address is written into every credential, and it follows from the account that deploys "
        "and from how many transactions it has sent. That account has sent others on the new chain already.",
        next="Wipe the test chain again and run this command first; or set up anew with `attestree init` in "
        "another folder, and issue the credentials again.",
    ),
    "refused.two_modes": Entry(
        "{first} and {second} exclude each other.",
        next="Give one of them.",
    ),
}
"""Code to entry."""
