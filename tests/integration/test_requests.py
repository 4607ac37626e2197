"""An institution signs without money at one machine; another pays at another; neither trusts the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.outbox.relayed import NOBODY
from attestree.outbox.states import State
from tests.integration.deployed import Actor, Deployed, deploy_registry, new_actor
from tests.integration.furnishing import DID, TITLE
from tests.integration.offices import ISSUE, NOWHERE, Office, copy_over

REQUEST = (*ISSUE, "--request", "request.json", "--yes")


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture
def issuer(registry: Deployed) -> Actor:
    """An accredited institution that never had any money."""
    actor = registry.new_actor("penniless", funded=False)
    registry.accredit(actor, did=DID, name=TITLE)
    return actor


@pytest.fixture
def opened(
    registry: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Office]:
    def open_office(name: str, **wishes: Any) -> Office:
        return Office.open(tmp_path / name, registry, capsys, monkeypatch, **wishes)

    return open_office


@pytest.fixture
def institution(opened: Callable[..., Office], issuer: Actor) -> Office:
    return opened("institution", issuer=issuer.address, keys={"issuer_key": issuer})


@pytest.fixture
def payer(opened: Callable[..., Office], registry: Deployed) -> Office:
    return opened("payer", keys={"payer_key": registry.new_actor("payer")})


@pytest.fixture
def request_at_payer(institution: Office, payer: Office) -> dict[str, Any]:
    made: dict[str, Any] = institution.type(*REQUEST)
    copy_over(institution, "request.json", payer)
    return made


def balance(registry: Deployed, actor: Actor) -> int:
    return int(registry.chain.call("eth_getBalance", actor.account.address, "latest"), 16)


def count_anchors(institution: Office) -> int:
    return int(institution.type("issuer", "show")["batches"])


# -- the road ----------------------------------------------------------------------------------


def test_what_is_signed_without_money_or_chain_is_recorded_by_another(
    institution: Office, payer: Office, registry: Deployed, issuer: Actor
) -> None:
    url = registry.chain.url
    institution.change(url, NOWHERE)
    plan = institution.type(*ISSUE, "--request", "request.json")
    assert (plan["issued"], plan["size"], (institution.folder / "request.json").exists()) == (False, 3, False)
    made = institution.type(*REQUEST)
    assert (made["issued"], made["signed"], made["state"]) == (False, True, "sealed")
    assert institution.verdicts() == []
    assert "Data Literacy" not in (institution.folder / "request.json").read_text()

    copy_over(institution, "request.json", payer)
    looked = payer.type("anchor", "request.json", "--dry-run")
    assert (looked["recorded"], looked["feeWei"] > 0, payer.intents()) == (False, True, [])
    recorded = payer.type("anchor", "request.json")
    assert (recorded["recorded"], recorded["paid"], recorded["state"]) == (True, True, "final")
    # Again, also under another folder's store, it is the same recording, and nobody pays twice.
    again = payer.type("anchor", "request.json")
    assert (again["recorded"], again["feeWei"]) == (True, None)
    assert len(payer.intents()) == 1

    institution.change(NOWHERE, url)
    institution.type("anchor")
    assert institution.verdicts() == ["valid"] * 3
    assert count_anchors(institution) == 1
    assert balance(registry, issuer) == 0
    (intent,) = institution.intents()
    assert (intent.state, intent.wanted.sender) == (State.FINAL, NOBODY)
    assert institution.refused(*REQUEST) == "request.recorded_already"


def test_two_payers_of_one_request_record_it_once(
    institution: Office, payer: Office, opened: Callable[..., Office], registry: Deployed
) -> None:
    institution.type(*REQUEST)
    other = opened("other", keys={"payer_key": registry.new_actor("other payer")})
    for place in (payer, other):
        copy_over(institution, "request.json", place)
    assert payer.type("anchor", "request.json")["paid"] is True
    assert other.type("anchor", "request.json")["paid"] is False
    assert count_anchors(institution) == 1


def test_a_waiting_request_is_told_and_signs_nothing(institution: Office) -> None:
    institution.type(*REQUEST)
    shown = institution.type("anchor")
    assert [write["state"] for write in shown["writes"]] == ["sealed"]
    assert "somebody else has recorded it" in institution.said
    assert institution.refused(*ISSUE, "--yes", code=1) == "outbox.waits_for_relayer"
    with institution.store() as store:
        assert store.fetch_attempts(institution.intents()[0].wanted.id) == []


def test_a_request_that_ran_out_is_made_again(
    institution: Office, payer: Office, registry: Deployed, request_at_payer: dict[str, Any]
) -> None:
    registry.increase_time(8 * 86_400)
    assert payer.refused("anchor", "request.json", code=1) == "contract.deadline_passed"
    # The chain of this test is ahead of the clock of this machine: a longer deadline counts there.
    institution.type(*REQUEST, "--valid-days", "30")
    copy_over(institution, "request.json", payer)
    assert payer.type("anchor", "request.json")["recorded"] is True
    institution.type("anchor")
    assert institution.verdicts() == ["valid"] * 3


def test_a_request_that_waits_at_the_payer_gives_way_to_a_newer_one(
    institution: Office, payer: Office, registry: Deployed, request_at_payer: dict[str, Any]
) -> None:
    registry.pause()
    assert payer.refused("anchor", "request.json", code=1) == "contract.anchoring_paused"
    registry.unpause()
    poor = new_actor("nobody's key")
    payer.change('payer_key = "keys/payer_key.json"', f'payer_key = "{payer.keep("poor", poor)}"')
    assert payer.refused("anchor", "request.json", code=1) == "chain.no_money"
    payer.change('payer_key = "keys/poor.json"', 'payer_key = "keys/payer_key.json"')
    assert payer.type("anchor", "request.json")["recorded"] is True


def test_an_expected_head_that_moved_is_refused(
    institution: Office, payer: Office, registry: Deployed, issuer: Actor
) -> None:
    institution.type(*REQUEST, "--expected-head", "0x" + "11" * 28)
    copy_over(institution, "request.json", payer)
    assert payer.refused("anchor", "request.json", code=1) == "contract.head_moved"
    assert institution.refused(*REQUEST, "--expected-head", "11") == "request.head"


# -- what is not paid for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("size", 4, "request.file_differs"),
        ("root", "0x" + "11" * 32, "request.file_differs"),
        ("deadline", "2026-01-01T00:00:00Z", "request.file_differs"),
        ("title", "Record\nsomething", "request.file_form"),
        ("format", "attestree.anchor-request/2", "request.file_form"),
        ("signature", "0x" + "22" * 65, "request.bad_signature"),
        ("signature", None, "request.not_signed"),
        ("digest", "0x" + "33" * 32, "request.file_differs"),
        ("more", 1, "request.file_form"),
    ],
)
def test_a_changed_request_is_not_paid_for(
    payer: Office, request_at_payer: dict[str, Any], member: str, value: object, code: str
) -> None:
    path = payer.folder / "request.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {member: value}))
    assert payer.refused("anchor", "request.json") == code
    assert payer.intents() == []


def test_a_request_for_another_registry_is_not_paid_for(
    payer: Office, request_at_payer: dict[str, Any], registry: Deployed
) -> None:
    payer.change(f"0x{registry.address.hex()}", "0x" + "44" * 20)
    assert payer.refused("anchor", "request.json") == "request.other_registry"


def test_flags_of_a_request_need_its_file(payer: Office) -> None:
    for flag in (["--dry-run"], ["--cancel"], ["--signature", "0x11"]):
        assert payer.refused("anchor", *flag) == "request.file_needed"
    (payer.folder / "other.json").write_text("{}")
    assert payer.refused("anchor", "other.json") == "request.file_form"


def test_a_request_file_overwrites_nothing_else(institution: Office) -> None:
    (institution.folder / "request.json").write_text("mine")
    assert institution.refused(*REQUEST) == "request.file_exists"
    assert (institution.folder / "request.json").read_text() == "mine"


def test_without_a_key_that_pays_nothing_is_paid(opened: Callable[..., Office], institution: Office) -> None:
    institution.type(*REQUEST)
    place = opened("keyless")
    copy_over(institution, "request.json", place)
    assert place.refused("anchor", "request.json") == "key.not_set"


# -- ruling out --------------------------------------------------------------------------------


def test_a_request_is_ruled_out_by_its_institution_and_issued_again(
    institution: Office, payer: Office, registry: Deployed, issuer: Actor, request_at_payer: dict[str, Any]
) -> None:
    assert payer.refused("anchor", "request.json", "--cancel") == "request.not_the_signer"
    registry.chain.fund(issuer.account.address, 10**18)
    done = institution.type("anchor", "request.json", "--cancel")
    assert (done["batch"], done["ruledOut"]) == (request_at_payer["batch"], True)
    assert payer.refused("anchor", "request.json") == "request.ruled_out"
    assert not list(institution.folder.glob("batches/*/*.held"))
    assert institution.refused("anchor", "request.json", "--cancel") == "request.still_out"

    made = institution.type(*ISSUE, "--request", "second.json", "--yes")
    assert made["root"] != request_at_payer["root"]
    copy_over(institution, "second.json", payer)
    payer.type("anchor", "second.json")
    institution.type("anchor")
    assert institution.verdicts() == ["valid"] * 3
    assert institution.type("fsck")["clean"] is True


def test_a_request_whose_batch_is_not_here_is_not_ruled_out_and_nothing_is_paid(
    institution: Office, payer: Office, registry: Deployed, issuer: Actor, request_at_payer: dict[str, Any]
) -> None:
    registry.chain.fund(issuer.account.address, 10**18)
    (institution.folder / "attestree.db").rename(institution.folder / "lost.db")
    assert institution.refused("anchor", "request.json", "--cancel") == "request.no_such_batch"
    assert payer.type("anchor", "request.json")["recorded"] is True
