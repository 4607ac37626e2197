"""
What the deployed code can do at all, read from its bytes: true of every call, without trying one.

The registry holds no ether and calls nobody but by the staticcall of ERC-1271 (DESIGN section 5). So the
code has no instruction that calls in another way, creates, hands over or destroys, and each function refuses
value.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from attestree.registry.artifact import load_artifact

DEEDS = Path(__file__).with_name("invariants")
FORBIDDEN = {
    0xF0: "CREATE",
    0xF1: "CALL",
    0xF2: "CALLCODE",
    0xF4: "DELEGATECALL",
    0xF5: "CREATE2",
    0xFF: "SELFDESTRUCT",
    0x31: "BALANCE",
    0x32: "ORIGIN",
    0x47: "SELFBALANCE",
}
STATICCALL = 0xFA


def instructions(code: bytes) -> Counter[int]:
    """Count the instructions, stepping over what PUSH1 to PUSH32 carry."""
    seen: Counter[int] = Counter()
    place = 0
    while place < len(code):
        seen[code[place]] += 1
        place += 1 + max(0, code[place] - 0x5F) * (0x5F <= code[place] <= 0x7F)
    return seen


def test_the_reader_steps_over_pushed_bytes_and_sees_the_rest() -> None:
    assert instructions(bytes.fromhex("61f1f2f1")) == Counter({0x61: 1, 0xF1: 1})
    assert instructions(bytes.fromhex("5ff4")) == Counter({0x5F: 1, 0xF4: 1})


def test_the_code_has_no_instruction_that_moves_ether_or_runs_other_code() -> None:
    seen = instructions(load_artifact().deployed_bytecode)
    assert {name: seen[code] for code, name in FORBIDDEN.items() if seen[code]} == {}


def test_the_code_calls_only_the_signature_precompile_and_the_issuers_account() -> None:
    # ecrecover is the other static call.
    assert instructions(load_artifact().deployed_bytecode)[STATICCALL] == 2


def test_no_function_takes_ether_and_there_is_no_fallback() -> None:
    abi = load_artifact().abi
    assert {entry["type"] for entry in abi} <= {"function", "event", "error", "constructor"}
    kinds = {entry["stateMutability"] for entry in abi if entry["type"] in {"function", "constructor"}}
    assert kinds == {"nonpayable", "view"}


def test_the_fuzzer_plays_every_function_that_changes_anything() -> None:
    changing = {
        entry["name"]
        for entry in load_artifact().abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    }
    handler = (DEEDS / "Handler.sol").read_text("utf-8")
    listed = {name for name in changing if f"= registry.{name}.selector;" in handler}
    assert listed == changing
    played = "".join(path.read_text("utf-8") for path in DEEDS.glob("*.sol"))
    assert all(f"this.{name}.selector" in handler or f"function {name}(" in played for name in changing)


def test_nothing_in_the_registry_gives_the_role_of_admin_up() -> None:
    names = {entry["name"].lower() for entry in load_artifact().abi if entry["type"] == "function"}
    assert not [name for name in names if "renounce" in name or "transferownership" in name]
