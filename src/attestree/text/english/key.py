"""What is wrong with a key, in words for the person who holds it. Source: DESIGN section 11."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "key.no_file": Entry(
        'There is no key file "{file}".',
        cause="It was moved, or the settings name it differently.",
        next="Mend the path in attestree.toml, or make a key with `attestree key`.",
    ),
    "key.exists": Entry(
        'The key file "{file}" is there already and was left alone.',
        cause="A key that is overwritten is lost for ever.",
        next="Choose another name, or move the old file away first.",
    ),
    "key.cannot_write": Entry(
        'The key file "{file}" cannot be written.',
        cause="Its folder does not allow it, or the disk is full.",
        next="Choose a folder that this user may write to.",
    ),
    "key.cannot_read": Entry(
        'The key file "{file}" cannot be read.',
        cause="It belongs to another user, or the disk does not answer.",
        next="Run the command as the user who owns the key.",
    ),
    "key.open_to_others": Entry(
        'The key file "{file}" can be read by other users of this machine.',
        cause="Its rights are wider than its owner alone.",
        next="Take them away: chmod 600 {path}. If others had access, make a new key.",
    ),
    "key.weak_lock": Entry(
        'The key file "{file}" is locked too weakly to be used here.',
        cause="Whoever copies it could try passwords quickly: it was made for tests, or by an old program.",
        next="Make a new key with `attestree key new` and name it instead; on a test chain this one will do.",
    ),
    "key.not_a_key": Entry(
        "What was given is not a key that can be used here.",
        cause="The file or the variable holds something else, or was damaged or cut short.",
        next="Give a key made by `attestree key`, or any keystore file of version 3.",
    ),
    "key.no_password": Entry(
        'The key "{file}" needs its password.',
        cause="Nobody could be asked, and ATTESTREE_KEY_PASSWORD is not set.",
        next="Run the command in a terminal, or set ATTESTREE_KEY_PASSWORD.",
    ),
    "key.wrong_password": Entry(
        'The password does not open the key "{file}".',
        cause="It is mistyped, or belongs to another key.",
        next="Try again; unset ATTESTREE_KEY_PASSWORD if it is meant for another key. Nobody can recover a "
        "forgotten password; a new key can be named instead.",
    ),
    "key.no_variable": Entry(
        "The environment variable {variable} is not set.",
        cause="The settings expect a key there.",
        next="Set it, or name a key file instead.",
    ),
    "key.not_here": Entry(
        "No key on this machine can sign for {address}.",
        cause="The key lies elsewhere, or the account is a contract account, which has none.",
        next="Run the command where that key is, or name its file in attestree.toml. The wallet of a "
        "contract account makes the call that is printed above.",
    ),
}
"""Code to entry."""
