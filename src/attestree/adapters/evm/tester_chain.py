"""
EthereumTester served as JSON-RPC on 127.0.0.1, for people without Node.

Decides how it starts and ends: the chain lives in this process and ends with it. What is answered stands in
`tester_rpc`, how it travels in `local_server`. Source: DESIGN section 11.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from attestree.adapters.evm.dev_accounts import TESTER_CHAIN_ID
from attestree.adapters.evm.dev_rpc import DevChainKind, DevRpc
from attestree.adapters.evm.local_server import LocalServer, Reply
from attestree.adapters.evm.tester_rpc import TesterRpc
from attestree.errors import ChainUnavailableError


class TesterChain(DevRpc):
    """A running EthereumTester; leaving the context ends it and everything on it."""

    kind: DevChainKind = "tester"
    """Told apart from `anvil`."""

    chain_id: int = TESTER_CHAIN_ID
    """131277322940537."""

    ends_with_process: bool = True
    """Nothing is kept."""

    def __init__(self, *, port: int = 0) -> None:
        """
        Start the chain and listen on 127.0.0.1; port 0 takes a free one.

        Raises:
            ChainUnavailableError: `chain.tester_start` if the port is taken.
        """
        rpc = TesterRpc()
        try:
            self._server = LocalServer(port, lambda body: Reply(rpc.answer(body)), name="tester-chain")
        except OSError as error:
            raise ChainUnavailableError("chain.tester_start", port=port) from error
        self.url = self._server.url

    def close(self) -> None:
        """Stop listening and forget the chain; a second call does nothing."""
        if self._server.listens:
            self._server.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
