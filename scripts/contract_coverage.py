#!/usr/bin/env python3
"""Measure which lines and branches of the contracts the unit tests reach; exit 1 if one is not reached."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORT = "build/coverage/contracts.info"
# Left out: the invariants, for 100 % must come from tests that say what they expect, and the proofs.
SKIPPED = ["--skip", "*/invariants/*", "--skip", "*/proofs/*"]


def main() -> int:
    """Return 0 if everything is reached."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    (folder := ROOT / "build/coverage").mkdir(parents=True, exist_ok=True)
    # Folders of its own: what is measured is compiled without optimiser, and need not be compiled again.
    own = {"FOUNDRY_OUT": f"{folder}/out", "FOUNDRY_CACHE_PATH": f"{folder}/cache"}
    environment = os.environ | own | {"FOUNDRY_CONFIG": "contracts/foundry.toml"}
    command = ["scripts/bin/forge", "coverage", "--exclude-tests", *SKIPPED, "--report", "lcov"]
    command += ["--report-file", REPORT]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    sums, source = {"LF": 0, "LH": 0, "BRF": 0, "BRH": 0}, ""
    for name, _, value in (line.partition(":") for line in (ROOT / REPORT).read_text("utf-8").splitlines()):
        source = value if name == "SF" else source
        if name in sums:
            sums[name] += int(value)
        if (name == "DA" and value.endswith(",0")) or (name == "BRDA" and value.endswith((",0", ",-"))):
            print(f"not reached: {source}:{value.split(',')[0]}")
    print("contracts: {LH} of {LF} lines, {BRH} of {BRF} branches".format(**sums))
    return 0 if sums["LH"] == sums["LF"] > 0 and sums["BRH"] == sums["BRF"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
