#!/usr/bin/env python3
"""Verify credentials with a trust file and a node; no settings, no keys, no account."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from attestree import InputError, Verifier


def main() -> int:
    """Return 0 if every file is valid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="credentials (JSON)")
    parser.add_argument("--trust", required=True, help="whom to believe: trust.toml")
    parser.add_argument(
        "--rpc", required=True, action="append", help="node to ask; repeat for several that must agree"
    )
    parser.add_argument("--name", help="name of the person you have before you")
    given = parser.parse_args()

    verifier, good = Verifier.from_trust(given.trust, rpc=given.rpc), True
    for file in given.files:
        try:
            report = verifier.verify(file.read_bytes(), name=given.name)
        except InputError as error:
            print(f"{file}: not a credential ({error.code})")
            good = False
            continue
        print(f"{file}: {report.verdict} - {report.headline()}")
        good = good and report.valid
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
