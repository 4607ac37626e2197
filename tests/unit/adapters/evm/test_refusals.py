"""What nodes of each client say, and what it means."""

from __future__ import annotations

import pytest

from attestree.adapters.evm.refusals import is_known, read_estimate, read_refusal
from attestree.adapters.evm.rpc import RpcError
from attestree.errors import RevertedError
from attestree.registry.artifact import load_artifact

SAID = {
    "chain.nonce_too_low": [
        "nonce too low: next nonce 5, tx nonce 4",
        "Nonce too low. Expected nonce to be 5 but got 4.",
        "OldNonce",
        "NONCE_TOO_LOW",
    ],
    "chain.no_money": [
        "insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1",
        "Insufficient funds for gas * price + value",
        "Sender doesn't have enough funds to send tx. The max upfront cost is: 1",
        "InsufficientFunds, Balance is 0 less than sending value",
        "UPFRONT_COST_EXCEEDS_BALANCE: upfront cost exceeds account balance",
    ],
    "chain.underpriced": [
        "replacement transaction underpriced",
        "transaction underpriced: gas tip cap 0, minimum needed 1",
        "FeeTooLow, EffectivePriorityFeePerGas too low",
        "max fee per gas less than block base fee: address 0x, maxFeePerGas: 1, baseFee: 7",
        "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of 7",
    ],
    "chain.refused": ["exceeds block gas limit", "", "intrinsic gas too low", "nonce too high"],
}


def said(message: str, *, revert_bytes: bytes | None = None) -> RpcError:
    return RpcError(host="node", rpc_code=-32000, rpc_message=message, revert_bytes=revert_bytes)


@pytest.mark.parametrize(
    ("code", "message"), [(code, text) for code, texts in SAID.items() for text in texts]
)
def test_each_client_is_understood(code: str, message: str) -> None:
    assert read_refusal(said(message)).code == code
    assert not is_known(said(message))


@pytest.mark.parametrize(
    "message",
    [
        "already known",
        "transaction already imported",
        "Known transaction: 0xab",
        "AlreadyKnown",
        "existing tx with same hash",
    ],
)
def test_bytes_that_are_known_are_no_refusal(message: str) -> None:
    assert is_known(said(message))


def test_a_refusal_of_the_contract_keeps_its_name_and_values() -> None:
    error = load_artifact().errors["HeadMoved"]
    revert = error.selector + b"".join(bytes([n]).rjust(32, b"\0") for n, _ in enumerate(error.inputs, 1))
    found = read_estimate(said("execution reverted", revert_bytes=revert), payer=b"\x0a" * 20)
    assert isinstance(found, RevertedError)
    assert found.code == "contract.head_moved"
    assert set(found.values) == {parameter.name for parameter in error.inputs}


@pytest.mark.parametrize(
    ("message", "revert_bytes", "code"),
    [
        ("execution reverted", b"\x01\x02\x03\x04", "contract.no_reason"),
        ("execution reverted", b"", "contract.no_reason"),
        ("VM Exception: reverted without a reason", None, "contract.no_reason"),
        ("insufficient funds for transfer", None, "chain.no_money"),
        ("header not found", None, "chain.error"),
    ],
)
def test_an_estimate_that_fails_otherwise_is_told_apart(
    message: str, revert_bytes: bytes | None, code: str
) -> None:
    assert read_estimate(said(message, revert_bytes=revert_bytes), payer=b"\x0a" * 20).code == code


def test_an_estimate_that_lacks_money_names_who_should_pay() -> None:
    found = read_estimate(said("insufficient funds for transfer"), payer=b"\x0a" * 20)
    assert found.values == {"address": "0x" + "0a" * 20}
