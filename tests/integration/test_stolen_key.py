"""The drill of docs/how-to/stolen-key.md, station by station; every command of the page is typed here."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.credentials.dates import format_timestamp
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import DID, ROSTER, TITLE
from tests.integration.offices import ISSUE, Office, copy_over

PAGE = Path(__file__).parents[2] / "docs/how-to/stolen-key.md"
MINUTE = 60


class Drill:
    """An institution, its payer, its accreditor and a thief, each at a machine of their own."""

    def __init__(
        self,
        registry: Deployed,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        patch: pytest.MonkeyPatch,
    ) -> None:
        self.registry = registry
        self.issuer = registry.new_actor("institution")
        registry.accredit(self.issuer, did=DID, name=TITLE)
        self.stolen = registry.add_operator(self.issuer)
        self._made = (registry, capsys, patch)
        self._folder = folder
        self.typed: list[str] = []
        keys = {"issuer_key": self.issuer, "operator_key": self.stolen}
        self.institution = self.open("institution", issuer=self.issuer.address, keys=keys)
        self.payer = self.open("payer", keys={"payer_key": registry.new_actor("payer")})
        self.accreditor = self.open("accreditor", keys={"accreditor_key": registry.accreditor})

    def open(self, name: str, **wishes: Any) -> Office:
        registry, capsys, patch = self._made
        return Office.open(self._folder / name, registry, capsys, patch, **wishes)

    def type(self, office: Office, *words: str, code: int = 0) -> Any:
        """Type a command of the page."""
        self.typed.append(" ".join(["attestree", *words]))
        return office.type(*words, code=code)

    def pass_time(self) -> str:
        """Let an hour pass on the chain; return the moment in its middle, as a person would write it."""
        self.registry.increase_time(30 * MINUTE)
        moment = format_timestamp(self.registry.now())
        self.registry.increase_time(30 * MINUTE)
        return moment

    def steal(self, name: str, key: Actor) -> Office:
        """Have a thief issue in the institution's name; return the machine on which the files lie."""
        thief = self.open(name, issuer=self.issuer.address)
        write_roster(thief, "roster.csv", "0666")
        made = thief.type(*ISSUE, "--request", "r.json", "--yes")
        self.record(key, made, size=made["size"], list_id=list_of(thief, made["batch"]))
        thief.type("anchor")
        assert thief.verdicts() == ["valid"]
        return thief

    def record(self, key: Actor, made: dict[str, Any], *, size: int, list_id: bytes) -> None:
        """Record a root with a key, around every guard of the product."""
        root = bytes.fromhex(made["root"][2:])
        values = (self.issuer.address, root, size, 0, int.from_bytes(list_id))
        self.registry.send(key, "anchor", *values)

    def fund(self, address: str) -> None:
        self.registry.chain.fund(address, 10**18)


def list_of(office: Office, batch_id: str) -> bytes:
    with office.store() as store:
        batch = store.fetch_batch(batch_id)
        assert batch is not None
        return batch.list_id


def write_roster(office: Office, name: str, *learners: str) -> None:
    rows = "".join(f"{one};;Learner {one};2026-05-01;A;2.5\n" for one in learners)
    (office.folder / name).write_text(ROSTER.splitlines(keepends=True)[0] + rows, "utf-8")


def issue(name: str, *flags: str) -> tuple[str, ...]:
    return ("issue", name, "--achievement", "course.toml", *flags, "--yes")


