"""
`attestree quote`: what recording a batch would cost.

Decides what is printed only. A batch is one transaction whatever its size. Source: DESIGN section 9.
"""

from __future__ import annotations

from typing import Annotated

import typer

from attestree.cli.console import Context
from attestree.cli.plan_lines import format_ether, label
from attestree.issuing.plan import quote_call
from attestree.merkle.kind import MAX_SIZE
from attestree.registry.calls import build_anchor
from attestree.wiring.chains import wire_sender
from attestree.wiring.issuers import operator_address


def register(app: typer.Typer) -> None:
    """Add `quote` to the program."""
    app.command(rich_help_panel="Issue")(quote)


def quote(
    ctx: typer.Context,
    size: Annotated[int, typer.Argument(min=1, max=MAX_SIZE, help="Number of credentials.")],
    issuer: Annotated[str | None, typer.Option(help="Issuer in the settings; else the first.")] = None,
) -> None:
    """Ask the chain what recording so many credentials would cost at most."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    registry = settings.find_registry(chosen.registry)
    address = chosen.account
    payload = build_anchor(address, root=b"\x01" * 32, size=size, kind=0, list_id=b"\x01" * 13)
    found = quote_call(
        wire_sender(registry),
        sender=operator_address(settings, chosen),
        to=registry.contract,
        payload=payload,
    )
    each = format_ether(-(-found.fee_wei // size))
    lines = [
        label("Recording") + f"{size:,} credentials in 1 batch, 1 transaction, about {found.gas:,} gas",
        label("Fee at most") + f"{format_ether(found.fee_wei)} ETH, {each} ETH each",
        label("Limit") + f"{settings.fee_limit_eth:g} ETH (fee_limit_eth)",
    ]
    context.console.result(
        "\n".join(lines), {"size": size, "gas": found.gas, "feeWei": found.fee_wei, "registry": registry.name}
    )
