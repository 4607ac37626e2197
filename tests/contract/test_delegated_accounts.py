"""
Issuers whose key borrows the code of a contract (EIP-7702), by real transactions of type 4.

Source: DESIGN section 5, "EOA tried before ERC-1271".
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from attestree.adapters.evm.dev_accounts import DEV_ACCOUNTS
from attestree.adapters.evm.dev_chain import DevChain
from attestree.merkle.keccak import keccak256
from tests.contract.deployed import GAS_LIMIT, Deployed, deploy

pytestmark = pytest.mark.chain

RELAYER = DEV_ACCOUNTS[5]
SAYS_YES = "0x" + "11" * 20
SAYS_NO = "0x" + "22" * 20
NOBODY = "0x" + "00" * 20
# Return the word 0x1626ba7e..., and the word zero, to every question.
YES_CODE = "0x631626ba7e60e01b5f5260205ff3"
NO_CODE = "0x5f5f5260205ff3"
FIELDS = ("issuer", "root", "size", "kind", "list", "deadline", "expectedHead")
TYPES = ("address", "bytes32", "uint32", "uint8", "uint104", "uint40", "uint224")


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    chain.call("anvil_setCode", SAYS_YES, YES_CODE)
    chain.call("anvil_setCode", SAYS_NO, NO_CODE)
    return deploy(chain)


@pytest.fixture
def issuer() -> LocalAccount:
    account: LocalAccount = Account.create()
    return account


def delegate(registry: Deployed, issuer: LocalAccount, to: str) -> None:
    """Let the issuer's account run the code at `to`, paid for by somebody else."""
    chain = registry.chain
    nonce = int(chain.call("eth_getTransactionCount", issuer.address, "latest"), 16)
    authorization = Account.sign_authorization(
        {"chainId": chain.chain_id, "address": to, "nonce": nonce}, issuer.key
    )
    signed = Account.sign_transaction(
        {
            "type": 4,
            "chainId": chain.chain_id,
            "nonce": int(chain.call("eth_getTransactionCount", RELAYER.address, "latest"), 16),
            "to": RELAYER.address,
            "value": 0,
            "gas": GAS_LIMIT // 16,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 1,
            "authorizationList": [authorization],
        },
        RELAYER.key,
    )
    tx_hash = chain.call("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())
    chain.call("anvil_mine")
    assert chain.call("eth_getTransactionReceipt", tx_hash)["status"] == "0x1"
    code = chain.call("eth_getCode", issuer.address, "latest")
    assert code == ("0x" if to == NOBODY else "0xef0100" + to[2:])


def request_of(registry: Deployed, issuer: LocalAccount, name: str) -> tuple[Any, ...]:
    deadline = registry.now() + 3600
    return (bytes.fromhex(issuer.address[2:]), keccak256(name.encode()), 10, 0, 1, deadline, 0)


def sign(registry: Deployed, key: LocalAccount, request: tuple[Any, ...]) -> bytes:
    domain = {
        "name": "Attestree CredentialRegistry",
        "version": "1",
        "chainId": registry.chain.chain_id,
        "verifyingContract": registry.address,
    }
    types = {"SignedAnchor": [{"name": n, "type": t} for n, t in zip(FIELDS, TYPES, strict=True)]}
    message = dict(zip(FIELDS, request, strict=True)) | {"issuer": "0x" + request[0].hex()}
    return bytes(Account.sign_typed_data(key.key, domain, types, message).signature)


def anchored(registry: Deployed, request: tuple[Any, ...], signature: bytes) -> bool:
    receipt = registry.send(RELAYER.address, "anchorBySig", request, signature)
    assert len(receipt["logs"]) == (receipt["status"] == "0x1")
    return receipt["status"] == "0x1"


def test_the_key_of_an_account_counts_before_during_and_after_a_delegation(
    registry: Deployed, issuer: LocalAccount
) -> None:
    for step, code in enumerate((None, SAYS_NO, SAYS_YES, NOBODY)):
        if code is not None:
            delegate(registry, issuer, code)
        request = request_of(registry, issuer, f"root {step}")
        assert anchored(registry, request, sign(registry, issuer, request)), code


def test_another_key_counts_only_while_the_borrowed_code_says_so(
    registry: Deployed, issuer: LocalAccount
) -> None:
    other: LocalAccount = Account.create()
    for step, (code, counts) in enumerate(
        ((None, False), (SAYS_NO, False), (SAYS_YES, True), (NOBODY, False))
    ):
        if code is not None:
            delegate(registry, issuer, code)
        request = request_of(registry, issuer, f"root {step}")
        assert anchored(registry, request, sign(registry, other, request)) is counts, code


def test_what_the_borrowed_code_let_through_stands_when_the_code_is_given_back(
    registry: Deployed, issuer: LocalAccount
) -> None:
    delegate(registry, issuer, SAYS_YES)
    request = request_of(registry, issuer, "root")
    assert anchored(registry, request, b"anything")
    delegate(registry, issuer, NOBODY)
    again = registry.send(RELAYER.address, "anchorBySig", request, b"anything")
    assert again["status"] == "0x1"
    assert not again["logs"]
    assert not anchored(registry, request_of(registry, issuer, "next"), b"anything")


def test_the_borrowed_code_of_one_account_speaks_for_no_other(
    registry: Deployed, issuer: LocalAccount
) -> None:
    delegate(registry, issuer, SAYS_YES)
    other: LocalAccount = Account.create()
    request = request_of(registry, other, "root")
    assert not anchored(registry, request, sign(registry, issuer, request))
