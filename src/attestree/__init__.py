"""
Attestree anchors micro-credentials on an EVM chain; it verifies and audits them without asking the issuer.

    from pathlib import Path
    from attestree import Verifier

    verifier = Verifier.from_trust("trust.toml", rpc="http://127.0.0.1:8545")
    report = verifier.verify(Path("credential.json").read_bytes())
    print(report.verdict, report.headline())

This package root stays light: it loads nothing but the errors until `Verifier`, `Issuer` or `Audit` is
asked for, so that `import attestree` costs milliseconds and needs no chain library and no extra.
Source: DESIGN section 3; PEP 562.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attestree.errors import (
    AttestreeError,
    EvidenceError,
    InputError,
    MissingExtraError,
    RefusedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from attestree.api import Audit, Issuer, Verifier

__version__ = "0.1.0"
"""Version of this package, written once more in pyproject.toml; a test compares the two."""

__all__ = [
    "AttestreeError",
    "Audit",
    "EvidenceError",
    "InputError",
    "Issuer",
    "MissingExtraError",
    "RefusedError",
    "UnavailableError",
    "Verifier",
    "__version__",
]

_LAZY = frozenset({"Audit", "Issuer", "Verifier"})


def __getattr__(name: str) -> object:
    """Load the library when somebody asks for one of its classes."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from attestree import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """Return the public names, those not loaded yet too."""
    return sorted(__all__)
