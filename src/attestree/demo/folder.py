"""
The folder of the demonstration: made new each time, and never anybody else's.

Decides what may be removed: only what carries the mark of an earlier demonstration whose chain does not
run. Source: DESIGN section 9.
"""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from attestree.adapters.evm.rpc import JsonRpc
from attestree.cli.chain import port_of
from attestree.errors import ChainUnavailableError, FolderUnavailableError, NotAllowedError, RequestError
from attestree.settings import FILE_NAME

MARK = ".attestree-demo"
"""File that says: the next demonstration may remove this folder."""

FIRST_PORT, PORTS = 8000, 50
"""Where the page is served, or on one of the next ports."""


def clear_folder(folder: Path) -> None:
    """
    Make `folder` an empty, marked folder.

    Raises:
        NotAllowedError: `demo.folder_taken`, `demo.still_running`.
        FolderUnavailableError: `folder.write_failed`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        inside = list(folder.iterdir())
        if inside and not (folder / MARK).is_file():
            raise NotAllowedError("demo.folder_taken", folder=folder.name)
        if (folder / FILE_NAME).exists() and _answers(port_of(folder)):
            raise NotAllowedError("demo.still_running", folder=folder.name)
        (folder / MARK).write_text("Made by `attestree demo`; the next one replaces it.\n", encoding="utf-8")
        for path in inside:
            if path.name != MARK:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    except OSError as error:
        raise FolderUnavailableError("folder.write_failed", file=folder.name) from error


def choose_port(wanted: int | None) -> int:
    """Return the port to serve on: the one wanted, or the first free one; RequestError `demo.port_taken`."""
    if wanted is not None:
        if not _is_free(wanted):
            raise RequestError("demo.port_taken", port=wanted)
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        if _is_free(port):
            return port
    raise RequestError("demo.port_taken", port=FIRST_PORT)


def _is_free(port: int) -> bool:
    """Say whether nobody listens on a port of this machine."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    """Say whether a chain answers on a port of this machine."""
    try:
        JsonRpc(f"http://127.0.0.1:{port}", timeout_seconds=2).call("eth_chainId", [])
    except ChainUnavailableError:
        return False
    return True
