"""
One node, asked about one registry.

Decides that the chain which answers is the pinned one, which of its blocks is final, and that what is read
belongs to the block that was meant. Does not compare nodes (`sources`) nor judge what a word means.
Source: DESIGN sections 1, 6, 7; EIP-1898.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from attestree.adapters.evm.answers import parse_block, parse_code, parse_log
from attestree.adapters.evm.hexes import (
    format_bytes,
    format_quantity,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from attestree.adapters.evm.rpc import JsonRpc, Question, RpcError
from attestree.errors import ChainIdentityError, ChainUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.registry.facts import BlockRef, ChainIdentity, Log
from attestree.registry.finality import Finality, FinalityRule, final_block_number, verify_finality
from attestree.registry.reading import Words

LOG_RANGE_BLOCKS = 10_000
"""Blocks asked for logs at once, until a node says that it is too much."""

MAX_BLOCKS = 10**9
"""Blocks from a deployment to the newest one, at most: three hundred years of one every ten seconds."""

_INVALID_PARAMS = -32602

_NO_CODE_HASH = keccak256(b"")

Answer = TypeVar("Answer")

Reading = tuple[Generator[list[bytes], Words, Answer], BlockRef]
"""A reading of `registry.reading`, and the block at which it reads."""

FetchWords = Callable[[Sequence[tuple[bytes, BlockRef]]], Sequence[bytes]]
"""Given slots and their blocks, returns their words, 32 bytes each, in the same order."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Where a chain stands."""

    latest: BlockRef
    """Newest block."""
    final: BlockRef
    """Newest block that counts as final."""


