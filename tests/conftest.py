"""
What every test shares: chains, Hypothesis profiles, the project's own Node, and no silent skip in CI.

Fixtures: `anvil` (one a session), `chain` (the same, wound back after each test), `hardhat_node` and
`postgres` (one a session), `store_url` (an empty database of each kind), `node_program`, `depth` (how often
an experiment repeats) and `figures` (what it found, printed at the end). A test that uses a chain,
PostgreSQL or Node carries the marker `chain`, `database` or `node` by itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.evm.dev_chain import DevChain
from tests.integration.postgres import Postgres, run_postgres

ROOT = Path(__file__).resolve().parents[1]

NO_SKIP_IN_CI = frozenset({"chain", "database", "browser", "node", "strace", "mount"})
CHAIN_FIXTURES = frozenset({"anvil", "chain", "hardhat_node"})

# Programs of the checkout come first, whether or not make started the tests.
os.environ["PATH"] = os.pathsep.join(
    [
        *(str(ROOT / folder) for folder in ("scripts/bin", ".venv/bin", "node_modules/.bin")),
        os.environ["PATH"],
    ]
)
# Playwright's own Node wants a library that a bare Debian lacks.
if node := shutil.which("node"):
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node)
# Settings of the person who runs the tests are none of ours.
for name in [name for name in os.environ if name.startswith("ATTESTREE_")]:
    del os.environ[name]

# Nothing here is timed: a busy machine is not a failure.
settings.register_profile(
    "default", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("many", settings.get_profile("default"), max_examples=1_000, print_blob=True)
settings.register_profile("ci", settings.get_profile("default"), max_examples=10_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


Size = TypeVar("Size")
FIGURES = pytest.StashKey[list[str]]()


class Depth:
    """How often the experiments of `tests/crash` repeat: a few times, as often as CI has time, or long."""

    def __init__(self, name: str) -> None:
        self.name = name

    def pick(self, *, quick: Size, ci: Size, deep: Size) -> Size:
        """Return the size for this run."""
        return {"quick": quick, "ci": ci, "deep": deep}[self.name]


class Figures:
    """What an experiment found, one line each; printed when all tests have ended."""

    def __init__(self, lines: list[str], experiment: str) -> None:
        self._lines = lines
        self._experiment = experiment

    def note(self, found: str) -> None:
        """Keep one line, such as `520 kills: 0 lost, 0 double`."""
        self._lines.append(f"{self._experiment}: {found}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--depth", choices=("quick", "ci", "deep"), default="quick", help="size of experiments")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what the experiments found."""
    if lines := config.stash.get(FIGURES, []):
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def depth(pytestconfig: pytest.Config) -> Depth:
    """How often experiments repeat in this run: `depth.pick(quick=3, ci=50, deep=1000)`."""
    return Depth(pytestconfig.getoption("--depth"))


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where an experiment says what it found: `figures.note("520 kills: 0 lost, 0 double")`."""
    return Figures(request.config.stash.setdefault(FIGURES, []), request.node.name.removeprefix("test_"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if CHAIN_FIXTURES & used:
            item.add_marker(pytest.mark.chain)
        if "postgres" in used:
            item.add_marker(pytest.mark.database)
        if "node_program" in used:
            item.add_marker(pytest.mark.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test that needs a chain, a database, a browser or Node into a failure, in CI."""
    report = yield
    needs = NO_SKIP_IN_CI & {marker.name for marker in item.iter_markers()}
    if in_ci() and needs and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"a skip that CI does not allow ({', '.join(sorted(needs))}): {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def node_program() -> Path:
    """Path of a Node that is new enough for Hardhat."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node; `make setup` installs one")
    return Path(found)


@pytest.fixture(scope="session")
def anvil() -> Iterator[AnvilChain]:
    """One anvil for the whole session; with epochs of 2 slots, `finalized` is four blocks behind."""
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    with AnvilChain(options=("--slots-in-an-epoch", "2")) as running:
        yield running


@pytest.fixture
def chain(anvil: AnvilChain) -> Iterator[DevChain]:
    """The session's anvil, put back as it was after the test."""
    before = anvil.snapshot()
    yield anvil
    anvil.call("anvil_dropAllTransactions")
    anvil.call("evm_setAutomine", True)
    anvil.revert(before)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the whole session; call `empty` before use."""
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.database)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of each kind; `SqlStore.create` makes the tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/attestree.db"
    server: Postgres = request.getfixturevalue("postgres")
    server.empty()
    return server.url


@pytest.fixture(scope="session")
def hardhat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the locked Hardhat works offline on the project's contracts."""
    modules = ROOT / "node_modules"
    if not (modules / "hardhat").is_dir():
        pytest.skip("no Hardhat; `make setup` installs it")
    folder = tmp_path_factory.mktemp("hardhat")
    shutil.copy(ROOT / "hardhat.config.example", folder / "hardhat.config.js")
    shutil.copy(ROOT / "package.json", folder)
    (folder / "node_modules").symlink_to(modules)
    shutil.copytree(ROOT / "contracts", folder / "contracts")
    return folder


@pytest.fixture(scope="session")
def hardhat_command(node_program: Path) -> list[str]:
    """The command that starts the locked Hardhat without npx."""
    return [str(node_program), str(ROOT / "node_modules" / "hardhat" / "dist" / "src" / "cli.js")]


@pytest.fixture(scope="session")
def hardhat_node(hardhat_folder: Path, hardhat_command: list[str]) -> Iterator[str]:
    """JSON-RPC address of a Hardhat node, chain id 31337."""
    log_file = hardhat_folder / "node.log"
    with log_file.open("wb") as log:
        running = subprocess.Popen(
            [*hardhat_command, "node", "--hostname", "127.0.0.1", "--port", "0"],
            cwd=hardhat_folder,
            env=os.environ | {"HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _wait_for_address(running, log_file)
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait_for_address(running: subprocess.Popen[bytes], log_file: Path) -> str:
    for _ in range(1200):
        found = re.search(r"http://127\.0\.0\.1:[1-9]\d*", log_file.read_text(errors="replace"))
        if found:
            return found[0]
        if running.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"the Hardhat node did not start:\n{log_file.read_text(errors='replace')}")
