"""
Plain rows: those in which nothing could be wrong are read in one look.

    every cell is empty, or of a form that each of its checks accepts and that no warning is about

Decides nothing new: a row that is read here is what `row_checks.read_row` makes of it, without a finding;
about any other row it says nothing, and `read_row` judges it. Most rows of most rosters are plain.
Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter

from attestree.issuing.cells import CHECKS, parse_credits
from attestree.issuing.columns import ColumnMap
from attestree.issuing.row_checks import PLACEHOLDER, is_placeholder
from attestree.issuing.rows import COLUMNS, Row
from attestree.issuing.table import TableRow

SEPARATOR = "\x1f"
"""Stands between the cells of a row while it is looked at; no plain cell holds it."""

MAX_KNOWN = 16_384
"""Cells of columns with few values that are remembered as good beside each other."""

_LETTER = "A-Za-zÀ-ÖØ-öø-ſ"
_NAME = rf"[{_LETTER}](?:[{_LETTER}0-9 .'’-]{{0,198}}[{_LETTER}0-9.])?"
# not what a spreadsheet makes of a long number, such as 1.2E+05
_ID = r"(?![0-9](?:\.[0-9]+)?[Ee][0-9]+(?:\x1f|\Z))[A-Za-z0-9](?:[A-Za-z0-9/_.-]{0,250}[A-Za-z0-9])?"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

PLAIN: Mapping[str, str] = {
    "email": rf"(?=[^@\x1f]{{1,64}}@[^\x1f]{{1,190}}(?:\x1f|\Z))"
    rf"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*@(?:{_LABEL}\.)+{_LABEL}",
    "learner_id": _ID,
    "did": r"did:[a-z0-9]{1,40}:[A-Za-z0-9._:%-]{0,200}[A-Za-z0-9._-]",
    "name": _NAME,
    "given_name": _NAME,
    "family_name": _NAME,
    "awarded_on": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "expires_on": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "result": r"[A-Za-z0-9](?:[A-Za-z0-9 .,+/%()-]{0,98}[A-Za-z0-9.+%)])?",
    "credits": r"[0-9]{1,5}(?:\.[0-9]{1,3})?",
    "narrative": r"[A-Za-z](?:[ -~]{0,4900}[!-~])?",
    "evidence_url": r"https://[A-Za-z0-9.-]{1,200}(?:/[A-Za-z0-9._~/%?&=+-]{0,1000})?",
    "licence_number": _ID,
    "language": r"[A-Za-z-]{2,10}",
    "ref": _ID,
}
"""Column -> form of the cells that are plain."""

FEW_VALUES = ("awarded_on", "expires_on", "language", "credits")
"""Columns whose cells repeat, and are looked at more closely the first time."""

_CREDITS = COLUMNS.index("credits")
_make_row: Callable[..., Row] = Row  # by place, for speed
_GOOD_NAME = rf"(?!(?i:{PLACEHOLDER})(?:{SEPARATOR}|\Z)){_NAME}"


class PlainRows:
    """Reads the plain rows of one table."""

    def __init__(self, columns: ColumnMap, *, with_names: bool) -> None:
        """Read rows of these columns; arguments as of `read_row`."""
        self._width, positions = columns.width, columns.positions
        # A name in parts is put together before anybody can say whether it is one
        in_parts = "name" not in positions or {"given_name", "family_name"} & set(positions)
        self._puts_together = with_names and bool(in_parts)
        forms = {name: f"(?:{form})?" for name, form in PLAIN.items()}
        if with_names and not in_parts:
            forms["name"] = _GOOD_NAME
        names = {position: name for name, position in positions.items()}
        form = [
            forms[names[position]] if position in names else f"[^{SEPARATOR}]*"
            for position in range(columns.width)
        ]
        self._match = re.compile(SEPARATOR.join(form)).fullmatch
        # Columns that are not there are read from an empty cell behind the last
        order = [positions.get(name, columns.width) for name in COLUMNS]
        self._before, self._after = itemgetter(*order[:_CREDITS]), itemgetter(*order[_CREDITS + 1 :])
        self._few = itemgetter(*(positions.get(name, columns.width) for name in FEW_VALUES))
        self._known: dict[tuple[str, ...], tuple[float | None]] = {}

    def read(self, row: TableRow) -> Row | None:
        """Return a row that is plain, or None."""
        number, given, marks = row
        if marks or len(given) != self._width or self._match(SEPARATOR.join(given)) is None:
            return None
        cells = (*given, "")
        few = self._few(cells)
        known = self._known.get(few) or self._learn(few)
        if known is None:
            return None
        plain = _make_row(number, *self._before(cells), *known, *self._after(cells))
        if not (plain.learner_id or plain.email or plain.did):
            return None
        if self._puts_together and (not plain.full_name or is_placeholder(plain.full_name)):
            return None
        return plain

    def _learn(self, few: tuple[str, ...]) -> tuple[float | None] | None:
        """Return the credits where cells of `FEW_VALUES` are good beside each other, and remember them."""
        awarded, expires, _language, credits_cell = few
        if awarded and expires and expires <= awarded:
            return None
        if any(cell and CHECKS[name](cell) for name, cell in zip(FEW_VALUES, few, strict=True)):
            return None
        known = (parse_credits(credits_cell),)
        if len(self._known) < MAX_KNOWN:
            self._known[few] = known
        return known
