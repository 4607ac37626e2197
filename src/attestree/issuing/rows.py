"""
A row: one learner's award, checked, before it becomes a credential.

Decides the shape only. Rows hold what is personal, so their `repr` names the row number alone: a row in
a traceback or a log tells nobody anything. Source: DESIGN sections 4 and 9.
"""

from __future__ import annotations

import msgspec


# A struct, not a dataclass: it is made, packed and unpacked a million times in one batch, ten times faster.
class Row(msgspec.Struct, frozen=True, array_like=True):
    """One good row of a roster; empty text means that the roster does not say."""

    number: int
    """Row number as a spreadsheet shows it; no part of the credential."""
    email: str = ""
    """E-mail address; leaves the machine as a salted hash only."""
    learner_id: str = ""
    """The institution's own number; leaves the machine as a salted hash only."""
    did: str = ""
    """The holder's decentralised identifier; becomes the subject's id."""
    name: str = ""
    """Full name, where the roster has one column for it."""
    given_name: str = ""
    """Given names, where the roster has two columns."""
    family_name: str = ""
    """Family names, where the roster has two columns."""
    awarded_on: str = ""
    """ISO date of the award, as the issuer claims it."""
    expires_on: str = ""
    """ISO date of the last day on which the credential is valid."""
    result: str = ""
    """Grade or score in the issuer's own words."""
    credits: int | float | None = None
    """Credits earned; the achievement says which."""
    narrative: str = ""
    """What the learner did, in words."""
    evidence_url: str = ""
    """Where the work can be seen."""
    licence_number: str = ""
    """Number of a licence that comes with the award."""
    language: str = ""
    """Language of the texts of this row, BCP 47."""
    ref: str = ""
    """The issuer's own reference; two awards of one achievement to one learner need two."""

    def __repr__(self) -> str:
        """Name the row, and nothing that is in it."""
        return f"Row(number={self.number})"

    @property
    def full_name(self) -> str:
        """The name as it is printed; empty where the roster has none."""
        return self.name or " ".join(part for part in (self.given_name, self.family_name) if part)

    @property
    def identity(self) -> tuple[str, str]:
        """What tells this row from others: kind and value, by `ref`, learner id, e-mail, then did."""
        if self.ref:
            return "ref", self.ref
        if self.learner_id:
            return "learner_id", self.learner_id
        if self.email:
            return "email", self.email.lower()
        return ("did", self.did) if self.did else ("", "")

    def to_json(self) -> dict[str, str | float]:
        """Return what the row says, by column, without its number and without empty cells."""
        members = ((name, getattr(self, name)) for name in COLUMNS)
        return {name: value for name, value in members if value not in ("", None)}


COLUMNS = Row.__struct_fields__[1:]
"""Names of the columns, in the order of a packed row; the row number stands before them."""
