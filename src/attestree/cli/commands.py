"""
The list of commands: which module has which, in the order in which `--help` shows them.

Decides order, and that a command loads its own module only: verifying a file opens no database. Each
module registers its commands and their help; that this list is true is held by a test.
Source: DESIGN section 9.
"""

from __future__ import annotations

from importlib import import_module

import typer

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
"""Commands of `main` itself."""


def register_commands(app: typer.Typer, wanted: str | None) -> None:
    """Register the command called `wanted`; all of them where there is no such command, for `--help`."""
    found = [module for module, commands in MODULES.items() if wanted in commands]
    alone = wanted in BUILT_IN
    for module in found if found or alone else MODULES:
        import_module(f"attestree.cli.{module}").register(app)
