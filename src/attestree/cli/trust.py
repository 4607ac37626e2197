"""
`attestree trust add|show`: whom this verifier believes.

Decides nothing about whom to believe: the person does, by giving a file and, for one from the web,
its SHA-256. Source: DESIGN section 7.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.atomic import write_whole
from attestree.adapters.net.download import download
from attestree.cli.console import Context
from attestree.errors import TrustFileError
from attestree.verifying.trust import MAX_TRUST_BYTES, Trust, format_trust, parse_trust
from attestree.verifying.trust_union import unite_trust
from attestree.wiring.verifiers import read_trust

group = typer.Typer(no_args_is_help=True, help="Say whom to believe: networks, registries and accreditors.")


def register(app: typer.Typer) -> None:
    """Add `trust` to the program."""
    app.add_typer(group, name="trust", rich_help_panel="Start")


@group.command()
def add(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="A trust file, or an https address of one.")],
    expected: Annotated[
        str | None, typer.Option("--sha256", help="Its SHA-256; needed for a file from the web.")
    ] = None,
) -> None:
    """Believe what another trust file believes, besides what is believed already."""
    context: Context = ctx.obj
    octets = read_source(source, expected)
    other = parse_trust(octets)
    settings = context.settings()
    path = settings.path(settings.trust)
    joined = unite_trust(read_trust(path), other) if path.exists() else other
    write_whole(path, octets if joined is other else format_trust(joined).encode())
    context.console.result(describe(joined), as_json(joined))


@group.command()
def show(ctx: typer.Context) -> None:
    """Print whom this verifier believes."""
    context: Context = ctx.obj
    settings = context.settings()
    trust = read_trust(settings.path(settings.trust))
    context.console.result(describe(trust), as_json(trust))


def read_source(source: str, expected: str | None) -> bytes:
    """Return the bytes of a trust file, after comparing them with the SHA-256 that was given."""
    if source.startswith(("https://", "http://")):
        if expected is None:
            raise TrustFileError("trust.needs_sha256")
        octets = download(source, limit_bytes=MAX_TRUST_BYTES)
    else:
        try:
            octets = Path(source).read_bytes()
        except OSError as error:
            raise TrustFileError("trust.no_file", file=Path(source).name) from error
    actual = sha256(octets).hexdigest()
    if expected is not None and expected.lower().removeprefix("0x") != actual:
        raise TrustFileError("trust.other_sha256", actual=actual)
    return octets


def describe(trust: Trust) -> str:
    """Return a trust file in lines for people."""
    lines = [f"{trust.name}   sha256 {trust.sha256.hex()}"]
    for network in trust.networks:
        name = network.name or f"chain {network.chain_id}"
        lines.append(
            f" {network.kind:<11} {name}   registry 0x{network.registry.hex()}   chain {network.chain_id}"
        )
    lines += [f" accreditor  {item.name}   0x{item.address.hex()}" for item in trust.accreditors]
    return "\n".join(lines)


def as_json(trust: Trust) -> dict[str, object]:
    """Return a trust file as plain values for programs."""
    return {
        "name": trust.name,
        "sha256": trust.sha256.hex(),
        "networks": [
            {
                "kind": str(network.kind),
                "name": network.name,
                "chainId": network.chain_id,
                "registry": f"0x{network.registry.hex()}",
                "deployBlock": network.deploy_block,
            }
            for network in trust.networks
        ],
        "accreditors": [
            {"address": f"0x{item.address.hex()}", "name": item.name} for item in trust.accreditors
        ],
    }
