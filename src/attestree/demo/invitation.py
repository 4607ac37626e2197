"""
What the visitor of the demonstration can do next, in commands that work as they are printed.

Decides how the program is called from inside the demonstration's folder. Source: DESIGN section 9.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from attestree.demo.scenes import SAMPLES


def name_program(called_as: str, folder: Path) -> str:
    """
    Return how to call the program from inside `folder`, as it was called to start the demonstration.

    make has a PATH of its own, which the visitor's terminal has not.
    """
    path = Path(called_as)
    found = None if "MAKELEVEL" in os.environ else shutil.which(path.name)
    if os.sep not in called_as or (found is not None and Path(found).absolute() == path.absolute()):
        return path.name
    return str(path) if path.is_absolute() else os.path.relpath(path, folder)


def format_invitation(program: str, folder: Path, *, url: str | None, lasts: bool) -> str:
    """
    Return what to try.

    Args:
        program: How the program is called inside the folder.
        folder: The demonstration's.
        url: Where the page is served; None = nothing is served.
        lasts: Whether the chain can be brought back.
    """
    if url is None and not lasts:
        return "The chain has ended with this command; what is in the folder can still be read."
    page = [] if url is None else [f"Page: {url}/verify   (drop a file of {folder}/{SAMPLES} on it)"]
    where = "the chain is kept, and comes back" if url is None else "in another terminal"
    commands = [
        f"cd {folder}",
        *([f"{program} chain &"] if url is None else []),
        f"{program} verify {SAMPLES}/genuine.json",
        f"{program} verify {SAMPLES}/forged-grade.json --explain",
        f"{program} revoke {SAMPLES}/first-aid.json --issuer skillworks --yes",
    ]
    return "\n".join([*page, f"Try ({where}):", *[f"  {line}" for line in commands]])
