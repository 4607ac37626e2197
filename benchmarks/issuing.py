"""
Issuing a roster of badges: ours, Blockcerts' cert-issuer and OpenAttestation with the same documents.

CPU seconds of whole processes, imports included. Each begins with its natural input (ours with a roster,
cert-issuer with one unsigned badge a file, OpenAttestation with unsigned badges as lines) and ends with
files on disk; none waits for a chain (cert-issuer records on its `mockchain`). Ours signs each badge
besides with `eddsa-rdfc-2022` where it says "signed", which the others do not; one badge is verified
before any figure counts.

    python -m benchmarks.issuing signed|unsigned FOLDER MADE
"""

from __future__ import annotations

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.adapters.engines.local import LocalEngine
from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.files.mapped import MappedMemory
from attestree.adapters.keys.ed25519 import Ed25519Signer
from attestree.credentials.contexts import OPEN_BADGES
from attestree.credentials.signatures.context_documents import read_context
from attestree.credentials.signatures.data_integrity import verify_proof
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, did_key_method, format_did_key
from attestree.credentials.strict_json import parse_json
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.folder import build_folder
from attestree.issuing.roster import parse_roster
from attestree.issuing.row_key import key_rows
from attestree.issuing.rows import Row as RosterRow
from attestree.issuing.seal import seal
from attestree.issuing.signing import TemplateSigner
from attestree.issuing.terms import IssuerProfile, Terms
from benchmarks.child import ROOT, FailedError, Spent, compare, peer_node, python, spend
from benchmarks.rows import Asked, Benchmark, Row

CERT_ISSUER = ROOT / ".venv-cert-issuer/bin/cert-issuer"
ACHIEVEMENT = ROOT / "src/attestree/demo/examples/data-literacy.toml"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PublicKey(KeyKind.ED25519, KEY.public_key().public_bytes_raw())
DID = format_did_key(PUBLIC)
SEED = bytes(range(32))
CREATED = 1_795_000_000

UNSIGNED, SIGNED = "attestree, unsigned", "attestree, signed"

# Where a peer stops: OpenAttestation was not done with 100,000 after three minutes of CPU.
LARGEST = {"OpenAttestation": 30_000, "cert-issuer": 10_000}
# A size from which a peer takes one turn: a second one of cert-issuer costs minutes and tells nothing new.
ONCE = {"OpenAttestation": 10_000, "cert-issuer": 3_000}

# Addresses and keys of its test network; nothing is ever sent.
_ADDRESS, _WIF = "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8", "cRUSt2MdEKp1pYzbLhCQaGtMfsS8mYfKMQ1"


