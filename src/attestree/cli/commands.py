"""
The list of commands: which module has which.

Decides that a command loads its own module only: verifying a file opens no database. Each module registers
its commands and their help; that this list and the table of `front_page` are true is held by tests.
Source: DESIGN section 9.
"""

from __future__ import annotations

from importlib import import_module

import typer

from attestree.cli.front_page import PANELS

MODULES: dict[str, tuple[str, ...]] = {
    "demo": ("demo",),
    "init": ("init",),
    "key": ("key",),
    "trust": ("trust",),
    "chain": ("chain",),
    "template": ("template",),
    "doctor": ("doctor",),
    "issue": ("lint", "preview", "issue"),
    "seal": ("seal",),
    "anchor": ("anchor",),
    "deliver": ("deliver",),
    "quote": ("quote",),
    "bake": ("bake", "unbake"),
    "verify": ("verify",),
    "audit": ("audit",),
    "status": ("revoke", "suspend", "reinstate"),
    "registry": ("registry",),
    "issuer": ("issuer",),
    "serve": ("serve",),
    "apikey": ("apikey",),
    "status_lists": ("status-lists",),
    "config": ("config",),
    "fsck": ("fsck",),
    "backup": ("backup",),
    "recover": ("recover",),
}
"""Module of `attestree.cli` -> the commands that it registers: Start, Issue, Check, Correct, Operate."""

BUILT_IN = ("version",)
"""Commands of `program` itself."""


def register_all(app: typer.Typer) -> None:
    """Load and register every command, for the reference pages and for tests."""
    for module in MODULES:
        import_module(f"attestree.cli.{module}").register(app)


def register_commands(app: typer.Typer, wanted: str) -> None:
    """Load and register the command called `wanted` alone; where there is none, all, by name only."""
    found = [module for module, names in MODULES.items() if wanted in names]
    for module in found:
        import_module(f"attestree.cli.{module}").register(app)
    if found or wanted in BUILT_IN:
        return
    for panel, commands in PANELS.items():
        for name, said in commands.items():
            app.command(name, help=said, rich_help_panel=panel)(_named_only)


def _named_only() -> None:
    """Stand for a command that is not loaded: it is listed or guessed, never called."""
