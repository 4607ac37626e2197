"""
The real program in processes that start in milliseconds and wait to be traced.

Run as a program, in an installation's folder. It runs one command first, so that everything is loaded, and
then forks a child for each command line that it reads: JSON, an array. It answers with the child's process
id, and when the child has ended, with how. A child stops itself before it does anything, until somebody lets
it go on; what it prints goes to `out` and `err` beside the installation's folder.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from attestree.cli.main import run, shared_flags_first


def be_child(arguments: list[str]) -> None:
    """Wait to be let go, run one command, and end this process."""
    code = 70
    try:
        for name, number in (("out", 1), ("err", 2)):
            opened = os.open(Path.cwd().parent / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, number)
        os.kill(os.getpid(), signal.SIGSTOP)
        code = run(shared_flags_first(arguments))
        sys.stdout.flush()
    finally:
        os._exit(code)


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    assert run(shared_flags_first(json.loads(sys.argv[1]))) == 0
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            be_child(json.loads(line))
        print(child, file=answers, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


if __name__ == "__main__":
    main()
