"""What the store believes about the chain, where the chain says otherwise; and the wiring of an audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from attestree.auditing.recorded import check_final_writes
from attestree.errors import ChainUnavailableError
from attestree.outbox.records import Intent, NewIntent, Probe
from attestree.outbox.states import State
from attestree.registry.facts import BlockRef, ChainIdentity, Log
from attestree.settings import RegistrySettings, Settings
from attestree.verifying.trust import NetworkKind, Trust, TrustedNetwork, format_trust
from attestree.wiring.audits import row_keys_of, wire_audit
from attestree.wiring.system import SystemClock

FINAL = BlockRef(9, b"\x09" * 32, 900)
WANTED = NewIntent(
    *("status:1", "status", "local", b"\x01" * 20, b"\x02" * 20, b"\x03" * 20, b""),
    probes=(Probe(b"\x04" * 32, 0b11, 0b01),),
    title="Revoke",
    created=1,
)
INTENT = Intent(WANTED, State.FINAL, 1, 9, FINAL.hash, "")


class OneBlock:
    """A chain with one block that can be asked for, and one storage word."""

    def __init__(self, word: int, *, code: str = "chain.no_block") -> None:
        self.word, self.code = word, code

    def fetch_logs(self, *, first_block: int, last_block: int) -> Sequence[Log]:
        raise AssertionError("nobody asks this here")

    def fetch_block(self, tag: int | str) -> BlockRef:
        if tag != FINAL.number:
            raise ChainUnavailableError(self.code)
        return FINAL

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        return tuple(self.word.to_bytes(32, "big") for _ in slots)

    def fetch_identity(self) -> ChainIdentity:
        raise AssertionError("nobody asks this here")


def found(intent: Intent, chain: OneBlock) -> list[str]:
    return [fault.code for fault in check_final_writes([intent], chain, block=FINAL)]


@pytest.mark.parametrize(
    ("word", "faults"),
    [(0b01, []), (0b101, []), (0b11, ["fsck.effect_missing"]), (0, ["fsck.effect_missing"])],
)
def test_an_effect_is_looked_at_through_its_mask(word: int, faults: list[str]) -> None:
    assert found(INTENT, OneBlock(word)) == faults


def test_a_block_that_is_gone_is_another_block() -> None:
    assert found(replace(INTENT, block_number=5), OneBlock(1)) == ["fsck.block_changed"]


def test_a_write_without_a_block_or_not_final_is_no_claim() -> None:
    assert found(replace(INTENT, block_number=None, block_hash=None), OneBlock(1)) == []
    assert found(replace(INTENT, state=State.MINED, block_number=5), OneBlock(0)) == []


def test_a_node_that_is_silent_proves_nothing() -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.timeout"):
        found(replace(INTENT, block_number=5), OneBlock(1, code="chain.timeout"))


def test_a_row_key_is_told_by_reference_learner_number_or_mail_and_by_nothing_else() -> None:
    tell = row_keys_of(b"\x01" * 20, bytes(32))("urn:x")
    assert tell({"email": "a@b.example"}) == tell({"email": "A@b.example", "ref": ""})
    assert tell({"email": "a@b.example"}) != tell({"learner_id": "a@b.example"})
    assert tell({"ref": "1", "email": "a@b.example"}) == tell({"ref": "1", "learner_id": "7"})
    assert tell({"name": "Somebody"}) is None


def registry_on(chain_id: int) -> RegistrySettings:
    word = "0x" + "01" * 32
    return RegistrySettings(
        name="main",
        address="0x" + "02" * 20,
        rpc=("http://127.0.0.1:1",),
        chain_id=chain_id,
        genesis_hash=word,
        deploy_block=1,
        deploy_block_hash=word,
        code_hash=word,
    )


@pytest.mark.parametrize(
    ("chain_id", "trusted", "kind"),
    [(31337, 1, "test"), (1, 1, "production"), (1, 5, "unknown"), (1, None, "unknown")],
)
def test_a_network_is_what_the_trust_file_says_and_a_development_chain_a_test(
    tmp_path: Path, chain_id: int, trusted: int | None, kind: str
) -> None:
    if trusted is not None:
        network = TrustedNetwork(NetworkKind.PRODUCTION, trusted, b"\x01" * 32, b"\x02" * 20, 1, b"\x01" * 32)
        (tmp_path / "trust.toml").write_text(format_trust(Trust("t", (network,), (), b"")), "utf-8")
    settings = Settings(folder=tmp_path)
    audit = wire_audit(settings, registry_on(chain_id), clock=SystemClock())
    assert (audit.network, audit.nodes, audit.finality) == (kind, 1, "finalized")
