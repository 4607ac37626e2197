"""
`attestree demo`: where the command is found.

Decides nothing. The demonstration uses these commands and stands above them, so it is loaded by name
and only when somebody asks for it: the arrow `demo -> cli` stays the only one. Source: DESIGN section 3.
"""

from __future__ import annotations

from importlib import import_module

import typer

HOME = "attestree.demo.command"
"""Module of the command."""


def register(app: typer.Typer) -> None:
    """Add `demo` to the program."""
    import_module(HOME).register(app)
