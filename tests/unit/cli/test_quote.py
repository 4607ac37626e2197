"""`attestree quote --per-year` without a chain: figures of this package, and prices of the user only."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer

from attestree.cli.main import run, shared_flags_first
from attestree.cli.quote import parse_prices
from attestree.issuing.yearly import Price
from attestree.registry import gas


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def quote(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(shared_flags_first(["quote", *arguments, "--per-year", "--json"])) == 0
    return json.loads(capsys.readouterr().out)


def test_without_a_price_there_is_only_gas(capsys: pytest.CaptureFixture[str]) -> None:
    found = quote(capsys, "36500")
    assert (found["gasFrom"], found["problem"]) == ("recorded", None)
    assert [one["every"] for one in found["rhythms"]] == ["hour", "day", "week"]
    assert all(one["costs"] == [] for one in found["rhythms"])
    assert found["rhythms"][1]["gas"]["recording"] == 365 * gas.ANCHOR


def test_every_price_is_told_in_coins_and_in_the_money_that_was_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    prices = ["--gas-price", "1", "--gas-price", "20", "--coin-price", "2500 EUR"]
    (one,) = quote(capsys, "36500", "--every", "365", *prices)["rhythms"]
    cheap, dear = one["costs"]
    assert Decimal(dear["coins"]) == Decimal(one["gas"]["total"]) * 20 / 10**9
    assert Decimal(dear["money"]) == pytest.approx(20 * Decimal(cheap["money"]), rel=Decimal("1e-4"))
    assert (dear["gwei"], dear["currency"], dear["coinPrice"]) == ("20", "EUR", "2500")


def test_a_person_reads_a_line_for_each_rhythm_and_where_the_figures_come_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ["--revoked", "1", "--roots", "12", "--every", "week", "--every", "40", "--gas-price", "0.05"]
    assert run(["quote", "250000", "--per-year", *given]) == 0
    printed = capsys.readouterr().out
    assert "250,000 credentials, 1.00% of them revoked" in printed
    assert "as recorded with this version's contract. No chain is set up here." in printed
    for name in ("week ", "week, together ", "40 times a year ", "40 times a year, together "):
        assert printed.count(f"\n{name}") == 2
    assert "Together is one transaction (anchorMany)" in printed
    assert " coins" in printed
    assert "EUR" not in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["--revoked", "1"],
        ["--every", "week"],
        ["--per-year", "--every", "often"],
        ["--per-year", "--gas-price", "cheap"],
        ["--per-year", "--gas-price", "-1"],
        ["--per-year", "--gas-price", "nan"],
        ["--per-year", "--coin-price", "2500 EUR"],
        ["--per-year", "--gas-price", "1", "--coin-price", "2500"],
        ["--per-year", "--gas-price", "1", "--coin-price", "EUR"],
    ],
)
def test_what_is_no_rhythm_and_no_price_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quote", "1000", *arguments]) == 2
    assert "request.usage" in capsys.readouterr().err


def test_more_than_a_batch_holds_is_only_quoted_for_a_year(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quote", str(10**11)]) == 2
    assert "in one batch" in capsys.readouterr().err
    assert quote(capsys, str(10**11))["credentials"] == 10**11


def test_prices_are_every_gas_price_with_every_price_of_a_coin() -> None:
    found = parse_prices(["1", "2.5"], ["2500 EUR", "3000USD"])
    assert found[0] == Price(Decimal(1), Decimal(2500), "EUR")
    assert found[3] == Price(Decimal("2.5"), Decimal(3000), "USD")
    assert len(found) == 4
    with pytest.raises(typer.BadParameter):
        parse_prices([], ["1 EUR"])


def test_the_page_on_scale_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[3] / "docs/scale.md").read_text("utf-8")
    command, _, rest = page.partition("$ attestree ")[2].partition("\n")
    assert run(command.split()) == 0
    assert rest.startswith(capsys.readouterr().out + "```")
