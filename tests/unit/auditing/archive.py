"""Public folders of batches, made up; and ways to spoil them that keep their sums right."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from attestree.auditing.leaves import fold_ordered
from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import parse_json
from attestree.merkle.chainpoint import chainpoint_leaf_hash
from attestree.merkle.kind import TreeKind
from attestree.merkle.shards import build_forest
from attestree.registry.facts import ChainIdentity

IDENTITY = ChainIdentity(31337, b"\x01" * 32, b"\x02" * 20, 1, b"\x03" * 32, b"\x04" * 32)


@dataclass
class Archive:
    """One public folder."""

    folder: Path
    root: bytes
    list_id: bytes

    def lines(self) -> list[bytes]:
        return (self.folder / "leaves.jsonl").read_bytes().splitlines()

    def write_leaves(self, lines: list[bytes]) -> None:
        """Write leaves and mend their sum."""
        (self.folder / "leaves.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        self.describe()

    def describe(self, **changes: Any) -> None:
        """Change the description and mend the sums."""
        path = self.folder / "batch.json"
        description: Any = parse_json(path.read_bytes())
        description |= changes
        description["files"] = sums(self.folder)
        path.write_bytes(canonicalize(description) + b"\n")


def sums(folder: Path) -> dict[str, Any]:
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != "batch.json":
            octets = path.read_bytes()
            found[f"public/{path.name}"] = {"sha256": sha256(octets).hexdigest(), "size": len(octets)}
    return found


def make_archive(
    folder: Path,
    *,
    size: int = 5,
    kind: int = 0,
    issuer: bytes = b"\x05" * 20,
    identity: ChainIdentity = IDENTITY,
) -> Archive:
    folder.mkdir(parents=True, exist_ok=True)
    digests = [sha256(f"digest {index}".encode()).digest() for index in range(size)]
    lines = [canonicalize({"digest": digest.hex(), "index": index}) for index, digest in enumerate(digests)]
    (folder / "leaves.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    if kind == TreeKind.CHAINPOINT:
        root = fold_ordered([chainpoint_leaf_hash(digest, index) for index, digest in enumerate(digests)])
    else:
        forest = build_forest(digests)
        root = forest.root
        (folder / "nodes.bin").write_bytes(forest.nodes)
        (folder / "positions.u32").write_bytes(forest.positions)
    description = {
        "format": "attestree.batch/1",
        "batch": "b1",
        "chainId": identity.chain_id,
        "registry": "0x" + identity.registry.hex(),
        "issuer": {"address": "0x" + issuer.hex(), "did": "did:web:x.example", "name": "X"},
        "achievement": {"id": "urn:x", "name": "Title"},
        "kind": kind,
        "size": size,
        "list": "0a" * 13,
        "root": "0x" + root.hex(),
        "created": "2026-05-01T00:00:00Z",
        "files": sums(folder),
    }
    (folder / "batch.json").write_bytes(canonicalize(description) + b"\n")
    return Archive(folder, root, bytes.fromhex("0a" * 13))