class Source:
    """What one node says about one registry; may be used from several threads."""

    def __init__(self, rpc: JsonRpc, *, identity: ChainIdentity, finality: Finality) -> None:
        """
        Prepare to ask; nothing is sent yet.

        Raises:
            NotAllowedError: `refused.instant_finality`.
        """
        verify_finality(finality, chain_id=identity.chain_id)
        self.rpc = rpc
        """How it is asked."""
        self.identity = identity
        """What was pinned."""
        self.finality = finality
        """Which blocks are final."""
        self._registry = format_bytes(identity.registry)
        self._by_hash = True

    def fetch_tip(self) -> Tip:
        """
        Return newest and final block, after comparing the chain with the pins.

        Raises:
            ChainIdentityError: `identity.*`, another chain or another contract.
            ChainUnavailableError: `chain.*`.
        """
        latest_question = _block_question("latest")
        finalized = self.finality.rule is FinalityRule.FINALIZED
        questions = [latest_question, *([_block_question("finalized")] if finalized else [])]
        answers = self.rpc.batch([*_identity_questions(self.identity), *questions])
        self._verify_identity(answers[:4])
        latest = self._block(answers[4])
        tagged = self._block(answers[5]) if finalized else None
        return Tip(latest, self._find_final(latest, tagged))

    def fetch_identity(self) -> ChainIdentity:
        """
        Return what the chain says it is; the number of the deploy block is the pinned one.

        Of another chain than the pinned one, only its id and first block are told.

        Raises:
            ChainUnavailableError: `chain.*`, also `chain.no_code` and `chain.no_deploy_block`.
        """
        chain_id, genesis, deploy, code = self.rpc.batch(_identity_questions(self.identity))
        bare = (parse_quantity(chain_id), self._block(genesis).hash)
        if bare != (self.identity.chain_id, self.identity.genesis_hash):
            return replace(
                self.identity, chain_id=bare[0], genesis_hash=bare[1], deploy_block_hash=b"", code_hash=b""
            )
        if deploy is None:
            raise ChainUnavailableError(
                "chain.no_deploy_block", host=self.rpc.host, block=self.identity.deploy_block
            )
        return replace(
            self.identity, deploy_block_hash=self._block(deploy).hash, code_hash=self._hash_code(code)
        )

    def _hash_code(self, answer: object) -> bytes:
        """Return the hash of the registry's code; none at all is another contract where one was pinned."""
        if self.identity.code_hash not in (b"", _NO_CODE_HASH):
            return keccak256(parse_bytes(answer))
        return keccak256(self._parse_code(answer))

    def _parse_code(self, answer: object) -> bytes:
        """Return the registry's code; a chain on which it is yet to be deployed overrides this."""
        return parse_code(answer, host=self.rpc.host)

    def fetch_block(self, number: int) -> BlockRef:
        """Return a block by number; ChainUnavailableError `chain.no_block` where the node has none."""
        block = self._block(self.rpc.call(*_block_question(format_quantity(number))))
        if block.number != number:
            raise self._bad_answer("the block that was asked")
        return block

    def has_block(self, block: BlockRef) -> bool:
        """Say whether the node's chain holds this very block."""
        try:
            return self.fetch_block(block.number).hash == block.hash
        except ChainUnavailableError as exc:
            if exc.code != "chain.no_block":
                raise
            return False

    def fetch_words(self, places: Sequence[tuple[bytes, BlockRef]]) -> tuple[bytes, ...]:
        """
        Return the registry's storage word at each slot and block, 32 bytes each.

        Asks by block hash (EIP-1898). Where the node says it cannot, asks by number, and then makes sure
        that the numbers still stand for the same blocks.

        Raises:
            ChainUnavailableError: `chain.reorganised`, or any other `chain.*`.
        """
        if self._by_hash:
            try:
                return self._read_words(places, by_hash=True)
            except RpcError as exc:
                if exc.rpc_code != _INVALID_PARAMS:
                    raise
                self._by_hash = False
        words = self._read_words(places, by_hash=False)
        for block in {block for _, block in places}:
            self.verify_block(block)
        return words

    def verify_block(self, block: BlockRef) -> None:
        """Raise ChainUnavailableError `chain.reorganised` unless the chain still holds this very block."""
        if not self.has_block(block):
            raise ChainUnavailableError("chain.reorganised", host=self.rpc.host)

    def read(self, reading: Generator[list[bytes], Words, Answer], block: BlockRef) -> Answer:
        """Drive a reading of `registry.reading` at one block; raises as `fetch_words` does."""
        return self.read_many([(reading, block)])[0]

    def read_many(self, readings: Sequence[Reading[Answer]]) -> list[Answer]:
        """Drive several readings in step, so that each step is one request; raises as `fetch_words` does."""
        return drive_readings(readings, self.fetch_words)

    def fetch_logs(self, *, first: int, last: BlockRef, topics: Sequence[object] = ()) -> list[Log]:
        """
        Return the registry's logs from block `first` to the block `last`, in chain order.

        Asks for a smaller range where the node says that one is too much.

        Args:
            first: Number of the first block.
            last: The last block; it still stands when this returns.
            topics: As `eth_getLogs` has them; empty = all.

        Raises:
            ChainUnavailableError: `chain.reorganised`, or any other `chain.*`.
        """
        if last.number - first > MAX_BLOCKS:
            raise self._bad_answer(f"a block number within {MAX_BLOCKS} of the deployment")
        logs: list[Log] = []
        step = LOG_RANGE_BLOCKS
        while first <= last.number:
            end = min(first + step - 1, last.number)
            try:
                logs += self._read_logs(first, end, topics)
            except ChainUnavailableError as exc:
                if first == end or not _asks_too_much(exc):
                    raise
                step = (end - first + 1) // 2
                continue
            first = end + 1
        self.verify_block(last)
        if any(log.block_number == last.number and log.block_hash != last.hash for log in logs):
            raise ChainUnavailableError("chain.reorganised", host=self.rpc.host)
        return logs

    def _find_final(self, latest: BlockRef, tagged: BlockRef | None) -> BlockRef:
        number = final_block_number(
            self.finality, latest=latest.number, finalized=tagged.number if tagged else None
        )
        for known in (latest, tagged):
            if known is not None and known.number == number:
                return known
        return self.fetch_block(number)

    def _verify_identity(self, answers: Sequence[object]) -> None:
        chain_id, genesis, deploy, code = answers
        pinned = self.identity
        found = parse_quantity(chain_id)
        if found != pinned.chain_id:
            raise ChainIdentityError(
                "identity.chain_id", host=self.rpc.host, found=found, pinned=pinned.chain_id
            )
        if self._block(genesis).hash != pinned.genesis_hash:
            raise ChainIdentityError("identity.genesis", host=self.rpc.host)
        if pinned.deploy_block_hash and (
            deploy is None or self._block(deploy).hash != pinned.deploy_block_hash
        ):
            raise ChainIdentityError("identity.deploy_block", host=self.rpc.host, block=pinned.deploy_block)
        if keccak256(self._parse_code(code)) != pinned.code_hash:
            raise ChainIdentityError("identity.code", host=self.rpc.host)

    def _read_words(self, places: Sequence[tuple[bytes, BlockRef]], *, by_hash: bool) -> tuple[bytes, ...]:
        questions = [
            ("eth_getStorageAt", [self._registry, format_bytes(slot), _reference(block, by_hash=by_hash)])
            for slot, block in places
        ]
        return tuple(parse_hash(word) for word in self.rpc.batch(questions))

    def _read_logs(self, first: int, last: int, topics: Sequence[object]) -> list[Log]:
        wish: dict[str, object] = {
            "address": self._registry,
            "fromBlock": format_quantity(first),
            "toBlock": format_quantity(last),
        }
        if topics:
            wish["topics"] = list(topics)
        answer = self.rpc.call("eth_getLogs", [wish])
        if not isinstance(answer, list):
            raise self._bad_answer("logs")
        logs = sorted((parse_log(found, host=self.rpc.host) for found in answer), key=_place_of)
        places = [_place_of(log) for log in logs]
        if len(set(places)) != len(places) or any(not first <= number <= last for number, _ in places):
            raise self._bad_answer("logs of the range that was asked")
        if any(log.address != self.identity.registry for log in logs):
            raise self._bad_answer("logs of the registry")
        return logs

    def _block(self, answer: object) -> BlockRef:
        return parse_block(answer, host=self.rpc.host)

    def _bad_answer(self, wanted: str) -> ChainUnavailableError:
        return ChainUnavailableError("chain.bad_answer", host=self.rpc.host, wanted=wanted)


