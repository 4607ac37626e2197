// Writes tests/vectors/merkle/{trees,refused}/*.json; the format is told in README.md.
//   node tests/vectors/generate_merkle.mjs           writes them anew
//   node tests/vectors/generate_merkle.mjs --check   exits 1 if what is there differs
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { chainpoint, joined, openZeppelin, openZeppelinAccepts, siblings } from "./merkle/peer.mjs";

const FOLDER = new URL("./merkle/", import.meta.url);
const ONE_TREE = 2 ** 20;
const ALL_OF = 33;

const digest = (index) => "0x" + createHash("sha256").update(`attestree vector ${index}`).digest("hex");
const digests = (size) => Array.from({ length: size }, (_, index) => digest(index));
const sampled = (size) => (index) => size <= ALL_OF || index < 8 || index >= size - 8 || index % 97 === 0;

const files = new Map();
const put = (name, content) => files.set(name, JSON.stringify(content, null, 1) + "\n");

// ---- trees ------------------------------------------------------------------------------------

function treeOf(kind, size, shardSize = ONE_TREE) {
  const { root, leaves, ...parts } = kind === 1 ? chainpoint(digests(size)) : openZeppelin(digests(size), shardSize);
  const at = (index) => ({ index, digest: digest(index), ...leaves[index] });
  return { kind, size, shardSize, root, at, ...parts };
}

function putTree(name, { kind, size, shardSize, root, at }) {
  const leaves = digests(size).map((_, index) => at(index)).filter(({ index }) => sampled(size)(index));
  put(`trees/${name}.json`, { kind, size, shardSize, root, leaves });
}

const padded = (size) => String(size).padStart(4, "0");
for (const size of [...Array.from({ length: 33 }, (_, i) => i + 1), 100, 1000]) {
  putTree(`openzeppelin-${padded(size)}`, treeOf(0, size));
  putTree(`chainpoint-${padded(size)}`, treeOf(1, size));
}
for (const [size, shardSize] of [[10, 6], [16, 8], [13, 4], [11, 5], [9, 4], [7, 1]]) {
  putTree(`openzeppelin-${padded(size)}-shards-of-${shardSize}`, treeOf(0, size, shardSize));
}

// ---- what must be refused -----------------------------------------------------------------------

const bytes = (hex) => Buffer.from(hex.slice(2), "hex");
const hex = (buffer) => "0x" + buffer.toString("hex");
const flipped = (value, bit) => {
  const buffer = bytes(value);
  buffer[bit >> 3] ^= 0x80 >> (bit & 7);
  return hex(buffer);
};
const without = (path, place) => joined(siblings(path).filter((_, i) => i !== place));
const steps = (path) => siblings(path).length;

/** Records one mutation of leaf `index` of `tree`; `change` names the members that differ. */
function refuse(name, wants, tree, index, change) {
  const { kind, size, shardSize, root } = tree;
  const { digest: own, path } = tree.at(index);
  const vector = { wants, kind, size, shardSize, index, digest: own, path, root, ...change };
  if (JSON.stringify(vector) === JSON.stringify({ wants, kind, size, shardSize, index, digest: own, path, root })) {
    throw new Error(`${name} changes nothing`);
  }
  // A library that knows neither size nor kind may accept what is refused for its size or kind alone.
  const foldEqualsRoot = kind === 0 && vector.kind === 0 && openZeppelinAccepts(vector.root, vector);
  put(`refused/${name}.json`, { ...vector, foldEqualsRoot });
}

const find = (tree, wanted) => {
  const index = digests(tree.size).findIndex((_, i) => wanted(steps(tree.at(i).path)));
  if (index < 0) throw new Error("no such leaf");
  return index;
};

const full = treeOf(0, 8); // every path has 3 steps
const ragged = treeOf(0, 10); // paths of 3 and of 4 steps
const deep = find(ragged, (length) => length === 4);
const shallow = find(ragged, (length) => length === 3);
const leaf = (index) => full.at(index);
const zero = "0x" + "00".repeat(32);
const nodeAbove = (tree, shard, index) => {
  const { tree: nodes, values } = tree.shards[shard].dump();
  return nodes[Math.floor((values[index].treeIndex - 1) / 2)];
};

