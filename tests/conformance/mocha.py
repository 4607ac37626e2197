"""Start one suite's mocha in its folder and count what it says."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = "localConfig.cjs"
"""Where every suite looks for the implementations that are not public."""

URLS = Path(__file__).with_name("urls.cjs")
"""Lets the suites run on a Node that is newer than they are."""

TIMEOUT_SECONDS = 600
"""Longest run of one suite."""


@dataclass(frozen=True, slots=True)
class Count:
    """What one run of a suite came to."""

    passed: int
    """Tests that passed."""
    failed: tuple[str, ...]
    """Titles of those that did not, hooks included."""
    pending: int
    """Tests that the suite left out by itself."""

    @property
    def total(self) -> int:
        """Tests that ran."""
        return self.passed + len(self.failed)


def run_mocha(folder: Path, config: Mapping[str, Any], report: Path) -> Count:
    """Write the configuration into the folder of a suite, run it and return what it counted."""
    (folder / CONFIG).write_text(f"module.exports = {json.dumps(config, indent=2)};\n", "utf-8")
    mocha = folder / "node_modules" / "mocha" / "bin" / "mocha.js"
    line = ["node", str(mocha), "tests/", "--timeout", "15000", "--preserve-symlinks", "--exit"]
    line += ["--reporter", "json", "--reporter-option", f"output={report}"]
    # the certificate of a run is made for the run
    trusting = os.environ | {
        "NODE_TLS_REJECT_UNAUTHORIZED": "0",
        "NODE_NO_WARNINGS": "1",
        "NODE_OPTIONS": f'--require "{URLS}"',
    }
    report.unlink(missing_ok=True)
    said = subprocess.run(
        line, cwd=folder, env=trusting, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if not report.exists():
        raise SystemExit(said.stderr.decode("utf-8", "replace")[-4000:])
    return count_report(json.loads(report.read_bytes()))


def count_report(report: Mapping[str, Any]) -> Count:
    """Return the counts of mocha's JSON report; a hook that failed counts as a test that did."""
    failed = tuple(test["title"] for test in report["failures"])
    return Count(len(report["passes"]), failed, len(report["pending"]))
