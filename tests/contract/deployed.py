"""A registry on a local chain with an accredited issuer and an operator, for tests of transactions."""

from __future__ import annotations

from dataclasses import dataclass

from eth_abi import encode

from attestree.adapters.evm.dev_accounts import DEV_ACCOUNTS
from attestree.adapters.evm.dev_chain import DevChain
from attestree.registry.artifact import load_artifact

ADMIN, ACCREDITOR, ISSUER, OPERATOR = (account.address for account in DEV_ACCOUNTS[:4])
YEAR_SECONDS = 365 * 24 * 3600
GAS_LIMIT = 16_000_000


@dataclass(frozen=True, slots=True)
class Deployed:
    """A registry at an address of a chain that signs for its ten accounts itself."""

    chain: DevChain
    address: str

    def build_call(self, function: str, *arguments: object) -> str:
        """Return the calldata of a function as hex."""
        signature = load_artifact().functions[function]
        types = [parameter.type for parameter in signature.inputs]
        return "0x" + (signature.selector + encode(types, arguments)).hex()

    def send(self, sender: str, function: str, *arguments: object) -> dict[str, str]:
        """Send a transaction and return its receipt, whatever its status."""
        return mine(self.chain, sender, self.build_call(function, *arguments), to=self.address)

    def spend(self, sender: str, function: str, *arguments: object) -> int:
        """Return the gas of a whole transaction that must succeed."""
        receipt = self.send(sender, function, *arguments)
        assert receipt["status"] == "0x1", function
        return int(receipt["gasUsed"], 16)

    def now(self) -> int:
        """Return the time of the latest block."""
        return int(self.chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)


def mine(chain: DevChain, sender: str, calldata: str, **fields: str) -> dict[str, str]:
    """Send calldata from an account of the chain, and return the receipt."""
    chain.call("anvil_impersonateAccount", sender)
    tx_hash = chain.call(
        "eth_sendTransaction", {"from": sender, "data": calldata, "gas": hex(GAS_LIMIT), **fields}
    )
    chain.call("anvil_mine")
    receipt: dict[str, str] = chain.call("eth_getTransactionReceipt", tx_hash)
    return receipt


def deploy(chain: DevChain) -> Deployed:
    """Deploy a registry and give ISSUER a span of a year and OPERATOR both roles."""
    creation = load_artifact().bytecode + encode(["address", "uint40"], [ADMIN, 3600])
    receipt = mine(chain, ADMIN, "0x" + creation.hex())
    registry = Deployed(chain, receipt["contractAddress"])
    registry.spend(ADMIN, "addAccreditor", ACCREDITOR)
    until = registry.now() + YEAR_SECONDS
    registry.spend(ACCREDITOR, "accredit", ISSUER, until, "did:web:university.example", "University", "rules")
    registry.spend(ISSUER, "addOperator", OPERATOR, 3, until)
    return registry
