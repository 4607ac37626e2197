"""
What the catalogue says about trust files: the codes `trust.*`.

Decides words only; what a trust file may say is decided in `verifying.trust`. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "trust.too_large": Entry(
        "The trust file has {size} bytes; the limit is {limit}.",
        cause="This is probably not a trust file.",
        next="Name the trust file, usually trust.toml.",
    ),
    "trust.syntax": Entry(
        "The trust file is not valid TOML (line {line}, column {column}).",
        cause="A quote, a bracket or an equals sign is missing, or the file is not saved as UTF-8.",
        next="Mend that line, or fetch the file again from whoever gave it to you.",
    ),
    "trust.unknown_key": Entry(
        "The trust file has settings that do not exist there ({count} in one place).",
        cause="A setting is misspelled, or the file is meant for a newer version of this software.",
        next="Allowed are name; in each network kind, name, chain_id, genesis_hash, registry, deploy_block "
        "and code_hash; in each accreditor address and name.",
    ),
    "trust.missing_key": Entry(
        "The setting {key} is missing in the trust file.",
        cause="Every network and every accreditor must be described completely.",
        next="Add the setting; `attestree registry show --as-trust-file` writes a complete file.",
    ),
    "trust.type": Entry(
        "The setting {key} in the trust file is of the wrong kind.",
        cause="Text stands where a number belongs, or the other way round.",
        next="Put text in quotes and numbers without.",
    ),
    "trust.range": Entry(
        "The setting {key} in the trust file must lie between {minimum} and {maximum}.",
        cause="A digit is missing or too many.",
        next="Correct the number.",
    ),
    "trust.hex": Entry(
        "The setting {key} in the trust file must be 0x followed by {digits} hexadecimal digits.",
        cause="It was cut when it was copied, or it is another kind of number.",
        next="Copy the whole value again.",
    ),
    "trust.kind": Entry(
        "The kind of a network in the trust file must be test or production.",
        cause="Whether records on a network are worth something is said explicitly, never guessed.",
        next='Write kind = "test" or kind = "production".',
    ),
    "trust.name": Entry(
        "The setting {key} in the trust file must be one line of 1 to {limit} printable characters.",
        cause="It is empty, too long, or holds invisible characters.",
        next="Write a short plain name.",
    ),
    "trust.duplicate_network": Entry(
        "The trust file names the same public record twice.",
        cause="Two files were joined by hand.",
        next="Delete one of the two network entries.",
    ),
    "trust.duplicate_accreditor": Entry(
        "The trust file names the same accreditor twice.",
        cause="Two files were joined by hand.",
        next="Delete one of the two accreditor entries.",
    ),
    "trust.no_file": Entry(
        "The trust file {file} cannot be found.",
        cause="No trust file has been added yet, or the command runs in another folder.",
        next="Get one from somebody you trust and type: attestree trust add FILE",
    ),
    "trust.unreadable": Entry(
        "The trust file {file} cannot be read.",
        cause="It is a folder, or you have no permission to read it.",
        next="Look at its permissions.",
    ),
    "trust.needs_sha256": Entry(
        "A trust file from the web is taken only together with its SHA-256.",
        cause="Whoever controls the address could otherwise decide whom you believe.",
        next="Get the SHA-256 on another way, such as a letter or a call, and add: --sha256 H",
    ),
    "trust.other_sha256": Entry(
        "The trust file is not the one whose SHA-256 you gave; its own is {actual}.",
        cause="It was changed or exchanged, or the SHA-256 belongs to another version.",
        next="Ask whoever gave you the SHA-256; do not simply use the other one.",
    ),
    "trust.conflict": Entry(
        "Both trust files describe the registry {registry}, and not in the same way.",
        cause="One of them is outdated, or wrong on purpose.",
        next="Find out which is right, and remove the other entry first.",
    ),
}
"""Code to entry."""
