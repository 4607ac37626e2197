"""
The one place where implementations are chosen: settings in, working objects out.

One module a concern, each loaded only by those who need it: verifying a file opens no database. They
decide which adapter stands behind which port and nothing else: no rule of the domain, no word on
screen. Source: DESIGN section 3.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "SystemClock": "system",
    "SystemEntropy": "system",
    "identity_of": "chains",
    "wire_sources": "chains",
    "wire_facts": "chains",
    "wire_followers": "verifiers",
    "wire_events": "chains",
    "wire_sender": "chains",
    "fetch_identity": "chains",
    "wire_store": "stores",
    "wire_folders": "stores",
    "read_trust": "verifiers",
    "wire_verifier": "verifiers",
    "key_paths": "workers",
    "password_beside": "workers",
    "wire_signers": "workers",
    "wire_worker": "workers",
    "wire_act": "workers",
    "wire_deployment": "workers",
    "operator_address": "issuers",
    "wire_issuing": "issuers",
    "wire_status": "issuers",
    "DEV_PACE": "workers",
}


def __getattr__(name: str) -> object:
    """Return a name from the module that has it."""
    if name in _HOMES:
        return getattr(import_module(f"attestree.wiring.{_HOMES[name]}"), name)
    raise AttributeError(name)