refuse("path-cut-by-its-last-step", "proof.path_length", full, 3, { path: without(leaf(3).path, 2) });
refuse("path-cut-by-its-first-step", "proof.path_length", full, 3, { path: without(leaf(3).path, 0) });
refuse("path-cut-within-the-bounds", "proof.root_mismatch", ragged, deep, { path: without(ragged.at(deep).path, 3) });
refuse("path-emptied", "proof.path_length", full, 3, { path: "0x" });
refuse("path-extended-by-a-step", "proof.path_length", full, 3, { path: leaf(3).path + zero.slice(2) });
refuse("path-extended-within-the-bounds", "proof.root_mismatch", ragged, shallow, { path: ragged.at(shallow).path + zero.slice(2) });
refuse("path-extended-to-41-steps", "proof.path_too_long", full, 3, { path: "0x" + "00".repeat(32 * 41) });
refuse("path-of-one-leaf-extended", "proof.path_length", treeOf(0, 1), 0, { path: zero });
refuse("neighbours-index", "proof.root_mismatch", full, 3, { index: 4 });
refuse("neighbours-path", "proof.root_mismatch", full, 3, { path: leaf(4).path });
refuse("neighbours-digest", "proof.root_mismatch", full, 3, { digest: leaf(4).digest });
refuse("siblings-swapped", "proof.root_mismatch", full, 3, {
  path: joined([1, 0, 2].map((place) => siblings(leaf(3).path)[place])),
});
refuse("siblings-reversed", "proof.root_mismatch", full, 3, { path: joined(siblings(leaf(3).path).reverse()) });
refuse("sibling-replaced-by-the-own-leaf-hash", "proof.root_mismatch", full, 3, {
  path: joined([leaf(3).leafHash, ...siblings(leaf(3).path).slice(1)]),
});
refuse("inner-node-as-digest", "proof.root_mismatch", ragged, deep, {
  digest: nodeAbove(ragged, 0, deep),
  path: without(ragged.at(deep).path, 0),
});
refuse("leaf-hash-as-digest", "proof.root_mismatch", full, 3, { digest: leaf(3).leafHash });
refuse("root-as-digest-of-a-batch-of-one", "proof.root_mismatch", full, 0, { size: 1, index: 0, digest: full.root, path: "0x" });
refuse("digest-changed-in-its-first-bit", "proof.root_mismatch", full, 3, { digest: flipped(leaf(3).digest, 0) });
refuse("digest-changed-in-its-last-bit", "proof.root_mismatch", full, 3, { digest: flipped(leaf(3).digest, 255) });
refuse("path-changed-in-its-first-bit", "proof.root_mismatch", full, 3, { path: flipped(leaf(3).path, 0) });
refuse("path-changed-in-its-last-bit", "proof.root_mismatch", full, 3, { path: flipped(leaf(3).path, 767) });
refuse("root-changed-in-its-last-bit", "proof.root_mismatch", full, 3, { root: flipped(full.root, 255) });
refuse("root-of-another-batch", "proof.root_mismatch", full, 3, { root: treeOf(0, 7).root });
refuse("digest-of-31-bytes", "proof.digest_size", full, 3, { digest: leaf(3).digest.slice(0, -2) });
refuse("digest-of-33-bytes", "proof.digest_size", full, 3, { digest: leaf(3).digest + "00" });
refuse("sibling-of-31-bytes", "proof.path_size", full, 3, { path: leaf(3).path.slice(0, -2) });
refuse("sibling-of-33-bytes", "proof.path_size", full, 3, { path: leaf(3).path + "00" });
refuse("root-of-31-bytes", "proof.hash_size", full, 3, { root: full.root.slice(0, -2) });
refuse("index-equal-to-the-size", "proof.index_range", full, 3, { index: 8 });
refuse("index-below-zero", "proof.index_range", full, 3, { index: -1 });
refuse("size-zero", "proof.size_range", full, 0, { size: 0 });
refuse("size-below-zero", "proof.size_range", full, 0, { size: -1 });
refuse("size-of-2-to-the-32", "proof.size_range", full, 3, { size: 2 ** 32 });
refuse("size-stated-too-small", "proof.path_length", full, 0, { size: 3 });
refuse("size-stated-too-large", "proof.path_length", full, 3, { size: 1000 });
refuse("kind-2", "proof.kind", full, 3, { kind: 2 });
refuse("kind-1-for-a-tree-of-kind-0", "proof.path_size", full, 3, { kind: 1 });

