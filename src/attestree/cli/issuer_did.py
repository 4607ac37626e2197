"""
`attestree issuer did`: the document that makes an institution's signing key findable on the web.

Decides what is printed and where it is said to lie, and that a file which is there loses no key; the
document itself is built in `credentials.did_listing`. Nothing is asked of the web unless `--check` is given.
Source: W3C CCG did:web; DESIGN section 7.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.atomic import write_whole
from attestree.adapters.files.reading import read_limited
from attestree.adapters.keys.ed25519 import public_key_of, read_signing_key
from attestree.cli.console import REJECT, Context, many
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import label
from attestree.credentials.did import (
    ASSERTION,
    did_web_address,
    find_key,
    format_did_web,
    is_did_key,
)
from attestree.credentials.did_listing import build_did_web_document, build_extended_document
from attestree.credentials.signatures.multikey import PublicKey
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.errors import (
    DidUnavailableError,
    EvidenceError,
    MalformedJsonError,
    MalformedProofError,
    RequestError,
    SettingsError,
)
from attestree.issuing.signing import choose_method
from attestree.ports import DidResolver
from attestree.settings import IssuerSettings, Settings
from attestree.text.catalogue import explain_error
from attestree.wiring.verifiers import wire_resolver

MAX_DOCUMENT_BYTES = 65_536
"""Largest document that is kept and extended; others fetch no larger one either."""


def did(
    ctx: typer.Context,
    web: Annotated[
        str | None, typer.Option(metavar="HOST[/PATH]", help="For a did:web at this host; else as it is set.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it there; keys that the file lists stay listed."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask the host whether it lists the key already.")
    ] = False,
    issuer: Annotated[
        str | None, typer.Option("--issuer", help="Which, by its name in the settings.")
    ] = None,
) -> None:
    """Print the document (did.json) that lets others find the signing key, and where to put it."""
    context: Context = ctx.obj
    settings = context.settings()
    own = settings.find_issuer(issuer)
    name = own.did if web is None else parse_place(web)
    key = _read_key(settings, own)
    method = choose_method(name, key, method=own.signing_method if name == own.did else None)
    if is_did_key(name):
        context.console.result(
            label("DID")
            + f"{name}\nIt is its own document: nothing need be published. For a did:web: --web HOST",
            {"did": name, "method": method, "address": None, "document": None, "hosted": None},
        )
        return
    document = build_document(out, name, method, key)
    text = json.dumps(document, indent=2) + "\n"
    if out is not None:
        write_whole(out, text.encode())
    hosted = find_hosted_fault(wire_resolver(settings.allow_did_web()), name, method, key) if check else None
    lines = [*_lines(name, method), *_written_lines(document, out), *_next_lines(own, name)]
    lines += _hosted_lines(hosted, check=check)
    context.console.result(
        "\n".join([*lines, *([] if out else ["", text.rstrip()])]),
        {
            "did": name,
            "method": method,
            "address": did_web_address(name),
            "document": document,
            "hosted": hosted is None if check else None,
        },
    )
    if hosted is not None:
        raise typer.Exit(REJECT)


def parse_place(web: str) -> str:
    """Return the `did:web` of a host and a path; RequestError `request.did_web` for what is none."""
    try:
        return format_did_web(web)
    except (MalformedProofError, DidUnavailableError) as error:
        raise RequestError("request.did_web") from error


def build_document(out: Path | None, name: str, method: str, key: PublicKey) -> JsonObject:
    """
    Return the document that lists the key, and whatever a file that is there already lists.

    Raises:
        RequestError: `request.did_document`, the file is not the document of this DID.
        MalformedProofError: `did.name_taken`.
    """
    if out is None or not out.exists():
        return build_did_web_document(name, method, key)
    octets = read_limited(out, limit_bytes=MAX_DOCUMENT_BYTES)
    try:
        return build_extended_document(parse_json(octets), name, method, key)
    except (MalformedJsonError, MalformedProofError) as error:
        if error.code == "did.name_taken":
            raise
        raise RequestError("request.did_document", file=out.name) from error


def find_hosted_fault(
    resolver: DidResolver | None, name: str, method: str, key: PublicKey
) -> EvidenceError | MalformedProofError | None:
    """
    Return what is wrong with the document that the host serves, or None where it lists the key.

    Raises:
        DidUnavailableError: The host serves none, or does not answer.
    """
    if resolver is None:
        raise DidUnavailableError("did.off")
    try:
        hosted = find_key(resolver.fetch_document(name), method, ASSERTION)
    except (EvidenceError, MalformedProofError) as error:
        return error
    return None if hosted == key else EvidenceError("signature.key_not_listed")


def _read_key(settings: Settings, issuer: IssuerSettings) -> PublicKey:
    """Return the public part of the issuer's signing key."""
    if issuer.signing_key is None:
        raise SettingsError("config.no_signing_key", issuer=issuer.name)
    return public_key_of(read_signing_key(settings.path(issuer.signing_key), ask=ask_password))


def _lines(name: str, method: str) -> list[str]:
    """Return what the document is about, and where it belongs."""
    return [label("DID") + name, label("Signs as") + method, label("Put it at") + did_web_address(name)]


def _written_lines(document: JsonObject, out: Path | None) -> list[str]:
    """Return where the document was written, and how many keys it lists."""
    if out is None:
        return []
    listed = document["verificationMethod"]
    keys = len(listed) if isinstance(listed, list) else 0
    return [label("Written to") + str(out), *([label("It lists") + many(keys, "key")] if keys > 1 else [])]


def _next_lines(issuer: IssuerSettings, name: str) -> list[str]:
    """Return what else there is to do where the settings have another DID."""
    if name == issuer.did:
        return []
    return [label("Then") + f'set did = "{name}" in the settings, and have it accredited before you issue']


def _hosted_lines(fault: EvidenceError | MalformedProofError | None, *, check: bool) -> list[str]:
    """Return what the host was found to serve."""
    if not check:
        return []
    if fault is None:
        return [label("Hosted") + "the host lists this key"]
    said = explain_error(fault)
    return [label("Hosted") + f"NO: {said.sentence} [{fault.code}]"]
