#!/usr/bin/env python3
"""Revoke credentials for good, by their files, and wait until the public record says so."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from attestree import Issuer
from attestree.registry.facts import Reason


def main() -> None:
    """Revoke; anything unknown stops the whole request before anything is changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="credentials (JSON)")
    parser.add_argument("--config", help="settings file; else the nearest attestree.toml")
    parser.add_argument("--issuer", help="issuer in the settings; else the first")
    parser.add_argument("--reason", choices=[reason.name.lower() for reason in Reason], default="unspecified")
    given = parser.parse_args()

    ids = [json.loads(file.read_text(encoding="utf-8"))["id"] for file in given.files]
    with Issuer.from_settings(given.config, name=given.issuer) as issuer:
        for write in issuer.revoke(ids, reason=Reason[given.reason.upper()]):
            print(f"{write.wanted.title}: {write.state.value} in block {write.block_number}")


if __name__ == "__main__":
    main()
