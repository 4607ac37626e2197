#!/usr/bin/env python3
"""
Add to package-lock.json the optional platform packages that the registry did not offer.

`npm install` leaves a platform's package out of the lock when the registry in use lacks it, and `npm ci`
then refuses the lock as incomplete ("Missing: ... from lock file"). This adds an entry for each:
version, operating system, processor and C library, all read from the package's own name. Such an entry
has no integrity hash, for nobody here has seen the bytes; tests/test_locks.py names every one of them.
Run by `make lock`.

    python scripts/complete_npm_lock.py [package-lock.json]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SYSTEMS = {"darwin": "darwin", "linux": "linux", "win32": "win32"}
PROCESSORS = {"amd64": "x64", "x64": "x64", "arm64": "arm64"}
LIBRARIES = {"gnu": "glibc", "musl": "musl"}


def build_entry(name: str, version: str) -> dict[str, object]:
    """Describe one platform package from its name, such as `@foundry-rs/anvil-linux-arm64`."""
    words = name.rpartition("/")[2].split("-")
    entry: dict[str, object] = {"version": version}
    for member, table in (("cpu", PROCESSORS), ("libc", LIBRARIES), ("os", SYSTEMS)):
        found = [table[word] for word in words if word in table]
        if found:
            entry[member] = found
    return entry | {"dev": True, "optional": True}


def complete(lock: dict[str, dict[str, dict[str, object]]]) -> list[str]:
    """Add the missing entries to `lock` in place and return their names, sorted."""
    packages = lock["packages"]
    known = {path.rpartition("node_modules/")[2] for path in packages}
    wanted: dict[str, str] = {}
    for entry in packages.values():
        optional = entry.get("optionalDependencies")
        if isinstance(optional, dict):
            wanted.update(optional)
    missing = sorted(set(wanted) - known)
    for name in missing:
        packages[f"node_modules/{name}"] = build_entry(name, wanted[name])
    lock["packages"] = dict(sorted(packages.items()))
    return missing


def main() -> None:
    """Complete the lock named on the command line, else the one in this folder."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "package-lock.json")
    lock = json.loads(path.read_text(encoding="utf-8"))
    added = complete(lock)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path}: {len(added)} platform packages added", *added, sep="\n  ")


if __name__ == "__main__":
    main()
