"""
Every act of standing, as a write that is wanted.

Decides who must sign each act and what it says in one line. It does not decide whether the contract
will allow it (the contract does) and sends nothing. Source: DESIGN section 5.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.registry.calls import build_accredit, build_add_operator, build_call
from attestree.registry.facts import Role


@dataclass(frozen=True, slots=True)
class Act:
    """A change of standing that somebody wants."""

    kind: str
    """`accreditation`, `operator` or `registry`: how lists group it."""
    issuer: bytes
    """Whom it concerns, 20 bytes; the signer for acts on the registry itself."""
    sender: bytes
    """Who must sign it, 20 bytes."""
    payload: bytes
    """Call data."""
    title: str
    """One line for people."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an accreditor vouches for."""

    did: str
    """The issuer's DID."""
    name: str
    """The issuer's name."""
    framework: str
    """Under which rules the accreditor looked."""


def accredit(accreditor: bytes, issuer: bytes, *, profile: Profile, ends: int, again: bool = False) -> Act:
    """Vouch for an issuer until `ends`, Unix seconds; `again` lifts a suspension."""
    payload = build_accredit(
        issuer, ends=ends, did=profile.did, name=profile.name, framework=profile.framework, again=again
    )
    verb = "Reinstate" if again else "Accredit"
    return Act("accreditation", issuer, accreditor, payload, f"{verb} {profile.name}")


def suspend_accreditation(accreditor: bytes, issuer: bytes) -> Act:
    """End the span in force now; it can be lifted."""
    payload = build_call("suspendAccreditation", issuer)
    return Act("accreditation", issuer, accreditor, payload, f"Suspend the accreditation of 0x{issuer.hex()}")


def withdraw_accreditation(accreditor: bytes, issuer: bytes, *, span: int, ends: int) -> Act:
    """End a span for good at `ends`, Unix seconds, which may lie in the past."""
    payload = build_call("withdrawAccreditation", issuer, span, ends)
    return Act(
        "accreditation", issuer, accreditor, payload, f"Withdraw accreditation {span} of 0x{issuer.hex()}"
    )


def add_operator(issuer: bytes, operator: bytes, *, roles: Role, ends: int) -> Act:
    """Let a key act for the issuer until `ends`, Unix seconds."""
    payload = build_add_operator(operator, roles=roles, ends=ends)
    return Act("operator", issuer, issuer, payload, f"Let 0x{operator.hex()} record for 0x{issuer.hex()}")


def remove_operator(issuer: bytes, operator: bytes) -> Act:
    """End a key's roles now; what it did stands."""
    payload = build_call("removeOperator", operator)
    return Act("operator", issuer, issuer, payload, f"End the roles of 0x{operator.hex()}")


def disavow(issuer: bytes, operator: bytes, *, since: int) -> Act:
    """Disown what a key recorded at or after `since`, Unix seconds, and end its roles."""
    payload = build_call("disavow", operator, since)
    return Act("operator", issuer, issuer, payload, f"Disavow 0x{operator.hex()}")


def confirm(issuer: bytes, root: bytes) -> Act:
    """Say that an anchor stands although its operator is disavowed."""
    return Act("operator", issuer, issuer, build_call("confirm", root), f"Confirm batch 0x{root.hex()}")


def cancel(issuer: bytes, root: bytes) -> Act:
    """Rule out for ever that a root is recorded in the issuer's name."""
    return Act("operator", issuer, issuer, build_call("cancel", root), f"Rule out batch 0x{root.hex()}")


def admit_accreditor(admin: bytes, accreditor: bytes) -> Act:
    """Let an address accredit issuers."""
    payload = build_call("addAccreditor", accreditor)
    return Act("registry", admin, admin, payload, f"Admit accreditor 0x{accreditor.hex()}")


def strike_accreditor(admin: bytes, accreditor: bytes) -> Act:
    """Let an address accredit no more; the spans it opened run on."""
    payload = build_call("removeAccreditor", accreditor)
    return Act("registry", admin, admin, payload, f"Strike accreditor 0x{accreditor.hex()} off")


def pause(admin: bytes) -> Act:
    """Stop recording for a while; status changes go on."""
    return Act("registry", admin, admin, build_call("pause"), "Pause recording")


def unpause(admin: bytes) -> Act:
    """Let recording go on."""
    return Act("registry", admin, admin, build_call("unpause"), "Let recording go on")


def propose_admin(admin: bytes, successor: bytes) -> Act:
    """Propose who administers the registry next."""
    payload = build_call("proposeAdmin", successor)
    return Act("registry", admin, admin, payload, f"Propose 0x{successor.hex()} as administrator")


def accept_admin(successor: bytes) -> Act:
    """Take the registry over, as the one who was proposed."""
    return Act("registry", successor, successor, build_call("acceptAdmin"), "Take the registry over")
