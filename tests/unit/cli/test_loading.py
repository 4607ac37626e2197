"""Garbage is left alone while modules are loaded and collected while commands run; little is loaded."""

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


def test_a_server_loads_nothing_that_it_may_never_need() -> None:
    heavy = ("web3", "eth_account", "eth_abi", "eth_utils", "pandas", "pyld", "lxml", "requests", "dask")
    code = (
        "import sys, attestree.cli.serve, attestree.web.server, attestree.wiring.by_api;"
        "import attestree.wiring.stores;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
