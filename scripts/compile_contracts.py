#!/usr/bin/env python3
"""Compile the registry and write the artifact that the package carries; `--check` only compares."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from attestree.adapters.evm.compiler import compile_registry, format_artifact

ROOT = Path(__file__).resolve().parents[1]
ARTIFACT = ROOT / "src" / "attestree" / "registry" / "artifacts" / "CredentialRegistry.json"


def main() -> int:
    """Write the artifact, or tell by the exit code whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if out of date")
    check = parser.parse_args().check

    artifact = format_artifact(compile_registry(ROOT))
    if check:
        fresh = ARTIFACT.exists() and ARTIFACT.read_text(encoding="utf-8") == artifact
        print("up to date" if fresh else "out of date: run scripts/compile_contracts.py")
        return 0 if fresh else 1
    ARTIFACT.parent.mkdir(exist_ok=True)
    ARTIFACT.write_text(artifact, encoding="utf-8")
    print(f"{ARTIFACT.relative_to(ROOT)}: {len(artifact):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
