"""Garbage is left alone while modules are loaded, and collected while commands run."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADING = """
import gc
from attestree.cli.loading import loaded, loading
try:
    with loading():
        print(gc.isenabled())
        raise ImportError
except ImportError:
    print(gc.isenabled(), gc.get_freeze_count() > 0)
gc.unfreeze()
loaded()
print(gc.isenabled(), gc.get_freeze_count())
"""

COMMAND = """
import gc, sys, typer
from attestree.cli import program
from attestree.cli.main import main

def version(ctx: typer.Context) -> None:
    print(gc.isenabled(), gc.get_freeze_count() > 0)

program.version = version
sys.argv = ["attestree", "version"]
main()
"""


@pytest.mark.parametrize(
    ("code", "printed"),
    [(LOADING, ["False", "True True", "True 0"]), (COMMAND, ["True True"])],
    ids=["loading", "command"],
)
def test_garbage_is_collected_again_once_all_is_loaded(code: str, printed: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == printed
