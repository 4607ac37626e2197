"""What is said about the keys of programs, and about what they ask for."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "apikey.missing": Entry(
        "This needs an API key.",
        cause="The request has no header Authorization with Bearer and a key.",
        next="Send Authorization: Bearer ak_...; the institution makes a key with attestree apikey new.",
    ),
    "apikey.unknown": Entry(
        "This API key is not known here.",
        cause="It was mistyped, or is of another server.",
        next="Compare it with the one that was given out; a lost key is replaced with attestree apikey new.",
    ),
    "apikey.revoked": Entry(
        "This API key was revoked.",
        cause="The institution took it back.",
        next="Ask the institution for a new key.",
    ),
    "apikey.scope": Entry(
        "This API key may not be used for that.",
        cause="Its scopes do not include {scope}.",
        next="Ask the institution for a key that has it.",
    ),
    "apikey.other_issuer": Entry(
        "This API key issues for another institution.",
        cause="The credential names an issuer that is not the institution of the key.",
        next="Leave issuer out, or write the DID of the key's institution there.",
    ),
    "apikey.issuer_gone": Entry(
        "The institution of this API key is not served here.",
        cause="It was taken out of the settings of this server.",
        next="Ask who runs the server.",
    ),
    "apikey.not_yours": Entry(
        "{member} is not taken from a request.",
        cause="This member is set by the issuing side, and the request says something else.",
        next="Leave it out and ask again.",
    ),
    "apikey.body": Entry(
        "The request is not what issuing takes.",
        cause="It is a JSON object with credential, itself an object, and perhaps options, which are empty.",
        next="Compare it with the example at /openapi.json.",
    ),
    "apikey.idempotency_key": Entry(
        "The Idempotency-Key cannot be used.",
        cause="It is 1 to 255 visible ASCII characters, and is sent once.",
        next="Send a new UUID for each credential, and the same one when a request is repeated.",
    ),
    "apikey.key_reused": Entry(
        "This Idempotency-Key was used for another request.",
        cause="Within a day, one key stands for one request.",
        next="Repeat the first request unchanged, or send a new key.",
    ),
    "apikey.no_signing_key": Entry(
        "Nothing can be signed for {issuer} here.",
        cause="This server has no signing key of the institution that opens.",
        next="Who runs the server sets signing_key, see docs/how-to/issue-by-api.md, and starts it again.",
    ),
    "apikey.no_such_key": Entry(
        "There is no such API key that still counts.",
        cause="The id is mistyped, or the key was revoked before.",
        next="attestree apikey list shows all of them.",
    ),
}
"""Code -> what is said."""
