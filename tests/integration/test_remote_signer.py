"""A key behind a signer: what it gives back counts only if it is what was asked, up to FINAL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from attestree.adapters.evm.dev_accounts import ANVIL_CHAIN_ID, DEV_ACCOUNTS
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.recovery import recover_signer
from attestree.adapters.keys.remote import RemoteSigner, verify_signed
from attestree.adapters.keys.signer import LocalSigner
from attestree.errors import AttestreeError, NotAllowedError, SignerError, SignerUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import Fees, Transaction
from tests.integration.signer_program import OTHER_TRANSACTIONS, RunningSigner, running_signer, with_high_s
from tests.integration.test_issue import Office, verify
from tests.integration.test_issue import office as office  # noqa: PLC0414 - a fixture

CALL = Transaction(ANVIL_CHAIN_ID, 7, b"\x01" * 20, b"\xab\xcd", 90_000, Fees(2 * 10**9, 10**9))
DEPLOYMENT = replace(CALL, to=b"", payload=bytes(3000), nonce=0)


@pytest.fixture(scope="module")
def program() -> Iterator[RunningSigner]:
    with running_signer() as running:
        yield running


@pytest.fixture
def signer(program: RunningSigner) -> Iterator[RemoteSigner]:
    program.behave("web3signer")
    address = bytes.fromhex(program.address[2:])
    yield RemoteSigner(program.url, address, chain_id=ANVIL_CHAIN_ID, timeout_seconds=2)
    program.behave("web3signer")


def refusal(signer: RemoteSigner, transaction: Transaction = CALL) -> AttestreeError:
    with pytest.raises(AttestreeError) as caught:
        signer.sign(transaction)
    assert "SIGNER-WORDS" not in str(caught.value)
    return caught.value


# -- what is taken -----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["web3signer", "geth"])
@pytest.mark.parametrize("transaction", [CALL, DEPLOYMENT])
def test_either_dialect_gives_the_transaction_that_was_asked(
    signer: RemoteSigner, program: RunningSigner, mode: str, transaction: Transaction
) -> None:
    program.behave(mode)
    signed = signer.sign(transaction)
    assert Account.recover_transaction(signed.raw) == program.address
    assert signed.hash == keccak256(signed.raw)


@pytest.mark.parametrize("transaction", [CALL, DEPLOYMENT])
def test_a_real_node_signs_for_an_account_that_it_holds(chain: DevChain, transaction: Transaction) -> None:
    account = DEV_ACCOUNTS[3]
    remote = RemoteSigner(chain.url, bytes.fromhex(account.address[2:]), chain_id=ANVIL_CHAIN_ID)
    remote.open()
    local = LocalSigner(bytes.fromhex(account.key[2:]), chain_id=ANVIL_CHAIN_ID)
    assert remote.sign(transaction) == local.sign(transaction)


@pytest.mark.parametrize("place", ["program", "anvil"])
def test_typed_data_is_signed_by_the_key_that_was_named(
    place: str, signer: RemoteSigner, chain: DevChain
) -> None:
    if place == "anvil":
        address = bytes.fromhex(DEV_ACCOUNTS[3].address[2:])
        signer = RemoteSigner(chain.url, address, chain_id=ANVIL_CHAIN_ID)
    domain, number = [{"name": "name", "type": "string"}], [{"name": "n", "type": "uint8"}]
    typed = {
        "types": {"EIP712Domain": domain, "T": number},
        "primaryType": "T",
        "domain": {"name": "d"},
        "message": {"n": 1},
    }
    message = encode_typed_data(full_message=typed)
    digest = keccak256(b"\x19\x01" + message.header + message.body)
    assert recover_signer(digest, signer.sign_typed(typed, digest=digest)) == signer.address
    with pytest.raises(SignerError) as caught:
        signer.sign_typed(typed, digest=bytes(32))
    assert caught.value.code == "signer.other_key"


# -- what is not -------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [*OTHER_TRANSACTIONS, "legacy", "cut_short", "longer", "empty"])
def test_another_transaction_is_refused(signer: RemoteSigner, program: RunningSigner, mode: str) -> None:
    program.behave(mode)
    error = refusal(signer)
    assert (type(error), error.code) == (SignerError, "signer.other_transaction")


@pytest.mark.parametrize(
    ("mode", "kind", "code"),
    [
        ("other_key", SignerError, "signer.other_key"),
        ("high_s", SignerError, "signer.high_s"),
        ("refuses", SignerError, "signer.refused"),
        ("silent", SignerUnavailableError, "signer.timeout"),
        ("no_json", SignerUnavailableError, "signer.bad_answer"),
        ("no_hex", SignerUnavailableError, "signer.bad_answer"),
        ("nothing", SignerUnavailableError, "signer.bad_answer"),
        ("a_number", SignerUnavailableError, "signer.bad_answer"),
    ],
)
def test_every_other_answer_is_an_error_of_ours(
    signer: RemoteSigner, program: RunningSigner, mode: str, kind: type[AttestreeError], code: str
) -> None:
    program.behave(mode)
    error = refusal(signer)
    assert (type(error), error.code) == (kind, code)


def test_a_signer_that_is_not_there_is_told(program: RunningSigner) -> None:
    remote = RemoteSigner("http://127.0.0.1:9", bytes.fromhex(program.address[2:]), chain_id=ANVIL_CHAIN_ID)
    assert refusal(remote).code == "signer.unreachable"


def test_a_signer_is_asked_for_its_own_chain_only(signer: RemoteSigner, program: RunningSigner) -> None:
    before = program.count_signed()
    assert refusal(signer, replace(CALL, chain_id=1)).code == "refused.another_chain"
    assert program.count_signed() == before


def test_a_signer_without_the_key_is_found_out_before_anything_is_queued(program: RunningSigner) -> None:
    program.behave("web3signer")
    remote = RemoteSigner(program.url, b"\x77" * 20, chain_id=ANVIL_CHAIN_ID)
    with pytest.raises(SignerError) as caught:
        remote.open()
    assert caught.value.code == "signer.no_such_key"
    program.behave("refuses")
    remote.open()  # one that does not tell its accounts is asked to sign all the same
    program.behave("web3signer")


def test_public_test_keys_are_refused_off_the_test_chains_behind_a_signer_too() -> None:
    with pytest.raises(NotAllowedError) as caught:
        RemoteSigner("http://127.0.0.1:9", bytes.fromhex(DEV_ACCOUNTS[0].address[2:]), chain_id=1)
    assert caught.value.code == "refused.well_known_key"


def test_a_signer_does_not_show_what_its_address_holds() -> None:
    shown = repr(RemoteSigner("http://user:CANARY@127.0.0.1:9/CANARY", b"\x77" * 20, chain_id=1))
    assert "CANARY" not in shown


def test_every_changed_byte_of_a_signed_transaction_is_noticed() -> None:
    key = LocalSigner(bytes(range(1, 33)), chain_id=ANVIL_CHAIN_ID)
    raw = key.sign(CALL).raw
    verify_signed(raw, CALL, signer=key.address, host="h")
    places = range(len(raw))
    flipped = [raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :] for at in places for bit in (1, 128)]
    for wrong in (*flipped, with_high_s(raw), raw + b"\0", raw[:-1]):
        with pytest.raises(SignerError):
            verify_signed(wrong, CALL, signer=key.address, host="h")


# -- the whole road ----------------------------------------------------------------------------


@pytest.fixture
def remote_office(office: Office, program: RunningSigner) -> Iterator[Office]:
    """The office, whose operator's key is behind the signer."""
    program.behave("web3signer")
    registry = office.registry
    registry.chain.fund(program.address, 10**18)
    settings = office.folder / "attestree.toml"
    table = f'operator_key = {{ url = "{program.url}", address = "{program.address}" }}'
    settings.write_text(settings.read_text().replace('operator_key = "keys/operator.json"', table))
    yield office
    program.behave("web3signer")