const sharded = treeOf(0, 16, 8); // two shards of 8, paths of 3 + 1 steps
const uneven = treeOf(0, 13, 4); // shards of 4, 4, 4, 1 under a top of 4
const far = sharded.at(11);
refuse("shard-path-cut-off-from-the-top", "proof.path_length", sharded, 11, {
  path: without(far.path, 3),
  root: sharded.shards[1].root,
});
refuse("shard-path-of-the-last-shard-cut-off", "proof.path_length", uneven, 12, { path: "0x", root: uneven.shards[3].root });
refuse("shard-path-cut-short-below-the-top", "proof.path_length", sharded, 11, { path: without(far.path, 2) });
refuse("shard-path-drawn-out-below-the-top", "proof.path_length", uneven, 12, { path: zero + uneven.at(12).path.slice(2) });
refuse("shard-root-as-digest", "proof.path_length", sharded, 8, {
  digest: sharded.shards[1].root,
  path: joined([sharded.shards[0].root]),
});
refuse("shard-top-step-first", "proof.root_mismatch", sharded, 11, {
  path: joined([3, 0, 1, 2].map((place) => siblings(far.path)[place])),
});
refuse("shard-index-counted-from-its-shard", "proof.root_mismatch", sharded, 11, { index: 3 });
refuse("shard-of-another-size-stated", "proof.path_length", uneven, 12, { shardSize: ONE_TREE });
refuse("shard-path-of-the-other-shard", "proof.root_mismatch", sharded, 11, { path: sharded.at(3).path });

// ---- kind 1 -------------------------------------------------------------------------------------

const ordered = treeOf(1, 11); // widths 11, 6, 3, 2: indexes 8 to 10 move up once, index 10 twice
const elements = (path) => path.slice(2).match(/.{66}/g);
const third = elements(ordered.at(3).path);
const last = elements(ordered.at(10).path);
const withSide = (element, side) => side + element.slice(2);
const asPath = (list) => "0x" + list.join("");
const bare = (element) => "0x" + element.slice(2);

