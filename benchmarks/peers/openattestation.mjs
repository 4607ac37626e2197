// Wrap a batch of documents with OpenAttestation v2: `node openattestation.mjs BADGES.jsonl WRAPPED.jsonl`.
import { readFileSync, writeFileSync } from "node:fs";
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
writeFileSync(to, wrapped.map((document) => JSON.stringify(document)).join("\n") + "\n");
