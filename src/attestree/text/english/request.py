"""Sentences for `request.*` and `download.*`: what was asked, and files from the web."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "request.https_only": Entry(
        "Only https addresses are fetched.",
        cause="Over plain http anybody on the way could change the file.",
        next="Use an https address, or download the file yourself and give its path.",
    ),
    "request.too_large": Entry(
        "What was sent is larger than {limit:byte|bytes}.",
        cause="No single credential is that large; a limit keeps the service answering for everybody.",
        next="Send one credential file at a time, as it was given to you.",
    ),
    "request.line_too_large": Entry(
        "This line is longer than {limit} bytes.",
        cause="Each line holds one credential, and a credential is a few kilobytes.",
        next="Send the credential alone to see what is wrong with it.",
    ),
    "request.too_many_lines": Entry(
        "A batch holds at most {limit} lines.",
        cause="A limit keeps the service answering for everybody.",
        next="Send several batches.",
    ),
    "request.headers": Entry(
        "The header fields of the request are longer than {limit} bytes.",
        cause="No browser or program that asks for a verdict needs that many.",
        next="Send the request without the fields that it does not need.",
    ),
    "request.form": Entry(
        "The form could not be read.",
        cause="It was not sent by the page, or was cut short on the way.",
        next="Open the page again and send the form from there.",
    ),
    "request.nothing_given": Entry(
        "No credential was given.",
        cause="Neither a file was chosen nor text pasted.",
        next="Choose the credential file or the badge picture, or paste what is in the file.",
    ),
    "request.rate": Entry(
        "That is no rate of requests.",
        cause="A rate is written as a number, a slash and second, minute, hour or day.",
        next="Write for example --rate 1200/minute, or --rate off.",
    ),
    "request.timeout": Entry(
        "The body did not arrive in time.",
        cause="Fewer bytes came than were announced, or they came too slowly.",
        next="Send the request again.",
    ),
    "request.media_type": Entry(
        "A body of this type is not read here.",
        cause="The Content-Type is not one that this address takes.",
        next="Send application/json, image/png or image/svg+xml; application/x-ndjson for many lines.",
    ),
    "request.encoding": Entry(
        "Compressed bodies are not read here.",
        cause="A small compressed body can unpack to a very large one.",
        next="Send the body as it is, without Content-Encoding.",
    ),
    "request.range": Entry(
        "Parts of an answer are not served here.",
        cause="The request has a Range header; every answer is small and comes whole.",
        next="Send the request without Range.",
    ),
    "request.not_found": Entry(
        "There is nothing at this address.",
        cause="The address is misspelt, or what stood here is no longer known to this service.",
        next="Check the address; a credential file can be checked without it, on /verify.",
    ),
    "request.method": Entry(
        "This address does not take this method.",
        cause="For example GET where POST is needed.",
        next="See /openapi.json for what each address takes.",
    ),
    "request.too_many": Entry(
        "Too many requests from this address.",
        cause="A limit keeps the service answering for everybody.",
        next="Wait a moment; for many credentials use /v1/verify/batch.",
    ),
    "request.shape": Entry(
        "The request is not of the form that this address takes.",
        cause="A member is missing, unknown or of the wrong type.",
        next="Send the credential as it is, or an object with credential, expect and at; see /openapi.json.",
    ),
    "request.usage": Entry(
        "The command line cannot be used.",
        cause="A word of it is missing, unknown or in the wrong place.",
        next="Add --help to the command to see what it takes.",
    ),
    "request.internal": Entry(
        "Something went wrong on our side.",
        cause="This should not happen; it has been logged under the request id of this answer.",
        next="Try again; if it stays, report the request id.",
    ),
    "request.file_form": Entry(
        "This file is no request for a recording.",
        cause="It is of another kind, or was damaged on the way.",
        next="`attestree issue ROSTER --achievement FILE --request FILE --yes` writes one.",
    ),
    "request.file_differs": Entry(
        "This request shows one thing and asks to sign another.",
        cause="Somebody changed it: what is written for people and what a wallet signs must be the same.",
        next="Do not use it. Ask the institution for the file again.",
    ),
    "request.other_registry": Entry(
        "This request is for a public record that the settings do not know (chain {chain_id}).",
        next="Add that registry to attestree.toml, or run the command where it is known.",
    ),
    "request.deadline_passed": Entry(
        "This request has run out.",
        next="The institution makes it again with the same command; nothing else changes.",
    ),
    "request.deadline_far": Entry(
        "The deadline of this request lies further ahead than the public record allows, 30 days.",
        cause="It was changed, or a clock is wrong.",
        next="The institution makes it again; look at the clocks of both machines.",
    ),
    "request.not_signed": Entry(
        "This request is not signed yet.",
        cause="The institution's account is a contract account: its wallet signs the typed data in the file "
        "({digest}).",
        next="Give the wallet's signature with `--signature 0x..`, or write it into the file.",
    ),
    "request.signature": Entry(
        "A signature is 0x and an even number of hex digits.", next="Copy it whole from the wallet."
    ),
    "request.bad_signature": Entry(
        "This request is not signed by {issuer}.",
        cause="Another key signed it, too few owners signed, or something was changed afterwards.",
        next="Nothing was paid. Ask the institution for the file again.",
    ),
    "request.taken": Entry(
        "This batch cannot be recorded any more: its root stands on the public record with other values.",
        cause="Somebody who could act in the institution's name was faster.",
        next="Nothing was paid. Tell the institution: it disavows the key and seals the batch anew.",
    ),
    "request.ruled_out": Entry(
        "The institution ruled out that this batch is ever recorded.",
        next="Nothing was paid. Ask the institution for another request, if there is one.",
    ),
    "request.recorded_already": Entry(
        "This batch is recorded already; no request is needed.",
        next="`attestree deliver` hands its files out.",
    ),
    "request.not_squatted": Entry(
        "Batch {batch} does not need to be sealed anew.",
        cause="Nothing else stands in its place on the public record, so that it could still be recorded.",
        next="Record it with `attestree anchor`; or rule it out first with `attestree anchor FILE --cancel`.",
    ),
    "request.still_out": Entry(
        "Batch {batch} cannot be given up now.",
        cause="It is on its way, recorded, or was given up before.",
        next="`attestree anchor` brings what is on its way to an end; then try again.",
    ),
    "request.no_such_batch": Entry(
        "There is no such batch of this institution here.",
        next="A batch is called as its folder is, in batches/.",
    ),
    "request.not_the_signer": Entry(
        "Only the institution that signed this request can rule it out, and it is none of these settings.",
        cause="Its account is {address}. Whoever pays need not rule anything out: a request that nobody pays "
        "for runs out.",
        next="Run `attestree anchor FILE --cancel` on the institution's own machine. What waits here is "
        "withdrawn with `attestree anchor --drop ID`.",
    ),
    "request.no_such_key": Entry(
        "{address} never was a key of this institution.",
        next="`attestree issuer show` lists its keys.",
    ),
    "request.head": Entry(
        "A head is 0x and 56 hex digits.", next="`attestree audit` prints the institution's heads."
    ),
    "request.file_needed": Entry(
        "{option} belongs to a request file.", next="Name it: `attestree anchor FILE {option}`."
    ),
    "request.file_exists": Entry(
        'The file "{file}" is there already and is no request of this batch.',
        next="Choose another name; nothing is overwritten.",
    ),
    "request.address": Entry(
        "That is no account.",
        cause="An account is written 0x and 40 digits from 0 to 9 and a to f.",
        next="Copy the whole account; `attestree key show FILE` prints the one of a key.",
    ),
    "request.root": Entry(
        "That is no root of a batch.",
        cause="A root is written 0x and 64 digits from 0 to 9 and a to f.",
        next="Copy it from public/batch.json of the batch, or from the audit report.",
    ),
    "request.time": Entry(
        "That is no moment.",
        cause="A moment is written as 2026-11-22T00:00:00Z, with its time zone.",
        next="Write date, T, time and Z or an offset such as +01:00.",
    ),
    "request.did": Entry(
        "That is no DID.",
        cause="A DID begins with did: and a method, such as did:key:z6Mk... or did:web:example.edu.",
        next="Copy it from what the institution sent you; `attestree init join` prints it there.",
    ),
    "request.title": Entry(
        "The name is empty or longer than {limit} characters.",
        cause="It is recorded for ever and shown to everybody who checks a credential.",
        next="Give the institution's name as people know it.",
    ),
    "request.answer_missing": Entry(
        "{option} is needed here.",
        cause="There is no default for it, and nobody could be asked.",
        next="Add it to the command, or run the command in a terminal without --yes.",
    ),
    "request.not_suspended": Entry(
        "This issuer is not suspended.",
        cause="Only a suspension can be lifted; a withdrawal cannot.",
        next="Look with `attestree issuer show`; to vouch again, use `attestree issuer accredit`.",
    ),
    "request.did_web": Entry(
        "That is no place for a did:web.",
        cause="It must be the name of a public host, perhaps with a port and a path: "
        "university.example/badges.",
        next="Mend --web; a number, or a name without a dot, leads nowhere for others.",
    ),
    "request.did_document": Entry(
        "{file} is there already and is not the document of this DID; nothing was written.",
        cause="A document that is there is kept, with the keys that it lists; this one is of another DID, or "
        "out of form.",
        next="Name another file with --out.",
    ),
    "download.no_answer": Entry(
        "The file could not be fetched: nobody answered.",
        cause="The server is away, the address is misspelt, or its certificate cannot be trusted.",
        next="Check the address and try again, or download the file yourself and give its path.",
    ),
    "download.failed": Entry(
        "The file could not be fetched (status {status}).",
        cause="The server refuses, or sends elsewhere; no redirect is followed.",
        next="Try again later, or download the file yourself and give its path.",
    ),
    "download.forbidden_address": Entry(
        "The address is none that is asked: only https, with a name and no number.",
        cause="It was written by somebody else, and could otherwise be aimed at this network.",
        next="Whoever published the address must use https and the name of a public host.",
    ),
    "download.forbidden_host": Entry(
        "The host is not on the public internet, so it is not asked.",
        cause="Its name leads to this machine, or into a private network.",
        next="Whoever published the address must use a public host.",
    ),
    "download.too_large": Entry(
        "The file is longer than the {limit} bytes that are read.",
        cause="The host serves something else, or wants to keep this program busy.",
        next="Ask whoever runs the host.",
    ),
}
"""Code to entry."""
