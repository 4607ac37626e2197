// Verify documents of OpenAttestation v2, offline: `node openattestation_verify.mjs BADGES.jsonl`.
// Wrapping is not measured; what counts begins with the document as text and ends with its integrity.
import { readFileSync } from "node:fs";
import openAttestation from "@govtechsg/open-attestation";

const issuers = [
  {
    name: "Example University",
    documentStore: "0x2222222222222222222222222222222222222222",
    identityProof: { type: "DNS-TXT", location: "example.edu" },
  },
];
const lines = readFileSync(process.argv[2], "utf8").trimEnd().split("\n");
const wrapped = openAttestation.wrapDocuments(lines.map((line) => ({ issuers, badge: JSON.parse(line) })));
const texts = wrapped.map((document) => JSON.stringify(document));
const verify = (text) => {
  if (!openAttestation.verifySignature(JSON.parse(text))) throw new Error("not valid");
};
texts.slice(0, 64).forEach(verify);
const [before, began] = [process.cpuUsage(), performance.now()];
texts.forEach(verify);
const used = process.cpuUsage(before);
console.log(
  JSON.stringify({ seconds: (used.user + used.system) / 1e6, wall: (performance.now() - began) / 1e3 }),
);
