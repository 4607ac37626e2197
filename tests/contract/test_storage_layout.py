"""The storage layout: published, pinned, and where `registry.slots` looks for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from eth_abi import decode

from attestree.adapters.evm.dev_chain import DevChain
from attestree.registry import slots
from attestree.registry.artifact import load_artifact
from tests.contract.deployed import ACCREDITOR, ADMIN, ISSUER, OPERATOR, Deployed, deploy

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "contract.md"
ROW = re.compile(r"^\| (\d+) \| (\d+) \| `(\w+)` \| `([^`]+)` \|", re.MULTILINE)
FIELD = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+) \| `(\w+)` \| `(\w+)` \|", re.MULTILINE)

ROOT_HASH = bytes(range(32))
LIST = int.from_bytes(b"\xaa" * 13, "big")
LIST_ID = b"\xaa" * 13


def address(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def test_the_published_slots_are_those_of_the_compiled_contract() -> None:
    layout = load_artifact().storage_layout
    compiled = [
        (int(entry["slot"]), entry["offset"], entry["label"], layout["types"][entry["type"]]["label"])
        for entry in layout["storage"]
    ]
    published = [
        (int(slot), int(offset), label, kind)
        for slot, offset, label, kind in ROW.findall(PAGE.read_text(encoding="utf-8"))
    ]
    assert published == compiled


def test_the_published_fields_are_those_of_the_compiled_structs() -> None:
    types = load_artifact().storage_layout["types"]
    compiled = [
        (name, int(member["slot"]), member["offset"], member["label"], types[member["type"]]["label"])
        for name in ("Operator", "Span", "Issuer")
        for member in types[f"t_struct({name})_storage"]["members"]
    ]
    published = [
        (name, int(word), int(offset), label, kind)
        for name, word, offset, label, kind in FIELD.findall(PAGE.read_text(encoding="utf-8"))
    ]
    assert published == compiled


def test_every_slot_of_the_page_is_a_constant_of_the_python_module() -> None:
    labels = {
        "_anchors": slots.ANCHORS,
        "_anchorHeads": slots.ANCHOR_HEADS,
        "_actHeads": slots.ACT_HEADS,
        "_status": slots.STATUS,
        "_operators": slots.OPERATORS,
        "_operatorAddresses": slots.OPERATOR_ADDRESSES,
        "_spans": slots.SPANS,
        "_issuers": slots.ISSUERS,
        "_registryHeadAndCount": slots.REGISTRY_HEAD,
        "_pausedUntil": slots.PAUSED_UNTIL,
        "_admin": slots.ADMIN,
        "_pendingAdmin": slots.PENDING_ADMIN,
        "_pendingAdminEffective": slots.PENDING_ADMIN,
        "_accreditors": slots.ACCREDITORS,
    }
    compiled = {entry["label"]: int(entry["slot"]) for entry in load_artifact().storage_layout["storage"]}
    fallbacks = {"_nameFallback", "_versionFallback"}
    assert labels == {label: slot for label, slot in compiled.items() if label not in fallbacks}


def test_every_key_leads_to_the_word_that_the_contract_wrote(chain: DevChain) -> None:
    registry = deploy(chain)
    registry.spend(OPERATOR, "anchor", ISSUER, ROOT_HASH, 600, 0, LIST)
    registry.spend(OPERATOR, "revoke", ISSUER, ROOT_HASH, [(2, 5)], 0)
    registry.spend(ISSUER, "suspend", ISSUER, ROOT_HASH, [(2**256 - 1, 9)])
    registry.spend(ADMIN, "pause")
    registry.spend(ADMIN, "proposeAdmin", OPERATOR)
    issuer, operator = address(ISSUER), address(OPERATOR)

    anchor = view(registry, "anchorOf", ISSUER, ROOT_HASH)[0]
    widths = (40, 32, 32, 16, 16, 8, 8, 104)
    packed = 0
    for field, width in zip(anchor, widths, strict=True):
        packed = packed << width | field
    assert word(registry, slots.slot_of_anchor(issuer=issuer, root=ROOT_HASH)) == packed

    anchor_head, anchors, act_head, acts = view(registry, "headsOf", ISSUER)
    assert word(registry, slots.slot_of_anchor_head(issuer)) == anchor_head << 32 | anchors
    assert word(registry, slots.slot_of_act_head(issuer)) == act_head << 32 | acts
    head, count = view(registry, "registryHead")
    assert word(registry, slots.slot_of_value(slots.REGISTRY_HEAD)) == head << 32 | count

    assert word(registry, slots.slot_of_status(issuer=issuer, list_id=LIST_ID, purpose=0, index=514)) == 5
    whole = slots.slot_of_status_word(issuer=issuer, list_id=LIST_ID, purpose=1, word=2**256 - 1)
    assert word(registry, whole) == 9

    found, entry = view(registry, "operatorOf", ISSUER, 1)
    assert word(registry, slots.slot_of_operator_address(issuer=issuer, number=1)) == int(found, 16)
    packed_operator = word(registry, slots.slot_of_operator(issuer=issuer, operator=operator))
    assert packed_operator == pack_low(entry, (16, 40, 40, 40, 40, 8))

    span = view(registry, "spanOf", ISSUER, 1)[0]
    words = [word(registry, key) for key in slots.slots_of_span(issuer=issuer, number=1)]
    assert words[0] == pack_low((int(span[0], 16), *span[1:4]), (160, 40, 40, 8))
    assert words[1:] == [int.from_bytes(part, "big") for part in span[4:]]

    holder = view(registry, "issuerOf", ISSUER)[0]
    assert word(registry, slots.slot_of_issuer(issuer)) == pack_low(holder, (16, 16, 40, 40, 8, 40, 16))

    assert word(registry, slots.slot_of_value(slots.PAUSED_UNTIL)) == view(registry, "pausedUntil")[0] > 0
    assert word(registry, slots.slot_of_value(slots.ADMIN)) == int(ADMIN, 16)
    proposed, effective = view(registry, "pendingAdmin")
    assert word(registry, slots.slot_of_value(slots.PENDING_ADMIN)) == effective << 160 | int(proposed, 16)
    assert word(registry, slots.slot_of_accreditor(address(ACCREDITOR))) == 1


def word(registry: Deployed, key: bytes) -> int:
    return int(registry.chain.call("eth_getStorageAt", registry.address, "0x" + key.hex(), "latest"), 16)


def view(registry: Deployed, function: str, *arguments: object) -> tuple[Any, ...]:
    call = {"to": registry.address, "data": registry.build_call(function, *arguments)}
    answer = registry.chain.call("eth_call", call, "latest")
    types = [parameter.type for parameter in load_artifact().functions[function].outputs]
    found: tuple[Any, ...] = decode(types, bytes.fromhex(answer[2:]))
    return found


def pack_low(fields: tuple[int, ...], widths: tuple[int, ...]) -> int:
    packed, shift = 0, 0
    for field, width in zip(fields, widths, strict=True):
        packed |= field << shift
        shift += width
    return packed