def name_operator(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = office.run(capsys, "issuer", "operator", "add")
    assert code == 0, said


def test_a_roster_is_issued_with_a_key_that_is_elsewhere(
    remote_office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office = remote_office
    name_operator(office, capsys)
    code, made = office.issue(capsys, "--yes")
    assert (code, made["state"]) == (0, "final")
    single = next(office.folder.glob("batches/*/*/private/credentials/*.json"))
    assert verify(office, capsys, str(single)) == "valid"
    assert office.run(capsys, "revoke", str(single), "--yes")[0] == 0
    assert verify(office, capsys, str(single)) == "revoked"


def test_a_signer_that_lies_stores_nothing_and_sends_nothing(
    remote_office: Office, program: RunningSigner, capsys: pytest.CaptureFixture[str]
) -> None:
    office = remote_office
    name_operator(office, capsys)
    nonce = office.registry.rpc.call("eth_getTransactionCount", [program.address, "pending"])
    for mode, code in (("other_receiver", "signer.other_transaction"), ("other_key", "signer.other_key")):
        program.behave(mode)
        ended, error = office.issue(capsys, "--yes")
        assert (ended, error["error"]["code"]) == (1, code)
        with office.store() as store:
            intent = store.fetch_intents()[-1]
            assert (intent.state, store.fetch_attempts(intent.wanted.id)) == (State.SEALED, [])
    assert office.registry.rpc.call("eth_getTransactionCount", [program.address, "pending"]) == nonce
    program.behave("geth")
    code, made = office.issue(capsys, "--yes")
    assert (code, made["state"], made["new"]) == (0, "final", False)


def test_the_settings_are_shown_without_what_the_address_may_hold(
    remote_office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = remote_office.folder / "attestree.toml"
    hidden = re.sub(r'url = "http://', 'url = "http://user:CANARY@', settings.read_text())
    settings.write_text(hidden)
    _, shown = remote_office.run(capsys, "config", "show")
    value = shown["issuer.example-university.operator_key"]["value"]
    assert "CANARY" not in value
    assert "127.0.0.1" in value
