// Writes tests/vectors/signatures/*.json with the libraries of Digital Bazaar; none of our Python has a
// part in it. Ed25519 signs the same way every time; ECDSA draws a number, so its files change each run.
//   npm install --ignore-scripts jsonld-signatures @digitalbazaar/data-integrity @digitalbazaar/ed25519-multikey \
//     @digitalbazaar/ecdsa-multikey @digitalbazaar/eddsa-rdfc-2022-cryptosuite \
//     @digitalbazaar/eddsa-jcs-2022-cryptosuite @digitalbazaar/ecdsa-rdfc-2019-cryptosuite \
//     @digitalbazaar/ecdsa-jcs-2019-cryptosuite @digitalbazaar/ed25519-signature-2020 \
//     @digitalbazaar/ed25519-verification-key-2020
//   node generate_signatures.mjs PATH_OF_THE_CHECKOUT        beside that node_modules folder
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import jsigs from "jsonld-signatures";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as EcdsaMultikey from "@digitalbazaar/ecdsa-multikey";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { Ed25519Signature2020 } from "@digitalbazaar/ed25519-signature-2020";
import { Ed25519VerificationKey2020 } from "@digitalbazaar/ed25519-verification-key-2020";
import { cryptosuite as eddsaRdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as eddsaJcs from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { cryptosuite as ecdsaRdfc } from "@digitalbazaar/ecdsa-rdfc-2019-cryptosuite";
import * as ecdsaJcs from "@digitalbazaar/ecdsa-jcs-2019-cryptosuite";

const checkout = process.argv[2];
const contexts = `${checkout}/src/attestree/credentials/signatures/contexts/`;
const folder = `${checkout}/tests/vectors/signatures/`;
const known = {
  "https://www.w3.org/2018/credentials/v1": "credentials-v1",
  "https://www.w3.org/ns/credentials/v2": "credentials-v2",
  "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "open-badges-3.0.3",
  "https://purl.imsglobal.org/spec/ob/v3p0/context.json": "open-badges-3.0.0",
  "https://w3id.org/security/data-integrity/v2": "data-integrity-v2",
  "https://w3id.org/security/suites/ed25519-2020/v1": "ed25519-2020-v1",
};
const documentLoader = async (url) => {
  if (!known[url]) throw new Error(`not known: ${url}`);
  return { contextUrl: null, documentUrl: url, document: JSON.parse(readFileSync(`${contexts}${known[url]}.json`, "utf8")) };
};

const badge = {
  "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
  id: "urn:uuid:7a2f7e1c-6a0e-4f3a-9f7e-0a4d6f1f0002",
  type: ["VerifiableCredential", "OpenBadgeCredential"],
  name: "Soil science \u{1F33E}",
  validFrom: "2026-11-22T09:00:00Z",
  credentialSubject: {
    type: ["AchievementSubject"],
    identifier: [
      { type: "IdentityObject", hashed: false, identityHash: "Åsa \"Ö\" Lindqvist\u0001\u007f", identityType: "name" },
      { type: "IdentityObject", hashed: true, identityHash: "sha256$0f", identityType: "emailAddress", salt: "s\\\n\t" },
    ],
    creditsEarned: 12.25,
    achievement: {
      id: "https://university.example/achievements/soil",
      type: ["Achievement"],
      name: "Soil science",
      description: "Reads soils.\nTells them apart.",
      criteria: { narrative: "A field report of 20 pages." },
      creditsAvailable: 2.5,
      tag: ["soil", "field work", "soil"],
    },
    result: [{ type: ["Result"], value: "87" }, { type: ["Result"], value: "A" }, { type: ["Result"] }, { type: ["Result"] }],
  },
  evidence: [{ type: ["Evidence"], name: "Report" }, { type: ["Evidence"], name: "Map" }],
};
const old = {
  "@context": [
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
    "https://w3id.org/security/suites/ed25519-2020/v1",
  ],
  id: "urn:uuid:7a2f7e1c-6a0e-4f3a-9f7e-0a4d6f1f0003",
  type: ["VerifiableCredential", "OpenBadgeCredential"],
  name: "Soil science",
  issuanceDate: "2026-11-22T09:00:00Z",
  credentialSubject: { id: "did:example:holder", type: ["AchievementSubject"] },
};

const seed = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
const date = "2026-11-22T09:00:01Z";
const purpose = new jsigs.purposes.AssertionProofPurpose();

async function named(key) {
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  key.controller = `did:key:${publicKeyMultibase}`;
  key.id = `${key.controller}#${publicKeyMultibase}`;
  return key;
}
const integrity = (key, cryptosuite) => new DataIntegrityProof({ signer: key.signer(), date, cryptosuite });
const ed25519 = async () => named(await Ed25519Multikey.generate({ seed }));
const ecdsa = async (curve) => named(await EcdsaMultikey.generate({ curve }));

async function write(name, unsigned, key, ...suites) {
  let document = { ...unsigned, issuer: { id: key.controller, type: ["Profile"], name: "Universität Beispiel" } };
  for (const suite of suites) document = await jsigs.sign(document, { suite, purpose, documentLoader });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}.json`, JSON.stringify(document, null, 1) + "\n");
}

const key = await ed25519();
await write("eddsa-rdfc-2022", badge, key, integrity(key, eddsaRdfc));
await write("eddsa-jcs-2022", badge, key, integrity(key, eddsaJcs.createSignCryptosuite()));
await write("eddsa-set", badge, key, integrity(key, eddsaRdfc), integrity(key, eddsaJcs.createSignCryptosuite()));
const oldKey = await Ed25519VerificationKey2020.generate({ seed });
oldKey.controller = key.controller;
oldKey.id = key.id;
await write("ed25519-signature-2020", old, oldKey, new Ed25519Signature2020({ key: oldKey, date }));
for (const curve of ["P-256", "P-384"]) {
  const pair = await ecdsa(curve);
  const suffix = curve.replace("-", "").toLowerCase();
  await write(`ecdsa-rdfc-2019-${suffix}`, badge, pair, integrity(pair, ecdsaRdfc));
  await write(`ecdsa-jcs-2019-${suffix}`, badge, pair, integrity(pair, ecdsaJcs.createSignCryptosuite()));
}
