"""
Cells: what each column may hold, and the habits of spreadsheets by name.

Decides whether the text of one cell can be issued, and with which code it cannot. A spreadsheet turns
dates into serial numbers, drops leading zeros and writes long numbers as 1.2E+05; each is named, none is
guessed back. Nothing is repaired but white space around a cell. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from attestree.credentials.dates import parse_date
from attestree.credentials.issue_text import MAX_TITLE_CHARACTERS, check_text
from attestree.credentials.vocabularies import LANGUAGE_CODE
from attestree.errors import MalformedCredentialError
from attestree.issuing.table import MAX_CELL_CHARACTERS

Problem: TypeAlias = tuple[str, dict[str, object]]
"""Code and values of what is wrong with a cell."""

MAX_ID_CHARACTERS = 255
"""Longest e-mail address, learner id, reference, licence number or result."""

MAX_CREDITS = 100_000
"""Most credits of one award."""

INNER_SPACES = "\u00a0\u2007\u202f\u2002\u2003\u2009"
"""Spaces that look like the ordinary one and are not."""

_DATE_SERIAL = re.compile(r"[1-9]\d{4}(\.\d+)?")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_OTHER_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(\s.*)?")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ].*")
_EMAIL_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]{1,64}")
_DOMAIN_LABEL = re.compile(
    r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\-\u0080-\U0010ffff]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?"
)
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%\-]*[A-Za-z0-9._\-]")
_URL = re.compile(r"https?://[^\s/?#\"<>\\^`{|}@]+([/?#][^\s\"<>\\^`{|}]*)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(\.\d+)?")
_ERROR_VALUE = re.compile(r"#(REF!|VALUE!|NAME\?|DIV/0!|N/A|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)")


def find_habit(cell: str) -> Problem | None:
    """Return what a spreadsheet did to a cell of any column, or None."""
    if _ERROR_VALUE.fullmatch(cell):
        return "roster.cell_error", {}
    if len(cell) > MAX_CELL_CHARACTERS:
        return "roster.cell_too_long", {"limit": MAX_CELL_CHARACTERS, "size": len(cell)}
    if cell.startswith(("=", "@")) and len(cell) > 1:
        return "roster.formula", {}
    if any(space in cell for space in INNER_SPACES):
        return "roster.hard_space", {}
    return None


def check_date(cell: str) -> Problem | None:
    """Return what keeps a cell from being an ISO date, or None."""
    if _DATE_SERIAL.fullmatch(cell):
        return "roster.date_serial", {}
    if _DATE_TIME.fullmatch(cell):
        return "roster.date_with_time", {}
    try:
        parse_date(cell)
    except MalformedCredentialError as exc:
        if exc.code == "date.no_such_time":
            return "roster.no_such_date", {}
        return ("roster.date_order" if _OTHER_DATE.fullmatch(cell) else "roster.date_form"), {}
    return None


def check_id(cell: str) -> Problem | None:
    """Return what keeps a cell from being a number or reference that stays as it is, or None."""
    if _SCIENTIFIC.fullmatch(cell):
        return "roster.scientific", {}
    if len(cell) > MAX_ID_CHARACTERS:
        return "roster.cell_too_long", {"limit": MAX_ID_CHARACTERS, "size": len(cell)}
    return None


def check_email(cell: str) -> Problem | None:
    """Return what keeps a cell from being an e-mail address, or None; nothing is sent to find out."""
    local, at, domain = cell.rpartition("@")
    if not at:
        return "roster.email_no_at", {}
    if not domain or "." not in domain:
        return "roster.email_no_domain", {}
    well_formed = (
        len(cell) <= MAX_ID_CHARACTERS
        and _EMAIL_LOCAL.fullmatch(local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and all(_DOMAIN_LABEL.fullmatch(label) for label in domain.split("."))
    )
    return None if well_formed else ("roster.email_form", {})


def check_did(cell: str) -> Problem | None:
    """Return what keeps a cell from being a DID, or None."""
    return None if len(cell) <= MAX_ID_CHARACTERS and _DID.fullmatch(cell) else ("roster.did_form", {})


def check_url(cell: str) -> Problem | None:
    """Return what keeps a cell from being a web address, or None; it is never opened."""
    return None if len(cell) <= 2_000 and _URL.fullmatch(cell) else ("roster.url_form", {})


def check_language(cell: str) -> Problem | None:
    """Return what keeps a cell from being a language tag, or None."""
    return None if LANGUAGE_CODE.fullmatch(cell) else ("roster.language_form", {})


def check_credits(cell: str) -> Problem | None:
    """Return what keeps a cell from being a number of credits, or None."""
    if re.fullmatch(r"\d+,\d+", cell):
        return "roster.decimal_comma", {}
    if _SCIENTIFIC.fullmatch(cell):
        return "roster.scientific", {}
    if not _NUMBER.fullmatch(cell) or len(cell) > 16 or float(cell) > MAX_CREDITS:
        return "roster.credits_form", {"limit": MAX_CREDITS}
    return None


CHECKS: Mapping[str, Callable[[str], Problem | None]] = {
    "email": check_email,
    "learner_id": check_id,
    "did": check_did,
    "awarded_on": check_date,
    "expires_on": check_date,
    "credits": check_credits,
    "evidence_url": check_url,
    "licence_number": check_id,
    "language": check_language,
    "ref": check_id,
}
"""Column -> its check; the other columns are text, judged by `credentials.issue_text`."""

PRINTED = ("name", "given_name", "family_name", "result", "narrative", "learner_id", "licence_number", "ref")
"""Columns whose text people read or compare: the rules for issued text hold."""

TEXT_CODES = {
    "issue.too_long": "roster.cell_too_long",
    "issue.bad_text": "roster.bad_text",
    "issue.not_nfc": "roster.not_nfc",
}
"""What a fault of issued text is called in a roster."""


def check_printed(cell: str, *, multiline: bool) -> Problem | None:
    """Return what keeps a text from being issued, or None."""
    code = check_text(
        cell, limit=MAX_CELL_CHARACTERS if multiline else MAX_TITLE_CHARACTERS, multiline=multiline
    )
    return None if code is None else (TEXT_CODES[code], {"limit": MAX_TITLE_CHARACTERS, "size": len(cell)})


def parse_credits(cell: str) -> float | None:
    """Return the credits that a checked cell states; whole numbers stay whole."""
    if not cell:
        return None
    return float(cell) if "." in cell and float(cell) != int(float(cell)) else int(float(cell))
