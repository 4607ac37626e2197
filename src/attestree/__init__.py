"""
Attestree anchors micro-credentials on an EVM chain; it verifies and audits them without asking the issuer.

This package root stays light: it imports nothing but the errors, so that `import attestree` costs
milliseconds and needs no network, no chain library and no extra. Source: DESIGN section 3.
"""

from __future__ import annotations

from attestree.errors import (
    AttestreeError,
    EvidenceError,
    InputError,
    MissingExtraError,
    RefusedError,
    UnavailableError,
)

__version__ = "0.1.0"
"""Version of this package, written once more in pyproject.toml; a test compares the two."""

__all__ = [
    "AttestreeError",
    "EvidenceError",
    "InputError",
    "MissingExtraError",
    "RefusedError",
    "UnavailableError",
    "__version__",
]
