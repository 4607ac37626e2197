"""Sentences for `config.*`: the settings file and the environment."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "config.pins_not_written": Entry(
        "The new pins of {registry} could not be written into {file}.",
        cause="They stand there in another form than the one that `attestree init` writes, or in the "
        "environment.",
        next="Compare the file with docs/reference/config.md, then run the command again.",
    ),
    "config.no_file": Entry(
        "The settings file {file} does not exist.",
        cause="The path given with --config leads nowhere.",
        next="Check the path, or run `attestree init` to write a settings file.",
    ),
    "config.unreadable": Entry(
        "The settings file {file} cannot be read.",
        cause="Its permissions forbid it, or it is not UTF-8 text.",
        next="Make it readable for this user, or save it as UTF-8.",
    ),
    "config.syntax": Entry(
        "The settings file {file} is not valid TOML ({where}).",
        cause="A quote, a bracket or an equals sign is missing near that place.",
        next="Mend that line; `attestree init` shows what a complete file looks like.",
    ),
    "config.bad_value": Entry(
        "The setting {setting} cannot be used: {problem}.",
        cause="Its value is missing, misspelt or out of range.",
        next="Correct it in attestree.toml or in the environment; docs/reference/config.md lists all "
        "settings.",
    ),
    "config.unknown_variable": Entry(
        "The environment variable {variable} is no setting of Attestree.",
        cause="A misspelt name would otherwise be ignored in silence.",
        next="Correct the name, or unset it; docs/reference/config.md lists all settings.",
    ),
    "config.no_signing_key": Entry(
        "The issuer {issuer} has no key to sign with.",
        cause="The settings file has no signing_key for it.",
        next="Make one with `attestree key new keys/signing.pem --kind signature`, or leave signatures out: "
        "--no-signature.",
    ),
    "config.signing_key_of_another": Entry(
        "The key that would sign is not the key of the institution's DID; nothing was sealed.",
        cause="signing_key stands for {key}, and the settings' did is another one: every verifier would "
        "ignore the signature.",
        next="Mend signing_key or did in the settings. A new DID must be accredited before it issues: "
        "`attestree issuer show`.",
    ),
    "config.did_cannot_sign": Entry(
        "The institution's DID is of a kind whose keys verifiers cannot look up; nothing was sealed.",
        cause="Signatures need a did:key or a did:web.",
        next="Use another DID, which must be accredited first, or leave signatures out: --no-signature.",
    ),
    "config.signing_method": Entry(
        "The setting signing_method does not name a key of the institution's DID; nothing was sealed.",
        cause="It must be the DID, a # and the key's name in the document of the DID.",
        next="Mend it, or leave it out: the key is then called after itself, #z6Mk and so on.",
    ),
    "config.no_registry": Entry(
        "No such registry is set up here (known: {known}).",
        cause="The settings file has no [[registry]] of that name, or no settings file was found.",
        next="Run `attestree init`, or change to the folder of your attestree.toml.",
    ),
    "config.no_issuer": Entry(
        "No such issuer is set up here (known: {known}).",
        cause="The settings file has no [[issuer]] of that name, or no settings file was found.",
        next="Run `attestree init`, or change to the folder of your attestree.toml.",
    ),
    "config.exists": Entry(
        "{file} is there already and says something else.",
        cause="Nothing is overwritten that you may have edited.",
        next="Edit it by hand, or move it away and run the command again.",
    ),
    "config.public_url": Entry(
        "This public address cannot be used.",
        cause="It begins with neither http:// nor https://, or it leads to this machine on a network that "
        "counts: it is written into every credential for ever, and other people must reach it.",
        next="Set public_url to an https address that will be yours for many years.",
    ),
    "key.not_set": Entry(
        "The settings name no key file as {setting}.",
        cause="This command must be signed by that key, and it may well be kept on another machine.",
        next="Run it where the key is, or create one with `attestree key new` and name it in attestree.toml.",
    ),
    "trust.no_network": Entry(
        "The trust file names no registry that could be joined.",
        cause="It has no [[network]].",
        next="Ask whoever runs the registry for `attestree registry show --as-trust-file`.",
    ),
    "config.rpc_url": Entry(
        "An RPC address in the settings cannot be used.",
        cause="It does not begin with http:// or https://, or names no host.",
        next="Correct `rpc` of that [[registry]]; a node on this machine is usually http://127.0.0.1:8545.",
    ),
    "config.finality": Entry(
        "The setting `finality` cannot be understood.",
        cause="It is neither `finalized`, nor `depth:` and a number from 1, nor `instant`.",
        next='Write finality = "finalized" unless the network\'s operator says otherwise.',
    ),
    "config.store_url": Entry(
        "[store] url does not name a database that can be used.",
        cause="It must be sqlite:///file or postgresql://...; a database in memory would forget everything.",
        next='Write, for example, url = "sqlite:///attestree.db".',
    ),
}
"""Code to entry."""
