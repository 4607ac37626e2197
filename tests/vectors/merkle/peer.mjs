// Trees as other people's code builds them: @openzeppelin/merkle-tree for kind 0, and for kind 1 the
// ordered SHA-256 tree written out from its description. Shares nothing with src/attestree.
//
// As a program it answers one request in JSON on stdin with one in JSON on stdout:
//   {"make": {"kind": 0, "digests": [..], "shardSize": n}}             -> {"root": .., "leaves": [{"leafHash", "path"}, ..]}
//   {"verify": {"root": .., "leaves": [{"digest", "index", "path"}]}}  -> {"accepted": [true, ..]}   (kind 0)
// Hashes are 0x-hex of 32 bytes; a path is one 0x-hex string, as in proofValue.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { SimpleMerkleTree, StandardMerkleTree } from "@openzeppelin/merkle-tree";

const LEAF = ["bytes32", "uint256"];

export const joined = (hashes) => "0x" + hashes.map((hash) => hash.slice(2)).join("");

export const siblings = (path) => (path.slice(2).match(/.{1,64}/g) ?? []).map((hash) => "0x" + hash);

/** Builds a batch of kind 0: one StandardMerkleTree a shard, a SimpleMerkleTree over their raw roots. */
export function openZeppelin(digests, shardSize) {
  const shards = [];
  for (let first = 0; first < digests.length; first += shardSize) {
    const values = digests.slice(first, first + shardSize).map((digest, i) => [digest, String(first + i)]);
    shards.push(StandardMerkleTree.of(values, LEAF));
  }
  const top = shards.length > 1 ? SimpleMerkleTree.of(shards.map((shard) => shard.root)) : undefined;
  const leaves = shards.flatMap((shard, k) =>
    Array.from(shard.entries(), ([i, value]) => ({
      leafHash: shard.leafHash(value),
      path: joined([...shard.getProof(i), ...(top?.getProof(k) ?? [])]),
    })),
  );
  return { root: (top ?? shards[0]).root, leaves, shards, top };
}

/** Asks the library whether a leaf belongs to a root; what it cannot read it does not accept. */
export function openZeppelinAccepts(root, { digest, index, path }) {
  try {
    return StandardMerkleTree.verify(root, LEAF, [digest, String(index)], siblings(path));
  } catch {
    return false;
  }
}

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();

export function chainpointLeafHash(digest, index) {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(index));
  return sha256(Buffer.from([0]), Buffer.from(digest.slice(2), "hex"), number);
}

/** Builds a batch of kind 1: ordered pairs, an odd last node moves up as it is. */
export function chainpoint(digests) {
  const levels = [digests.map(chainpointLeafHash)];
  while (levels.at(-1).length > 1) {
    const below = levels.at(-1);
    const level = [];
    for (let i = 0; i < below.length; i += 2) {
      level.push(i + 1 < below.length ? sha256(below[i], below[i + 1]) : below[i]);
    }
    levels.push(level);
  }
  const path = (index) =>
    levels.flatMap((level, height) => {
      const place = index >> height;
      const sibling = level[place ^ 1];
      return sibling ? [Buffer.from([place & 1 ? 0 : 1]), sibling] : [];
    });
  const hex = (bytes) => "0x" + bytes.toString("hex");
  const leaves = levels[0].map((leaf, index) => ({ leafHash: hex(leaf), path: hex(Buffer.concat(path(index))) }));
  return { root: hex(levels.at(-1)[0]), leaves, levels };
}

function answer({ make, verify }) {
  if (verify) return { accepted: verify.leaves.map((leaf) => openZeppelinAccepts(verify.root, leaf)) };
  const { root, leaves } = make.kind === 1 ? chainpoint(make.digests) : openZeppelin(make.digests, make.shardSize);
  return { root, leaves };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(readFileSync(0, "utf8")))));
}
