"""
Fetches vectors of others that may be used here and not passed on, from source archives that the lock pins.

    python tests/vectors/published.py        # into build/published, where the tests look

Only an archive whose SHA-256 stands in `requirements/lock.txt` is opened, and only what is named below is
taken out of it. `.ci/run` does this; where the folder is missing, the tests that need it are skipped.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
from os import environ
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "published"
"""Where the files come to lie."""
BADGE_SCHEMA = FOLDER / "ob_schemas" / "ob_v3p0_achievementcredential_schema.json"
"""1EdTech's schema of Open Badges 3.0."""
EDDSA_VECTOR = FOLDER / "vc_di_eddsa"
"""W3C's vector of `eddsa-rdfc-2022`, with its hashes."""

PACKAGE = "openbadgeslib"
"""Whose archive has them, under `tests/fixtures`."""
TAKEN = re.compile(r"[^/]+/tests/fixtures/((?:ob_schemas|vc_di_eddsa)/[a-zA-Z0-9_.-]+\.(?:json|txt|md))")
"""Path in the archive of what is taken."""


def find_pin(lock: str, package: str) -> str:
    """Return a package's lines of a lock: its version and the hashes of its archives."""
    found = re.search(rf"^{package}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    if found is None:
        raise SystemExit(f"requirements/lock.txt does not pin {package}")
    return found[0]


def download(package: str, folder: Path) -> Path:
    """Return the source archive of a package, which fits the lock."""
    pin, backend = folder / "pin.txt", folder / "backend"
    pin.write_text(find_pin((ROOT / "requirements" / "lock.txt").read_text("utf-8"), package), "utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    locked = ["--no-deps", "--require-hashes", "-r"]
    subprocess.run(
        [*pip, "install", "--target", backend, *locked, ROOT / "requirements" / "build.txt"], check=True
    )
    # pip asks an archive for its name and version, which takes the tool that builds it.
    subprocess.run(
        [*pip, "download", "-d", folder, "--no-binary", ":all:", "--no-build-isolation", *locked, pin],
        check=True,
        env=environ | {"PYTHONPATH": str(backend)},
    )
    (archive,) = folder.glob("*.tar.gz")
    return archive


def take_out(archive: Path, folder: Path) -> int:
    """Write the files that are wanted, and return how many there were."""
    count = 0
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            found = TAKEN.fullmatch(member.name)
            content = opened.extractfile(member) if found and member.isfile() else None
            if found is None or content is None:
                continue
            target = folder / found[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())
            count += 1
    return count


def main() -> None:
    """Fetch the archive and take out what the tests read."""
    with tempfile.TemporaryDirectory() as temporary:
        count = take_out(download(PACKAGE, Path(temporary)), FOLDER)
    missing = [path.name for path in (BADGE_SCHEMA, EDDSA_VECTOR) if not path.exists()]
    if missing:
        raise SystemExit(f"not in the archive of {PACKAGE}: {', '.join(missing)}")
    print(f"{count} files in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
