"""
The list of commands, in the order in which `--help` groups them.

Decides order only. Each module registers its own commands and their help. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable

import typer

from attestree.cli import config, issue, quote, status, verify

COMMANDS: tuple[Callable[[typer.Typer], None], ...] = (
    issue.register,
    quote.register,
    verify.register,
    status.register,
    config.register,
)
"""Start, Issue, Check, Correct, Operate."""
