"""A test chain is wiped on purpose, and everything on it is recorded again by one command."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attestree.accrediting.founding import predict_address
from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace
from attestree.cli.settings_file import replace_in_table
from attestree.outbox.states import State
from attestree.settings import FILE_NAME, load_settings
from attestree.wiring import rerecording
from tests.integration.test_start import Desk

FIRST, LATER = ("--timestamp", "1700000000"), ("--timestamp", "1700000001")
TO_JOIN = "0x" + "ab" * 20


class Wipeable:
    """A chain at one address that can be begun anew."""

    def __init__(self) -> None:
        self.running = AnvilChain(options=FIRST)
        self.url = self.running.url

    def wipe(self, *options: str) -> AnvilChain:
        self.running.close()
        port = int(self.url.rpartition(":")[2])
        self.running = AnvilChain(port=port, options=options or LATER)
        return self.running


@pytest.fixture
def chain() -> Iterator[Wipeable]:
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    chain = Wipeable()
    yield chain
    chain.running.close()


@pytest.fixture
def desk(
    chain: Wipeable, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    desk = Desk(tmp_path / "desk", capsys, monkeypatch)
    desk.type("init", "test", "--rpc", chain.url)
    return desk


def files_of(desk: Desk) -> dict[str, str]:
    return {name: (desk.folder / name).read_text() for name in (FILE_NAME, "trust.toml")}


def issue_and_revoke(desk: Desk) -> tuple[str, str]:
    """Issue two credentials, revoke one, and return a good one and that one."""
    desk.describe()
    (desk.folder / "two.csv").write_text("email,name\nada@example.org,Ada\nbob@example.org,Bob\n")
    desk.type("issue", "two.csv", "--achievement", "achievement.toml", "--yes")
    good, bad = sorted(map(str, desk.folder.glob("batches/*/*/private/credentials/*.json")))
    desk.type("revoke", json.loads(Path(bad).read_text())["id"], "--yes")
    return good, bad


def verdicts(desk: Desk, *files: str) -> list[str]:
    codes = {"valid": 0, "unknown": 3}
    said = []
    for file in files:
        for code in (0, 1, 3):
            try:
                report = desk.type("verify", file, code=code)
            except AssertionError:
                continue
            said.append(report["verdict"])
            assert codes.get(report["verdict"], 1) == code
            break
    return said


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here waits for a minute: what does not come at once does not come."""
    rounds = 0

    def rest(_pace: Pace) -> None:
        nonlocal rounds
        rounds += 1
        assert rounds < 2_000, "waited too long"
        time.sleep(0.01)

    monkeypatch.setattr(Pace, "rest", rest)


def writes(desk: Desk) -> list[tuple[str, State]]:
    with SqlStore.create(f"sqlite:///{desk.folder}/attestree.db") as store:
        return [(one.wanted.kind, one.state) for one in store.fetch_intents()]


def nonces_used(chain: Wipeable, desk: Desk) -> int:
    accounts = [path.stem for path in (desk.folder / "keys").glob("*.json")]
    addresses = [json.loads((desk.folder / f"keys/{name}.json").read_text())["address"] for name in accounts]
    return sum(
        int(chain.running.call("eth_getTransactionCount", f"0x{one.removeprefix('0x')}", "pending"), 16)
        for one in addresses
    )


@pytest.mark.parametrize("options", [LATER, FIRST], ids=["another first block", "the same first block"])
def test_everything_is_recorded_again_and_the_credentials_stay_as_they_are(
    desk: Desk, chain: Wipeable, options: tuple[str, ...]
) -> None:
    good, bad = issue_and_revoke(desk)
    assert verdicts(desk, good, bad) == ["valid", "revoked"]
    before, files = len(writes(desk)), files_of(desk)
    chain.wipe(*options)
    if options == LATER:
        assert desk.refused("anchor") == "identity.genesis"
    # A look first: nothing is done
    plan = desk.type("registry", "rerecord")
    assert (plan["done"], plan["deployed"], plan["elsewhere"]) == (False, False, [])
    assert nonces_used(chain, desk) == 0
    assert files_of(desk) == files
    # Then all of it
    done = desk.type("registry", "rerecord", "--yes")
    assert (done["done"], done["left"]) == (True, [])
    assert {state for _, state in writes(desk)} == {State.FINAL}
    assert len(writes(desk)) == before + 1
    assert verdicts(desk, good, bad) == ["valid", "revoked"]
    assert desk.type("fsck")
    # Once is enough, and the road goes on
    assert desk.refused("registry", "rerecord", "--yes") == "refused.not_wiped"
    desk.type("anchor")
    settings = load_settings(desk.folder / FILE_NAME)
    assert settings.registry[0].address in files_of(desk)["trust.toml"]
    changed = [
        (old, new)
        for old, new in zip(
            files[FILE_NAME].splitlines(), files_of(desk)[FILE_NAME].splitlines(), strict=True
        )
        if old != new
    ]
    names = {old.split("=")[0].strip() for old, _ in changed}
    assert names <= {"genesis_hash", "deploy_block", "deploy_block_hash"}


