"""
`attestree key new|show`: the keys of accounts and of signatures.

Decides kinds and places; a key is never overwritten and never printed. Source: DESIGN sections 9, 11.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.keys.ed25519 import create_signing_key, public_key_of, read_signing_key
from attestree.adapters.keys.files import create_key_file, read_key_file_address
from attestree.adapters.keys.password import find_password
from attestree.adapters.keys.private_file import read_private
from attestree.cli.console import Context
from attestree.cli.password import ask_password
from attestree.credentials.signatures.multikey import format_did_key

group = typer.Typer(no_args_is_help=True, help="Make keys, and show which accounts and DIDs they stand for.")


class KeyKind(StrEnum):
    """What a key is for."""

    ACCOUNT = "account"
    """An account on the chain: records, changes status, accredits."""
    SIGNATURE = "signature"
    """Ed25519, for signatures inside credentials; stands for a did:key."""


def register(app: typer.Typer) -> None:
    """Add `key` to the program."""
    app.add_typer(group, name="key", rich_help_panel="Start")


@group.command()
def new(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(help="Where to write it, such as keys/operator.json.")],
    kind: Annotated[KeyKind, typer.Option(help="What it is for.")] = KeyKind.ACCOUNT,
) -> None:
    """Make a new key, encrypted with a password; nothing is overwritten."""
    context: Context = ctx.obj
    password = find_password(path.name, _ask_twice)
    if kind is KeyKind.SIGNATURE:
        _show(context, path, kind, create_signing_key(path, password=password))
    else:
        _show(context, path, kind, f"0x{create_key_file(path, password=password).hex()}")


@group.command()
def show(ctx: typer.Context, path: Annotated[Path, typer.Argument(help="A key file.")]) -> None:
    """Print the account or DID of a key; the key itself is never printed."""
    context: Context = ctx.obj
    if read_private(path).startswith(b"-----BEGIN"):
        key = read_signing_key(path, ask=ask_password)
        _show(context, path, KeyKind.SIGNATURE, format_did_key(public_key_of(key)))
    else:
        _show(context, path, KeyKind.ACCOUNT, f"0x{read_key_file_address(path).hex()}")


def _ask_twice(name: str) -> str:
    """Return a new password, typed twice; empty where no person sits at the terminal."""
    first = ask_password(f"{name} (new)")
    return first if first and ask_password(f"{name} (again)") == first else ""


def _show(context: Context, path: Path, kind: KeyKind, public: str) -> None:
    context.console.result(f"{public}   {path}", {"file": str(path), "kind": kind.value, "public": public})
