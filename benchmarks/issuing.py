"""
Issuing a roster of signed badges: ours, and Blockcerts' cert-issuer with the same documents.

CPU seconds of whole processes, imports included, medians of interleaved runs. Both begin with their
natural input (ours with a roster, cert-issuer with one unsigned badge a file) and end with files on disk;
neither waits for a chain (cert-issuer records on its `mockchain`). Ours signs each badge besides with
`eddsa-rdfc-2022`, which cert-issuer does not; one badge is verified before any figure is printed.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.folders import BatchFolders
from attestree.credentials.contexts import OPEN_BADGES
from attestree.credentials.signatures.context_documents import read_context
from attestree.credentials.signatures.data_integrity import verify_proof
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, did_key_method, format_did_key
from attestree.credentials.strict_json import parse_json
from attestree.issuing.compose import Composer, Place
from attestree.issuing.folder import build_folder
from attestree.issuing.roster import parse_roster
from attestree.issuing.row_key import key_rows
from attestree.issuing.rows import Row
from attestree.issuing.seal import seal
from attestree.issuing.signing import TemplateSigner
from attestree.issuing.terms import IssuerProfile, Terms

ROOT = Path(__file__).resolve().parents[1]
CERT_ISSUER = ROOT / ".venv-cert-issuer/bin/cert-issuer"
ACHIEVEMENT = ROOT / "src/attestree/demo/examples/data-literacy.toml"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PublicKey(KeyKind.ED25519, KEY.public_key().public_bytes_raw())
DID = format_did_key(PUBLIC)
SEED = bytes(range(32))
CREATED = 1_795_000_000

# Addresses and keys of its test network; nothing is ever sent.
_ADDRESS, _WIF = "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8", "cRUSt2MdEKp1pYzbLhCQaGtMfsS8mYfKMQ1"


def run(*, size: int, repeats: int) -> None:
    """Measure both and print a table."""
    if not CERT_ISSUER.exists():
        sys.exit("cert-issuer is not installed here: make .venv-cert-issuer/.synced")
    seconds: dict[str, list[float]] = {"attestree": [], "cert-issuer": []}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        unsigned = _write_input(folder, size)
        for number in range(repeats):
            ours = folder / f"ours{number}"
            seconds["attestree"].append(_measure([sys.executable, "-m", __name__, str(folder), str(ours)]))
            _verify_one(ours, size)
            theirs = folder / f"theirs{number}"
            seconds["cert-issuer"].append(_measure(_cert_issuer(folder, unsigned, theirs)))
            made = len(list((theirs / "out").iterdir()))
            if made != size:
                sys.exit(f"cert-issuer issued {made} of {size}: nothing is measured.")
    _print(seconds, size=size, repeats=repeats)


def _print(seconds: dict[str, list[float]], *, size: int, repeats: int) -> None:
    ours = statistics.median(seconds["attestree"])
    print(f"{size} badges issued, CPU seconds, median of {repeats} (least to most)")
    for name, runs in seconds.items():
        middle = statistics.median(runs)
        spread = f"({min(runs):.2f} to {max(runs):.2f})"
        rate = f"{size / middle:8.0f} a CPU second"
        print(f"  {name:<12} {middle:8.2f} {spread:<18} {rate}   {middle / ours:6.1f} x ours")


def _write_input(folder: Path, size: int) -> Path:
    """Write the roster, and the same badges one by one for cert-issuer; return the folder of those."""
    lines = (f"{n:06d},s{n}@example.org,Zofia {n},2026-05-01,2.5" for n in range(size))
    roster = "\n".join(["learner_id,email,name,awarded_on,credits", *lines]) + "\n"
    (folder / "roster.csv").write_text(roster)
    (folder / "open-badges.json").write_bytes(read_context(OPEN_BADGES))
    (folder / "usb").mkdir()
    (folder / "usb/key").write_text(_WIF)
    unsigned = folder / "unsigned"
    unsigned.mkdir()
    composer = Composer(_terms(), SEED, CREATED)
    for number, (_, row) in enumerate(_keyed(folder)):
        document = composer.compose(row, Place(number, number, bytes(13)))
        (unsigned / f"{number}.json").write_text(json.dumps(document))
    return unsigned


def _cert_issuer(folder: Path, unsigned: Path, made: Path) -> list[str]:
    for name in ("signed", "out", "work"):
        (made / name).mkdir(parents=True)
    options = {
        "usb_name": folder / "usb",
        "key_file": "key",
        "issuing_address": _ADDRESS,
        "chain": "mockchain",
        "unsigned_certificates_dir": unsigned,
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


def _measure(command: list[str]) -> float:
    """Return the CPU seconds of a process and its children."""
    before = _children()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _terms() -> Terms:
    return Terms(
        profile=IssuerProfile(name="Example University", did=DID, address=b"\x11" * 20, url=None),
        achievement=read_achievement(ACHIEVEMENT),
        chain_id=31337,
        registry=b"\x22" * 20,
        registry_name="local",
        public_url="https://badges.example.edu",
    )


def _keyed(folder: Path) -> list[tuple[bytes, Row]]:
    roster = parse_roster((folder / "roster.csv").read_bytes(), file_name="roster.csv", with_names=True)
    terms = _terms()
    return key_rows(SEED, roster.rows, issuer=terms.profile.address, achievement_id=terms.achievement_id)


def issue(folder: Path, made: Path) -> None:
    """Issue the roster: what is measured, in a process of its own."""
    terms = _terms()
    signer = TemplateSigner(did_key_method(DID), KEY.sign)
    sealed = seal(_keyed(folder), terms, seed=SEED, created=CREATED, sign=signer)
    BatchFolders(made).hold("batch", build_folder("batch", sealed, terms))


def _verify_one(made: Path, size: int) -> None:
    """Verify the signature of the last badge by the slow road."""
    (path,) = made.rglob("credentials.jsonl")
    lines = path.read_bytes().splitlines()
    badge = parse_json(lines[-1])
    assert isinstance(badge, dict)
    assert isinstance(badge["proof"], list)
    assert len(lines) == size
    signature = badge["proof"][0]
    assert isinstance(signature, dict)
    verify_proof(badge, signature, PUBLIC)


if __name__ == "__main__":
    issue(Path(sys.argv[1]), Path(sys.argv[2]))
