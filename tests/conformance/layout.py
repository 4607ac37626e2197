"""Make local copies of the suites ready to run: their dependencies on one another by folder, then npm."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

IMPLEMENTATIONS = "vc-test-suite-implementations"
"""The list of implementations that every suite reads."""

ASSERTIONS = "data-integrity-test-suite-assertion"
"""The tests that the suites of Data Integrity share."""

ECDSA, VECTORS = "vc-di-ecdsa-test-suite", "vc-di-ecdsa"
"""The suite that reads the vectors of its specification, and the folder of that."""

BY_FOLDER = {IMPLEMENTATIONS: f"file:../{IMPLEMENTATIONS}", ASSERTIONS: f"file:../{ASSERTIONS}"}
"""Dependencies that the suites take from GitHub."""


def prepare(folder: Path, suites: list[str]) -> None:
    """Install what each suite needs, once; SystemExit where a copy is missing."""
    missing = [name for name in (*suites, *BY_FOLDER) if not (folder / name / "package.json").is_file()]
    if ECDSA in suites and not (folder / VECTORS).is_dir():
        missing.append(VECTORS)
    if missing:
        raise SystemExit(
            f"{folder} lacks {', '.join(missing)}. Next: docs/conformance.md says what goes where."
        )
    for name in suites:
        if not (folder / name / "node_modules" / "mocha").is_dir():
            print(f"Installing {name}", flush=True)
            install(folder / name)
    vectors = folder / ECDSA / "tests" / "input" / VECTORS
    if ECDSA in suites and not vectors.is_dir():
        shutil.copytree(folder / VECTORS, vectors)


def install(suite: Path) -> None:
    """Install one suite from npm and from its neighbours."""
    file = suite / "package.json"
    package = json.loads(file.read_text("utf-8"))
    needed: dict[str, str] = package["dependencies"]
    needed.update({name: source for name, source in BY_FOLDER.items() if name in needed})
    # one suite counts mocha among the tools of its authors, who are not installed
    needed.setdefault("mocha", package.get("devDependencies", {}).get("mocha", "^10.0.0"))
    file.write_text(json.dumps(package, indent=2), "utf-8")
    (suite / "package-lock.json").unlink(missing_ok=True)
    line = ["npm", "install", "--install-links", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(line, cwd=suite, check=True, capture_output=True)
