"""One run of the demo on anvil, shared by all tests that only look at it."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("attestree")


@cache
def play_demo() -> tuple[Path, str]:
    """Return the demo's folder and what it printed; it has ended."""
    folder = Path(tempfile.mkdtemp(prefix="attestree-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    done = subprocess.run(
        [PROGRAM, "demo", "--no-serve", "--chain", "anvil"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "attestree-demo", done.stdout
