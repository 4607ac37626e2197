// Writes tests/vectors/credential/**.json; the format is told in README.md. Written from the text of
// docs/spec/evm-merkle-jcs-2026.md alone; none of our Python has a part in it.
//   node tests/vectors/generate_credential.mjs           writes them anew
//   node tests/vectors/generate_credential.mjs --check   exits 1 if what is there differs
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { chainpoint, openZeppelin } from "./merkle/peer.mjs";

const FOLDER = new URL("./credential/", import.meta.url);
const SUITE = "evm-merkle-jcs-2026";
const files = new Map();
const put = (name, content) => files.set(name, JSON.stringify(content, null, 1) + "\n");

// ---- the suite, from its text -------------------------------------------------------------------

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ""), "hex");
const hex = (buffer) => "0x" + Buffer.from(buffer).toString("hex");

/** RFC 8785: JavaScript's own numbers and strings are the standard; sort() is by UTF-16 code units. */
const jcs = (value) => {
  if (Array.isArray(value)) return `[${value.map(jcs).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`).join(",")}}`;
};

/** RFC 8949, 4.2.1: the head of an item in its shortest form. */
const head = (major, number) => {
  const n = BigInt(number);
  const first = major << 5;
  if (n < 24n) return Buffer.from([first | Number(n)]);
  const width = n < 1n << 8n ? 1 : n < 1n << 16n ? 2 : n < 1n << 32n ? 4 : 8;
  return Buffer.concat([Buffer.from([first | { 1: 24, 2: 25, 4: 26, 8: 27 }[width]]), bytes(n.toString(16).padStart(2 * width, "0"))]);
};
const item = (value) => (typeof value === "number" ? head(0, value) : Buffer.concat([head(2, value.length), value]));
const cbor = (items) => Buffer.concat([head(4, items.length), ...items.map(item)]);
const multibase = (buffer) => "u" + Buffer.from(buffer).toString("base64url");

const headerItems = (h) => [1, h.kind, h.chainId, bytes(h.registry), bytes(h.issuer), h.size, bytes(h.list)];
const proofItems = (h, p) => [...headerItems(h), p.index, bytes(p.salt), bytes(p.path), bytes(p.root)];
const digestParts = (h, salt, options, document) => {
  const headerHash = sha256(cbor(headerItems(h)));
  const optionsHash = sha256(jcs(options));
  const documentHash = sha256(jcs(document));
  return { headerHash, optionsHash, documentHash, digest: sha256(SUITE, [0], bytes(salt), headerHash, optionsHash, documentHash) };
};

// ---- one batch of five ---------------------------------------------------------------------------

const header = {
  kind: 0,
  chainId: 31337,
  registry: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
  issuer: "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
  size: 5,
  list: "0x00112233445566778899aabbcc",
};
const options = {
  type: "DataIntegrityProof",
  cryptosuite: SUITE,
  created: "2026-11-22T05:44:00Z",
  verificationMethod: "did:web:example.edu#registry",
  proofPurpose: "assertionMethod",
};
const NAMES = ["Zofia Żółć", "张伟", "O'Brien 😀", "محمد", "Łukasz Ł"];
const PUBLIC_URL = "https://credentials.example.edu";
const statusOf = (index, { list = header.list, purpose = "revocation", number = String(index) } = {}) => {
  const address = `${PUBLIC_URL}/status/${list.slice(2)}/${purpose}`;
  return { id: `${address}#${index}`, type: "BitstringStatusListEntry", statusPurpose: purpose, statusListIndex: number, statusListCredential: address };
};
const saltOf = (index) => hex(sha256(`attestree salt ${index}`).subarray(0, 16));
const documentOf = (index) => ({
  "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
  id: `urn:uuid:00000000-0000-4000-8000-00000000000${index}`,
  type: ["VerifiableCredential", "OpenBadgeCredential"],
  issuer: { id: "did:web:example.edu", type: ["Profile"], name: "Example University" },
  validFrom: "2026-11-22T05:44:00Z",
  credentialSubject: {
    type: ["AchievementSubject"],
    identifier: [{ type: "IdentityObject", hashed: false, identityHash: NAMES[index], identityType: "name" }],
    achievement: {
      id: "urn:uuid:7b9d1c52-05a4-4d57-8f83-4f8c1b5a1a42",
      type: ["Achievement"],
      name: "Data Literacy",
      description: "Reads, judges and presents data.",
      criteria: { narrative: "A project, supervised." },
    },
    creditsEarned: 2.5,
  },
  credentialStatus: statusOf(index),
});

