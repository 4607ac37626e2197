// Status lists as other people's code reads and writes them: @digitalbazaar/vc-bitstring-status-list.
// Shares nothing with src/attestree.
//
// Answers one request in JSON on stdin with one in JSON on stdout:
//   {"read": ["u..", ..], "places": n}                 -> {"bits": [[index, ..], ..]}   set bits among the first n
//   {"write": [{"length": n, "bits": [index, ..]}]}    -> {"encoded": ["u..", ..]}
//   {"check": [{"credential": {..}, "list": {..}}]}    -> {"status": [true | false | "why not", ..]}  no signatures
// The folder that holds node_modules is the only argument.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const place = `${process.argv[2]}/node_modules/@digitalbazaar/vc-bitstring-status-list/lib/index.js`;
const { checkStatus, createList, decodeList } = await import(pathToFileURL(place));
const request = JSON.parse(readFileSync(0, "utf8"));
const answer = {};

if (request.read) {
  answer.bits = [];
  for (const encodedList of request.read) {
    const list = await decodeList({ encodedList });
    const places = Math.min(request.places, list.length);
    answer.bits.push(Array.from({ length: places }, (_, i) => i).filter((i) => list.getStatus(i)));
  }
}
if (request.write) {
  answer.encoded = [];
  for (const { length, bits } of request.write) {
    const list = await createList({ length });
    bits.forEach((index) => list.setStatus(index, true));
    answer.encoded.push(await list.encode());
  }
}
if (request.check) {
  answer.status = [];
  for (const { credential, list } of request.check) {
    const documentLoader = async (url) => {
      if (url !== list.id) throw new Error(`nothing at ${url}`);
      return { document: list };
    };
    const found = await checkStatus({ credential, documentLoader, verifyBitstringStatusListCredential: false });
    answer.status.push(found.verified ? found.results[0].status : found.error.message);
  }
}
process.stdout.write(JSON.stringify(answer));
