"""
Plan: what a run would do, found out without doing anything.

Decides which rows are issued, whether the batch is there already, what it would cost at most, and what
stops it. Reads the store and asks the chain for fees; writes nothing. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from attestree.credentials.anchor_proof import LIST_ID_SIZE
from attestree.credentials.dates import format_date
from attestree.errors import AttestreeError, ChainUnavailableError, MalformedCredentialError, RevertedError
from attestree.issuing.compose import Composer
from attestree.issuing.derive import SEED_SIZE
from attestree.issuing.duplicates import OnDuplicate, Selection, select_rows, without_rows
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.forms import Forms
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.roster import Roster, parse_roster
from attestree.issuing.row_key import build_fingerprint, key_rows
from attestree.issuing.rows import Row
from attestree.issuing.terms import Terms
from attestree.outbox.fees import limit_gas
from attestree.ports import Batch, Store, TransactionSender
from attestree.registry.calls import build_anchor

ROWS_AT_ONCE = 1_000
"""Rows that are tried together."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IssueRequest:
    """What somebody wants issued."""

    octets: bytes
    """The roster file."""
    file_name: str
    """Its name; the end tells the format."""
    terms: Terms
    """What all credentials share."""
    skip_bad: bool = False
    """Whether good rows are issued although others are bad."""
    on_duplicate: OnDuplicate = OnDuplicate.SKIP
    """What to do with awards that were issued before."""
    release_early: bool = False
    """Whether files are handed out before the anchor is final."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What recording would cost at most."""

    gas: int
    """Gas that the chain estimates."""
    fee_wei: int
    """Ceiling: the gas limit, at the highest fee that would be bid."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Plan:
    """What a run would do."""

    request: IssueRequest
    """What was asked."""
    roster: Roster
    """The roster as read."""
    keyed_rows: KeyedRows
    """Row keys and rows of the whole roster, sorted by row key."""
    selection: Selection
    """Those of them to issue; all of them where the batch is sealed."""
    fingerprint: bytes
    """Of roster and terms, 32 bytes."""
    batch: Batch | None
    """The batch that an earlier run made of the same roster, or None."""
    quote: Quote | None
    """What it would cost at most; None where nothing would be sent, or the chain did not say."""
    obstacle: AttestreeError | None
    """Why the chain gave no quote: unreachable, or the contract would refuse."""
    now: int
    """When the plan was made, Unix seconds."""

    @property
    def size(self) -> int:
        """Number of credentials of the batch."""
        sealed = self.batch.size if self.batch is not None else None
        return sealed if sealed is not None else len(self.selection.keyed_rows)

    @property
    def is_sealed(self) -> bool:
        """Whether an earlier run fixed the batch already."""
        return self.batch is not None and self.batch.root is not None

    @property
    def good(self) -> int:
        """Number of rows that can be issued or were."""
        return len(self.roster.rows) - (0 if self.is_sealed else self.selection.denied)

    @property
    def bad(self) -> int:
        """Number of rows that stop the batch."""
        return self.roster.total - self.good

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, by row."""
        earlier = () if self.is_sealed else self.selection.findings
        return tuple(sorted((*self.roster.findings, *earlier), key=lambda finding: finding.row))

    @property
    def warnings(self) -> int:
        """Number of warnings."""
        return sum(finding.severity is Severity.WARNING for finding in self.findings)

    @property
    def is_stopped(self) -> bool:
        """Whether bad rows stop the batch."""
        return self.bad > 0 and not self.request.skip_bad