/** Seals documents into one batch; answers one object a credential. */
function seal(documents, { h = header, o = options, peer = openZeppelin } = {}) {
  const parts = documents.map((document, index) => digestParts(h, saltOf(index), o, document));
  const tree = peer(parts.map(({ digest }) => hex(digest)), 2 ** 20);
  return documents.map((document, index) => {
    const proof = { index, salt: saltOf(index), path: tree.leaves[index].path, root: tree.root };
    return { document, header: h, options: o, parts: parts[index], leafHash: tree.leaves[index].leafHash, proof };
  });
}
const proofValueOf = (sealed) => multibase(cbor(proofItems(sealed.header, sealed.proof)));
const secure = (sealed, { document = sealed.document, options: o = sealed.options, proofValue = proofValueOf(sealed) } = {}) =>
  ({ ...document, proof: [{ ...o, proofValue }] });

const batch = seal(NAMES.map((_, index) => documentOf(index)));
const one = batch[2];

put("worked_example", {
  header,
  headerCbor: hex(cbor(headerItems(header))),
  headerHash: hex(one.parts.headerHash),
  options,
  optionsJcs: jcs(options),
  optionsHash: hex(one.parts.optionsHash),
  document: one.document,
  documentJcs: jcs(one.document),
  documentHash: hex(one.parts.documentHash),
  salt: one.proof.salt,
  digest: hex(one.parts.digest),
  index: one.proof.index,
  leafHash: one.leafHash,
  path: one.proof.path,
  root: one.proof.root,
  proofCbor: hex(cbor(proofItems(one.header, one.proof))),
  proofValue: proofValueOf(one),
  credential: secure(one),
  siblings: batch.map((sealed) => ({ index: sealed.proof.index, digest: hex(sealed.parts.digest), leafHash: sealed.leafHash })),
});

// ---- what must pass, and what must not -------------------------------------------------------------

const whole = secure(one);
const text = JSON.stringify(whole);

function accept(name, about, credential) {
  put(`accepted/${name}`, { about, credential: typeof credential === "string" ? credential : JSON.stringify(credential) });
}
function refuse(name, wants, branch, about, credential) {
  const written = typeof credential === "string" ? credential : JSON.stringify(credential);
  if (written === text) throw new Error(`${name} changes nothing`);
  put(`refused/${name}`, { wants, branch, about, credential: written });
}
const input = (name, wants, about, credential) => refuse(name, wants, "input", about, credential);
const evidence = (name, wants, about, credential) => refuse(name, wants, "evidence", about, credential);
const withValue = (proofValue) => secure(one, { proofValue });
const withItems = (change) => {
  const items = proofItems(one.header, one.proof);
  change(items);
  return withValue(multibase(cbor(items)));
};