def drive_readings(readings: Sequence[Reading[Answer]], fetch: FetchWords) -> list[Answer]:
    """
    Drive several readings in step and return their answers in the same order; raises as `fetch` and they do.

    Args:
        readings: Each with its block.
        fetch: Asked once a step for what all of them want to see.
    """
    answers: dict[int, Answer] = {}
    words: dict[int, Words] = {}
    pending = list(range(len(readings)))
    while pending:
        wanted: dict[int, list[bytes]] = {}
        for number in pending:
            reading, _ = readings[number]
            try:
                wanted[number] = reading.send(words[number]) if number in words else next(reading)
            except StopIteration as done:
                answers[number] = done.value
        pending = list(wanted)
        places = [(slot, readings[number][1]) for number in pending for slot in wanted[number]]
        found = iter(fetch(places) if places else ())
        words = {number: [next(found) for _ in wanted[number]] for number in pending}
    return [answers[number] for number in range(len(readings))]


def _block_question(reference: str) -> Question:
    return "eth_getBlockByNumber", [reference, False]


def _identity_questions(identity: ChainIdentity) -> list[Question]:
    return [
        ("eth_chainId", []),
        _block_question("0x0"),
        _block_question(format_quantity(identity.deploy_block)),
        ("eth_getCode", [format_bytes(identity.registry), "latest"]),
    ]


def _reference(block: BlockRef, *, by_hash: bool) -> object:
    if by_hash:
        return {"blockHash": format_bytes(block.hash), "requireCanonical": True}
    return format_quantity(block.number)


def _place_of(log: Log) -> tuple[int, int]:
    return log.block_number, log.log_index


def _asks_too_much(error: ChainUnavailableError) -> bool:
    # nodes have no common code for "too many results": any refusal may be one
    return error.code in ("chain.error", "chain.too_large", "chain.timeout")
