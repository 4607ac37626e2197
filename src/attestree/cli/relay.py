"""
`attestree anchor FILE`: records, and pays for, what another institution signed; or rules it out.

Decides flags, words and who pays. Everything that needs no chain is looked at first, then the wallet, then
what stands on the chain, then the price; nothing is paid before all of it is right.
Source: DESIGN sections 5, 6 and 9.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from attestree.accrediting import acts
from attestree.adapters.files.reading import read_limited
from attestree.adapters.keys.recovery import recover_signer
from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.giving_up import give_up
from attestree.anchoring.relay import (
    Standing,
    build_probe,
    build_relay_intent,
    fetch_standing,
    is_signed_by_key,
    queue_relay,
    verify_signature,
    verify_terms,
)
from attestree.anchoring.request_file import MAX_BYTES, AnchorRequest, parse_request, parse_signature
from attestree.cli.acting import account_of, drive_act
from attestree.cli.console import Context
from attestree.cli.delivery import deliver_ready
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import format_ether
from attestree.cli.telling import Teller, telling_that_it_waits
from attestree.credentials.dates import format_timestamp
from attestree.errors import FeeLimitError, RequestError
from attestree.issuing.plan import Quote, quote_call
from attestree.ports import NewIntent, TransactionSender
from attestree.settings import KeySetting, RegistrySettings, Settings
from attestree.wiring.chains import wire_sender, wire_wallets
from attestree.wiring.stores import wire_folders, wire_store
from attestree.wiring.workers import wire_signers, wire_worker


def take_request(
    context: Context, path: Path | None, *, signature: str | None, dry_run: bool, cancel: bool
) -> bool:
    """Do what was asked with a request file, and say whether there was one; RequestError as `relay`."""
    if path is None:
        for option, given in (("--signature", signature), ("--dry-run", dry_run), ("--cancel", cancel)):
            if given:
                raise RequestError("request.file_needed", option=option)
    elif cancel:
        rule_out(context, path)
    else:
        relay(context, path, signature=signature, dry_run=dry_run)
    return path is not None


def read_request(path: Path, signature: str | None) -> AnchorRequest:
    """Return the request in a file, with the signature that was given beside it, if one was."""
    request = parse_request(read_limited(path, limit_bytes=MAX_BYTES))
    return request if signature is None else replace(request, signature=parse_signature(signature))


def relay(context: Context, path: Path, *, signature: str | None, dry_run: bool) -> None:
    """Check a request, say what it costs, and record it exactly once."""
    settings = context.settings()
    request = read_request(path, signature)
    registry = find_registry_of(settings, request)
    verify_offline(request, registry)
    payer = account_of(settings, find_payer(settings, registry), setting="registry.payer_key")
    sender = wire_sender(registry)
    verify_signature(request, recover=recover_signer, ask_wallet=wire_wallets(registry).takes)
    wanted = build_relay_intent(request, registry=registry.name, payer=payer, now=int(time.time()))
    quote = find_quote(settings, sender, wanted)
    _say_price(context, request, quote)
    if dry_run:
        context.console.result("Nothing was sent.", {**_fields(request, quote), "recorded": False})
        return
    with wire_store(settings) as store:
        _record(context, settings, registry, store, request, wanted, quote)


def rule_out(context: Context, path: Path) -> None:
    """Rule out for ever that a request is recorded, and give its batch up here."""
    settings = context.settings()
    request = read_request(path, None)
    registry = find_registry_of(settings, request)
    own = [one for one in settings.issuer if one.account == request.anchor.issuer]
    if not own:
        raise RequestError("request.not_the_signer", address=f"0x{request.anchor.issuer.hex()}")
    with wire_store(settings) as store:
        # before anything is paid
        batch = store.fetch_batch_of_root(issuer=request.anchor.issuer, root=request.anchor.root)
    if batch is None:
        raise RequestError("request.no_such_batch")
    sender = wire_sender(registry)
    probe = build_probe(request.anchor)
    if fetch_standing(sender, probe, block=sender.fetch_block("final")) is not Standing.RULED_OUT:
        drive_act(context, settings, registry, acts.cancel(request.anchor.issuer, request.anchor.root))
    with wire_store(settings) as store:
        give_up(store, sender, batch_id=batch.id, issuer=batch.issuer)
        wire_folders(settings, own[0]).discard(batch.id)
    context.console.result(
        f"Ruled out: batch {batch.id} is given up; its roster can be issued again.",
        {"batch": batch.id, "root": f"0x{request.anchor.root.hex()}", "ruledOut": True},
    )


def find_registry_of(settings: Settings, request: AnchorRequest) -> RegistrySettings:
    """Return the registry of the settings that a request is for; RequestError `request.other_registry`."""
    wanted = (request.anchor.chain_id, request.anchor.registry)
    for registry in settings.registry:
        if (registry.chain_id, registry.contract) == wanted:
            return registry
    raise RequestError("request.other_registry", chain_id=request.anchor.chain_id)


def verify_offline(request: AnchorRequest, registry: RegistrySettings) -> None:
    """Return if all is right that can be seen without a chain; whose signature it is may need one."""
    now = int(time.time())
    verify_terms(request, chain_id=registry.chain_id, registry=registry.contract, now=now)
    is_signed_by_key(request, recover=recover_signer)


def find_payer(settings: Settings, registry: RegistrySettings) -> KeySetting | None:
    """Return the key that pays: `payer_key`, else the first key that records on this registry anyway."""
    if registry.payer_key is not None:
        return registry.payer_key
    issuers = (one for one in settings.issuer if settings.find_registry(one.registry).name == registry.name)
    return next((one.operator_key for one in issuers if one.operator_key is not None), None)


def find_quote(settings: Settings, sender: TransactionSender, wanted: NewIntent) -> Quote | None:
    """
    Return what recording costs at most; None where it stands there already, so that nothing is paid.

    Raises:
        RequestError: `request.taken` or `request.ruled_out`.
        RevertedError: The contract would refuse, such as while recording is paused.
        FeeLimitError: `fee.batch_above_limit`.
    """
    standing = fetch_standing(sender, wanted.probes[0], block=sender.fetch_block("latest"))
    if standing is Standing.TAKEN:
        raise RequestError("request.taken")
    if standing is Standing.RULED_OUT:
        raise RequestError("request.ruled_out")
    if standing is Standing.RECORDED:
        return None
    quote = quote_call(sender, sender=wanted.sender, to=wanted.to, payload=wanted.payload)
    limit = int(settings.fee_limit_eth * 10**18)
    if quote.fee_wei > limit:
        raise FeeLimitError("fee.batch_above_limit", fee=quote.fee_wei, limit=limit)
    return quote


def _record(
    context: Context,
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    request: AnchorRequest,
    wanted: NewIntent,
    quote: Quote | None,
) -> None:
    """Queue the recording, drive it until it is final, and say so."""
    signers = wire_signers(settings, registry, ask=ask_password)
    for signer in signers:
        if signer.address == wanted.sender:
            signer.open()
    intent = queue_relay(store, wanted)
    with (
        telling_that_it_waits(context.console.progress, [intent.wanted.id]),
        wire_worker(settings, registry, store, signers=signers) as worker,
    ):
        teller = Teller(context.console.progress)
        (done,) = worker.drive_until_final([intent.wanted.id], teller.tell, on_silence=teller.tell_patience)
    # The institution may work with the same folder.
    deliver_ready(settings, store, context.console)
    paid = bool(store.fetch_attempts(done.wanted.id))
    root = f"0x{request.anchor.root.hex()}"
    context.console.result(
        f"Recorded: {request.title}, {root}, final" + ("." if paid else "; somebody else had paid for it."),
        {**_fields(request, quote), "recorded": True, "paid": paid, "state": done.state.value},
    )


def _say_price(context: Context, request: AnchorRequest, quote: Quote | None) -> None:
    anchor = request.anchor
    price = "it is recorded already" if quote is None else f"at most {format_ether(quote.fee_wei)} ETH"
    context.console.progress(
        f"{request.title} for 0x{anchor.issuer.hex()}, signed, good until "
        f"{format_timestamp(anchor.deadline)}: {price}"
    )


def _fields(request: AnchorRequest, quote: Quote | None) -> dict[str, object]:
    return {
        "title": request.title,
        "issuer": f"0x{request.anchor.issuer.hex()}",
        "root": f"0x{request.anchor.root.hex()}",
        "size": request.anchor.size,
        "deadline": format_timestamp(request.anchor.deadline),
        "feeWei": None if quote is None else quote.fee_wei,
    }
