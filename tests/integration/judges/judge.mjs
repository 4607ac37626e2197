// Badges as other people's code judges, signs and canonizes them: @digitalbazaar/vc with its suites, and jsonld.
// Shares nothing with src/attestree but the bytes of the contexts, which the request brings along.
//
// Answers one request in JSON on stdin with one in JSON on stdout; every part may be left out:
//   contexts  {address: context}       all that may be looked up, besides did:key and the documents
//   documents {address: document}      status lists, and the documents of other DIDs
//   verify    [credential, ..]         -> [{ok, why, status: {purpose: bit}}, ..]   signature, dates, status
//   sign      [{credential, suite, seed, created}, ..]   -> [{signed} | {why}, ..]  seed: 32 numbers
//   canonize  [document, ..]           -> [{quads} | {why}, ..]   RDFC-1.0 in safe mode
// The folder that holds node_modules is the only argument.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const resolve = createRequire(pathToFileURL(`${process.argv[2]}/package.json`)).resolve;
const load = (name) => import(pathToFileURL(resolve(name)));
const vc = await load("@digitalbazaar/vc");
const { DataIntegrityProof } = await load("@digitalbazaar/data-integrity");
const { cryptosuite } = await load("@digitalbazaar/eddsa-rdfc-2022-cryptosuite");
const { Ed25519Signature2020 } = await load("@digitalbazaar/ed25519-signature-2020");
const { Ed25519VerificationKey2020 } = await load("@digitalbazaar/ed25519-verification-key-2020");
const { checkStatus } = await load("@digitalbazaar/vc-bitstring-status-list");
const Ed25519Multikey = await load("@digitalbazaar/ed25519-multikey");
const { default: jsonld } = await load("jsonld");

const request = JSON.parse(readFileSync(0, "utf8"));
const DID_KEY = /^did:key:(z6Mk[1-9A-HJ-NP-Za-km-z]+)(#\1)?$/;

function describeKey(id, multibase, isMethod) {
  const controller = `did:key:${multibase}`;
  const method = { id: `${controller}#${multibase}`, type: "Multikey", controller, publicKeyMultibase: multibase };
  if (isMethod) return { "@context": "https://w3id.org/security/multikey/v1", ...method };
  return { "@context": ["https://www.w3.org/ns/did/v1"], id, verificationMethod: [method], assertionMethod: [method.id] };
}

const documentLoader = async (url) => {
  const found = request.contexts?.[url] ?? request.documents?.[url];
  const key = DID_KEY.exec(url);
  if (!found && !key) throw new Error(`nothing at ${url}`);
  return { contextUrl: null, documentUrl: url, document: found ?? describeKey(url, key[1], Boolean(key[2])) };
};

const judges = () => [new DataIntegrityProof({ cryptosuite }), new Ed25519Signature2020()];
const explain = (error) => [error, ...(error?.errors ?? [])].map((one) => one?.message).join("; ");

// A list is signed once for many badges, so its signature is judged once.
const lists = new Map();
function judgeList(url) {
  if (!lists.has(url)) {
    const judged = documentLoader(url).then(({ document }) =>
      vc.verifyCredential({ credential: document, suite: judges(), documentLoader }),
    );
    lists.set(url, judged);
  }
  return lists.get(url);
}

async function judgeStatus({ credential }) {
  const entries = [credential.credentialStatus].flat();
  for (const entry of entries) {
    const { verified, error } = await judgeList(entry.statusListCredential);
    if (!verified) return { verified, error };
  }
  return checkStatus({ credential, documentLoader, verifyBitstringStatusListCredential: false });
}

async function judge(credential) {
  const found = await vc.verifyCredential({ credential, suite: judges(), documentLoader, checkStatus: judgeStatus });
  const results = found.statusResult?.results ?? [];
  const status = Object.fromEntries(results.map((one) => [one.credentialStatus.statusPurpose, one.status]));
  return { ok: found.verified, why: explain(found.error ?? found.statusResult?.error), status };
}

async function sign({ credential, suite, seed, created: date }) {
  const key = await (suite === "Ed25519Signature2020" ? Ed25519VerificationKey2020 : Ed25519Multikey).generate({
    seed: Uint8Array.from(seed),
  });
  const { publicKeyMultibase } = await key.export({ publicKey: true });
  key.controller = `did:key:${publicKeyMultibase}`;
  key.id = `${key.controller}#${publicKeyMultibase}`;
  const signer = suite === "Ed25519Signature2020"
    ? new Ed25519Signature2020({ key, date })
    : new DataIntegrityProof({ signer: key.signer(), date, cryptosuite });
  return { signed: await vc.issue({ credential, suite: signer, documentLoader }) };
}

const canonize = async (document) => ({
  quads: await jsonld.canonize(document, {
    algorithm: "RDFC-1.0", format: "application/n-quads", base: null, safe: true, documentLoader,
  }),
});

async function answer(parts, act) {
  const answers = [];
  for (const part of parts ?? []) answers.push(await act(part).catch((error) => ({ why: explain(error) })));
  return answers;
}

process.stdout.write(JSON.stringify({
  verify: await answer(request.verify, judge),
  sign: await answer(request.sign, sign),
  canonize: await answer(request.canonize, canonize),
}));