accept("as-issued", "the worked example", whole);
accept("pretty-printed", "white space carries no meaning", JSON.stringify(whole, null, 2));
accept("other-member-order", "the order of members carries no meaning", jcs(whole));
accept("escaped-text", "escapes carry no meaning", text.replace(/[\u0080-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0")));
accept("number-spelled-otherwise", "2.50 is the number 2.5", text.replace("2.5}", "2.50}"));
accept("single-proof-object", "a proof set of one may be an object", { ...whole, proof: whole.proof[0] });
accept("foreign-proof-beside", "proofs of other suites are kept aside", { ...whole, proof: [{ type: "DataIntegrityProof", cryptosuite: "eddsa-rdfc-2022", proofValue: "z1" }, whole.proof[0]] });
accept("batch-of-one", "the leaf hash is the root, the path is empty", secure(seal([documentOf(0)], { h: { ...header, size: 1 } })[0]));
accept("kind-1", "a Chainpoint tree", secure(seal(NAMES.map((_, i) => documentOf(i)), { h: { ...header, kind: 1 }, peer: chainpoint })[2]));
{
  const { credentialStatus: _, ...bare } = documentOf(0);
  accept("no-status", "without credentialStatus there is nothing to agree with", secure(seal([bare], { h: { ...header, size: 1 } })[0]));
}

// every field of proofValue
const flip = (buffer, place = 0) => { const copy = Buffer.from(buffer); copy[place] ^= 1; return copy; };
input("field-version", "proof.version", "version 2", withItems((items) => { items[0] = 2; }));
input("field-kind-unknown", "proof.kind", "kind 2", withItems((items) => { items[1] = 2; }));
input("field-kind-other", "proof.path_size", "kind 1 under a path of kind 0", withItems((items) => { items[1] = 1; }));
evidence("field-chain-id", "proof.root_mismatch", "another chain", withItems((items) => { items[2] = 1; }));
evidence("field-registry", "proof.root_mismatch", "another contract", withItems((items) => { items[3] = flip(items[3]); }));
evidence("field-issuer", "proof.root_mismatch", "another issuer", withItems((items) => { items[4] = flip(items[4]); }));
evidence("field-size-near", "proof.root_mismatch", "a size with paths as long", withItems((items) => { items[5] = 6; }));
evidence("field-size-far", "proof.path_length", "a size with longer paths", withItems((items) => { items[5] = 4096; }));
evidence("field-list", "proof.root_mismatch", "another list", withItems((items) => { items[6] = flip(items[6]); }));
evidence("field-index", "proof.root_mismatch", "the index of a neighbour", withItems((items) => { items[7] = 3; }));
evidence("field-index-is-size", "proof.index_range", "index equals size", withItems((items) => { items[7] = 5; }));
evidence("field-salt", "proof.root_mismatch", "another salt", withItems((items) => { items[8] = flip(items[8]); }));
evidence("field-path", "proof.root_mismatch", "another sibling", withItems((items) => { items[9] = flip(items[9], 32); }));
evidence("field-path-empty", "proof.path_length", "no path", withItems((items) => { items[9] = Buffer.alloc(0); }));
evidence("field-path-long", "proof.path_length", "three siblings too many", withItems((items) => { items[9] = Buffer.concat([items[9], Buffer.alloc(96)]); }));
evidence("field-root", "proof.root_mismatch", "another root", withItems((items) => { items[10] = flip(items[10]); }));
evidence("neighbours-proof", "proof.root_mismatch", "the anchor proof of another credential of the batch", withValue(proofValueOf(batch[3])));

// ranges and sizes
input("range-chain-id-zero", "proof.range", "chain id 0", withItems((items) => { items[2] = 0; }));
input("range-size-zero", "proof.range", "size 0", withItems((items) => { items[5] = 0; }));
input("range-size-large", "proof.range", "size 2^32", withItems((items) => { items[5] = 2 ** 32; }));
input("range-index-large", "proof.range", "index 2^32", withItems((items) => { items[7] = 2 ** 32; }));
for (const [place, name] of [[3, "registry"], [4, "issuer"], [6, "list"], [8, "salt"], [10, "root"]]) {
  input(`length-${name}-short`, "proof.length", "one byte less", withItems((items) => { items[place] = items[place].subarray(1); }));
  input(`length-${name}-long`, "proof.length", "one byte more", withItems((items) => { items[place] = Buffer.concat([items[place], Buffer.alloc(1)]); }));
}
input("length-path-uneven", "proof.path_size", "31 bytes of a sibling", withItems((items) => { items[9] = items[9].subarray(1); }));
input("length-path-41", "proof.path_too_long", "41 siblings", withItems((items) => { items[9] = Buffer.alloc(32 * 41); }));

// CBOR in other forms
const encoded = cbor(proofItems(one.header, one.proof));
const itemsOf = proofItems(one.header, one.proof).map(item);
const withCbor = (buffer) => withValue(multibase(buffer));
const withEncoded = (place, buffer) => withCbor(Buffer.concat([head(4, 11), ...itemsOf.map((own, i) => (i === place ? buffer : own))]));
input("cbor-indefinite-array", "proof.not_canonical", "an array of indefinite length", withCbor(Buffer.concat([[0x9f], encoded.subarray(1), [0xff]].map((part) => Buffer.from(part)))));
input("cbor-indefinite-bytes", "proof.not_canonical", "a byte string of indefinite length", withEncoded(8, Buffer.concat([Buffer.from([0x5f]), itemsOf[8], Buffer.from([0xff])])));
for (const [width, first] of [[1, 0x18], [2, 0x19], [4, 0x1a], [8, 0x1b]]) {
  input(`cbor-index-in-${width}-bytes`, "proof.not_canonical", "an integer longer than it needs to be", withEncoded(7, Buffer.concat([Buffer.from([first]), bytes("02".padStart(2 * width, "0"))])));
}
input("cbor-long-length", "proof.not_canonical", "the length of a byte string longer than it needs to be", withEncoded(8, Buffer.concat([Buffer.from([0x58]), Buffer.from([16]), itemsOf[8].subarray(1)])));
input("cbor-reserved-length", "proof.not_canonical", "a reserved length", withEncoded(7, Buffer.from([0x1c])));
input("cbor-tag", "proof.type", "a tag around the array", withCbor(Buffer.concat([Buffer.from([0xd9, 0xd9, 0xf7]), encoded])));
input("cbor-bignum", "proof.type", "the chain id as a bignum", withEncoded(2, Buffer.from([0xc2, 0x42, 0x7a, 0x69])));
input("cbor-float", "proof.type", "index 2.0", withEncoded(7, Buffer.from([0xf9, 0x40, 0x00])));
input("cbor-bool", "proof.type", "kind false", withEncoded(1, Buffer.from([0xf4])));
input("cbor-null", "proof.type", "a path of null", withEncoded(9, Buffer.from([0xf6])));
input("cbor-negative", "proof.type", "index -1", withEncoded(7, Buffer.from([0x20])));
input("cbor-text", "proof.type", "the salt as text", withEncoded(8, Buffer.concat([Buffer.from([0x70]), Buffer.alloc(16, 0x61)])));
input("cbor-nested", "proof.type", "the path as an array", withEncoded(9, Buffer.from([0x80])));
input("cbor-map", "proof.type", "a map", withCbor(Buffer.from([0xa0])));
input("cbor-trailing-byte", "proof.cbor", "a byte behind the array", withCbor(Buffer.concat([encoded, Buffer.alloc(1)])));
input("cbor-cut-short", "proof.cbor", "the last byte missing", withCbor(encoded.subarray(0, -1)));
input("cbor-endless-bytes", "proof.cbor", "a byte string of 2^64 - 1 bytes", withCbor(Buffer.from("8b5bffffffffffffffff", "hex")));
input("cbor-ten-items", "proof.members", "ten items", withCbor(Buffer.concat([head(4, 10), ...itemsOf.slice(0, 10)])));
input("cbor-twelve-items", "proof.members", "twelve items", withCbor(Buffer.concat([head(4, 12), ...itemsOf, head(0, 0)])));

// spellings of the text
const value = proofValueOf(one);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ragged = seal([documentOf(0)], { h: { ...header, size: 1 } })[0];
const raggedValue = proofValueOf(ragged);
if (raggedValue.length % 4 === 1) throw new Error("the example must leave bits behind its last byte");
input("text-trailing-bits", "proof.not_canonical", "bits set behind the last byte, as in AQIDBB for AQIDBA", secure(ragged, { proofValue: raggedValue.slice(0, -1) + ALPHABET[ALPHABET.indexOf(raggedValue.at(-1)) + 1] }));
input("text-padding", "proof.alphabet", "padding", withValue(value + "="));
input("text-base64-alphabet", "proof.alphabet", "the alphabet of plain base64", withValue(value.replace(/[-_]/, "/")));
input("text-prefix-z", "proof.alphabet", "another multibase", withValue("z" + value.slice(1)));
input("text-prefix-upper", "proof.alphabet", "multibase U, which is padded", withValue("U" + value.slice(1)));
input("text-newline", "proof.alphabet", "a line break at the end", withValue(value + "\n"));
input("text-space", "proof.alphabet", "a space in front", withValue(" " + value));
input("text-empty", "proof.alphabet", "nothing", withValue(""));
input("text-cut", "proof.alphabet", "a length that base64 does not have", withValue("uAAAAA"));
input("text-too-long", "proof.too_large", "4097 characters", withValue("u" + "A".repeat(4096)));

// options
evidence("options-created", "proof.root_mismatch", "another time", secure(one, { options: { ...options, created: "2026-11-22T05:44:01Z" } }));
evidence("options-created-respelled", "proof.root_mismatch", "the same time in another spelling", secure(one, { options: { ...options, created: "2026-11-22T05:44:00.0Z" } }));
evidence("options-verification-method", "proof.root_mismatch", "another verification method", secure(one, { options: { ...options, verificationMethod: "did:web:example.edu#other" } }));
input("options-purpose", "proof.options", "another purpose", secure(one, { options: { ...options, proofPurpose: "authentication" } }));
input("options-type", "proof.options", "another type", secure(one, { options: { ...options, type: "MerkleProof" } }));
input("options-no-zone", "proof.options", "a time without zone", secure(one, { options: { ...options, created: "2026-11-22T05:44:00" } }));
for (const name of ["id", "previousProof", "domain", "rpcUrl"]) {
  input(`options-extra-${name.toLowerCase()}`, "proof.options", "a member beyond the six", secure(one, { options: { ...options, [name]: "https://example.edu" } }));
}
{
  const { created: _, ...fewer } = options;
  input("options-no-created", "proof.options", "a member missing", secure(one, { options: fewer }));
}
input("proofs-nine", "proof.too_many", "nine proofs", { ...whole, proof: Array(9).fill(whole.proof[0]) });
input("proof-is-text", "proof.not_object", "a proof that is no object", { ...whole, proof: "text" });

// document
const withSubject = (change) => ({ ...whole, credentialSubject: { ...whole.credentialSubject, ...change } });
evidence("document-holder", "proof.root_mismatch", "another holder", text.replace("O'Brien", "O'Brian"));
evidence("document-credits", "proof.root_mismatch", "more credits", withSubject({ creditsEarned: 25 }));
evidence("document-member-added", "proof.root_mismatch", "a member that no context defines", { ...whole, unmapped: true });
evidence("document-member-removed", "proof.root_mismatch", "a member less", Object.fromEntries(Object.entries(whole).filter(([name]) => name !== "credentialStatus")));
evidence("document-null-added", "proof.root_mismatch", "a member of null", { ...whole, validUntil: null });
evidence("document-array-order", "proof.root_mismatch", "types in another order", { ...whole, type: [...whole.type].reverse() });
{
  const composed = batch[0];
  evidence("document-decomposed", "proof.root_mismatch", "the same name in another Unicode form", JSON.stringify(secure(composed)).normalize("NFD"));
}
input("document-duplicate-key", "json.duplicate_key", "two names for the holder", text.replace('"creditsEarned":', '"creditsEarned":3,"credits\\u0045arned":'));
input("document-number-digits", "json.bad_number", "a number that is no double", text.replace("2.5}", "2.50000000000000000001}"));
input("document-trailing", "json.syntax", "something behind the credential", text + "{}");

// list and index
const sealStatus = (credentialStatus) => secure(seal([{ ...documentOf(0), credentialStatus }], { h: { ...header, size: 1 } })[0]);
evidence("status-other-index", "proof.index_mismatch", "sealed with the status number of another", sealStatus(statusOf(1)));
evidence("status-index-zeros", "proof.index_mismatch", "status number 00", sealStatus(statusOf(0, { number: "00" })));
evidence("status-other-list", "proof.list_mismatch", "sealed with another list", sealStatus(statusOf(0, { list: "0x" + "00".repeat(13) })));
evidence("status-other-purpose", "proof.purpose_mismatch", "the address says revocation, the entry suspension", sealStatus({ ...statusOf(0), statusPurpose: "suspension" }));

// every byte
put("byte_flips", {
  about: "the worked example with one bit of one byte of the CBOR flipped; each must be refused",
  credential: text,
  proofValues: Array.from(encoded, (_, place) => { const copy = Buffer.from(encoded); copy[place] ^= 1 << place % 8; return multibase(copy); }),
});

// ---- write or compare ------------------------------------------------------------------------------

const present = ["", "accepted/", "refused/"].flatMap((folder) => {
  const address = new URL(folder || ".", FOLDER);
  return existsSync(address) ? readdirSync(address).filter((name) => name.endsWith(".json")).map((name) => folder + name.slice(0, -5)) : [];
});
if (process.argv.includes("--check")) {
  const differing = [...new Set([...files.keys(), ...present])].filter(
    (name) => !files.has(name) || !present.includes(name) || readFileSync(new URL(`${name}.json`, FOLDER), "utf8") !== files.get(name),
  );
  for (const name of differing) console.error(`differs: credential/${name}.json`);
  process.exit(differing.length ? 1 : 0);
}
for (const name of present.filter((name) => !files.has(name))) rmSync(new URL(`${name}.json`, FOLDER));
for (const folder of ["", "accepted/", "refused/"]) mkdirSync(new URL(folder || ".", FOLDER), { recursive: true });
for (const [name, content] of files) writeFileSync(new URL(`${name}.json`, FOLDER), content);
console.log(`${files.size} files`);