def make_plan(
    request: IssueRequest,
    *,
    store: Store,
    sender: TransactionSender | None,
    roster_key: bytes,
    operator: bytes,
    now: int,
) -> Plan:
    """
    Find out what a run would do.

    Args:
        request: What is wanted.
        store: Read only.
        sender: Asked for gas and fees; None = no quote.
        roster_key: The issuer's, 32 bytes.
        operator: Address of the key that would sign, 20 bytes.
        now: Unix seconds; credentials would begin to be valid then.

    Raises:
        RosterError: No row of the roster can be judged.
    """
    terms = request.terms
    roster = parse_roster(request.octets, file_name=request.file_name, with_names=terms.with_names)
    keyed = key_rows(
        roster_key, roster.rows, issuer=terms.profile.address, achievement_id=terms.achievement_id
    )
    # Skipping and denying make the same batch where they make one; replacing makes another.
    replace = request.on_duplicate is OnDuplicate.REPLACE
    fingerprint = build_fingerprint(
        roster_key, rows=keyed.rows(), terms={**terms.to_json(), "replace": replace}
    )
    batch = find_batch(store, issuer=terms.profile.address, fingerprint=fingerprint)
    is_sealed = batch is not None and batch.root is not None
    # What is sealed is not chosen again, nor its rows fetched, of which there may be a million
    selection = Selection(keyed, {}, (), 0, 0) if is_sealed else _select(keyed, request, store, now=now)
    quote, obstacle = None, None
    if sender is not None and selection.keyed_rows and not is_sealed:
        try:
            quote = fetch_quote(sender, terms, size=len(selection.keyed_rows), operator=operator)
        except (ChainUnavailableError, RevertedError) as exc:
            obstacle = exc
    return Plan(
        # what was read is not needed any more, and may be large
        request=dataclasses.replace(request, octets=b""),
        roster=roster,
        keyed_rows=keyed,
        selection=selection,
        fingerprint=fingerprint,
        batch=batch,
        quote=quote,
        obstacle=obstacle,
        now=now,
    )


def _select(keyed: KeyedRows, request: IssueRequest, store: Store, *, now: int) -> Selection:
    """Return the rows to issue: those that make a credential, without those that were issued before."""
    issued = store.fetch_rows_by_key(keyed.keys())
    selection = select_rows(keyed, issued, request.on_duplicate)
    return without_rows(selection, find_unfit(selection.keyed_rows, request.terms, now=now))


def find_unfit(keyed_rows: Sequence[tuple[bytes, Row]], terms: Terms, *, now: int) -> list[Finding]:
    """Compose every credential once for trial; find rows that make none, and awards in the future."""
    composer = Composer(terms, bytes(SEED_SIZE), now)
    forms = Forms(composer, bytes(LIST_ID_SIZE))
    findings: list[Finding] = []
    today, rows = format_date(now), (row for _, row in keyed_rows)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        findings += [_warn_of_future(row) for row in some if row.awarded_on > today]
        if not forms.accept(some):
            findings += _find_unfit_among(some, forms)
    return findings


def _warn_of_future(row: Row) -> Finding:
    """Return what is said of an award of a day that is not yet."""
    return Finding(row.number, Severity.WARNING, "awarded_on", "roster.future_award", {}, row.awarded_on)


def _find_unfit_among(rows: Sequence[Row], forms: Forms) -> Iterator[Finding]:
    """Yield what keeps rows from being issued, one by one."""
    for row in rows:
        try:
            forms.verify(row)
        except MalformedCredentialError as exc:
            over = exc.code == "format.ends_before_start"
            code = "roster.already_over" if over else "roster.not_issuable"
            yield Finding(row.number, Severity.BAD, "", code, {"problem": exc.code})


def find_batch(store: Store, *, issuer: bytes, fingerprint: bytes) -> Batch | None:
    """Return the issuer's batch with that fingerprint, or None."""
    batches = store.fetch_batches(issuer=issuer)
    return next((batch for batch in batches if batch.fingerprint == fingerprint), None)


def fetch_quote(sender: TransactionSender, terms: Terms, *, size: int, operator: bytes) -> Quote:
    """
    Ask the chain what recording a batch would cost at most.

    Raises:
        ChainUnavailableError: No answer.
        RevertedError: The contract would refuse, such as a key that may not record for the issuer.
    """
    # Some root that nobody can have recorded: only its shape matters for the gas.
    root = sha256(b"attestree/1 quote" + terms.profile.address).digest()
    payload = build_anchor(
        terms.profile.address, root=root, size=max(size, 1), kind=int(terms.kind), list_id=root[:13]
    )
    return quote_call(sender, sender=operator, to=terms.registry, payload=payload)


def quote_call(chain: TransactionSender, *, sender: bytes, to: bytes, payload: bytes) -> Quote:
    """Ask the chain what one call would cost at most; raises as `fetch_quote` does."""
    gas = chain.fetch_gas(sender=sender, to=to, payload=payload)
    return Quote(gas, limit_gas(gas) * chain.fetch_fees().max_fee)
