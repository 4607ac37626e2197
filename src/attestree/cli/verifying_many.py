"""
`attestree verify` of many credentials: files, folders, and files of many lines, in one run.

Decides how much is held at once and read ahead, that a credential which cannot be judged is one line and
stops nothing, and in which form answers are written: each as soon as it is known, in the order of the input.
Source: DESIGN sections 7 and 9; RFC 4180; JSON Lines.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from attestree.cli.console import REJECT, USAGE, Console
from attestree.cli.credential_files import Piece, holds_many, read_pieces
from attestree.cli.verdict_card import UNUSABLE, Refusal, format_line, name_of, replace_control
from attestree.credentials.anchor_hints import find_anchor_hints
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import InputError, MissingExtraError, RequestError
from attestree.text.spelling import format_hex
from attestree.text.spreadsheet import BYTE_ORDER_MARK, defuse
from attestree.verifying.iso import format_time
from attestree.verifying.report import Report
from attestree.verifying.verdict import Verdict, exit_code
from attestree.wiring.verifying_runs import VerifyingRun

PIECES_AT_ONCE = 256
"""Credentials that are held at once, and for which the chain is read together."""

BYTES_AT_ONCE = 8 * 1024 * 1024
"""Bytes of them, after which fewer are held."""

COLUMNS = (
    *("file", "line", "verdict", "outcome", "code", "says", "network", "credential_id", "title", "holder"),
    *("issuer", "issuer_did", "issuer_address", "final_block", "checked_at"),
)
"""First line of the table."""

Answer = Report | Refusal


class Form(Enum):
    """How answers are written."""

    TEXT = "text"
    """A line each for people, then the counts."""
    CSV = "csv"
    """A table for spreadsheets; the counts on stderr."""
    JSON = "json"
    """One document for programs: all answers, then the counts."""
    JSON_LINES = "json-lines"
    """A document a line for programs; the last one has the counts."""


def choose_form(names: Sequence[str], *, as_table: bool, as_json: bool) -> Form:
    """
    Return how answers are written.

    Raises:
        RequestError: `request.one_form`.
    """
    if as_table and as_json:
        raise RequestError("request.one_form")
    if as_table or not as_json:
        return Form.CSV if as_table else Form.TEXT
    return Form.JSON_LINES if any(map(holds_many, names)) else Form.JSON


def verify_many(
    console: Console,
    run: VerifyingRun,
    names: Sequence[str],
    *,
    form: Form,
    expected: ExpectedHolder,
    at: int | None,
) -> int:
    """
    Judge every credential of files and folders, write each answer, then the counts; return the exit code.

    Raises:
        RequestError: `request.no_credentials`, there is none in all of them.
    """
    reports: list[JsonValue] = []
    counts: Counter[str] = Counter()
    for piece, answer in judge(run, read_pieces(names), expected=expected, at=at):
        if form is Form.CSV and not counts:
            _write_octets(BYTE_ORDER_MARK + _format_cells(COLUMNS))
        if form is Form.JSON:
            reports.append(answer.to_json())
        else:
            WRITERS[form](piece, answer)
        counts[name_of(answer)] += 1
    if not counts:
        raise RequestError("request.no_credentials")
    if form is Form.JSON:
        console.result("", {"reports": reports, "counts": dict(sorted(counts.items()))})
    else:
        _write_counts(console, form, counts)
    verdicts = [Verdict(name) for name in counts if name != UNUSABLE]
    code = exit_code(verdicts)
    return USAGE if counts[UNUSABLE] and code != REJECT else code


def judge(
    run: VerifyingRun, pieces: Iterator[Piece], *, expected: ExpectedHolder, at: int | None
) -> Iterator[tuple[Piece, Answer]]:
    """Yield each piece with its answer, in order; the chain is read for many of them together."""
    # a short way is open to credentials of which nothing more is asked
    expect = None if expected == ExpectedHolder() else expected
    for held in _gather(pieces):
        texts = [piece.octets for piece in held if isinstance(piece.octets, bytes)]
        run.read_ahead(hint for octets in texts for hint in find_anchor_hints(octets))
        for piece in held:
            yield piece, _judge_one(run, piece, expect=expect, at=at)


def _gather(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces in groups that are small enough to be held."""
    held: list[Piece] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece.octets) if isinstance(piece.octets, bytes) else 0
        if len(held) >= PIECES_AT_ONCE or size >= BYTES_AT_ONCE:
            yield held
            held, size = [], 0
    if held:
        yield held


def _judge_one(run: VerifyingRun, piece: Piece, *, expect: ExpectedHolder | None, at: int | None) -> Answer:
    if isinstance(piece.octets, InputError):
        return Refusal(piece.ref, piece.octets)
    try:
        return run.verifier.verify(piece.octets, expect=expect, at=at, ref=piece.ref)
    except (InputError, MissingExtraError) as error:
        return Refusal(piece.ref, error)


def _write_text(_piece: Piece, answer: Answer) -> None:
    print(format_line(answer))


def _write_row(piece: Piece, answer: Answer) -> None:
    _write_octets(_format_cells([piece.file, "" if piece.line is None else piece.line, *build_cells(answer)]))


def _write_json(_piece: Piece, answer: Answer) -> None:
    _write_document(answer.to_json())


def _write_document(document: JsonObject) -> None:
    print(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


WRITERS: dict[Form, Callable[[Piece, Answer], None]] = {
    Form.TEXT: _write_text,
    Form.CSV: _write_row,
    Form.JSON_LINES: _write_json,
}
"""What writes one answer at once."""


def build_cells(answer: Answer) -> list[object]:
    """Return the cells of one answer, those after file and line of `COLUMNS`."""
    if isinstance(answer, Refusal):
        cells: list[object] = [UNUSABLE, "", answer.error.code, answer.sentence]
        return [*cells, *[""] * (len(COLUMNS) - 2 - len(cells))]
    claims, issuer, network = answer.claims or {}, answer.issuer, answer.network
    return [
        *(str(answer.verdict), str(answer.outcome), answer.code, answer.headline()),
        "" if network is None or network.kind is None else str(network.kind),
        *(claims.get(name) or "" for name in ("id", "title", "holder")),
        *(("", "", "") if issuer is None else (issuer.name or "", issuer.did, format_hex(issuer.address))),
        "" if answer.view is None else answer.view.final.number,
        format_time(answer.checked_at) or "",
    ]


def _format_cells(cells: Sequence[object]) -> bytes:
    """Write one line of a table; no text in it is a formula or begins another line, numbers stay numbers."""
    target = io.StringIO(newline="")
    plain = [defuse(replace_control(cell)) if isinstance(cell, str) else cell for cell in cells]
    csv.writer(target, lineterminator="\r\n").writerow(plain)
    return target.getvalue().encode("utf-8", "replace")


def _write_octets(octets: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(octets)


def _write_counts(console: Console, form: Form, counts: Counter[str]) -> None:
    total = counts.total()
    if form is Form.JSON_LINES:
        _write_document({"done": True, "lines": total, "counts": dict(sorted(counts.items()))})
        return
    told = "   ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
    if form is Form.TEXT:
        print(told)
        return
    sys.stdout.buffer.flush()
    console.progress(f"{total:,} checked: {told}")
