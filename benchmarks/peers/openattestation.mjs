// Wrap a batch of documents with OpenAttestation v2: `node openattestation.mjs BADGES.jsonl WRAPPED.jsonl`.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import openAttestation from "@govtechsg/open-attestation";

const [from, to] = process.argv.slice(2);
const issuers = [
  {
    name: "Example University",
    documentStore: "0x2222222222222222222222222222222222222222",
    identityProof: { type: "DNS-TXT", location: "example.edu" },
  },
];
const lines = readFileSync(from, "utf8").trimEnd().split("\n");
const wrapped = openAttestation.wrapDocuments(lines.map((line) => ({ issuers, badge: JSON.parse(line) })));
// All at once would be longer than a string may be.
const file = openSync(to, "w");
for (const document of wrapped) writeSync(file, JSON.stringify(document) + "\n");
closeSync(file);
