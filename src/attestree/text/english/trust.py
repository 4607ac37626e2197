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
}
"""Code to entry."""
