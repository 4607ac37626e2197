"""Rosters and terms that several tests share; nobody in them exists."""

from __future__ import annotations

from attestree.credentials.achievement import build_achievement
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.roster import parse_roster
from attestree.issuing.row_key import key_rows
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.merkle.kind import TreeKind

ROSTER_KEY = bytes(range(32))
SEED = bytes(range(32, 64))
CREATED = 1_795_000_000

HEADER = (
    "learner_id,email,name,awarded_on,expires_on,result,credits,narrative,"
    "evidence_url,licence_number,language,did\n"
)
ROSTER = (
    HEADER + "0017,Zofia@Example.org,Zofia Kowalska,2026-05-01,2028-05-01,A,2.5,Built a thing.,"
    "https://example.org/w/17,L-17,pl,did:key:z6MkHolder\n"
    "0018,,张伟,,,,3,,,,,\n"
    ",ó@example.org,Aoife Ní Bhriain,2026-05-02,,passed,,,,,,\n"
).encode()


def profile() -> IssuerProfile:
    return IssuerProfile(
        name="Example University", did="did:key:z6MkIssuer", address=b"\x11" * 20, url="https://example.edu"
    )


def terms(
    *,
    public_url: str | None = "https://badges.example.edu",
    with_names: bool = True,
    kind: TreeKind = TreeKind.OPENZEPPELIN,
    valid_for: str | None = "P2Y",
) -> Terms:
    short = {
        "title": "Data Literacy",
        "description": "Reads and questions data.",
        "learning_outcomes": ["Reads a chart", "Names its source"],
        "credits": 2.5,
        "level": 6,
        "country": "PL",
    }
    return Terms(
        profile=profile(),
        achievement=build_achievement({**short, "valid_for": valid_for} if valid_for else short),
        chain_id=31337,
        registry=b"\x22" * 20,
        registry_name="local",
        public_url=public_url,
        with_names=with_names,
        kind=kind,
    )


def keyed(octets: bytes = ROSTER, with_names: bool = True) -> KeyedRows:
    roster = parse_roster(octets, file_name="roster.csv", with_names=with_names)
    assert roster.bad == 0, roster.findings
    return key_rows(ROSTER_KEY, roster.rows, issuer=profile().address, achievement_id=terms().achievement_id)
