"""
What commands that change a standing have in common: who signs, and driving until it is final.

Decides nothing about standing. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from typing import Annotated

import typer

from attestree.accrediting.acts import Act
from attestree.cli.console import Context
from attestree.cli.password import ask_password
from attestree.errors import KeyFileError, RequestError
from attestree.ports import Intent
from attestree.settings import KeySetting, RegistrySettings, Settings
from attestree.wiring.keys import read_key_address
from attestree.wiring.stores import wire_store
from attestree.wiring.workers import wire_act

Account = Annotated[str, typer.Argument(help="An account on the chain, 0x and 40 hex digits.")]
"""The argument that commands about somebody take."""


def parse_account(text: str) -> bytes:
    """Return an address of 20 bytes from `0x` and 40 hex digits; RequestError `request.address`."""
    try:
        address = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        address = b""
    if not text.startswith("0x") or len(address) != 20:
        raise RequestError("request.address")
    return address


def account_of(settings: Settings, key: KeySetting | None, *, setting: str) -> bytes:
    """Return the address of a key that the settings name; KeyFileError `key.not_set` without one."""
    if key is None:
        raise KeyFileError("key.not_set", setting=setting)
    return read_key_address(settings, key)


def act(context: Context, settings: Settings, registry: RegistrySettings, wanted: Act) -> None:
    """Queue an act, drive it until it is final, and say so."""
    done = drive_act(context, settings, registry, wanted)
    block = done.block_number
    context.console.result(
        f"Done: {wanted.title}, final in block {block}.",
        {"id": done.wanted.id, "title": wanted.title, "state": done.state.value, "block": block},
    )


def drive_act(context: Context, settings: Settings, registry: RegistrySettings, wanted: Act) -> Intent:
    """
    Queue an act and drive it until it is final; return it.

    Raises:
        KeyFileError: `key.not_here`, nobody here signs for that account; nothing is queued. The call is
            told, for it may be a contract account, whose wallet can make it.
    """
    context.console.progress(f"{wanted.title} ...")
    with wire_store(settings) as store:
        try:
            return wire_act(wanted, settings=settings, registry=registry, store=store, ask=ask_password)
        except KeyFileError as error:
            if error.code == "key.not_here":
                context.console.progress(f"to    0x{registry.contract.hex()}\ndata  0x{wanted.payload.hex()}")
            raise
