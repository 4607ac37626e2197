"""
`attestree issue --request FILE`: writes the request with which somebody else records a sealed batch.

Decides who signs: the institution's own key where it is here; the wallet of a contract account later, with
the typed data that stands in the file. No chain is asked and no money is needed.
Source: DESIGN sections 5 and 9.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from attestree.adapters.files.atomic import write_whole
from attestree.adapters.files.reading import read_limited
from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.giving_up import find_doomed, give_up
from attestree.anchoring.request_file import MAX_BYTES, AnchorRequest, format_request, parse_request
from attestree.cli.console import Console
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import label, many
from attestree.credentials.dates import format_timestamp
from attestree.errors import InputError, RequestError
from attestree.outbox.states import State
from attestree.ports import Batch
from attestree.registry.signed_anchor import (
    ANY_HEAD,
    MAX_DEADLINE_SECONDS,
    SignedAnchor,
    build_typed,
    hash_anchor,
)
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.chains import wire_sender
from attestree.wiring.keys import OpenableSigner, is_here, read_key_address, wire_signer
from attestree.wiring.stores import wire_folders

DAY_SECONDS = 86_400
"""Seconds of a day."""

CLOCK_MARGIN_SECONDS = 600
"""A deadline stays this far below the longest, so that a clock which is ahead does no harm."""


def find_request_signer(settings: Settings, issuer: IssuerSettings) -> OpenableSigner | None:
    """
    Return the signer of the institution's own account, opened; None where its wallet has to sign.

    Raises:
        KeyFileError: The key does not open; nothing was sealed.
    """
    key = issuer.issuer_key
    if key is None or not is_here(settings, key) or read_key_address(settings, key) != issuer.account:
        return None
    chain_id = settings.find_registry(issuer.registry).chain_id
    signer = wire_signer(settings, key, chain_id=chain_id, ask=ask_password)
    signer.open()
    return signer


@dataclass(frozen=True, slots=True)
class RequestWish:
    """How somebody wants a request."""

    path: Path
    """Where the file goes."""
    signer: OpenableSigner | None
    """Signs it; None leaves that to the wallet of a contract account."""
    days: int
    """For how many days it is good."""
    expected_head: int = ANY_HEAD
    """The anchor head that must stand before; 0 = any."""


def write_request(
    settings: Settings, issuer: IssuerSettings, batch: Batch, wish: RequestWish
) -> AnchorRequest:
    """
    Write the request file of a sealed batch; one of the same batch is replaced.

    Raises:
        RequestError: `request.recorded_already`, or `request.file_exists` where something else is there.
    """
    if batch.state is State.FINAL or batch.root is None or batch.size is None:
        raise RequestError("request.recorded_already")
    _verify_place(wish.path, batch.root)
    registry = settings.find_registry(issuer.registry)
    seconds = min(wish.days * DAY_SECONDS, MAX_DEADLINE_SECONDS - CLOCK_MARGIN_SECONDS)
    anchor = SignedAnchor(
        chain_id=registry.chain_id,
        registry=registry.contract,
        issuer=batch.issuer,
        root=batch.root,
        size=batch.size,
        kind=batch.kind,
        list_id=batch.list_id,
        deadline=int(time.time()) + seconds,
        expected_head=wish.expected_head,
    )
    signature = None
    if wish.signer is not None:
        signature = wish.signer.sign_typed(build_typed(anchor), digest=hash_anchor(anchor))
    # What the achievement is called is the institution's own affair until the batch is recorded.
    request = AnchorRequest(anchor, f"Record {many(batch.size, 'credential')}", signature)
    write_whole(wish.path, format_request(request), mode=0o644)
    return request


def request_recording(
    settings: Settings, issuer: IssuerSettings, batch: Batch, wish: RequestWish, console: Console
) -> None:
    """Write the request file of a sealed batch, and say what to do with it; raises as `write_request`."""
    print_request(console, write_request(settings, issuer, batch, wish), batch, wish.path)


def build_wish(
    settings: Settings, issuer: IssuerSettings, path: Path | None, *, days: int, head: str | None
) -> RequestWish | None:
    """
    Return how somebody wants a request, its signer opened; None where no file was named.

    Raises:
        RequestError: `request.head`.
        KeyFileError: The key does not open; nothing was sealed.
    """
    if path is None:
        return None
    return RequestWish(path, find_request_signer(settings, issuer), days, parse_head(head))


def print_request(console: Console, request: AnchorRequest, batch: Batch, path: Path) -> None:
    """Print what to do with a request file."""
    until = format_timestamp(request.anchor.deadline)
    signed = request.signature is not None
    lines = [
        label("Sealed") + f"batch {batch.id}, {many(batch.size or 0, 'credential')}; its files are held",
        label("Request") + f"{path}, good until {until}",
    ]
    if not signed:
        lines.append(label("To sign") + f"0x{request.digest.hex()}")
        lines.append(label("") + "by the wallet of the institution's account; the file holds the typed data")
    lines += [
        label("Next")
        + f"whoever pays runs: attestree anchor {path.name}"
        + ("" if signed else " --signature 0x.."),
        label("") + "then, here: attestree anchor",
    ]
    console.result(
        "\n".join(lines),
        {
            "issued": False,
            "batch": batch.id,
            "size": batch.size,
            "root": f"0x{request.anchor.root.hex()}",
            "state": batch.state.value,
            "request": str(path),
            "deadline": until,
            "digest": f"0x{request.digest.hex()}",
            "signed": signed,
        },
    )


def parse_head(text: str | None) -> int:
    """Return an anchor head from `0x` and 56 hex digits; without, any. RequestError `request.head`."""
    if text is None:
        return ANY_HEAD
    try:
        head = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        head = b""
    if not text.startswith("0x") or len(head) != 28:
        raise RequestError("request.head")
    return int.from_bytes(head)


def reseal(
    settings: Settings,
    issuer: IssuerSettings,
    store: SqlStore,
    batch_id: str,
    console: Console,
    *,
    yes: bool,
) -> None:
    """
    Give up a batch whose root somebody else took, so that its roster is sealed anew.

    Raises:
        RequestError: As `find_doomed`: nothing is given up that could still be recorded.
    """
    sender = wire_sender(settings.find_registry(issuer.registry))
    if not yes:
        find_doomed(store, sender, batch_id=batch_id, issuer=issuer.account)
        console.progress(f"Batch {batch_id} can never be recorded; --yes gives it up and seals anew.")
        return
    give_up(store, sender, batch_id=batch_id, issuer=issuer.account)
    wire_folders(settings, issuer).discard(batch_id)
    console.progress(f"Batch {batch_id} is given up; its files, which nobody got, are removed.")


def _verify_place(path: Path, root: bytes) -> None:
    """Return if nothing is there but a request of the same batch."""
    if not path.exists():
        return
    try:
        found = parse_request(read_limited(path, limit_bytes=MAX_BYTES))
    except InputError as exc:
        raise RequestError("request.file_exists", file=path.name) from exc
    if found.anchor.root != root:
        raise RequestError("request.file_exists", file=path.name)
