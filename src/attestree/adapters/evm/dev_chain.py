"""
The local test chain: anvil where it is installed, else EthereumTester in this process.

Decides which of the two is started; what each is stands in `anvil_chain` and `tester_chain`. Both listen on
127.0.0.1 only, speak the same JSON-RPC and fund the same ten well-known accounts. Money here is worth
nothing. Source: DESIGN section 11.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.evm.dev_rpc import DevChainKind

__all__ = ["DevChain", "DevChainKind", "open_dev_chain"]


@runtime_checkable
class DevChain(Protocol):
    """A running local test chain, to be used as a context manager; leaving it stops the chain."""

    url: str
    """JSON-RPC address, `http://127.0.0.1:PORT`."""

    chain_id: int
    """31337 (anvil) or 131277322940537 (EthereumTester)."""

    kind: DevChainKind
    """Which of the two this is."""

    ends_with_process: bool
    """True if nothing of the chain outlives this process; say so to whoever uses it."""

    def __enter__(self) -> Self:
        """Return the running chain."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop the chain."""
        ...

    def close(self) -> None:
        """Stop the chain, keeping its state file if it has one; a second call does nothing."""
        ...

    def call(self, method: str, *params: object) -> Any:
        """Return the result of one JSON-RPC call, decoded from JSON and not further."""
        ...

    def mine(self, blocks: int = 1) -> None:
        """Add so many blocks."""
        ...

    def increase_time(self, seconds: int) -> None:
        """Move the chain's clock ahead and add one block that shows it."""
        ...

    def snapshot(self) -> str:
        """Remember the chain as it is; good for one `revert`."""
        ...

    def revert(self, snapshot: str) -> None:
        """Put the chain back to what it was at `snapshot`."""
        ...

    def fund(self, address: str, wei: int) -> None:
        """Transfer `wei` to `address` from a well-known account; the transfer is in a block on return."""
        ...


def open_dev_chain(
    kind: DevChainKind | None = None, *, state_file: Path | None = None, port: int = 0
) -> DevChain:
    """
    Start a local test chain; without `kind`, anvil if it is found and EthereumTester if not.

    Args:
        kind: Insist on one of the two.
        state_file: Where anvil keeps its state, and finds it again; EthereumTester keeps none.
        port: Port on 127.0.0.1; 0 takes a free one.

    Raises:
        ChainUnavailableError: `chain.anvil_missing`, `chain.anvil_wrong_program`, `chain.anvil_start` or
            `chain.tester_start`.
    """
    if kind == "tester" or (kind is None and find_anvil() is None):
        # Loaded here because it brings a whole Ethereum in Python, which takes seconds.
        from attestree.adapters.evm.tester_chain import TesterChain

        return TesterChain(port=port)
    return AnvilChain(state_file=state_file, port=port)
