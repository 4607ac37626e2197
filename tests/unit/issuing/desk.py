"""An issuing desk on a real SQLite store and real folders, with a chain that only quotes fees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.sql.store import SqlStore
from attestree.errors import AttestreeError
from attestree.issuing.deliver import Delivered, deliver_batch
from attestree.issuing.duplicates import OnDuplicate
from attestree.issuing.issue import Issued, Issuing
from attestree.issuing.plan import IssueRequest
from attestree.issuing.status import StatusDesk
from attestree.issuing.terms import Terms
from attestree.outbox.states import State
from attestree.ports import Batch, Fees
from attestree.registry.facts import BlockRef
from tests.unit.issuing import samples

OPERATOR = b"\x44" * 20
FINAL_BLOCK = BlockRef(7, b"\x07" * 32, samples.CREATED)


@dataclass
class QuotingSender:
    """Answers what a plan asks; refuses or is silent where it was told to."""

    error: AttestreeError | None = None
    gas: int = 60_000
    asked: list[bytes] = field(default_factory=list)

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        assert (sender, to) == (OPERATOR, samples.terms().registry)
        self.asked.append(payload)
        if self.error is not None:
            raise self.error
        return self.gas

    def fetch_fees(self) -> Fees:
        return Fees(max_fee=2 * 10**9, priority_fee=10**9)


@dataclass
class StandingClock:
    seconds: int = samples.CREATED

    def now(self) -> int:
        return self.seconds


@dataclass
class CountingEntropy:
    """Draws different bytes each time, the same ones in each test."""

    drawn: int = 0

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(count, "big")


@dataclass
class Desk:
    """All that a test needs to issue."""

    store: SqlStore
    folder: BatchFolders
    sender: QuotingSender
    clock: StandingClock
    issuing: Issuing
    status: StatusDesk

    def request(
        self,
        octets: bytes = samples.ROSTER,
        *,
        terms: Terms | None = None,
        skip_bad: bool = False,
        on_duplicate: OnDuplicate = OnDuplicate.SKIP,
        release_early: bool = False,
    ) -> IssueRequest:
        return IssueRequest(
            octets=octets,
            file_name="roster.csv",
            terms=terms or samples.terms(),
            skip_bad=skip_bad,
            on_duplicate=on_duplicate,
            release_early=release_early,
        )

    def issue(self, request: IssueRequest | None = None) -> Issued:
        return self.issuing.issue(self.issuing.plan(request or self.request()))

    def batch(self, issued: Issued) -> Batch:
        assert issued.batch is not None
        found = self.store.fetch_batch(issued.batch.id)
        assert found is not None
        return found

    def finish(self, intent_id: str | None) -> None:
        """Take a write to FINAL, as if the chain had it."""
        intent = self.store.fetch_intent(intent_id or "")
        assert intent is not None
        self.store.move_intent(
            intent.wanted.id, before=intent.state, after=State.FINAL, fence=intent.fence, block=FINAL_BLOCK
        )

    def deliver(self, issued: Issued) -> Delivered:
        return deliver_batch(self.batch(issued).id, store=self.store, folder=self.folder, status=self.status)

    def issue_final(self, request: IssueRequest | None = None) -> Issued:
        issued = self.issue(request)
        self.finish(issued.intent_id)
        self.deliver(issued)
        return issued


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    clock, sender, folders = StandingClock(), QuotingSender(), BatchFolders(folder / "batches")
    with SqlStore.create(f"sqlite:///{folder / 'store.db'}") as store:
        issuing = Issuing(
            store=store,
            folder=folders,
            sender=sender,  # type: ignore[arg-type]  # only the two questions of a quote are answered
            clock=clock,
            entropy=CountingEntropy(),
            roster_key=samples.ROSTER_KEY,
            operator=OPERATOR,
            fee_limit_wei=10**15,
        )
        status = StatusDesk(
            store=store,
            clock=clock,
            issuer=samples.profile().address,
            operator=OPERATOR,
            contracts={"local": samples.terms().registry},
        )
        yield Desk(store, folders, sender, clock, issuing, status)
