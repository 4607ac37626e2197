// A tree with sorted leaves and pairs, keccak-256, and all its proofs: `node merkletreejs.mjs SIZE`.
// Its shape differs from OpenZeppelin's unless the size is a power of two, so roots are not compared.
import { createHash } from "node:crypto";
import sha3 from "js-sha3";
import merkletreejs from "merkletreejs";

const size = Number(process.argv[2]);
const keccak = (octets) => Buffer.from(sha3.keccak256.arrayBuffer(octets));
const values = Array.from({ length: size }, (_, i) => {
  const value = Buffer.alloc(64);
  createHash("sha256").update(String(i)).digest().copy(value);
  value.writeUInt32BE(i, 60);
  return value;
});
const held = process.memoryUsage().rss;
const [before, began] = [process.cpuUsage(), performance.now()];
const leaves = values.map((value) => keccak(keccak(value)));
const tree = new merkletreejs.MerkleTree(leaves, keccak, { sort: true });
const sorted = tree.getLeaves();
for (let i = 0; i < size; i++) tree.getProof(sorted[i], i);
const used = process.cpuUsage(before);
console.log(
  JSON.stringify({
    seconds: (used.user + used.system) / 1e6,
    wall: (performance.now() - began) / 1e3,
    before: held,
  }),
);
