"""`attestree verify` on a real chain: what it prints and how it ends."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.cli.main import run, shared_flags_first
from attestree.credentials.anchor_proof import AnchorHeader
from attestree.merkle.kind import TreeKind
from attestree.registry.facts import Reason
from attestree.verifying.trust import format_trust
from tests.fakes.counting_node import run_counting_node
from tests.integration.deployed import AnchoredBatch, Deployed, deploy_registry
from tests.integration.furnishing import trust_in
from tests.unit.credentials.images.pictures import png, svg
from tests.unit.verifying.genuine import LIST_ID, build_document, seal, with_proofs

DID = "did:web:university.example"


class Desk:
    """A recorded credential, a trust file and the command."""

    def __init__(self, registry: Deployed, folder: Path) -> None:
        self.registry = registry
        self.folder = folder
        self.batch = self.record()
        self.write_trust()

    def record(self) -> AnchoredBatch:
        issuer = self.registry.new_actor("university")
        self.registry.accredit(issuer, did=DID, name="University")
        header = AnchorHeader(
            kind=TreeKind.OPENZEPPELIN,
            chain_id=self.registry.identity.chain_id,
            registry=self.registry.address,
            issuer=issuer.address,
            size=5,
            list_id=LIST_ID,
        )
        document = build_document(
            issuer={"id": DID, "type": ["Profile"], "name": "University"}, validFrom="2020-01-01T00:00:00Z"
        )
        secured = seal(document, header)
        self.credential = with_proofs(document, secured)
        self.write("good.json", self.credential)
        self.write("changed.json", {**self.credential, "name": "Better"})
        return self.registry.anchor(issuer, root=secured.anchor.root, size=5, list_id=LIST_ID)

    def write(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(json.dumps(value), "utf-8")

    def write_trust(self) -> None:
        trust = trust_in(self.registry, agency="Agency QA")
        (self.folder / "trust.toml").write_text(format_trust(trust), "utf-8")

    def verify(self, *arguments: str, rpc: str | None = None) -> int:
        url = rpc or self.registry.chain.url
        files = [str(self.folder / word) if word.endswith(".json") else word for word in arguments]
        line = ["verify", *files, "--trust", str(self.folder / "trust.toml"), "--rpc", url]
        return run(shared_flags_first(line))


@pytest.fixture
def desk(chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(deploy_registry(chain), tmp_path)


def test_a_good_file_ends_with_zero_and_says_that_the_network_is_a_test(desk: Desk, capsys) -> None:
    assert desk.verify("good.json") == 0
    shown = capsys.readouterr().out
    assert shown.startswith("TEST, WORTH NOTHING: GENUINE AND VALID")
    assert "Agency QA, whom you trust, vouched for the issuer" in shown


def test_json_is_the_report(desk: Desk, capsys) -> None:
    assert desk.verify("good.json", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["valid"] is True
    assert report["ref"].endswith("good.json")
    assert report["network"]["kind"] == "test"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["changed.json"], 1),
        (["good.json", "--expect-name", "Somebody Else"], 1),
        (["good.json", "--expect-name", "zofia kowalska"], 0),
        (["good.json", "--at", "2019-12-31"], 1),
        (["good.json", "--at", "someday"], 2),
        (["none.json"], 2),
        (["good.json", "good.json"], 0),
        (["good.json", "changed.json"], 1),
        (["good.json", "none.json"], 2),
        (["none.json", "changed.json"], 1),
    ],
)
def test_the_exit_code_follows_the_worst_answer(desk: Desk, arguments: list[str], code: int) -> None:
    assert desk.verify(*arguments) == code


def test_without_a_node_it_ends_with_three_but_a_changed_file_still_with_one(desk: Desk) -> None:
    nobody = "http://127.0.0.1:9"
    assert desk.verify("good.json", rpc=nobody) == 3
    assert desk.verify("changed.json", rpc=nobody) == 1
    assert desk.verify("good.json", "changed.json", rpc=nobody) == 1


def test_a_revoked_credential_ends_with_one(desk: Desk, capsys) -> None:
    desk.registry.revoke(desk.batch, [2])
    assert desk.verify("good.json", "--explain") == 1
    assert "status.revoked" in capsys.readouterr().out


def test_the_pins_of_the_trust_file_count(desk: Desk) -> None:
    path = desk.folder / "trust.toml"
    genesis = desk.registry.identity.genesis_hash.hex()
    path.write_text(path.read_text("utf-8").replace(genesis, "11" * 32), "utf-8")
    assert desk.verify("good.json") == 3


def test_standard_input_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    octets = (desk.folder / "good.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets), "utf-8"))
    assert desk.verify("-") == 0


@pytest.mark.parametrize("picture", [png(), svg()], ids=["png", "svg"])
def test_a_baked_picture_gets_the_verdict_of_its_credential(
    desk: Desk, capsys, monkeypatch: pytest.MonkeyPatch, picture: bytes
) -> None:
    (desk.folder / "badge").write_bytes(picture)
    for name, code in (("good", 0), ("changed", 1)):
        baked = str(desk.folder / f"{name}.baked")
        assert run(["bake", str(desk.folder / f"{name}.json"), str(desk.folder / "badge"), "-o", baked]) == 0
        assert desk.verify(baked) == code
    standard_input = io.TextIOWrapper(io.BytesIO((desk.folder / "good.baked").read_bytes()))
    monkeypatch.setattr(sys, "stdin", standard_input)
    assert desk.verify("-") == 0
    standard_input.close()
    assert "TEST" in capsys.readouterr().out
    assert desk.verify(str(desk.folder / "badge")) == 2
    assert "There is no credential in this picture." in capsys.readouterr().err


def test_many_files_are_counted_in_json_too(desk: Desk, capsys) -> None:
    assert desk.verify("good.json", "changed.json", "none.json", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"] == {"tampered": 1, "unusable": 1, "valid": 1}
    assert [item.get("verdict") for item in answer["reports"]] == ["valid", "tampered", None]


def test_each_step_of_reading_one_credential_is_one_request(desk: Desk) -> None:
    with run_counting_node(desk.registry.chain.url) as node:
        assert desk.verify("good.json", rpc=node.url) == 0
    assert [set(asked) for asked in node.requests] == [
        {"eth_chainId", "eth_getBlockByNumber", "eth_getCode"},
        # the anchor and status words, then the span; an operator would be one more
        *[{"eth_getStorageAt"}] * 2,
    ]
    assert len(node.requests[0]) == 5


def test_a_folder_is_judged_over_one_view_of_the_chain(desk: Desk, capfdbinary) -> None:
    badges = desk.folder / "badges"
    badges.mkdir()
    for number in range(60):
        (badges / f"{number:03}.json").write_text(json.dumps(desk.credential), "utf-8")
    (badges / "zz.jsonl").write_text("\n".join(json.dumps(desk.credential) for _ in range(40)), "utf-8")
    (badges / "030.json").write_text("{", "utf-8")
    with run_counting_node(desk.registry.chain.url) as node:
        assert desk.verify(str(badges), "--csv", rpc=node.url) == 2
    printed = capfdbinary.readouterr()
    rows = printed.out.decode("utf-8-sig").splitlines()
    assert len(rows) == 101
    assert [row.split(",")[2] for row in rows[1:]].count("valid") == 99
    assert rows[31].split(",")[2] == "unusable"
    assert b"100 checked: 1 unusable   99 valid" in printed.err
    assert len(node.requests) == 3


def test_a_revocation_in_a_folder_says_its_reason(desk: Desk, capsys) -> None:
    desk.registry.revoke(desk.batch, [2], reason=Reason.SUPERSEDED)
    lines = [json.dumps(desk.credential), json.dumps({**desk.credential, "name": "Better"})]
    (desk.folder / "both.jsonl").write_text("\n".join(lines), "utf-8")
    assert desk.verify(str(desk.folder / "both.jsonl"), "--json") == 1
    first, second, done = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["verdict"], second["verdict"]) == ("superseded", "tampered")
    assert done == {"done": True, "lines": 2, "counts": {"superseded": 1, "tampered": 1}}


def test_without_a_node_a_whole_folder_is_answered_at_once(desk: Desk, capsys) -> None:
    lines = desk.folder / "many.jsonl"
    lines.write_text("\n".join(json.dumps(desk.credential) for _ in range(300)), "utf-8")
    assert desk.verify(str(lines), rpc="http://127.0.0.1:9") == 3
    assert capsys.readouterr().out.splitlines()[-1] == "300 unknown"


def test_a_table_and_json_cannot_both_be_had(desk: Desk, capsys) -> None:
    assert desk.verify("good.json", "--csv", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "request.one_form"


HEAVY = (
    *(
        "web3",
        "eth_account",
        "eth_abi",
        "eth_utils",
        "numba",
        "numpy",
        "pandas",
        "fastapi",
        "uvicorn",
        "sqlalchemy",
    ),
    *(
        "alembic",
        "pydantic_settings",
        "rich",
        "jinja2",
        "dask",
        "aiohttp",
        "py_ecc",
        "pyld",
        "lxml",
        "requests",
    ),
)


def test_verifying_a_file_without_signature_loads_nothing_heavy(desk: Desk) -> None:
    code = (
        "import sys; from attestree.cli.main import run;"
        f"code = run(['verify', 'good.json', '--trust', 'trust.toml', '--rpc', {desk.registry.chain.url!r}]);"
        f"print(code, [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=desk.folder, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
