"""
How a command speaks: results on stdout, progress on stderr, errors in one shape, exit codes.

Decides nothing about what is said: sentences come from `text`, figures from the use cases.
Source: DESIGN section 9; exit codes section 7.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from attestree.errors import AttestreeError, InputError, MissingExtraError, UnavailableError
from attestree.text.catalogue import explain_error

if TYPE_CHECKING:
    from attestree.settings import Settings

ACCEPT, REJECT, USAGE, RETRY = 0, 1, 2, 3
"""Exit codes: accepted or done; rejected, refused or to be reviewed; unusable input; could not find out."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command writes."""

    as_json: bool
    """Whether results are JSON for programs instead of lines for people."""

    def result(self, text: str, values: Mapping[str, object] | None = None) -> None:
        """Print a result on stdout: `text` for people, `values` where JSON was asked for."""
        if self.as_json and values is not None:
            typer.echo(json.dumps(values, ensure_ascii=False, indent=2))
        elif not self.as_json:
            typer.echo(text)

    def progress(self, text: str) -> None:
        """Print one line about what is going on, on stderr."""
        typer.echo(text, err=True)

    def usage(self, message: str, path: str) -> None:
        """
        Print that the command line cannot be used.

        Args:
            message: What is wrong with it, in the words of its parser.
            path: The command as far as it was understood, such as `attestree key`.
        """
        sentence = message if message.endswith((".", "?")) else f"{message}."
        self._fault("request.usage", sentence, "", f"See what it takes: {path} --help")

    def error(self, error: AttestreeError) -> None:
        """Print what happened, why, and what to do next, on stderr (JSON on stdout when asked)."""
        if self.as_json:
            self.result("", {"error": error_fields(error)})
            return
        said = explain_error(error)
        self._fault(error.code, said.sentence, said.cause, said.next)

    def result_and_error(self, text: str, values: Mapping[str, object], error: AttestreeError) -> None:
        """Print a result and what is wrong all the same, as one document where JSON was asked for."""
        if self.as_json:
            self.result("", {**values, "error": error_fields(error)})
            return
        self.result(text)
        self.error(error)

    def _fault(self, code: str, sentence: str, cause: str, following: str) -> None:
        if self.as_json:
            fields = {"code": code, "sentence": sentence, "cause": cause, "next": following}
            self.result("", {"error": fields})
            return
        typer.echo(f"error  {sentence}  [{code}]", err=True)
        for label, line in (("why", cause), ("next", following)):
            if line:
                typer.echo(f" {label:<5} {line}", err=True)


@dataclass(frozen=True, slots=True)
class Context:
    """What every command gets as `ctx.obj`."""

    console: Console
    """Where it writes."""
    settings_path: Path | None
    """`--config`, or None to look for the file."""
    debug: bool
    """Whether a traceback is wanted."""

    @property
    def json(self) -> bool:
        """Whether results are JSON."""
        return self.console.as_json

    def settings(self) -> Settings:
        """Read the settings now; SettingsError if they cannot be used."""
        # Loaded here because it brings pydantic, which half of the commands do without.
        from attestree.settings import load_settings

        return load_settings(self.settings_path)


def error_fields(error: AttestreeError) -> dict[str, str]:
    """Return an error as programs read it."""
    said = explain_error(error)
    return {"code": error.code, "sentence": said.sentence, "cause": said.cause, "next": said.next}


def exit_code(error: AttestreeError) -> int:
    """Return the exit code that an error ends the program with."""
    if isinstance(error, (InputError, MissingExtraError)):
        return USAGE
    return RETRY if isinstance(error, UnavailableError) else REJECT


def many(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: `1 act`, `1,000 acts`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
