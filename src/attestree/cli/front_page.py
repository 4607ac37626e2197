"""
What `attestree --help` shows: every command in one line, in its panel, without loading any of them.

Decides the order of panels and commands, and how the page is laid out. The table repeats what the commands
say of themselves, and a test holds it, and the whole page, against the program with every command loaded.
Typer would draw the same page, but loading it takes longer than anybody should wait for a list.
Source: DESIGN section 9.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator, Mapping

SUMMARY = "Record micro-credentials so that anybody can check them, and check them."
"""What the program is for."""

EPILOG = "Every command takes --json, --config FILE and --debug."
"""Last line of the page."""

OPTIONS = (
    ("--json", "", "bool", "Results as JSON for programs."),
    ("--config", "", "path", "Settings file instead of the nearest attestree.toml."),
    ("--debug", "", "bool", "Show tracebacks."),
    ("--version", "", "bool", "Print the version and end."),
    ("--help", "-h", "bool", "Show this message and exit."),
)
"""Name, short name, kind and meaning of the flags of the program itself."""

PANELS: dict[str, dict[str, str]] = {
    "Start": {
        "demo": "Issue, revoke, steal, forge, verify and audit on a local chain, then serve the page.",
        "init": "Set up a folder: keys, settings, trust file; on a test chain everything.",
        "chain": "Run a local test chain until Ctrl-C; its state stays in the folder.",
        "doctor": "Look at settings, keys, trust, chain, store, queue and disk, and say what to mend.",
        "key": "Make keys, and show which accounts and DIDs they stand for.",
        "trust": "Say whom to believe: networks, registries and accreditors.",
        "template": "Write a file to begin with: a roster, an achievement.",
    },
    "Issue": {
        "lint": (
            "Judge every row of a roster, and what its credentials would lack; nothing is asked of the chain."
        ),
        "preview": "Show one credential as it would be issued; ids, salts and dates of this one are samples.",
        "issue": "Issue a roster's credentials: a dry run, unless --yes.",
        "seal": "Seal what was issued by API so far, so that it is recorded next.",
        "anchor": (
            "Record everything that is queued, or what another signed in FILE, and wait until it is final."
        ),
        "deliver": "Hand out the files of batches whose recording is final.",
        "quote": (
            "Ask the chain what recording so many credentials would cost at most, "
            "or compare rhythms of a year."
        ),
        "bake": (
            "Put an issued credential into a badge picture, which can then be "
            "checked wherever a credential can."
        ),
    },
    "Check": {
        "unbake": (
            "Take the credential out of a badge picture, as it is: nothing is "
            "checked (`attestree verify` does)."
        ),
        "verify": "Say whether credentials are genuine, whether they count now, and why.",
        "audit": (
            "Recount a registry from the chain, without asking anybody; ends with "
            "1 on high or medium findings."
        ),
    },
    "Correct": {
        "revoke": "Revoke credentials for good; everybody who checks them sees it, with a neutral reason.",
        "suspend": "Suspend credentials until they are reinstated.",
        "reinstate": "Lift a suspension; a revocation stays.",
    },
    "Operate": {
        "serve": (
            "Serve the page and the API that check credentials; with a trust file alone it needs no store."
        ),
        "status-lists": (
            "Sign the status lists that wallets read, where they say less than the public record or grow old."
        ),
        "fsck": "Check store, folders and chain against each other; repairs nothing.",
        "backup": "Copy database, settings and batch folders to FOLDER while work goes on.",
        "recover": "Bring the database up to the chain and the batch folders, after a restore or a loss.",
        "version": "Print the version.",
        "registry": "Deploy, show and run a registry.",
        "issuer": "Accredit issuers, name their operators, disavow a stolen key.",
        "apikey": "Make, list and revoke the keys with which programs issue.",
        "config": "Show the settings and where each comes from.",
    },
}
"""Panel -> command -> its first line, in the order of the page: Start, Issue, Check, Correct, Operate."""

MIN_WIDTH = 60
"""Columns below which the page is not drawn here."""

_NAME_WIDTH = max(len(name) for commands in PANELS.values() for name in commands)
_OPTION_WIDTHS = tuple(max(len(option[at]) for option in OPTIONS) for at in range(3))

_BOLD, _DIM, _CYAN, _GREEN, _YELLOW = "1", "2", "1;36", "1;32", "1;33"
_FLAG = re.compile(r"(?<!\S)--[a-z-]+")


def build_front_page(*, width: int, coloured: bool) -> str:
    """
    Return the page.

    Args:
        width: Columns of the terminal, `MIN_WIDTH` or more.
        coloured: Whether to mark names and flags as terminals understand it.
    """
    page = "\n".join([*_draw(width), ""])
    return page if coloured else _strip(page)


def wants_colour(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Say whether output is to be coloured, given the environment and whether it goes to a terminal."""
    if any(environment.get(name) for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS")):
        return True
    dumb = environment.get("TERM", "").lower() in ("", "dumb", "unknown")
    return terminal and not dumb and not environment.get("NO_COLOR")


def find_width(environment: Mapping[str, str]) -> int:
    """Return the columns of the terminal: what the environment says, else what the terminal says, else 80."""
    said = environment.get("TERMINAL_WIDTH") or environment.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    for stream in range(3):
        try:
            return os.get_terminal_size(stream).columns or 80
        except (OSError, ValueError):
            continue
    return 80


def _draw(width: int) -> Iterator[str]:
    """Yield the lines of the page, each as wide as the terminal."""
    yield " " * width
    yield _fill(
        f" {_style(_YELLOW, 'Usage: ')}{_style(_BOLD, 'attestree [OPTIONS] COMMAND [ARGS]...')}", width
    )
    yield " " * width
    yield from _prose(SUMMARY, width)
    yield " " * width
    yield from _panel("Options", _option_rows(width), width)
    for title, commands in PANELS.items():
        yield from _panel(title, _command_rows(commands, width), width)
    yield " " * width
    yield from _prose(EPILOG, width)
    yield " " * width


def _prose(text: str, width: int) -> Iterator[str]:
    """Yield a paragraph."""
    for line in _wrap(text, width - 2):
        yield _fill(f" {_mark_flags(line)}", width)


def _option_rows(width: int) -> Iterator[str]:
    """Yield the lines inside the panel of flags."""
    long, short, kinds = _OPTION_WIDTHS
    indent = long + short + kinds + 12
    for name, letter, kind, said in OPTIONS:
        first, *rest = _wrap(said, width - 4 - indent)
        flags = f"{_style(_CYAN, name.ljust(long))}  {_style(_GREEN, letter.ljust(short))}"
        yield f"{flags}      {_style(_YELLOW, f'<{kind}>'.ljust(kinds + 2))}  {_mark_flags(first)}"
        for line in rest:
            yield " " * indent + _mark_flags(line)


def _command_rows(commands: Mapping[str, str], width: int) -> Iterator[str]:
    """Yield the lines inside a panel of commands."""
    for name, said in commands.items():
        first, *rest = _wrap(said, width - 4 - _NAME_WIDTH - 2)
        yield f"{_style(_CYAN, name.ljust(_NAME_WIDTH))}  {_mark_flags(first)}"
        for line in rest:
            yield " " * (_NAME_WIDTH + 2) + _mark_flags(line)


def _panel(title: str, rows: Iterator[str], width: int) -> Iterator[str]:
    """Yield lines in a frame that has a title."""
    yield _style(_DIM, f"╭─ {title} ".ljust(width - 1, "─") + "╮")
    for row in rows:
        yield f"{_style(_DIM, '│')} {_fill(row, width - 4)} {_style(_DIM, '│')}"
    yield _style(_DIM, "╰".ljust(width - 1, "─") + "╯")


def _wrap(text: str, width: int) -> list[str]:
    """Return text in lines of at most `width` columns; nothing is cut but a word that is longer."""
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _mark_flags(text: str) -> str:
    """Return text with the flags in it marked."""
    return _FLAG.sub(lambda found: _style(_CYAN, found[0]), text)


def _style(style: str, text: str) -> str:
    """Return text that a terminal shows in a style."""
    return f"\x1b[{style}m{text}\x1b[0m"


def _strip(text: str) -> str:
    """Return text without its styles."""
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def _fill(text: str, width: int) -> str:
    """Return text with spaces behind it, up to a width that styles do not count towards."""
    return text + " " * (width - len(_strip(text)))
