"""Trust files: strict, compared by bytes, written and read as inverses."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import TrustFileError
from attestree.verifying.trust import (
    NetworkKind,
    Trust,
    TrustedAccreditor,
    TrustedNetwork,
    format_trust,
    parse_trust,
)

NETWORK = f"""
[[network]]
kind         = "test"
name         = "local"
chain_id     = 31337
genesis_hash = "0x{"01" * 32}"
registry     = "0x{"aB" * 20}"
deploy_block = 1
code_hash    = "0x{"02" * 32}"
"""

ACCREDITOR = f"""
[[accreditor]]
address = "0x{"cD" * 20}"
name    = "Agency QA"
"""

WHOLE = f'name = "test trust"\n{NETWORK}{ACCREDITOR}'

names = st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable() and bool(text.strip()))
networks = st.builds(
    TrustedNetwork,
    kind=st.sampled_from(NetworkKind),
    chain_id=st.integers(1, 2**53 - 1),
    genesis_hash=st.binary(min_size=32, max_size=32),
    registry=st.binary(min_size=20, max_size=20),
    deploy_block=st.integers(0, 2**63 - 1),
    code_hash=st.binary(min_size=32, max_size=32),
    name=st.none() | names,
)
trusts = st.builds(
    Trust,
    name=names,
    networks=st.lists(networks, max_size=3, unique_by=lambda entry: entry.registry).map(tuple),
    accreditors=st.lists(
        st.builds(TrustedAccreditor, address=st.binary(min_size=20, max_size=20), name=names),
        max_size=3,
        unique_by=lambda entry: entry.address,
    ).map(tuple),
    sha256=st.just(b""),
)


def code_of(text: str | bytes) -> str:
    with pytest.raises(TrustFileError) as caught:
        parse_trust(text.encode() if isinstance(text, str) else text)
    return caught.value.code


def test_a_whole_file_is_read() -> None:
    trust = parse_trust(WHOLE.encode())
    assert trust.name == "test trust"
    assert trust.networks == (
        TrustedNetwork(NetworkKind.TEST, 31337, b"\x01" * 32, b"\xab" * 20, 1, b"\x02" * 32, "local"),
    )
    assert trust.accreditors == (TrustedAccreditor(b"\xcd" * 20, "Agency QA"),)
    assert trust.sha256 == sha256(WHOLE.encode()).digest()


def test_a_file_that_names_nobody_trusts_nobody() -> None:
    trust = parse_trust(b'name = "empty"')
    assert trust.find_network(chain_id=31337, registry=b"\xab" * 20) is None
    assert trust.find_accreditor(b"\xcd" * 20) is None


def test_addresses_are_compared_by_bytes_whatever_their_case() -> None:
    upper = WHOLE.replace("aB" * 20, "AB" * 20)
    lower = WHOLE.replace("aB" * 20, "ab" * 20)
    assert parse_trust(upper.encode()) == parse_trust(lower.encode())
    assert parse_trust(WHOLE.encode()).find_network(chain_id=31337, registry=b"\xab" * 20) is not None


def test_the_same_registry_on_another_chain_is_another_registry() -> None:
    trust = parse_trust(WHOLE.encode())
    assert trust.find_network(chain_id=1, registry=b"\xab" * 20) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name = ", "trust.syntax"),
        (b"name = '\xff'", "trust.syntax"),
        ("name = " + "[" * 20_000, "trust.syntax"),
        ("chain_id = " + "9" * 5_000, "trust.syntax"),
        ("#" * 262_145, "trust.too_large"),
        (WHOLE + 'rpc = "http://127.0.0.1"\n', "trust.unknown_key"),
        (WHOLE.replace("deploy_block", "deployed"), "trust.unknown_key"),
        ('name = "x"\nurl = "y"', "trust.unknown_key"),
        (NETWORK, "trust.missing_key"),
        (WHOLE.replace("chain_id     = 31337\n", ""), "trust.missing_key"),
        (WHOLE.replace('name    = "Agency QA"', ""), "trust.missing_key"),
        ('name = "x"\nnetwork = 1', "trust.type"),
        ('name = "x"\nnetwork = [1]', "trust.type"),
        ('name = "x"\n[accreditor]\nname = "y"', "trust.type"),
        (WHOLE.replace("31337", "true"), "trust.type"),
        (WHOLE.replace("31337", '"31337"'), "trust.type"),
        (WHOLE.replace(f'"0x{"02" * 32}"', "2"), "trust.type"),
        ("name = 1", "trust.type"),
        (WHOLE.replace("31337", "0"), "trust.range"),
        (WHOLE.replace("31337", str(2**53)), "trust.range"),
        (WHOLE.replace("= 1\n", "= -1\n"), "trust.range"),
        (WHOLE.replace("aB" * 20, "aB" * 19), "trust.hex"),
        (WHOLE.replace("aB" * 20, "aB" * 19 + "a "), "trust.hex"),
        (WHOLE.replace(f'0x{"aB" * 20}"', f'0x{"aB" * 20}\\n"'), "trust.hex"),
        (WHOLE.replace("0x" + "cD" * 20, "cD" * 20), "trust.hex"),
        (WHOLE.replace('"test"\n', '"TEST"\n'), "trust.kind"),
        (WHOLE.replace('"test"\n', "1\n"), "trust.kind"),
        ('name = " "', "trust.name"),
        (f'name = "{"x" * 201}"', "trust.name"),
        ('name = "a\\u202eb"', "trust.name"),
        (WHOLE + NETWORK, "trust.duplicate_network"),
        (WHOLE + ACCREDITOR.replace("QA", "2"), "trust.duplicate_accreditor"),
    ],
)
def test_what_a_trust_file_cannot_say_is_refused_with_its_code(text: str | bytes, code: str) -> None:
    assert code_of(text) == code


def test_a_syntax_error_says_where_it_is() -> None:
    with pytest.raises(TrustFileError) as caught:
        parse_trust(b'name = "x"\nkind == 1\n')
    assert caught.value.values["line"] == 2


@given(trusts)
def test_what_is_written_is_read_back_equal(trust: Trust) -> None:
    assert parse_trust(format_trust(trust).encode()) == trust


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(octets: bytes) -> None:
    with suppress(TrustFileError):
        parse_trust(octets)