@pytest.mark.slow
def test_it_may_be_wiped_again_and_again(desk: Desk, chain: Wipeable) -> None:
    good, bad = issue_and_revoke(desk)
    for options in (LATER, FIRST, FIRST, LATER):
        chain.wipe(*options)
        desk.type("registry", "rerecord", "--yes")
        assert verdicts(desk, good, bad) == ["valid", "revoked"]
    assert {state for _, state in writes(desk)} == {State.FINAL}


@pytest.mark.slow
@pytest.mark.parametrize("step", ["start_over", "drive", "write_pins"])
def test_killed_on_the_way_it_goes_on(
    desk: Desk, chain: Wipeable, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = issue_and_revoke(desk)
    chain.wipe()

    def die(*_args: object, **_values: object) -> Any:
        raise KeyboardInterrupt

    places = {
        "start_over": "attestree.adapters.sql.store.SqlStore.start_over",
        "drive": "attestree.cli.rerecord._drive",
        "write_pins": "attestree.cli.rerecord._write_pins",
    }
    with monkeypatch.context() as patch:
        patch.setattr(places[step], die)
        patch.chdir(desk.folder)
        from attestree.cli.main import run

        assert run(["registry", "rerecord", "--yes"]) != 0
    if step == "drive":
        desk.type("anchor")
    else:
        desk.type("registry", "rerecord", "--yes")
    assert verdicts(desk, good, bad) == ["valid", "revoked"]
    assert {state for _, state in writes(desk)} == {State.FINAL}


def test_credentials_whose_registry_would_stand_elsewhere_cannot_be_saved(
    desk: Desk, chain: Wipeable
) -> None:
    desk.issue()
    chain.wipe()
    admin = "0x" + json.loads((desk.folder / "keys/registry-admin.json").read_text())["address"].removeprefix(
        "0x"
    )
    chain.running.call("anvil_setNonce", admin, "0x3")
    assert desk.refused("registry", "rerecord", "--yes") == "refused.other_address"
    assert nonces_used(chain, desk) == 3


def test_a_chain_that_was_not_wiped_is_left_alone(desk: Desk) -> None:
    assert desk.refused("registry", "rerecord", "--yes") == "refused.not_wiped"


def test_a_node_of_another_network_is_no_wiped_chain(desk: Desk, chain: Wipeable) -> None:
    chain.running.call("anvil_setChainId", 1)
    assert desk.refused("registry", "rerecord", "--yes") == "refused.test_only"


def test_a_replaced_contract_is_no_wiped_chain(desk: Desk, chain: Wipeable) -> None:
    settings = load_settings(desk.folder / FILE_NAME)
    chain.running.call("anvil_setCode", settings.registry[0].address, "0x6001")
    assert desk.refused("registry", "rerecord", "--yes") == "identity.code"


def test_what_the_contract_refuses_now_is_named_and_kept(desk: Desk, chain: Wipeable) -> None:
    good, _ = issue_and_revoke(desk)
    settings = load_settings(desk.folder / FILE_NAME)
    account = settings.issuer[0].address
    # Withdrawn as of a time before the new chain began: the new span cannot end there
    chain.running.increase_time(86_400)
    desk.type("issuer", "withdraw", account, "--span", "1", "--since", "2023-11-15T00:00:00Z")
    chain.wipe("--timestamp", "1705000000")
    answer = desk.type("registry", "rerecord", "--yes", code=1)
    assert answer["error"].startswith("contract.")
    assert len(answer["left"]) == 1
    left = [kind for kind, state in writes(desk) if state is not State.FINAL]
    assert left == ["accreditation"]
    assert verdicts(desk, good) == ["valid"]


def test_the_address_of_a_deployment_is_predicted() -> None:
    # The best known pair there is: the first contract of anvil's first account
    deployer = bytes.fromhex("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    assert predict_address(deployer, nonce=0).hex() == "5fbdb2315678afecb367f032d93f642f64180aa3"
    assert predict_address(deployer, nonce=1).hex() == "e7f1725e7734ce288f8367e1bb143e90bb3f0512"


def test_only_the_table_that_is_meant_is_changed() -> None:
    text = (
        '[store]\nname = "local"\n[[registry]] # first\nname = "local"  # kept\ndeploy_block = 1  # kept\n'
        '[[registry]]\nname = "other"\ndeploy_block = 1\n'
    )
    changed = replace_in_table(text, "registry", of={"name": "local"}, values={"deploy_block": 7})
    assert changed == text.replace("deploy_block = 1  # kept", "deploy_block = 7  # kept")
    assert replace_in_table(text, "registry", of={"name": "none"}, values={"deploy_block": 7}) == text
    assert rerecording.__doc__
