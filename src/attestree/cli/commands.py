"""
The list of commands, in the order in which `--help` groups them.

Decides order only. Each module registers its own commands and their help. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable

import typer

from attestree.cli import (
    anchor,
    chain,
    config,
    doctor,
    init,
    issue,
    issuer,
    key,
    quote,
    registry,
    status,
    template,
    trust,
    verify,
)

COMMANDS: tuple[Callable[[typer.Typer], None], ...] = (
    init.register,
    key.register,
    trust.register,
    chain.register,
    template.register,
    doctor.register,
    issue.register,
    anchor.register,
    quote.register,
    verify.register,
    status.register,
    registry.register,
    issuer.register,
    config.register,
)
"""Start, Issue, Check, Correct, Operate."""
