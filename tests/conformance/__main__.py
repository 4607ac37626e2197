"""
Run the public suites against this checkout: `python tests/conformance DIR`, or `make conformance SUITES=DIR`.

DIR holds local copies of the suites, each in a folder of its repository's name; docs/conformance.md says how
to lay it out. Every suite runs twice: against a port where nobody listens, which shows how many tests pass
for anybody, and against the conformance profile. Ends with 1 where a figure is not the published one.
"""

from __future__ import annotations

import argparse
import json
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from layout import prepare
from mocha import Count, run_mocha
from suites import RUNS, Run

START_SECONDS = 60
"""How long the server may take to start."""

DEAD_BASE = "127.0.0.1:9"
"""Where nobody listens; RFC 863 keeps the port for throwing things away."""

NOBODY = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
"""Issuer of the control."""


@contextmanager
def serving(*flags: str) -> Iterator[str]:
    """Run the conformance profile in an empty folder and yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        line = [str(Path(sys.executable).with_name("attestree")), "serve", "--profile", "conformance"]
        with said.open("wb") as output:
            process = subprocess.Popen(
                [*line, "--port", "0", "--json", *flags], cwd=folder, stdout=output, stderr=subprocess.DEVNULL
            )
        try:
            yield _wait_for_url(process, said)
        finally:
            process.terminate()
            process.wait(20)


def _wait_for_url(process: subprocess.Popen[bytes], said: Path) -> str:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        found = re.search(r'"url": "([^"]+)"', said.read_text("utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise SystemExit(f"The server did not start: {said.read_text('utf-8')}")


def fetch_issuers(url: str) -> dict[str, str]:
    """Return the issuer of each instance by its path."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with urlopen(url, context=unchecked if url.startswith("https") else None) as answer:
        listed: dict[str, Any] = json.load(answer)
    return {instance["path"].strip("/"): instance["issuer"] for instance in listed["instances"]}


def show(run: Run, count: Count, control: Count) -> bool:
    """Print the figures of one run; say whether they are the published ones."""
    unexpected = [title for title in count.failed if title not in run.exceptions]
    good = count.passed == run.passing and not unexpected
    print(
        f"{run.name:24} {count.passed:3} of {count.total:3}   {count.pending:2} left out by the suite   "
        f"dead port {control.passed:2} of {control.total:2}   {'ok' if good else 'DIFFERS'}",
        flush=True,
    )
    for title in count.failed:
        print(f"    {'known ' if title in run.exceptions else ''}failure: {title}")
    return good


def main() -> int:
    """Run every suite, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("folder", type=Path, help="local copies of the suites")
    parser.add_argument("--only", default="", help="runs whose name contains this")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    runs = [run for run in RUNS if asked.only.lower() in run.name.lower()]
    prepare(folder, sorted({run.folder for run in runs}))
    report = Path(tempfile.gettempdir()) / f"conformance-{time.time_ns()}.json"
    good = True
    with serving() as plain, serving("--tls-self-signed") as tls:
        bases = {"http": plain, "https": tls}
        issuers = {scheme: fetch_issuers(base) for scheme, base in bases.items()}
        for run in runs:
            suite = folder / run.folder
            control = run_mocha(suite, run.config(f"{run.scheme}://{DEAD_BASE}", NOBODY), report)
            issuer = issuers[run.scheme][run.instance]
            good &= show(run, run_mocha(suite, run.config(bases[run.scheme], issuer), report), control)
    report.unlink(missing_ok=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
