"""
What must hold for every credential: no change of a genuine one is ever `valid`, and nothing but an
`InputError` is ever raised. The registry in these tests says yes to the genuine root, and to that only.
"""

from __future__ import annotations

import base64
import copy
import json
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.identity import ExpectedHolder
from attestree.errors import ChainUnavailableError, InputError
from attestree.registry.facts import StatusBits
from attestree.verifying.report import Report
from attestree.verifying.verdict import Verdict, exit_code
from tests.unit.verifying.genuine import Scene, build_facts, build_scene

SCENE = build_scene()
GENUINE = json.dumps(SCENE.credential).encode()
PROOF_VALUE = SCENE.credential["proof"][0]["proofValue"]
CBOR = base64.urlsafe_b64decode(PROOF_VALUE[1:] + "=" * (-len(PROOF_VALUE[1:]) % 4))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a JSON value."""
    children = (
        enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    )
    return [path, *(place for key, child in children for place in places_of(child, (*path, key)))]


PLACES = [place for place in places_of(SCENE.credential) if place]


def same(a: Any, b: Any) -> bool:
    """Say whether two JSON values have one canonical form: 1 and 1.0 are one number, True is none."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def verify(credential: Any, scene: Scene = SCENE) -> Report | None:
    """Return the report, or None where the input cannot be used; any other error fails the test."""
    octets = credential if isinstance(credential, bytes) else json.dumps(credential).encode()
    with suppress(InputError):
        return scene.verifier().verify(octets)
    return None


def is_valid(report: Report | None) -> bool:
    return report is not None and report.valid


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def test_the_genuine_credential_is_valid() -> None:
    assert is_valid(verify(SCENE.credential))


@given(st.sampled_from(PLACES), json_values)
def test_another_value_at_any_place_is_never_valid(place: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(SCENE.credential)
    at(changed, place[:-1])[place[-1]] = value
    # `proof` may be an object instead of an array of one: a proof set carries no order.
    alike = same(changed, SCENE.credential) or (
        place == ("proof",) and same([value], SCENE.credential["proof"])
    )
    assert is_valid(verify(changed)) == alike


@given(st.sampled_from(PLACES))
def test_a_member_or_item_less_is_never_valid(place: tuple[Any, ...]) -> None:
    changed = copy.deepcopy(SCENE.credential)
    del at(changed, place[:-1])[place[-1]]
    assert not is_valid(verify(changed))


@given(
    st.sampled_from([(), *(place for place in PLACES if isinstance(at(SCENE.credential, place), dict))]),
    st.text(max_size=12),
    json_values,
)
def test_a_member_more_is_never_valid(place: tuple[Any, ...], name: str, value: Any) -> None:
    changed = copy.deepcopy(SCENE.credential)
    target = at(changed, place)
    if name not in target:
        target[name] = value
        assert not is_valid(verify(changed))


@given(st.sampled_from(PLACES), st.data())
def test_one_changed_character_of_any_text_is_never_valid(
    place: tuple[Any, ...], draw: st.DataObject
) -> None:
    changed = copy.deepcopy(SCENE.credential)
    text = at(changed, place)
    if not isinstance(text, str) or not text:
        return
    position = draw.draw(st.integers(0, len(text) - 1))
    character = draw.draw(st.characters(exclude_characters=text[position]))
    at(changed, place[:-1])[place[-1]] = text[:position] + character + text[position + 1 :]
    assert not is_valid(verify(changed))


@given(st.integers(0, len(CBOR) - 1), st.integers(1, 255))
def test_one_changed_byte_of_the_proof_value_is_never_valid(position: int, difference: int) -> None:
    octets = bytearray(CBOR)
    octets[position] ^= difference
    changed = copy.deepcopy(SCENE.credential)
    changed["proof"][0]["proofValue"] = "u" + base64.urlsafe_b64encode(octets).decode().rstrip("=")
    assert not is_valid(verify(changed))


@given(st.integers(0, len(GENUINE) - 1), st.integers(1, 255))
def test_one_changed_byte_of_the_file_is_valid_only_where_it_changes_no_value(
    position: int, difference: int
) -> None:
    octets = bytearray(GENUINE)
    octets[position] ^= difference
    report = verify(bytes(octets))
    assert not is_valid(report) or same(json.loads(octets), SCENE.credential)


@given(st.binary(max_size=400) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_an_input_error_or_a_report_that_is_not_valid(octets: bytes) -> None:
    assert not is_valid(verify(octets))


@given(st.dictionaries(st.sampled_from(sorted(SCENE.credential)), json_values))
def test_any_mixture_with_a_genuine_credential_gives_an_input_error_or_a_report(
    members: dict[str, Any],
) -> None:
    report = verify(SCENE.credential | members)
    assert is_valid(report) <= same(SCENE.credential | members, SCENE.credential) or "proof" in members


@given(st.sampled_from(["final", "latest"]), st.booleans(), st.booleans(), st.booleans())
def test_a_status_bit_at_either_block_is_never_valid(
    block: str, revoked: bool, suspended: bool, whole: bool
) -> None:
    scene = build_scene()
    scene.change(block, status=StatusBits(revoked=revoked, suspended=suspended, whole_list=whole))
    assert is_valid(verify(scene.credential, scene)) == (not revoked and not suspended)


@given(st.integers(-(2**40), 2**40), st.booleans())
def test_the_same_question_gives_the_same_answer(moment: int, reachable: bool) -> None:
    scene = build_scene(validUntil="2027-11-18T10:00:00Z")
    scene.facts.failure = None if reachable else ChainUnavailableError("chain.timeout")
    question = {"at": moment, "expect": ExpectedHolder(name="Zofia Kowalska")}
    first, second = scene.verify(**question), scene.verify(**question)
    assert first.to_json() == second.to_json()
    assert reachable or first.verdict is Verdict.UNKNOWN


@given(st.permutations(sorted(SCENE.credential)), st.booleans())
def test_the_order_of_members_and_white_space_mean_nothing(names: list[str], indent: bool) -> None:
    octets = json.dumps(
        {name: SCENE.credential[name] for name in names}, indent=2 if indent else None
    ).encode()
    assert is_valid(verify(octets))


@given(st.lists(st.sampled_from(Verdict)))
def test_the_exit_code_is_zero_only_if_every_verdict_is_valid(verdicts: list[Verdict]) -> None:
    assert (exit_code(verdicts) == 0) == all(verdict is Verdict.VALID for verdict in verdicts)


@given(st.integers(1, 2**32 - 1), st.integers(0, 1), st.binary(min_size=13, max_size=13))
def test_a_record_that_differs_from_the_header_is_never_valid(size: int, kind: int, list_id: bytes) -> None:
    scene = build_scene()
    facts = build_facts(scene.secured.anchor)
    anchor = facts.final.anchor
    assert anchor is not None
    fits = (size, kind, list_id) == (anchor.size, anchor.kind, anchor.list_id)
    changed = type(anchor)(
        **{name: getattr(anchor, name) for name in anchor.__slots__}
        | {"size": size, "kind": kind, "list_id": list_id}
    )
    scene.change(anchor=changed)
    report = verify(scene.credential, scene)
    assert is_valid(report) == fits
    assert report is not None
    assert fits or report.verdict is Verdict.TAMPERED
