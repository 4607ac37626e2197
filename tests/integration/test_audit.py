"""An audit of a real contract on anvil: what real acts, lying nodes and altered archives lead to."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.chain_events import EvmEvents
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.adapters.files.archive import ArchiveFolder, find_archives
from attestree.auditing.audit import Audit, Audited
from attestree.auditing.export import build_files
from attestree.auditing.standing import BURST_ANCHORS
from attestree.cli.main import run, shared_flags_first
from attestree.errors import ChainUnavailableError, RequestError
from attestree.merkle.keccak import keccak256
from attestree.ports import ChainEvents
from attestree.registry.events import SHAPES_BY_NAME
from attestree.registry.facts import BlockRef, ChainIdentity, Log, Role
from attestree.registry.finality import parse_finality
from attestree.verifying.trust import format_trust
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import trust_in
from tests.unit.auditing.archive import Archive, make_archive


class NoClock:
    def now(self) -> int:
        return 0


@pytest.fixture
def registry(chain: DevChain) -> Iterator[Deployed]:
    deployed = deploy_registry(chain)
    yield deployed
    deployed.rpc.close()


def events_of(registry: Deployed) -> ChainEvents:
    source = Source(registry.rpc, identity=registry.identity, finality=parse_finality("instant"))
    return EvmEvents(Sources([source]), clock=NoClock())


def audit(registry: Deployed, *, events: ChainEvents | None = None, **asked: Any) -> Audited:
    found = Audit(
        events=events or events_of(registry),
        identity=registry.identity,
        name="local",
        network="test",
        finality="instant",
    )
    return found.run(**asked)


def codes(audited: Audited, *, grave: bool = False) -> set[str]:
    return {finding.code for finding in audited.report.findings if finding.grave or not grave}


# -- real acts ----------------------------------------------------------------------------------


def test_a_registry_in_order_is_clean_and_proven(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    batch = registry.anchor(issuer, size=300, by=operator)
    registry.anchor(issuer, size=5)
    registry.revoke(batch, [1, 299])
    registry.suspend(batch, [2])
    report = audit(registry).report
    assert report.clean
    assert report.heads_agree
    assert codes(audit(registry)) == {"audit.power_admin", "audit.power_accreditor"}
    figures = report.count()
    assert (figures["issuers"], figures["batches"], figures["credentialsDeclared"]) == (1, 2, 305)
    assert (figures["revoked"], figures["suspended"], figures["issuersAccredited"]) == (2, 1, 1)
    proven = {statement.code for statement in report.sections["proven"]}
    assert proven == {"audit.proven_registry", "audit.proven_issuers", "audit.proven_times"}


def test_a_registry_without_issuers_is_clean(registry: Deployed) -> None:
    report = audit(registry).report
    assert report.clean
    assert report.issuers == ()


def disavow(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    first = registry.anchor(issuer, size=7, by=operator)
    registry.anchor(issuer, size=8, by=operator)
    registry.confirm(issuer, first.root)
    registry.increase_time(100)
    registry.disavow(issuer, operator, since=first.time)


def withdraw(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    batch = registry.anchor(issuer, size=7)
    registry.increase_time(100)
    registry.withdraw_accreditation(issuer, span=1, until=batch.time)


def share_a_list(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    batch = registry.anchor(issuer)
    registry.anchor(issuer, list_id=batch.list_id)


def burst(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    for _ in range(BURST_ANCHORS + 1):
        registry.anchor(issuer, size=2)


def rename(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    registry.accredit(issuer, name="Another")


def accredit_oneself(registry: Deployed) -> None:
    registry.accredit(registry.accreditor)


def hand_over(registry: Deployed) -> None:
    heir = registry.new_actor("heir")
    registry.send(registry.admin, "proposeAdmin", heir.address)
    registry.increase_time(10)
    registry.send(heir, "acceptAdmin")


def propose(registry: Deployed) -> None:
    registry.send(registry.admin, "proposeAdmin", registry.new_actor("heir").address)


def cancel_and_revoke_all(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    registry.cancel(issuer, keccak256(b"never"))
    registry.revoke(registry.anchor(issuer, size=9))


def end_by_admin(registry: Deployed) -> None:
    registry.suspend_accreditation(registry.new_issuer(), by=registry.admin)


@pytest.mark.parametrize(
    ("act", "expected", "grave"),
    [
        (
            disavow,
            {"audit.anchor_disavowed", "audit.disavowal_back_dated", "audit.anchor_confirmed"},
            True,
        ),
        (withdraw, {"audit.withdrawal_back_dated"}, True),
        (share_a_list, {"audit.list_shared"}, True),
        (lambda r: r.anchor(r.new_actor("stranger")), {"audit.anchor_outside_span"}, True),
        (burst, {"audit.burst"}, False),
        (rename, {"audit.identity_changed"}, False),
        (accredit_oneself, {"audit.self_accredited"}, False),
        (hand_over, {"audit.admin_changed"}, False),
        (propose, {"audit.power_pending"}, False),
        (lambda r: r.pause(), {"audit.paused", "audit.paused_once"}, False),
        (lambda r: r.strike_off(r.accreditor), {"audit.accreditor_removed"}, False),
        (cancel_and_revoke_all, {"audit.anchor_cancelled", "audit.whole_list_revoked"}, False),
        (end_by_admin, {"audit.ended_by_other", "audit.accreditation_ended"}, False),
    ],
)
def test_an_act_that_matters_is_found(
    registry: Deployed, act: Callable[[Deployed], object], expected: set[str], grave: bool
) -> None:
    act(registry)
    audited = audit(registry)
    assert codes(audited) - {"audit.power_admin", "audit.power_accreditor"} == expected
    assert audited.report.clean is not grave
    assert audited.report.heads_agree


def test_what_back_dating_kills_is_counted_without_what_was_confirmed(registry: Deployed) -> None:
    disavow(registry)
    found = {finding.code: finding.values for finding in audit(registry).report.findings}
    back_dated = found["audit.disavowal_back_dated"]
    assert (back_dated["anchors"], back_dated["credentials"]) == (1, 8)
    assert found["audit.anchor_disavowed"]["size"] == 8
    withdraw(registry)
    found = {finding.code: finding.values for finding in audit(registry).report.findings}
    assert (found["audit.withdrawal_back_dated"]["anchors"]) == 1


# -- lying nodes --------------------------------------------------------------------------------


class Liar:
    """A node that alters the events it serves, and tells the truth about storage."""

    def __init__(self, honest: ChainEvents, lie: Callable[[list[Log]], list[Log]]) -> None:
        self.honest, self.lie = honest, lie

    def fetch_logs(self, *, first_block: int, last_block: int) -> Sequence[Log]:
        return self.lie(list(self.honest.fetch_logs(first_block=first_block, last_block=last_block)))

    def fetch_block(self, tag: int | str) -> BlockRef:
        return self.honest.fetch_block(tag)

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        return self.honest.fetch_words(slots, block=block)

    def fetch_identity(self) -> ChainIdentity:
        return self.honest.fetch_identity()


def lived(registry: Deployed) -> Actor:
    """Let everything happen once; return the issuer."""
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer, roles=Role.ANCHOR | Role.STATUS)
    batch = registry.anchor(issuer, by=operator)
    registry.revoke(batch, [3], by=operator)
    registry.anchor(issuer)
    registry.suspend(batch, [4])
    registry.remove_operator(issuer, operator)
    registry.pause()
    registry.unpause()
    return issuer


def test_no_event_can_be_left_out_repeated_or_moved(registry: Deployed) -> None:
    lived(registry)
    honest = events_of(registry)
    logs = honest.fetch_logs(first_block=registry.identity.deploy_block, last_block=registry.block().number)
    for at in range(1, len(logs)):
        for lie in (
            lambda told, at=at: told[:at] + told[at + 1 :],
            lambda told, at=at: told[: at + 1] + told[at:],
            lambda told, at=at: [*told[:at], *told[at + 1 :], told[at]] if at < len(told) - 1 else told[::-1],
        ):
            told = lie(list(logs))
            audited = audit(registry, events=Liar(honest, lie))
            # Events of different subjects may change places: no head depends on it
            if subjects(told) != subjects(list(logs)):
                assert not audited.report.clean


def subjects(logs: list[Log]) -> dict[tuple[bytes, ...], list[bytes]]:
    """Return what each head is folded over."""
    found: dict[tuple[bytes, ...], list[bytes]] = {}
    for log in logs:
        key = (log.topics[1] if len(log.topics) > 1 else b"", bytes([len(log.topics)]))
        found.setdefault(key, []).append(b"".join(log.topics) + log.payload)
    return found


def test_an_event_with_a_changed_bit_in_its_payload_is_found(registry: Deployed) -> None:
    lived(registry)
    honest = events_of(registry)
    logs = honest.fetch_logs(first_block=registry.identity.deploy_block, last_block=registry.block().number)
    for at, log in enumerate(logs):
        for place in range(0, len(log.payload), 37):
            payload = bytearray(log.payload)
            payload[place] ^= 1
            forged = replace(log, payload=bytes(payload))
            audited = audit(
                registry,
                events=Liar(honest, lambda told, at=at, forged=forged: [*told[:at], forged, *told[at + 1 :]]),
            )
            assert not audited.report.clean


def test_a_gap_is_named_and_other_issuers_are_proven_all_the_same(registry: Deployed) -> None:
    lied, honest = registry.new_issuer("one"), registry.new_issuer("two")
    for issuer in (lied, honest):
        for _ in range(3):
            registry.anchor(issuer)
    topic = SHAPES_BY_NAME["Anchored"].topic
    dropped: list[Log] = []

    def drop(told: list[Log]) -> list[Log]:
        dropped[:] = [log for log in told if log.topics[0] == topic][1:2]
        return [log for log in told if log not in dropped]

    audited = audit(registry, events=Liar(events_of(registry), drop))
    assert {"audit.sequence_gap", "audit.head_anchors"} <= codes(audited, grave=True)
    proven = {issuer.address: issuer.proven for issuer in audited.report.issuers}
    assert proven == {lied.address: False, honest.address: True}
    unexamined = {statement.code for statement in audited.report.sections["not_examined"]}
    assert {"audit.unexamined_issuers", "audit.unexamined_events"} <= unexamined


def test_an_issuer_that_is_kept_back_whole_is_found_by_whoever_names_it(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    registry.anchor(issuer)
    liar = Liar(
        events_of(registry), lambda told: [log for log in told if issuer.address not in b"".join(log.topics)]
    )
    silent = audit(registry, events=liar)
    assert silent.report.heads_agree
    assert "audit.unknowable_hidden" in {item.code for item in silent.report.sections["unknowable"]}
    named = audit(registry, events=liar, named=[issuer.address])
    assert {"audit.head_anchors", "audit.head_acts"} <= codes(named, grave=True)


def test_an_event_that_is_none_of_the_registrys_is_found(registry: Deployed) -> None:
    issuer = registry.new_issuer()

    def add(told: list[Log]) -> list[Log]:
        return [*told, replace(told[-1], topics=(keccak256(b"Nothing()"), told[-1].topics[1]))]

    audited = audit(registry, events=Liar(events_of(registry), add))
    assert "audit.event_unreadable" in codes(audited, grave=True)
    assert [finding.issuer for finding in audited.report.findings if finding.grave] == [issuer.address]


def test_a_node_without_old_events_leaves_the_audit_undone(registry: Deployed) -> None:
    with pytest.raises(ChainUnavailableError, match=r"audit\.logs_missing"):
        audit(registry, events=Liar(events_of(registry), lambda told: told[1:]))


def test_a_chain_that_is_wound_back_meanwhile_leaves_the_audit_undone(registry: Deployed) -> None:
    class WoundBack(Liar):
        def fetch_block(self, tag: int | str) -> BlockRef:
            found = self.honest.fetch_block(tag)
            return replace(found, hash=bytes(32)) if isinstance(tag, int) else found

    with pytest.raises(ChainUnavailableError, match=r"chain\.reorganised"):
        audit(registry, events=WoundBack(events_of(registry), lambda told: told))


# -- up to a block ------------------------------------------------------------------------------


def test_an_audit_up_to_a_block_knows_nothing_of_later_ones(registry: Deployed) -> None:
    issuer = registry.new_issuer()
    registry.anchor(issuer)
    block = registry.block().number
    before = build_files(audit(registry))
    withdraw(registry)
    registry.anchor(issuer)
    assert build_files(audit(registry, to=block)) == before
    assert build_files(audit(registry)) != before


def test_a_block_that_is_not_there_yet_or_lies_before_the_registry_is_refused(registry: Deployed) -> None:
    with pytest.raises(RequestError, match=r"audit\.not_final_yet"):
        audit(registry, to=registry.block().number + 1)
    with pytest.raises(ChainUnavailableError, match=r"audit\.before_deployment"):
        audit(registry, to=registry.identity.deploy_block - 1)


# -- archives -----------------------------------------------------------------------------------


def anchored_archive(registry: Deployed, folder: Path, *, size: int = 5, kind: int = 0) -> Archive:
    issuer = registry.new_issuer()
    archive = make_archive(folder, size=size, kind=kind, issuer=issuer.address, identity=registry.identity)
    registry.anchor(issuer, root=archive.root, size=size, kind=kind, list_id=archive.list_id)
    return archive


@pytest.mark.parametrize("kind", [0, 1])
def test_an_archive_that_fits_is_recomputed(registry: Deployed, tmp_path: Path, kind: int) -> None:
    anchored_archive(registry, tmp_path / "a" / "public", kind=kind)
    registry.anchor(registry.new_issuer("other"))
    audited = audit(registry, archives=find_archives(tmp_path))
    assert audited.report.clean
    assert sorted(batch.archive for batch in audited.report.batches) == ["none", "recomputed"]
    assert audited.report.count()["batchesRecomputed"] == 1
    (statement,) = audited.report.sections["recomputed"]
    assert (statement.values["batches"], statement.values["of"]) == (1, 2)


def spoil_leaf(archive: Archive) -> None:
    lines = archive.lines()
    lines[1] = re.sub(rb"[0-9a-f]{64}", b"01" * 32, lines[1])
    archive.write_leaves(lines)


def repeat_index(archive: Archive) -> None:
    lines = archive.lines()
    lines[2] = lines[2].replace(b'"index":2', b'"index":1')
    archive.write_leaves(lines)


def drop_leaf(archive: Archive) -> None:
    archive.write_leaves(archive.lines()[:-1])


def change_list(archive: Archive) -> None:
    archive.describe(list="00" * 13)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (spoil_leaf, {"audit.archive_damaged", "audit.root_mismatch"}),
        (repeat_index, {"audit.index_twice"}),
        (drop_leaf, {"audit.archive_damaged", "audit.root_mismatch", "audit.size_mismatch"}),
        (change_list, {"audit.archive_differs"}),
        (
            lambda a: a.describe(kind=1),
            {"audit.archive_damaged", "audit.archive_differs", "audit.root_mismatch"},
        ),
        (lambda a: (a.folder / "nodes.bin").unlink(), {"audit.archive_damaged"}),
        (lambda a: (a.folder / "batch.json").write_bytes(b"{}"), {"audit.archive_damaged"}),
    ],
)
def test_an_altered_archive_is_found(
    registry: Deployed, tmp_path: Path, spoil: Callable[[Archive], object], expected: set[str]
) -> None:
    archive = anchored_archive(registry, tmp_path)
    spoil(archive)
    audited = audit(registry, archives=[ArchiveFolder(tmp_path)])
    assert codes(audited, grave=True) == expected
    assert audited.report.count()["batchesRecomputed"] == 0


def test_a_declared_size_that_the_archive_does_not_bear_out_is_found(
    registry: Deployed, tmp_path: Path
) -> None:
    issuer = registry.new_issuer()
    archive = make_archive(tmp_path, size=5, issuer=issuer.address, identity=registry.identity)
    registry.anchor(issuer, root=archive.root, size=5000, list_id=archive.list_id)
    audited = audit(registry, archives=[ArchiveFolder(tmp_path)])
    assert codes(audited, grave=True) == {"audit.size_mismatch"}


def test_an_archive_of_no_recorded_batch_or_of_another_registry_is_named(
    registry: Deployed, tmp_path: Path
) -> None:
    issuer = registry.new_issuer()
    make_archive(tmp_path / "a", size=2, issuer=issuer.address, identity=registry.identity)
    elsewhere = replace(registry.identity, registry=b"\x01" * 20)
    make_archive(tmp_path / "b", size=2, issuer=issuer.address, identity=elsewhere)
    audited = audit(registry, archives=find_archives(tmp_path))
    assert {"audit.archive_not_anchored", "audit.archive_foreign"} <= codes(audited)
    assert "audit.unexamined_archives" in {s.code for s in audited.report.sections["not_examined"]}


# -- files and command --------------------------------------------------------------------------


HOSTILE = '=HYPERLINK("http://x","y")'


def test_the_report_names_the_sums_of_its_files_and_is_the_same_twice(registry: Deployed) -> None:
    lived(registry)
    files = build_files(audit(registry))
    report = json.loads(files["report.json"])
    assert report["files"] == {
        name: sha256(octets).hexdigest() for name, octets in files.items() if name != "report.json"
    }
    assert build_files(audit(registry)) == files
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert len(events) == report["counts"]["events"]


@pytest.mark.parametrize(
    "name", [HOSTILE, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a",\r\nb, "c"', "<script>alert(1)</script>"]
)
def test_a_hostile_name_computes_nothing_and_breaks_no_table(registry: Deployed, name: str) -> None:
    issuer = registry.new_actor("hostile")
    registry.accredit(issuer, name=name)
    registry.anchor(issuer)
    files = build_files(audit(registry))
    page = files["report.html"].decode()
    assert "<script" not in page
    assert "http-equiv" in page
    for file, column in (("events.csv", "name"), ("batches.csv", "issuer_name")):
        text = files[file].decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        cells = [row[column] for row in rows if row[column]]
        assert cells in ([name], ["'" + name])
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
        assert all(None not in row and None not in row.values() for row in rows)


@pytest.fixture
def trust_file(registry: Deployed, tmp_path: Path) -> Path:
    path = tmp_path / "trust.toml"
    path.write_text(format_trust(trust_in(registry)), "utf-8")
    return path


def command(*arguments: str) -> int:
    return run(shared_flags_first(["audit", *arguments]))


def test_an_auditor_needs_a_trust_file_and_a_node_alone(
    registry: Deployed,
    trust_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    issuer = registry.new_issuer()
    registry.anchor(issuer)
    flags = ["--trust", str(trust_file), "--rpc", registry.chain.url, "--out", "report"]
    assert command(*flags, "--issuer", "0x" + issuer.address.hex()) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("TEST, worth nothing")
    assert "heads agree with storage: 1/1 issuers" in printed
    written = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert written == ["batches.csv", "events.csv", "events.jsonl", "report.html", "report.json"]
    for _ in range(21):
        registry.anchor(registry.new_actor("stranger"))
    assert command(*flags, "--json", "--registry", "local") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["outcome"], found["counts"]["findings"]["medium"]) == (
        *("attestree.audit/1", "findings"),
        21,
    )
    assert command(*flags) == 1
    assert "and 1 more in the report" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("--rpc", "http://127.0.0.1:1"), 2, "audit.rpc_without_trust"),
        (("--trust", "trust.toml"), 2, "audit.no_node"),
        (("--trust", "trust.toml", "--rpc", "http://127.0.0.1:1"), 3, "chain.unreachable"),
        (("--trust", "trust.toml", "--rpc", "CHAIN", "--registry", "no"), 2, "audit.which_registry"),
        (("--trust", "trust.toml", "--rpc", "CHAIN", "--issuer", "0x12"), 2, "audit.bad_address"),
        (("--trust", "trust.toml", "--rpc", "CHAIN", "--archives", "empty"), 2, "audit.no_archive"),
        (("--registry", "no"), 2, "config.no_registry"),
    ],
)
def test_what_cannot_be_audited_is_said_in_one_line(  # noqa: PLR0917 - fixtures
    registry: Deployed,
    trust_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    given = [registry.chain.url if flag == "CHAIN" else flag for flag in flags]
    assert command("--out", "report", *given) == code
    assert f"[{said}]" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()