refuse("chainpoint-neighbours-index", "proof.position", ordered, 3, { index: 2 });
refuse("chainpoint-neighbours-path", "proof.position", ordered, 3, { path: ordered.at(2).path });
refuse("chainpoint-neighbours-digest", "proof.root_mismatch", ordered, 3, { digest: ordered.at(2).digest });
refuse("chainpoint-neighbour-whole-but-for-its-path", "proof.root_mismatch", ordered, 3, {
  index: 2,
  digest: ordered.at(2).digest,
  path: asPath([withSide(third[0], "01"), ...third.slice(1)]),
});
refuse("chainpoint-side-flipped-at-the-leaf", "proof.position", ordered, 3, { path: asPath([withSide(third[0], "01"), ...third.slice(1)]) });
refuse("chainpoint-side-flipped-at-the-root", "proof.path_length", ordered, 3, {
  path: asPath([...third.slice(0, -1), withSide(third.at(-1), "00")]),
});
refuse("chainpoint-side-byte-2", "proof.side", ordered, 3, { path: asPath([withSide(third[0], "02"), ...third.slice(1)]) });
refuse("chainpoint-side-byte-255", "proof.side", ordered, 3, { path: asPath([...third.slice(0, -1), withSide(third.at(-1), "ff")]) });
refuse("chainpoint-siblings-swapped", "proof.root_mismatch", ordered, 3, {
  path: asPath([withSide(third[1], "00"), withSide(third[0], "00"), ...third.slice(2)]),
});
refuse("chainpoint-path-cut-by-its-last-step", "proof.path_length", ordered, 3, { path: asPath(third.slice(0, -1)) });
refuse("chainpoint-path-cut-by-its-first-step", "proof.path_length", ordered, 3, { path: asPath(third.slice(1)) });
refuse("chainpoint-path-extended-at-the-root", "proof.path_length", ordered, 3, { path: asPath([...third, third[0]]) });
refuse("chainpoint-path-extended-at-the-leaf", "proof.path_length", ordered, 10, { path: asPath([last[0], ...last]) });
refuse("chainpoint-path-extended-to-41-steps", "proof.path_too_long", ordered, 3, { path: "0x" + "01".repeat(33 * 41) });
refuse("chainpoint-path-emptied", "proof.path_length", ordered, 3, { path: "0x" });
refuse("chainpoint-path-changed-in-one-bit", "proof.root_mismatch", ordered, 3, { path: flipped(ordered.at(3).path, 8) });
refuse("chainpoint-digest-changed-in-one-bit", "proof.root_mismatch", ordered, 3, { digest: flipped(ordered.at(3).digest, 7) });
refuse("chainpoint-root-changed-in-one-bit", "proof.root_mismatch", ordered, 3, { root: flipped(ordered.root, 0) });
refuse("chainpoint-inner-node-as-digest", "proof.position", ordered, 3, {
  index: 1,
  digest: hex(ordered.levels[1][1]),
  path: ordered.at(3).path,
});
refuse("chainpoint-inner-node-as-digest-in-a-smaller-batch", "proof.root_mismatch", ordered, 3, {
  size: 6,
  index: 1,
  digest: hex(ordered.levels[1][1]),
  path: asPath(third.slice(1)),
});
refuse("chainpoint-size-stated-too-small", "proof.path_length", ordered, 3, { size: 8 });
refuse("chainpoint-size-stated-too-large", "proof.path_length", ordered, 3, { size: 17 });
refuse("chainpoint-index-equal-to-the-size", "proof.index_range", ordered, 3, { index: 11 });
refuse("chainpoint-sibling-of-32-bytes-for-33", "proof.path_size", ordered, 3, { path: joined(third.map(bare)) });
refuse("chainpoint-digest-of-31-bytes", "proof.digest_size", ordered, 3, { digest: ordered.at(3).digest.slice(0, -2) });
refuse("chainpoint-kind-0-for-a-tree-of-kind-1", "proof.path_size", ordered, 3, { kind: 0 });

// ---- write or compare ---------------------------------------------------------------------------

const read = (name) => (existsSync(new URL(name, FOLDER)) ? readFileSync(new URL(name, FOLDER), "utf8") : undefined);
const folders = ["trees", "refused"];
const present = folders.flatMap((folder) =>
  existsSync(new URL(folder, FOLDER)) ? readdirSync(new URL(folder, FOLDER)).map((name) => `${folder}/${name}`) : [],
);
const stale = present.filter((name) => !files.has(name));
const changed = [...files].filter(([name, content]) => read(name) !== content).map(([name]) => name);

if (process.argv.includes("--check")) {
  for (const name of [...changed, ...stale]) console.error(`differs: ${name}`);
  process.exitCode = changed.length + stale.length ? 1 : 0;
} else {
  for (const folder of folders) mkdirSync(new URL(folder, FOLDER), { recursive: true });
  for (const name of stale) rmSync(new URL(name, FOLDER));
  for (const name of changed) writeFileSync(new URL(name, FOLDER), files.get(name));
  console.log(`${files.size} files, ${changed.length} written, ${stale.length} removed`);
}
