"""
What `attestree quote --per-year` prints: a table of gas, and one of costs for each price the user gave.

Decides layout and rounding only: gas to whole units, money up and never down. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_UP, Decimal

from attestree.cli.plan_lines import label
from attestree.errors import AttestreeError
from attestree.issuing.yearly import Price, RecordGas, Year, YearGas
from attestree.text.catalogue import explain_error

CENT = Decimal("0.01")
"""Least amount of money in a year's sum."""

_HEAD = ("a batch every", "times", "batches", "each of", "gas to record", "gas to revoke", "gas each")


def format_year(
    year: Year,
    compared: Sequence[YearGas],
    prices: Sequence[Price],
    figures: RecordGas,
    problem: AttestreeError | None,
) -> str:
    """Return the comparison as lines for people."""
    share = f", {year.revoked_share:.2%} of them revoked" if year.revoked_share else ""
    lines = [
        label("In a year") + f"{year.credentials:,} credentials{share}",
        label("Gas") + _source(figures, problem),
        "",
        *_align([_HEAD, *(_gas_cells(year, one) for one in compared)]),
    ]
    for price in prices:
        coin = f", a coin at {price.coin:f} {price.currency}" if price.coin is not None else ""
        cells = [(f"gas at {price.gwei:f} gwei{coin}", "a year", "each")]
        cells += [(_name(one), *_costs(year, one, price)) for one in compared]
        lines += ["", *_align(cells)]
    if not prices:
        lines += ["", "What that costs: --gas-price GWEI, and --coin-price AMOUNT CURRENCY for money."]
    if any(one.together for one in compared):
        lines += [
            "",
            "Together is one transaction (anchorMany) for the batches of one time, as attestree anchor sends",
            "it; it carries up to anchors_per_transaction of the settings, 50 if that is not there.",
        ]
    return "\n".join(lines)


def year_fields(
    year: Year,
    compared: Sequence[YearGas],
    prices: Sequence[Price],
    figures: RecordGas,
    problem: AttestreeError | None,
) -> dict[str, object]:
    """Return the comparison for programs; coins and money are decimal text."""
    return {
        "credentials": year.credentials,
        "revokedShare": year.revoked_share,
        "roots": year.roots,
        "gasFrom": "chain" if figures.by_chain else "recorded",
        "problem": problem.code if problem is not None else None,
        "rhythms": [_fields(year, one, prices) for one in compared],
    }


def _fields(year: Year, one: YearGas, prices: Sequence[Price]) -> dict[str, object]:
    """Return one rhythm for programs."""
    return {
        "every": one.rhythm,
        "times": one.times,
        "batches": one.batches,
        "batchSize": one.batch_size,
        "together": one.together,
        "gas": {
            "recording": round(one.recording),
            "revoking": round(one.revoking),
            "revokingSingly": round(one.revoking_singly),
            "total": round(one.total),
            "each": round(one.total / year.credentials, 3),
        },
        "costs": [_cost_fields(year, one, price) for price in prices],
    }


def _cost_fields(year: Year, one: YearGas, price: Price) -> dict[str, object]:
    """Return what one rhythm costs at one price."""
    fields: dict[str, object] = {"gwei": f"{price.gwei:f}", "coins": f"{price.coins(one.total):.9f}"}
    money = price.money(one.total)
    if money is not None:
        fields |= {
            "coinPrice": f"{price.coin:f}",
            "currency": price.currency,
            "money": f"{money:.6f}",
            "moneyEach": f"{money / year.credentials:.9f}",
        }
    return fields


def _source(figures: RecordGas, problem: AttestreeError | None) -> str:
    """Return where the figures come from."""
    if figures.by_chain:
        return "records as the chain estimates them, revocations as recorded with this version's contract"
    why = explain_error(problem).sentence if problem is not None else "No chain is set up here."
    return f"as recorded with this version's contract. {why}"


def _name(one: YearGas) -> str:
    """Return the name of a row."""
    named = f"{one.rhythm} times a year" if one.rhythm.isdigit() else one.rhythm
    return f"{named}, together" if one.together else named


def _gas_cells(year: Year, one: YearGas) -> tuple[str, ...]:
    """Return the cells of one rhythm."""
    each = one.total / year.credentials
    return (
        _name(one),
        f"{one.times:,}",
        f"{one.batches:,}",
        f"{one.batch_size:,}",
        f"{one.recording:,.0f}",
        f"{one.revoking:,.0f}",
        f"{each:,.0f}" if each >= 100 else f"{each:.3g}",
    )


def _costs(year: Year, one: YearGas, price: Price) -> tuple[str, str]:
    """Return what a year costs, and each credential."""
    money = price.money(one.total)
    if money is None:
        coins = price.coins(one.total)
        return f"{_round_up(coins)} coins", f"{_round_up(coins / year.credentials)} coins"
    whole = money.quantize(CENT, rounding=ROUND_UP)
    return f"{whole:,f} {price.currency}", f"{_round_up(money / year.credentials)} {price.currency}"


def _round_up(amount: Decimal) -> str:
    """Return an amount with two figures that count, rounded up."""
    if not amount:
        return "0"
    step = Decimal(1).scaleb(amount.adjusted() - 1)
    return f"{amount.quantize(step, rounding=ROUND_UP):f}"


def _align(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines: the first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()
