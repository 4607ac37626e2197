"""
`attestree quote`: what recording a batch would cost, or a year's batches at several rhythms and prices.

Decides what is asked and printed only. A batch is one transaction whatever its size. Source: DESIGN
section 9.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from attestree.cli.console import Context
from attestree.cli.plan_lines import format_ether, label
from attestree.cli.year_lines import format_year, year_fields
from attestree.errors import AttestreeError, ChainUnavailableError, RevertedError
from attestree.issuing.plan import quote_call
from attestree.issuing.yearly import (
    RHYTHMS,
    Price,
    RecordGas,
    Year,
    compare_rhythms,
    count_times,
    fetch_record_gas,
    recorded_gas,
)
from attestree.merkle.kind import MAX_SIZE
from attestree.registry.calls import build_anchor
from attestree.registry.gas import MAX_ROOTS
from attestree.wiring.chains import wire_sender
from attestree.wiring.issuers import operator_address

USUAL_RHYTHMS = ("hour", "day", "week")
"""Compared unless the user names others."""

MAX_PER_YEAR = 10**12
"""Most credentials of a year that are reckoned with."""


def register(app: typer.Typer) -> None:
    """Add `quote` to the program."""
    app.command(rich_help_panel="Issue")(quote)


def quote(
    ctx: typer.Context,
    size: Annotated[int, typer.Argument(min=1, max=MAX_PER_YEAR, help="Number of credentials.")],
    issuer: Annotated[str | None, typer.Option(help="Issuer in the settings; else the first.")] = None,
    per_year: Annotated[
        bool, typer.Option("--per-year", help="SIZE is what a year brings; compare rhythms.")
    ] = False,
    every: Annotated[
        list[str] | None,
        typer.Option(help="A batch every hour, day, week, month or year, or a number of times a year."),
    ] = None,
    gas_price: Annotated[
        list[str] | None, typer.Option(help="Price of gas in gwei; without one there is only gas.")
    ] = None,
    coin_price: Annotated[
        list[str] | None, typer.Option(help='Price of a coin of the chain, such as "2500 EUR".')
    ] = None,
    revoked: Annotated[
        float, typer.Option(min=0, max=100, help="Per cent of the credentials that are revoked.")
    ] = 0.0,
    roots: Annotated[
        int, typer.Option(min=1, max=MAX_ROOTS, help="Batches at each time, such as one for each course.")
    ] = 1,
) -> None:
    """Ask the chain what recording so many credentials would cost at most, or compare rhythms of a year."""
    context: Context = ctx.obj
    if not per_year:
        _require_none(every, gas_price, coin_price, revoked, roots != 1)
        _quote_batch(context, size, issuer)
        return
    year = Year(credentials=size, revoked_share=revoked / 100, roots=roots)
    rhythms = tuple(every or USUAL_RHYTHMS)
    _require_rhythms(rhythms, year)
    prices = parse_prices(gas_price or [], coin_price or [])
    figures, problem = _find_gas(context, issuer, year, rhythms)
    compared = compare_rhythms(year, rhythms, figures)
    context.console.result(
        format_year(year, compared, prices, figures, problem),
        year_fields(year, compared, prices, figures, problem),
    )


def parse_prices(gas_prices: list[str], coin_prices: list[str]) -> list[Price]:
    """Return every gas price with every price of a coin; typer.BadParameter if one is no price."""
    gwei = [_parse_amount(text, "--gas-price") for text in gas_prices]
    if coin_prices and not gwei:
        raise typer.BadParameter("needs --gas-price beside it", param_hint="--coin-price")
    if not coin_prices:
        return [Price(each) for each in gwei]
    coins = [_parse_money(text) for text in coin_prices]
    return [Price(each, amount, currency) for each in gwei for amount, currency in coins]


def _parse_money(text: str) -> tuple[Decimal, str]:
    """Return amount and currency of "2500 EUR" or "2500EUR"."""
    amount = text.rstrip("".join(filter(str.isalpha, text))).strip()
    currency = text.strip()[len(amount) :].strip()
    if not amount or not currency:
        raise typer.BadParameter('an amount and its currency, such as "2500 EUR"', param_hint="--coin-price")
    return _parse_amount(amount, "--coin-price"), currency


def _parse_amount(text: str, option: str) -> Decimal:
    """Return a price, finite and not negative."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise typer.BadParameter("a number such as 0.5 or 20", param_hint=option)
    return found


def _require_rhythms(rhythms: tuple[str, ...], year: Year) -> None:
    """Refuse a rhythm that is neither named nor a number of times."""
    for rhythm in rhythms:
        try:
            count_times(rhythm, year)
        except ValueError as exc:
            known = ", ".join(RHYTHMS)
            raise typer.BadParameter(f"{known}, or a number of times a year", param_hint="--every") from exc


def _require_none(*given: object) -> None:
    """Refuse what says something of a year only."""
    if any(given):
        raise typer.BadParameter("needed beside the other flags", param_hint="--per-year")


def _find_gas(
    context: Context, issuer: str | None, year: Year, rhythms: tuple[str, ...]
) -> tuple[RecordGas, AttestreeError | None]:
    """Return the chain's estimates, else the recorded figures and why the chain said nothing."""
    settings = context.settings()
    if not settings.issuer and issuer is None:
        return recorded_gas(year.roots), None
    chosen = settings.find_issuer(issuer)
    registry = settings.find_registry(chosen.registry)
    batches = count_times(rhythms[0], year) * year.roots
    try:
        found = fetch_record_gas(
            wire_sender(registry),
            issuer=chosen.account,
            operator=operator_address(settings, chosen),
            contract=registry.contract,
            size=min(-(-year.credentials // batches), MAX_SIZE),
            roots=year.roots,
        )
    except (ChainUnavailableError, RevertedError) as exc:
        return recorded_gas(year.roots), exc
    return found, None


def _quote_batch(context: Context, size: int, issuer: str | None) -> None:
    """Ask the chain about one batch."""
    if size > MAX_SIZE:
        raise typer.BadParameter(f"at most {MAX_SIZE:,} in one batch", param_hint="SIZE")
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
