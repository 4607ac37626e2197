"""
Asks the person at the terminal for a key's password.

Decides that nobody is asked where there is nobody: a password then comes from the environment or from
the file beside the key. Source: DESIGN section 11.
"""

from __future__ import annotations

import sys

import typer


def ask_password(name: str) -> str:
    """Return what is typed for the key called `name`; empty where no person sits at the terminal."""
    if not sys.stdin.isatty():
        return ""
    return str(typer.prompt(f"Password of {name}", hide_input=True, err=True))
