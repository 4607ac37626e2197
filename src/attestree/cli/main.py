"""
The entry of the program `attestree`: the flags that stand anywhere, and what is answered at once.

Decides that the page of commands and the version are printed without loading a command, or what reads
command lines; all else is left to `program`. `--json`, `--config` and `--debug` are taken anywhere on the
line. Source: DESIGN section 9.
"""

from __future__ import annotations

import gc
import json
import os
import sys

from attestree import __version__
from attestree.cli.front_page import MIN_WIDTH, build_front_page, find_width, wants_colour
from attestree.cli.streams import use_utf8

SHARED_FLAGS = ("--json", "--debug")
"""Flags that every command takes, wherever they stand."""

HELP_FLAGS = frozenset({"-h", "--help"})
"""Flags that ask for help."""


def shared_flags_first(arguments: list[str]) -> list[str]:
    """Return the arguments with the shared flags moved to the front, up to a bare `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word in SHARED_FLAGS or word.startswith("--config="):
            first.append(word)
        elif word == "--config":
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            rest.append(word)
    return first + rest + arguments[end:]


def answer_at_once(arguments: list[str]) -> int | None:
    """Answer what needs no command, and return the exit code; None where a command is needed."""
    asked = [word for word in arguments if word not in SHARED_FLAGS]
    if asked == ["--version"]:
        print(json.dumps({"version": __version__}, indent=2) if "--json" in arguments else __version__)
        return 0
    width = find_width(os.environ)
    # On Windows not every terminal knows colours, and what asks it is part of what takes long to load.
    if width < MIN_WIDTH or os.name == "nt" or not (HELP_FLAGS.issuperset(asked) if asked else not arguments):
        return None
    coloured = wants_colour(os.environ, terminal=sys.stdout.isatty())
    print(build_front_page(width=width, coloured=coloured))
    # Without a word there is nothing that could be done: as for any other line that cannot be used.
    return 0 if asked else 2


def run(arguments: list[str]) -> int:
    """Run one command line, shared flags first, and return its exit code; errors are printed, not raised."""
    try:
        code = answer_at_once(arguments)
        if code is None:
            from attestree.cli.program import run_program

            code = run_program(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` has; Python must not write there again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def main() -> None:
    """Run the command line of this process."""
    # Until the command is loaded, which then says so.
    gc.disable()
    use_utf8()
    sys.exit(run(shared_flags_first(sys.argv[1:])))
