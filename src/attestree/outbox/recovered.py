"""
What is on the chain and not here: an anchor of ours whose batch nobody can put together any more.

Decides the shape only. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MissingAnchor:
    """One anchor that our key wrote and whose documents are not here, as a person accepted it."""

    issuer: bytes
    """In whose name, 20 bytes."""
    root: bytes
    """32 bytes."""
    registry: str
    """Name of the registry in the settings."""
    writer: bytes
    """Address of the key, 20 bytes."""
    size: int
    """Number of its credentials."""
    kind: int
    """Tree kind."""
    list_id: bytes
    """13 bytes."""
    time: int
    """When it was recorded, Unix seconds."""
    block_number: int
    """Height of its block."""
