#!/usr/bin/env python3
"""Recount a registry from the chain alone, and rebuild the batches whose public folders you have."""

from __future__ import annotations

import argparse
import sys

from attestree import Audit
from attestree.text.catalogue import explain


def main() -> int:
    """Return 0 if nothing grave was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trust", required=True, help="names the registry: trust.toml")
    parser.add_argument(
        "--rpc", required=True, action="append", help="node to ask; repeat for several that must agree"
    )
    parser.add_argument(
        "--archives", action="append", default=[], help="folder with public/ folders of batches"
    )
    given = parser.parse_args()

    report = Audit.from_trust(given.trust, rpc=given.rpc).run(archives=given.archives)
    for name, count in report.count().items():
        print(f"{name:<20} {count:,}")
    for finding in report.findings:
        print(f"{finding.severity:<7} {explain(finding.code, finding.values).sentence}")
    print("heads agree with storage" if report.heads_agree else "HEADS DO NOT AGREE WITH STORAGE")
    return 0 if report.clean and report.heads_agree else 1


if __name__ == "__main__":
    sys.exit(main())
