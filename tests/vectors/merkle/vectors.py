"""Read the Merkle vectors beside this file, and ask the JavaScript peer; ../README.md tells the format."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of a tree vector."""

    index: int
    digest: bytes
    leaf_hash: bytes
    path: bytes


@dataclass(frozen=True, slots=True)
class TreeVector:
    """One file of trees/."""

    name: str
    kind: int
    size: int
    shard_size: int
    root: bytes
    leaves: tuple[Leaf, ...]

    @property
    def digests(self) -> list[bytes]:
        return [digest_of(index) for index in range(self.size)]


@dataclass(frozen=True, slots=True)
class RefusedVector:
    """One file of refused/."""

    name: str
    wants: str
    kind: int
    size: int
    shard_size: int
    index: int
    digest: bytes
    path: bytes
    root: bytes
    fold_equals_root: bool


def digest_of(index: int) -> bytes:
    """Return the digest that stands at `index` in every vector."""
    return sha256(f"attestree vector {index}".encode()).digest()


def from_hex(text: str) -> bytes:
    assert text.startswith("0x")
    return bytes.fromhex(text[2:])


def to_hex(content: bytes) -> str:
    return "0x" + content.hex()


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _tree(path: Path) -> TreeVector:
    content = _read(path)
    leaves = tuple(
        Leaf(leaf["index"], from_hex(leaf["digest"]), from_hex(leaf["leafHash"]), from_hex(leaf["path"]))
        for leaf in content["leaves"]
    )
    return TreeVector(
        path.stem, content["kind"], content["size"], content["shardSize"], from_hex(content["root"]), leaves
    )


def _refused(path: Path) -> RefusedVector:
    content = _read(path)
    return RefusedVector(
        name=path.stem,
        wants=content["wants"],
        kind=content["kind"],
        size=content["size"],
        shard_size=content["shardSize"],
        index=content["index"],
        digest=from_hex(content["digest"]),
        path=from_hex(content["path"]),
        root=from_hex(content["root"]),
        fold_equals_root=content["foldEqualsRoot"],
    )


TREES = tuple(_tree(path) for path in sorted((FOLDER / "trees").glob("*.json")))
REFUSED = tuple(_refused(path) for path in sorted((FOLDER / "refused").glob("*.json")))


def ask_peer(node_program: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Return what peer.mjs answers; a peer that fails fails the test."""
    answer = subprocess.run(
        [str(node_program), str(FOLDER / "peer.mjs")],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    content: dict[str, Any] = json.loads(answer.stdout)
    return content
