"""Moulds: texts that differ in the gaps only are read, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials import mould
from attestree.credentials.canonical import canonicalize
from attestree.credentials.mould import Place, build_mould

PLACES: list[Place] = [("proof", 0, "value"), ("name",), ("inner", "deep", 1)]


def build(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "alpha": [1, 2.5, None, True, {"proof": [{"value": "p"}]}],
        "inner": {"deep": ["x", "second"], "escaped": 'a"b\\c\n'},
        "name": "Zofia",
        "proof": [{"value": "p"}],
        "zebra": "last",
    }
    return document | changes


def test_gaps_come_in_the_order_of_the_bytes_and_the_proof_is_left_out() -> None:
    made = build_mould(build(), PLACES)
    assert made is not None
    assert made.places == (("inner", "deep", 1), ("name",), ("proof", 0, "value"))
    other = build(name="Żółć 王 \U0001f600", proof=[{"value": "q" * 900}])
    other["inner"]["deep"][1] = ""
    filling = made.read(canonicalize(other))
    assert filling is not None
    assert filling.texts == ["", "Żółć 王 \U0001f600", "q" * 900]
    assert filling.document == canonicalize({name: value for name, value in other.items() if name != "proof"})


def test_there_is_no_mould_without_gaps() -> None:
    assert build_mould(build(), []) is None


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        canonicalize(build(zebra="other")),
        canonicalize(build(alpha=[1.0])),
        canonicalize(build(more=1)),
        canonicalize(build())[:-1],
        canonicalize(build()) + b" ",
        canonicalize(build()).replace(b"Zofia", b"Zof\\u0069a"),
        canonicalize(build()).replace(b"Zofia", b'Zofia\\"'),
        canonicalize(build()).replace(b"Zofia", b"Zof\tia"),
        canonicalize(build()).replace(b"Zofia", b"Zof\x7fia"),
        canonicalize(build()).replace(b"Zofia", b"Zof\xffia"),
        canonicalize(build()).replace(b"Zofia", b"Zof\xed\xa0\x80ia"),
        canonicalize(build()).replace(b'"Zofia"', b'"Zofia","name":"Anna"'),
        canonicalize(build()).partition(b"Zofia")[0] + b"Zofia",
    ],
)
def test_any_other_text_is_left_alone(octets: bytes) -> None:
    made = build_mould(build(), PLACES)
    assert made is not None
    assert made.read(octets) is None


@pytest.mark.parametrize(
    "octets",
    [
        canonicalize(build()).replace(b"Zofia", b'Zo"ia'),
        canonicalize(build()).replace(b"Zofia", b'Z","a'),
        canonicalize(build()).replace(b"Zofia", b"Zo\\ia"),
        canonicalize(build()).replace(b"Zofia", b"Zo\x7fia"),
        canonicalize(build(zebra="lost")),
        canonicalize(build(alpha=[1, 2.5, None, True, {"proof": [{"value": "q"}]}])),
        canonicalize(build()).replace(b'"value":"p"}],"zebra"', b'"value":"""}],"zebra"'),
    ],
)
def test_a_text_of_the_very_length_is_no_other_text_either(octets: bytes) -> None:
    made = build_mould(build(), PLACES, unread=PLACES[0])
    assert made is not None
    assert len(octets) == len(canonicalize(build()))
    assert made.read(octets) is None


def test_gaps_of_any_length_are_read_in_any_order_of_lengths() -> None:
    made = build_mould(build(), PLACES)
    assert made is not None
    names = ["Zofia", "Z", "Anna Maria", "100 %", "%b", "Zofia", "x" * 300, ""]
    for name in [*names, *names]:
        for value in ("p", name * 2):
            document = build(name=name, proof=[{"value": value}])
            filling = made.read(canonicalize(document))
            assert filling is not None
            assert filling.texts == ["second", name, value]
            assert filling.document == canonicalize(
                {key: document[key] for key in document if key != "proof"}
            )
            assert made.read(canonicalize(document)[:-1]) is None
            assert made.read(canonicalize(document)[:40]) is None


def test_the_gap_that_is_not_read_is_handed_out_as_it_stands() -> None:
    made = build_mould(build(), PLACES, unread=("proof", 0, "value"))
    assert made is not None
    for value in (b"p", b"", b"\xff\x00", b"\\u0041", "Żółć".encode()):
        octets = canonicalize(build()).replace(
            b'"value":"p"}],"zebra"', b'"value":"' + value + b'"}],"zebra"'
        )
        filling = made.read(octets)
        assert filling is not None
        assert (filling.unread, filling.texts) == (value, ["second", "Zofia", ""])
        assert filling.document == canonicalize(
            {key: text for key, text in build().items() if key != "proof"}
        )


def test_what_its_own_mould_could_not_read_makes_none() -> None:
    assert build_mould(build(name='a"b'), PLACES) is None
    assert build_mould({"name": "x", "inner": {}}, [("name",)]) is None
    assert build_mould({"proof": [{"value": "p"}]}, [("proof", 0, "value")]) is None


def test_the_member_proof_that_is_cut_is_the_outermost() -> None:
    document = {"a": {"b": 1, "proof": [{"value": "p"}]}, "proof": [{"value": "p"}], "z": "x"}
    made = build_mould(document, [("z",)])
    assert made is not None
    filling = made.read(canonicalize({**document, "z": "y"}))
    assert filling is not None
    assert filling.document == b'{"a":{"b":1,"proof":[{"value":"p"}]},"z":"y"}'


def test_a_place_is_looked_up_step_by_step() -> None:
    assert mould.look_up(build(), ("inner", "deep", 1)) == "second"
