"""
anvil, Foundry's local chain, as a child process on 127.0.0.1.

Decides where the program is looked for, how it is started and how it ends with its state written. Other
programs bear the name `anvil`, so each candidate must print a "Commit SHA" first. Source: DESIGN section
11.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attestree
from attestree.adapters.evm.dev_accounts import ANVIL_CHAIN_ID
from attestree.adapters.evm.dev_rpc import DevChainKind, DevRpc
from attestree.errors import ChainUnavailableError

START_SECONDS: Final = 30.0
"""How long anvil may take to name its port."""

STOP_SECONDS: Final = 10.0
"""How long anvil may take to write its state and go; then it is killed."""

HARDFORK: Final = "prague"
"""Rules of the chain; the same as EthereumTester's."""

_LISTENING = re.compile(rb"Listening on 127\.0\.0\.1:(\d+)")


def find_anvil() -> Path | None:
    """
    Return the anvil program, or None where there is none.

    Looked for in this order: `$ANVIL`, node_modules of this checkout, of the current folder and of its
    parents, `~/.foundry/bin`, PATH.

    Raises:
        ChainUnavailableError: `chain.anvil_wrong_program` if `$ANVIL` names something else.
    """
    named = os.environ.get("ANVIL")
    if named:
        if _is_anvil(Path(named)):
            return Path(named)
        raise ChainUnavailableError("chain.anvil_wrong_program")
    return next((path for path in _candidates() if _is_anvil(path)), None)


def _candidates() -> Iterator[Path]:
    """Yield where anvil may be, best first."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()).lower()
    system = platform.system().lower().replace("windows", "win32")
    checkout = Path(attestree.__file__).resolve().parents[2]
    for folder in (checkout, Path.cwd(), *Path.cwd().parents):
        yield folder / "node_modules" / "@foundry-rs" / f"anvil-{system}-{machine}" / "bin" / "anvil"
    yield Path.home() / ".foundry" / "bin" / "anvil"
    on_path = shutil.which("anvil")
    if on_path:
        yield Path(on_path)


def _is_anvil(path: Path) -> bool:
    """Tell whether the program at `path` is Foundry's anvil."""
    if not path.is_file():
        return False
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=START_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"Commit SHA" in answer.stdout


def drop_later_first_blocks(state_file: Path) -> None:
    """
    Leave one block 0 in a state file, the oldest: it is the one that all pins name.

    anvil makes a block 0 at every start and saves it beside the one it had read; from the second restart
    on it would be chance which of them counts. A file that cannot be read is left to anvil to refuse.
    """
    try:
        state = json.loads(state_file.read_bytes())
        first = [block for block in state["blocks"] if int(block["header"]["number"], 16) == 0]
        oldest = min(first, key=lambda block: int(block["header"]["timestamp"], 16))
    except (OSError, ValueError, KeyError, TypeError):
        return
    if len(first) > 1:
        state["blocks"] = [block for block in state["blocks"] if block is oldest or block not in first]
        whole = state_file.with_name(f"{state_file.name}.part")
        whole.write_text(json.dumps(state), "utf-8")
        whole.replace(state_file)


class AnvilChain(DevRpc):
    """A running anvil; leaving the context stops it and keeps `state_file`."""

    kind: DevChainKind = "anvil"
    """Told apart from `tester`."""

    chain_id: int = ANVIL_CHAIN_ID
    """31337."""

    ends_with_process: bool
    """False if a state file keeps the chain."""

    def __init__(self, *, state_file: Path | None = None, port: int = 0, options: Sequence[str] = ()) -> None:
        """
        Start anvil and return once it answers.

        Args:
            state_file: Read at the start if it exists; written every second and at the end.
            port: Port on 127.0.0.1; 0 takes a free one.
            options: More of anvil's own flags, such as `("--slots-in-an-epoch", "2")`.

        Raises:
            ChainUnavailableError: `chain.anvil_missing` or `chain.anvil_start`.
        """
        program = find_anvil()
        if program is None:
            raise ChainUnavailableError("chain.anvil_missing")
        self.ends_with_process = state_file is None
        self._folder = Path(tempfile.mkdtemp(prefix="attestree-anvil-"))
        self.log_file = self._folder / "anvil.log"
        flags = ["--host", "127.0.0.1", "--port", str(port), "--chain-id", str(ANVIL_CHAIN_ID)]
        flags += ["--hardfork", HARDFORK, *options]
        if state_file is not None:
            drop_later_first_blocks(state_file)
            flags += ["--state", str(state_file), "--state-interval", "1", "--preserve-historical-states"]
        # Into a file: a pipe that nobody reads would stop the chain after 64 KiB.
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [program, *flags], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self.url = f"http://127.0.0.1:{self._wait_for_port()}"
            self.call("eth_chainId")
        except BaseException:
            self.close()
            raise

    def _wait_for_port(self) -> int:
        """Return the port that anvil's log names."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            found = _LISTENING.search(self.log_file.read_bytes())
            if found:
                return int(found[1])
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        raise ChainUnavailableError("chain.anvil_start")

    def close(self) -> None:
        """Let anvil write its state and end; a second call does nothing."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
