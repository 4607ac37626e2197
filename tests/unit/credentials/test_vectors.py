"""The published vectors: the worked example byte by byte, what passes, and what must not."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from attestree.credentials.anchor_proof import format_proof_value, parse_proof_value
from attestree.credentials.binding import FoldedAnchor, fold_anchor, verify_binding
from attestree.credentials.canonical import canonicalize
from attestree.credentials.cbor import format_cbor
from attestree.credentials.credential import parse_credential
from attestree.credentials.digest import header_hash, without_proof
from attestree.credentials.strict_json import parse_json
from attestree.errors import AttestreeError, EvidenceError, InputError

VECTORS = Path(__file__).parents[2] / "vectors"
FOLDER = VECTORS / "credential"
SPECIFICATION = Path(__file__).parents[3] / "docs" / "spec" / "evm-merkle-jcs-2026.md"
EXAMPLE: dict[str, Any] = json.loads((FOLDER / "worked_example.json").read_text(encoding="utf-8"))
BRANCHES = {"input": InputError, "evidence": EvidenceError}


def read(folder: str) -> list[Any]:
    """Read the vectors of a folder as parameters named after their files."""
    paths = sorted((FOLDER / folder).glob("*.json"))
    return [pytest.param(json.loads(path.read_text(encoding="utf-8")), id=path.stem) for path in paths]


def verify(text: str) -> list[FoldedAnchor]:
    """Verify a credential as far as that is possible without a chain."""
    credential = parse_credential(parse_json(text.encode()))
    folded = []
    for secured in credential.proofs.anchors:
        folded.append(fold_anchor(credential.document, secured))
        verify_binding(credential.document, secured, folded[-1])
    return folded


def test_the_worked_example_is_recomputed_byte_by_byte() -> None:
    credential = parse_credential(parse_json(json.dumps(EXAMPLE["credential"]).encode()))
    (secured,) = credential.proofs.anchors
    header, options, document = (
        secured.anchor.header,
        secured.options.to_json(),
        without_proof(credential.document),
    )
    folded = fold_anchor(credential.document, secured)
    computed = {
        "headerCbor": format_cbor(header.to_items()),
        "headerHash": header_hash(header),
        "optionsHash": sha256(canonicalize(options)).digest(),
        "documentHash": sha256(canonicalize(document)).digest(),
        "salt": secured.anchor.salt,
        "digest": folded.digest,
        "leafHash": folded.leaf_hash,
        "path": secured.anchor.path,
        "root": folded.root,
        "proofCbor": format_cbor(
            [
                *header.to_items(),
                secured.anchor.index,
                secured.anchor.salt,
                secured.anchor.path,
                secured.anchor.root,
            ]
        ),
    }
    assert {name: "0x" + octets.hex() for name, octets in computed.items()} == {
        name: EXAMPLE[name] for name in computed
    }
    assert canonicalize(options).decode() == EXAMPLE["optionsJcs"]
    assert canonicalize(document).decode() == EXAMPLE["documentJcs"]
    assert format_proof_value(secured.anchor) == EXAMPLE["proofValue"]
    assert (document, options) == (EXAMPLE["document"], EXAMPLE["options"])
    assert (secured.anchor.index, header.size) == (EXAMPLE["index"], EXAMPLE["header"]["size"])
    assert (header.kind, header.chain_id) == (EXAMPLE["header"]["kind"], EXAMPLE["header"]["chainId"])


@pytest.mark.parametrize("vector", read("accepted"))
def test_what_means_the_same_is_accepted(vector: dict[str, Any]) -> None:
    assert len(verify(vector["credential"])) == 1


@pytest.mark.parametrize("vector", read("refused"))
def test_one_mutation_is_enough_to_be_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(AttestreeError) as caught:
        verify(vector["credential"])
    assert caught.value.code == vector["wants"]
    assert isinstance(caught.value, BRANCHES[vector["branch"]])


def test_no_byte_of_a_proof_value_can_be_flipped() -> None:
    vector = json.loads((FOLDER / "byte_flips.json").read_text(encoding="utf-8"))
    assert verify(vector["credential"])
    original = parse_proof_value(EXAMPLE["proofValue"])
    assert len(vector["proofValues"]) == len(EXAMPLE["proofCbor"]) // 2 - 1
    for value in vector["proofValues"]:
        twin = vector["credential"].replace(EXAMPLE["proofValue"], value)
        assert twin != vector["credential"]
        with pytest.raises((InputError, EvidenceError)):
            verify(twin)
        try:
            assert parse_proof_value(value) != original
        except InputError:
            continue


def test_the_specification_quotes_the_worked_example() -> None:
    specification = SPECIFICATION.read_text(encoding="utf-8")
    for name in ("headerCbor", "headerHash", "optionsJcs", "optionsHash", "documentHash", "salt", "digest"):
        assert EXAMPLE[name].removeprefix("0x") in specification, name
    for name in ("leafHash", "root", "proofValue"):
        assert EXAMPLE[name].removeprefix("0x") in specification, name
    assert json.dumps(EXAMPLE["document"], ensure_ascii=False, indent=1) in specification


def test_the_files_are_those_that_the_generator_writes(node_program: Path) -> None:
    command = [str(node_program), str(VECTORS / "generate_credential.mjs"), "--check"]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (0, "")
