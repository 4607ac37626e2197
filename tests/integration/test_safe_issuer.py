"""An institution whose account is a real Safe, two of three owners: every way in which it records."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.wallets import Wallets
from attestree.registry.calls import build_call
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import DID, TITLE
from tests.integration.offices import ISSUE, Office, copy_over
from tests.integration.safes import Safe, deploy_safe

REQUEST = (*ISSUE, "--request", "request.json", "--yes")


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture
def bursar(registry: Deployed) -> Actor:
    """Somebody with money and no right to anything."""
    return registry.new_actor("bursar")


@pytest.fixture
def safe(registry: Deployed, bursar: Actor) -> Safe:
    """An accredited Safe."""
    owners = [registry.new_actor(f"owner {number}", funded=False) for number in range(3)]
    made = deploy_safe(registry.rpc, payer=bursar, owners=owners, threshold=2)
    registry.send(
        registry.accreditor,
        "accredit",
        made.address,
        4_000_000_000,
        DID,
        TITLE,
        "https://framework.example/1",
    )
    return made


@pytest.fixture
def institution(
    safe: Safe,
    registry: Deployed,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    operator = registry.new_actor("operator of the Safe")
    return Office.open(
        tmp_path / "institution",
        registry,
        capsys,
        monkeypatch,
        issuer=safe.address,
        keys={"operator_key": operator},
    )


@pytest.fixture
def payer(
    bursar: Actor,
    registry: Deployed,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    return Office.open(tmp_path / "payer", registry, capsys, monkeypatch, keys={"payer_key": bursar})


def read_call(office: Office) -> tuple[bytes, bytes]:
    """Return the call that a command asked a wallet to make."""
    lines = dict(
        line.split(maxsplit=1) for line in office.said.splitlines() if line.startswith(("to ", "data "))
    )
    return bytes.fromhex(lines["to"].strip()[2:]), bytes.fromhex(lines["data"].strip()[2:])


def test_a_safe_names_an_operator_who_records_and_changes_status(
    institution: Office, safe: Safe, bursar: Actor
) -> None:
    assert institution.refused("issuer", "operator", "add") == "key.not_here"
    assert institution.intents() == []
    to, payload = read_call(institution)
    safe.execute(to, payload, by=safe.owners[1:], payer=bursar)
    made = institution.type(*ISSUE, "--yes")
    assert made["state"] == "final"
    assert institution.verdicts() == ["valid"] * 3
    first = min(institution.folder.glob("batches/*/*/private/credentials/*.json"))
    institution.type("revoke", str(first), "--yes")
    assert sorted(institution.verdicts()) == ["revoked", "valid", "valid"]


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 0)])
def test_any_two_owners_sign_a_request(
    institution: Office, payer: Office, safe: Safe, pair: tuple[int, int]
) -> None:
    made = institution.type(*REQUEST)
    assert (made["signed"], made["state"]) == (False, "sealed")
    copy_over(institution, "request.json", payer)
    assert payer.refused("anchor", "request.json") == "request.not_signed"
    signature = safe.sign_digest(bytes.fromhex(made["digest"][2:]), by=[safe.owners[one] for one in pair])
    done = payer.type("anchor", "request.json", "--signature", "0x" + signature.hex())
    assert (done["recorded"], done["paid"]) == (True, True)
    institution.type("anchor")
    assert institution.verdicts() == ["valid"] * 3


def test_one_owner_a_stranger_or_one_owner_twice_is_not_enough(
    institution: Office, payer: Office, safe: Safe, registry: Deployed
) -> None:
    made = institution.type(*REQUEST)
    copy_over(institution, "request.json", payer)
    digest = bytes.fromhex(made["digest"][2:])
    one, two, _ = safe.owners
    stranger = registry.new_actor("stranger", funded=False)
    good = safe.sign_digest(digest, by=[one, two])
    for wrong in (
        safe.sign_digest(digest, by=[one]),
        safe.sign_digest(digest, by=[one, stranger]),
        safe.sign_digest(digest, by=[one, one]),
        safe.sign_digest(bytes(32), by=[one, two]),
        good[65:] + good[:65],
        b"\0",
    ):
        ended = payer.refused("anchor", "request.json", "--signature", "0x" + wrong.hex())
        assert ended == "request.bad_signature"
    assert payer.refused("anchor", "request.json", "--signature", "0x1") == "request.signature"
    assert payer.intents() == []
    wallets = Wallets([registry.rpc])
    assert wallets.takes(safe.address, digest, good)
    assert not wallets.takes(stranger.address, digest, good)


def test_a_safe_rules_a_request_out(institution: Office, payer: Office, safe: Safe, bursar: Actor) -> None:
    made = institution.type(*REQUEST)
    copy_over(institution, "request.json", payer)
    assert institution.refused("anchor", "request.json", "--cancel") == "key.not_here"
    to, payload = read_call(institution)
    assert payload == build_call("cancel", bytes.fromhex(made["root"][2:]))
    safe.execute(to, payload, by=safe.owners[:2], payer=bursar)
    assert institution.type("anchor", "request.json", "--cancel")["ruledOut"] is True
    signature = safe.sign_digest(bytes.fromhex(made["digest"][2:]), by=safe.owners[:2])
    ended = payer.refused("anchor", "request.json", "--signature", "0x" + signature.hex())
    assert ended == "request.ruled_out"
