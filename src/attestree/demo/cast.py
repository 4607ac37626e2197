"""
Who and what appears in the demonstration: issuers, rosters, and the people whose credentials are followed.

Decides names only; the order of events stands in `story`. All people are invented.
Source: DESIGN section 9 (roster).
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.cli.start_steps import IssuerPlan
from attestree.issuing.duplicates import OnDuplicate
from attestree.merkle.kind import TreeKind

UNIVERSITY = IssuerPlan("example-university", "Example University", "https://www.example.edu")
"""Accredited; one of its keys is stolen."""

SKILLWORKS = IssuerPlan("skillworks", "SkillWorks", "https://skillworks.example")
"""Accredited; a training platform."""

NOBODY = IssuerPlan("nobody-institute", "Nobody Institute", accredited=False)
"""Records like everybody else, but nobody vouches for it."""

FORGER = IssuerPlan("example-university", "Example University", "https://www.example.edu")
"""Calls itself the university, in a registry of its own."""

ISSUERS = (UNIVERSITY, SKILLWORKS, NOBODY)
"""In the registry that the demonstration trusts."""

EXAMPLES = (
    *("data-literacy.csv", "data-literacy.toml", "workplace-safety.xlsx", "workplace-safety.toml"),
    *("first-aid.jsonl", "first-aid.toml"),
)
"""Files of the package that are copied beside the demonstration's settings."""

SMALL_ROSTERS = {
    "corrected.csv": "student no.;name;awarded on;result\n0071077;Loïc Gœtz-Martin;2026-09-03;pass\n",
    "stolen-key.csv": "student no.;name;awarded on;result\n9000001;Max Mustermann;2026-09-01;distinction\n",
    "nobody.csv": "learner_id;name;awarded_on;result\nN-1;Erika Beispiel;2026-09-01;pass\n",
    "forger.csv": "learner_id;name;awarded_on;result\n9000002;Jan Kowalski;2026-09-01;distinction\n",
}
"""Rosters of a row or two, by file name."""

EARLIER = "2025-05-01T00:00:00Z"
"""When credentials for past courses begin to be valid; some of them are over by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One roster to be issued."""

    issuer: str
    """Name in the settings."""
    roster: str
    """File in `rosters/`."""
    achievement: str
    """File in `rosters/`."""
    kind: TreeKind = TreeKind.OPENZEPPELIN
    """Kind of tree."""
    valid_from: str | None = None
    """Time stamp; None = the time of sealing."""
    on_duplicate: OnDuplicate = OnDuplicate.SKIP
    """What to do with learners who hold it already."""
    operator_key: str | None = None
    """Key file that records, where it is not the issuer's usual one."""


LITERACY = Lot(issuer=UNIVERSITY.name, roster="data-literacy.csv", achievement="data-literacy.toml")
"""A university's module; some rows of the roster are bad."""

SAFETY = Lot(
    issuer=SKILLWORKS.name,
    roster="workplace-safety.xlsx",
    achievement="workplace-safety.toml",
    valid_from=EARLIER,
)
"""An employer's certificates, from a spreadsheet; some rows are bad."""

FIRST_AID = Lot(
    issuer=SKILLWORKS.name, roster="first-aid.jsonl", achievement="first-aid.toml", valid_from=EARLIER
)
"""A course of last year; one credential of it is over."""

CORRECTED = Lot(
    issuer=UNIVERSITY.name,
    roster="corrected.csv",
    achievement="data-literacy.toml",
    on_duplicate=OnDuplicate.REPLACE,
)
"""One learner's new name."""

STOLEN = Lot(
    issuer=UNIVERSITY.name,
    roster="stolen-key.csv",
    achievement="data-literacy.toml",
    operator_key="keys/stolen.json",
)
"""What a thief records with the university's second key."""

UNVOUCHED = Lot(issuer=NOBODY.name, roster="nobody.csv", achievement="first-aid.toml")
"""What the institute issues for which nobody vouches."""

COUNTERFEIT = Lot(issuer=FORGER.name, roster="forger.csv", achievement="data-literacy.toml")
"""What the forger issues in a registry that looks alike."""

GENUINE, ANOTHER = "Begoña Muñoz Ibáñez", "Grażyna Wiśniewska"
"""Learners of the module; nothing happens to their credentials."""

UPGRADED = "Świętosława Brzęczyszczykiewicz"
"""Passed, and would like a better grade."""

RENAMED, NEW_NAME = "Loïc Gœtz", "Loïc Gœtz-Martin"
"""Gets a corrected credential."""

ERRONEOUS = "Diarmuid O’Connor"
"""Should not have got the module's credential."""

DISMISSED, PAUSED = "Ödön Szőke", "Wojciech Łęcki"
"""Whose safety certificates are revoked, and suspended."""

FORMER, TRAINED = "Lakshmi Chattopadhyay", "Răzvan Brâncuși"
"""Whose first aid is over, and is not."""
