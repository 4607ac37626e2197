"""
A small remote signer: a key drawn at its start, `eth_signTransaction` over HTTP, and every way to be wrong.

    python tests/integration/signer_program.py        prints its address on the web and its account

`test_mode` says how it answers from then on: `web3signer` (the bytes, in hex), `geth` (an object with `raw`),
or one of the faults below. It speaks to one caller at a time, as it is asked.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import rlp
from eth_account import Account
from eth_account.messages import encode_typed_data

from attestree.adapters.evm.dev_rpc import ask
from attestree.adapters.keys.signer import GROUP_ORDER

OTHER_TRANSACTIONS: dict[str, dict[str, Any]] = {
    "other_nonce": {"nonce": 99},
    "other_chain": {"chainId": 5},
    "other_receiver": {"to": "0x" + "99" * 20},
    "other_content": {"data": "0x99"},
    "other_gas": {"gas": 1_000_000},
    "other_fee": {"maxFeePerGas": 10**12},
    "other_tip": {"maxPriorityFeePerGas": 0},
    "with_value": {"value": 1},
    "with_access_list": {"accessList": [{"address": "0x" + "11" * 20, "storageKeys": []}]},
}
"""Modes that sign another transaction than was asked, and what differs in it."""


class Signer:
    """One key and the way in which it answers."""

    def __init__(self) -> None:
        self.account = Account.from_key(secrets.token_bytes(32))
        self.mode = "web3signer"
        self.signed = 0

    def answer(self, method: str, params: list[Any]) -> Any:
        """Return the result of a call, or raise."""
        if method == "test_mode":
            self.mode = params[0]
            return True
        if method == "test_signed":
            return self.signed
        if self.mode == "silent":
            time.sleep(3600)
        if self.mode == "refuses":
            raise PermissionError
        if method == "eth_accounts":
            return [self.account.address]
        if method == "eth_signTypedData":
            message = encode_typed_data(full_message=params[1])
            return "0x" + bytes(self.account.sign_message(message).signature).hex()
        if method != "eth_signTransaction":
            raise LookupError
        return self._sign(params[0])

    def _sign(self, asked: dict[str, Any]) -> Any:
        wanted = {name: value for name, value in asked.items() if name != "from"}
        if "to" in wanted:
            wanted["to"] = bytes.fromhex(wanted["to"][2:])
        wanted |= OTHER_TRANSACTIONS.get(self.mode, {})
        if self.mode == "legacy":
            price = wanted.pop("maxFeePerGas")
            del wanted["maxPriorityFeePerGas"]
            wanted["gasPrice"] = price
        else:
            wanted["type"] = 2
        account = Account.from_key(secrets.token_bytes(32)) if self.mode == "other_key" else self.account
        self.signed += 1
        raw = bytes(account.sign_transaction(wanted).raw_transaction)
        if self.mode == "high_s":
            raw = with_high_s(raw)
        text = "0x" + raw.hex()
        answers = {
            "geth": {"raw": text, "tx": {"hash": "0x" + "00" * 32}},
            "cut_short": text[:-8],
            "longer": text + "00",
            "no_hex": "signed",
            "nothing": None,
            "empty": "0x",
            "a_number": 7,
        }
        return answers.get(self.mode, text)


def with_high_s(raw: bytes) -> bytes:
    """Return the same transaction with the other spelling of its signature."""
    fields = rlp.decode(raw[1:])
    parity, s = int.from_bytes(fields[-3], "big"), int.from_bytes(fields[-1], "big")
    return raw[:1] + rlp.encode([*fields[:-3], 1 - parity, fields[-2], GROUP_ORDER - s])


def serve() -> None:
    """Answer until the program is ended."""
    signer = Signer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = {"jsonrpc": "2.0", "id": asked["id"]}
            try:
                answer["result"] = signer.answer(asked["method"], asked["params"])
            except (PermissionError, LookupError) as error:
                answer["error"] = {"code": -32000, "message": f"{type(error).__name__}: SIGNER-WORDS"}
            body = b"<html>" if signer.mode == "no_json" else json.dumps(answer).encode()
            if asked["method"].startswith("test_"):
                body = json.dumps(answer).encode()
            self.send_response(500 if signer.mode == "no_json" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port} {signer.account.address}", flush=True)
    server.serve_forever()


@dataclass(frozen=True)
class RunningSigner:
    """The program, running."""

    url: str
    address: str

    def behave(self, mode: str) -> None:
        """Answer in this way from now on."""
        ask(self.url, "test_mode", mode)

    def count_signed(self) -> int:
        """Return how many transactions it has signed so far."""
        return int(ask(self.url, "test_signed"))


@contextmanager
def running_signer() -> Iterator[RunningSigner]:
    """Run the program in a process of its own until the end of the block."""
    with subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            url, address = running.stdout.readline().split()
            yield RunningSigner(url, address)
        finally:
            running.kill()


if __name__ == "__main__":
    serve()
