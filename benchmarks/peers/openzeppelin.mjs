// A StandardMerkleTree and all its proofs: `node openzeppelin.mjs SIZE`.
import { createHash } from "node:crypto";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";

const size = Number(process.argv[2]);
const values = Array.from({ length: size }, (_, i) => [
  "0x" + createHash("sha256").update(String(i)).digest("hex"),
  i,
]);
const held = process.memoryUsage().rss;
const [before, began] = [process.cpuUsage(), performance.now()];
const tree = StandardMerkleTree.of(values, ["bytes32", "uint256"]);
for (let i = 0; i < size; i++) tree.getProof(i);
const used = process.cpuUsage(before);
console.log(
  JSON.stringify({
    seconds: (used.user + used.system) / 1e6,
    wall: (performance.now() - began) / 1e3,
    before: held,
    check: tree.root,
  }),
);