@pytest.fixture
def drill(
    chain: DevChain, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Drill:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", "pw")
    made = Drill(deploy_registry(chain), tmp_path, capsys, monkeypatch)
    shutil.copy(made.institution.folder / "achievement.toml", made.institution.folder / "course.toml")
    return made


@dataclass(frozen=True)
class Theft:
    """What there was when the theft was noticed."""

    moment: str
    """When the key was stolen, RFC 3339."""
    before: str
    """Batch from before the theft, three credentials; the thief revoked one and suspended another."""
    between: dict[str, Any]
    """An honest batch made since."""
    asked: dict[str, Any]
    """A request whose root the thief took."""
    thief: Office
    """Where the thief's own credential lies."""


def suffer(drill: Drill) -> Theft:
    """Have the key stolen, used by both sides, and the theft noticed."""
    office, payer, registry = drill.institution, drill.payer, drill.registry
    write_roster(office, "before.csv", "0001", "0002", "0003")
    before = office.type(*issue("before.csv"))["batch"]
    moment = drill.pass_time()
    write_roster(office, "between.csv", "0004", "0005")
    between = office.type(*issue("between.csv"))
    write_roster(office, "cohort.csv", "0006", "0007")
    asked = office.type(*issue("cohort.csv", "--request", "request.json"))
    copy_over(office, "request.json", payer)

    # The thief records, revokes one of ours, suspends another, and takes the root of the request.
    thief = drill.steal("thief", drill.stolen)
    status = (drill.issuer.address, root_of(office, before))
    registry.send(drill.stolen, "revoke", *status, [(0, 0b001)], 0)
    registry.send(drill.stolen, "suspend", *status, [(0, 0b010)])
    drill.record(drill.stolen, asked, size=asked["size"] + 1, list_id=list_of(office, asked["batch"]))
    return Theft(moment, before, between, asked, thief)


def test_a_stolen_key_that_records_is_disowned_and_replaced(drill: Drill) -> None:
    office = drill.institution
    stolen = "0x" + drill.stolen.address.hex()
    theft = suffer(drill)
    before, between, asked, thief = theft.before, theft.between, theft.asked, theft.thief

    # It shows: whoever pays finds the place taken, and whoever issues a key that did more than is known.
    assert drill.payer.refused("anchor", "request.json") == "request.taken"
    assert office.refused(*ISSUE, "--yes", code=1) == "recover.behind"
    assert sorted(office.verdicts(of=before)) == ["revoked", "suspended", "valid"]
    assert office.verdicts(of=between["batch"]) == ["valid"] * 2

    # 1. See what it did.
    seen = drill.type(office, "issuer", "disavow", stolen, "--since", theft.moment)
    assert (seen["done"], seen["complete"], seen["statusChanges"]) == (False, True, 2)
    assert [one["origin"] for one in seen["batches"]] == ["ours", "not ours", "taken"]
    assert thief.verdicts() == ["valid"]

    # 2. Disown it.
    drill.type(office, "issuer", "disavow", stolen, "--since", theft.moment, "--yes")
    assert sorted(office.verdicts(of=before)) == ["revoked", "suspended", "valid"]
    assert office.verdicts(of=between["batch"]) == ["untrusted_issuer"] * 2
    assert thief.verdicts() == ["untrusted_issuer"]

    # 3. Name a new key.
    made = drill.type(office, "key", "new", "keys/operator-2.json")
    office.change('operator_key = "keys/operator_key.json"', 'operator_key = "keys/operator-2.json"')
    drill.fund(made["public"])
    drill.type(office, "issuer", "operator", "add")

    # 4. Confirm what is ours.
    mine = [one["root"] for one in seen["batches"] if one["origin"] == "ours"]
    assert mine == [between["root"]]
    drill.type(office, "issuer", "confirm", mine[0])
    assert office.verdicts(of=between["batch"]) == ["valid"] * 2
    assert thief.verdicts() == ["untrusted_issuer"]

    # 5. Seal anew what the thief took.
    assert office.refused(*issue("cohort.csv", "--reseal", between["batch"])) == "request.still_out"
    dry = office.type("issue", "cohort.csv", "--achievement", "course.toml", "--reseal", asked["batch"])
    assert dry["issued"] is False
    again = drill.type(office, *issue("cohort.csv", "--reseal", asked["batch"]))
    assert (again["state"], again["new"], again["root"] != asked["root"]) == ("final", True, True)
    assert office.verdicts(of=again["batch"]) == ["valid"] * 2
    assert not list(office.folder.glob("batches/*/*.held"))

    # 6. Mend what it did to others.
    (suspended,) = [path for path in files_of(office, before) if office.verdict(path) == "suspended"]
    (revoked,) = [path for path in files_of(office, before) if office.verdict(path) == "revoked"]
    drill.type(office, "reinstate", str(suspended), "--yes")
    assert office.verdict(suspended) == "valid"
    (learner,) = re.findall(r"learner-(\d{4})", revoked.name)
    write_roster(office, "again.csv", learner)
    new = drill.type(office, *issue("again.csv", "--on-duplicate", "replace"))
    assert office.verdicts(of=new["batch"]) == ["valid"]
    assert office.verdict(revoked) in ("revoked", "superseded")

    # 7. Let it be seen; and our own books are in order.
    drill.type(office, "audit", "--out", "report", code=1)
    assert thief.verdicts() == ["untrusted_issuer"]
    assert office.type("fsck")["clean"] is True
    office.type("anchor")
    verify_page(drill.typed, "## A key that records", "## The institution's own key")


def test_a_stolen_key_of_the_institution_itself_ends_with_its_accreditation(drill: Drill) -> None:
    office, accreditor = drill.institution, drill.accreditor
    write_roster(office, "before.csv", "0001", "0002")
    before = office.type(*issue("before.csv"))["batch"]
    old = "0x" + drill.issuer.address.hex()
    theft = drill.pass_time()
    thief = drill.steal("thief", drill.issuer)

    # 1. The accreditor suspends.
    drill.type(accreditor, "issuer", "suspend", old)
    assert office.verdicts(of=before) == ["untrusted_issuer"] * 2
    assert thief.verdicts() == ["untrusted_issuer"]
    (span,) = drill.type(accreditor, "issuer", "show", old)["spans"]

    # 2. And withdraws from the moment of the theft.
    drill.type(accreditor, "issuer", "withdraw", old, "--span", str(span["number"]), "--since", theft)
    assert office.verdicts(of=before) == ["valid"] * 2
    assert thief.verdicts() == ["untrusted_issuer"]

    # 3. A new account, under the same DID.
    new = drill.type(office, "key", "new", "keys/institution-2.json")["public"]
    drill.fund(new)
    drill.type(accreditor, "issuer", "accredit", new, "--did", DID, "--title", TITLE)

    # 4. The institution goes on.
    operator = office.type("key", "new", "keys/operator-2.json")["public"]
    drill.fund(operator)
    with (office.folder / "attestree.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            f'[[issuer]]\nname = "second"\ntitle = "{TITLE}"\naddress = "{new}"\ndid = "{DID}"\n'
            'operator_key = "keys/operator-2.json"\nissuer_key = "keys/institution-2.json"\n'
        )
    drill.type(office, "issuer", "operator", "add", "--issuer", "second")
    write_roster(office, "cohort.csv", "0008")
    made = drill.type(office, *issue("cohort.csv", "--issuer", "second"))
    assert office.verdicts(of=made["batch"]) == ["valid"]
    assert office.verdicts(of=before) == ["valid"] * 2

    # The thief goes on too: what is recorded now is worth nothing, and what was is not taken back by it.
    other = thief.type(*ISSUE, "--request", "r2.json", "--on-duplicate", "replace", "--yes")
    drill.record(drill.issuer, other, size=1, list_id=list_of(thief, other["batch"]))
    # What replaces wants the old one revoked, by a key that the thief does not have.
    thief.type("anchor", code=2)
    assert set(thief.verdicts()) == {"untrusted_issuer"}
    verify_page(drill.typed, "## The institution's own key", "## Other keys")


def files_of(office: Office, batch_id: str) -> list[Path]:
    return sorted(office.folder.glob(f"batches/*/{batch_id}/private/credentials/*.json"))


def root_of(office: Office, batch_id: str) -> bytes:
    with office.store() as store:
        batch = store.fetch_batch(batch_id)
        assert batch is not None
        assert batch.root is not None
        return batch.root


def verify_page(typed: list[str], start: str, end: str) -> None:
    """Every command between two headings of the page was typed; capitals stand for anything."""
    text = PAGE.read_text("utf-8")
    part = text[text.index(start) : text.index(end)]
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL))
    commands = re.findall(r"^ *(attestree .+)$", blocks, re.MULTILINE)
    for command in commands:
        pattern = re.sub(r"2026\S+Z|(0x)?[A-Z]{3,}", ".+", re.escape(command))
        assert any(re.fullmatch(pattern, one) for one in typed), (command, pattern)
    assert len(typed) == len(commands) > 0