def measure(asked: Asked) -> list[Row]:
    """Issue by all, each run into a folder of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        programs = {
            UNSIGNED: lambda: _ours(folder, asked.size, "unsigned"),
            SIGNED: lambda: _ours(folder, asked.size, "signed"),
        }
        _write_roster(folder, asked.size)
        peers = {"OpenAttestation": _openattestation, "cert-issuer": _cert_issuer}
        peers = {name: peer for name, peer in peers.items() if asked.extra and asked.size <= LARGEST[name]}
        if peers:
            _write_badges(folder)
        for name, peer in peers.items():
            programs[name] = partial(peer, folder, asked.size)
        return compare(programs, asked=asked, once=[name for name in peers if asked.size >= ONCE[name]])


def _ours(folder: Path, size: int, how: str) -> Spent:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        spent = spend(python("benchmarks.issuing", how, folder, made))
        _verify_one(Path(made), size, how)
        spent.answer["disk"] = sum(file.stat().st_size for file in Path(made).rglob("*") if file.is_file())
    return spent


def _openattestation(folder: Path, size: int) -> Spent:
    made = folder / "wrapped.jsonl"
    spent = spend(peer_node("openattestation.mjs", folder / "badges.jsonl", made))
    _require("OpenAttestation", len(made.read_bytes().splitlines()), size)
    return spent


def _cert_issuer(folder: Path, size: int) -> Spent:
    if not CERT_ISSUER.exists():
        raise FailedError("cert-issuer is not installed: make peers")
    with tempfile.TemporaryDirectory(dir=folder) as made:
        spent = spend(_build_command(folder, Path(made)))
        _require("cert-issuer", len(list((Path(made) / "out").iterdir())), size)
    return spent


def _require(name: str, made: int, size: int) -> None:
    if made != size:
        raise FailedError(f"{name} issued {made} of {size}: nothing is measured.")


def _write_roster(folder: Path, size: int) -> None:
    lines = (f"{n:06d},s{n}@example.org,Zofia {n},2026-05-01,2.5\n" for n in range(size))
    with (folder / "roster.csv").open("w") as roster:
        roster.write("learner_id,email,name,awarded_on,credits\n")
        roster.writelines(lines)


def _write_badges(folder: Path) -> None:
    """Write the same badges unsigned, for the others: as lines, and one a file."""
    (folder / "open-badges.json").write_bytes(read_context(OPEN_BADGES))
    (folder / "usb").mkdir()
    (folder / "usb/key").write_text(_WIF)
    (folder / "unsigned").mkdir()
    composer = Composer(_terms(), SEED, CREATED)
    with (folder / "badges.jsonl").open("w") as lines:
        for number, (_, row) in enumerate(_keyed(folder)):
            badge = json.dumps(composer.compose(row, Place(number, number, bytes(13))))
            lines.write(badge + "\n")
            (folder / "unsigned" / f"{number}.json").write_text(badge)


def _build_command(folder: Path, made: Path) -> list[str]:
    for name in ("signed", "out", "work"):
        (made / name).mkdir()
    options = {
        "usb_name": folder / "usb",
        "key_file": "key",
        "issuing_address": _ADDRESS,
        "chain": "mockchain",
        "unsigned_certificates_dir": folder / "unsigned",
        "signed_certificates_dir": made / "signed",
        "blockchain_certificates_dir": made / "out",
        "work_dir": made / "work",
        "max_retry": 1,
        "verification_method": did_key_method(DID),
        "context_urls": OPEN_BADGES,
        "context_file_paths": folder / "open-badges.json",
    }
    given = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    return [str(CERT_ISSUER), "--no_safe_mode", *given]


def _terms() -> Terms:
    return Terms(
        profile=IssuerProfile(name="Example University", did=DID, address=b"\x11" * 20, url=None),
        achievement=read_achievement(ACHIEVEMENT),
        chain_id=31337,
        registry=b"\x22" * 20,
        registry_name="local",
        public_url="https://badges.example.edu",
    )


def _keyed(folder: Path) -> list[tuple[bytes, RosterRow]]:
    roster = parse_roster((folder / "roster.csv").read_bytes(), file_name="roster.csv", with_names=True)
    terms = _terms()
    return key_rows(SEED, roster.rows, issuer=terms.profile.address, achievement_id=terms.achievement_id)


def issue(folder: Path, made: Path, *, signed: bool) -> None:
    """Issue the roster: what is measured, in a process of its own."""
    terms = _terms()
    signer = TemplateSigner(did_key_method(DID), Ed25519Signer.of(KEY)) if signed else None
    # As `attestree issue` does it: on all cores where there is enough to do.
    with LocalEngine() as engine:
        keyed, memory = _keyed(folder), MappedMemory(made)
        sealed = seal(keyed, terms, seed=SEED, created=CREATED, sign=signer, engine=engine, memory=memory)
        BatchFolders(made).hold("batch", build_folder("batch", sealed, terms))


def _verify_one(made: Path, size: int, how: str) -> None:
    """Count the badges, and verify the signature of the last by the slow road."""
    (path,) = made.rglob("credentials.jsonl")
    lines, last = 0, b""
    with path.open("rb") as file:
        for line in file:
            lines, last = lines + 1, line
    _require("attestree", lines, size)
    if how == "signed":
        badge = parse_json(last.rstrip())
        assert isinstance(badge, dict)
        assert isinstance(badge["proof"], list)
        signature = badge["proof"][0]
        assert isinstance(signature, dict)
        verify_proof(badge, signature, PUBLIC)


ABOUT = (
    "whole processes, start-up included, from a roster to a batch folder on disk, flushed; cert-issuer "
    "3.13.1 and `wrapDocuments` of OpenAttestation 6.9.7 begin with the same badges and end with files of "
    "their own. Nobody waits for a chain. The row that says so signs each badge with `eddsa-rdfc-2022` "
    "besides; all other badges are only anchored. The peers stop, after one run, where the next size would "
    "take too long: cert-issuer at 10,000, OpenAttestation, which looks for each document's place among all, "
    "at 30,000. Beyond, ours stand beside their rates at those sizes of the same run, in italics."
)

BENCHMARKS = (
    Benchmark(
        name="issuing",
        title="Issuing a roster",
        about=ABOUT,
        unit="badges",
        measure=measure,
        sizes=(1_000, 3_000, 10_000, 30_000, 100_000),
        deep=(1_000_000,),
        ours=(UNSIGNED, SIGNED),
        plots=("time", "growth", "memory"),
        carried=("OpenAttestation", "cert-issuer"),
        lasts={1_000: 45, 3_000: 50, 10_000: 130, 30_000: 75, 100_000: 75, 1_000_000: 240},
    ),
)

if __name__ == "__main__":
    issue(Path(sys.argv[2]), Path(sys.argv[3]), signed=sys.argv[1] == "signed")
