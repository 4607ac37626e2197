"""Who may share a transaction: anchors on the same road, behind nothing but anchors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestree.outbox.company import list_company
from attestree.outbox.records import Intent
from attestree.outbox.states import State
from tests.fakes.writes import slot_of, wanted_anchor


def intent(name: str, state: State = State.SEALED, note: str = "", **changes: object) -> Intent:
    return Intent(wanted_anchor(name, **changes), state, 1, None, None, note)


def company(*lane: Intent, place: int = 0) -> list[str]:
    return [one.wanted.id for one in list_company(lane, place)]


def test_anchors_of_one_institution_go_together_in_their_order() -> None:
    lane = [intent(name) for name in "abcd"]
    assert company(*lane) == ["b", "c", "d"]
    assert company(*lane, place=2) == ["d"]
    assert company(*lane, place=3) == []


@pytest.mark.parametrize(
    "road",
    [{"issuer": b"\x0e" * 20}, {"registry": "other"}, {"sender": b"\x0e" * 20}, {"to": b"\x0e" * 20}],
)
def test_those_on_another_road_stay_behind_and_hold_nobody_up(road: dict[str, object]) -> None:
    assert company(intent("a"), intent("b", **road), intent("c")) == ["c"]


def test_nothing_overtakes_another_kind_of_write() -> None:
    assert company(intent("a"), intent("b"), intent("x", kind="accreditation"), intent("c")) == ["b"]
    assert company(intent("x", kind="status"), intent("a")) == []


@pytest.mark.parametrize("state", set(State) - {State.SEALED, State.OPEN})
def test_what_has_its_nonce_already_is_passed_over(state: State) -> None:
    assert company(intent("a"), intent("x", state, kind="status"), intent("b", state), intent("c")) == ["c"]


def test_a_nonce_of_its_own_is_shared_with_nobody() -> None:
    assert company(intent("a"), intent("b", nonce=4), intent("c")) == ["c"]
    assert company(intent("a", nonce=4), intent("b")) == []


def test_who_waits_behind_another_stays_behind() -> None:
    same = intent("b", probes=wanted_anchor("a").probes)
    assert company(intent("a"), same, intent("c")) == ["c"]
    earlier = replace(intent("z", State.SENT), wanted=wanted_anchor("z", probes=wanted_anchor("b").probes))
    assert company(earlier, intent("a"), intent("b"), place=1) == []
    assert slot_of("b") == earlier.wanted.probes[0].slot
