"""
The pages under docs/reference that are made from code: commands, settings, rosters, codes.

Decides layout only. A test compares the committed pages with these; `python -m
attestree.cli.reference_pages docs/reference` writes them. Source: DESIGN sections 7 and 9.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic_core import PydanticUndefined

from attestree import settings
from attestree.cli.program import build_app
from attestree.issuing.columns import ALIASES, LEARNER_COLUMNS
from attestree.issuing.roster_xlsx import MAX_ROWS as SHEET_ROWS
from attestree.issuing.table import MAX_ROWS
from attestree.settings import (
    AlarmSettings,
    IssuerSettings,
    RegistrySettings,
    Settings,
    SignatureSettings,
    StatusSettings,
    StoreSettings,
)
from attestree.text.catalogue import load_areas

NOTE = "<!-- Made by `python -m attestree.cli.reference_pages docs/reference`; do not edit by hand. -->"
"""Second paragraph of every page."""

SECTIONS: Mapping[str, tuple[type, str]] = {
    "At the top of the file": (Settings, ""),
    "[store]": (StoreSettings, "Where batches and writes are remembered."),
    "[signatures]": (SignatureSettings, "What is looked up to check signatures; see docs/privacy.md."),
    "[alarm]": (
        AlarmSettings,
        "When a person is called, and how; docs/how-to/operate.md says what each alarm means.",
    ),
    "[status]": (StatusSettings, "The status lists that wallets read, and those of others."),
    "[[registry]]": (RegistrySettings, "One contract on one chain, and how to reach it; repeat for several."),
    "[[issuer]]": (
        IssuerSettings,
        "One institution for which credentials are issued here; repeat for several.",
    ),
}
"""Tables of the settings file."""

NOT_WRITTEN = frozenset({"folder", "store", "alarm", "status", "registry", "issuer"})
"""Fields of `Settings` that are tables of their own, or no settings."""


def build_cli_page() -> str:
    """Return the page on commands, made from their own help."""
    command: Any = typer.main.get_command(build_app(None))
    lines = ["# Commands", "", NOTE, "", CLI_INTRODUCTION]
    for name, child in command.commands.items():
        lines += _command(f"attestree {name}", child)
    return _page(lines)


def _command(name: str, command: Any) -> Iterator[str]:
    """Yield one command, and the commands below it."""
    yield f"## {name}\n"
    yield f"{(command.help or '').strip()}\n"
    parts = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
    if parts:
        yield "| argument or flag | meaning |\n|---|---|"
        yield from parts
        yield ""
    for child_name, child in getattr(command, "commands", {}).items():
        yield from _command(f"{name} {child_name}", child)


def _parameter(parameter: Any) -> str:
    """Return one row."""
    is_flag = parameter.param_type_name == "option"
    named = ", ".join(parameter.opts) if is_flag else (parameter.metavar or parameter.name.upper())
    said = getattr(parameter, "help", None) or ""
    needed = " Needed." if parameter.required and is_flag else ""
    return f"| `{_cell(named)}` | {_cell(said)}{needed} |"


def build_config_page() -> str:
    """Return the page on `attestree.toml`, made from the settings' own words."""
    lines = ["# attestree.toml", "", NOTE, "", CONFIG_INTRODUCTION]
    for title, (section, said) in SECTIONS.items():
        lines += [
            f"## {title}",
            "",
            *([said, ""] if said else []),
            "| setting | default | meaning |",
            "|---|---|---|",
        ]
        words = _field_words(section)
        for name, field in section.model_fields.items():  # type: ignore[attr-defined]  # every one is a model
            if section is Settings and name in NOT_WRITTEN:
                continue
            default = "needed" if field.default is PydanticUndefined else _default(field.default)
            lines.append(f"| `{name}` | {default} | {_cell(words[name])} |")
        lines.append("")
    return _page(lines)


def _default(value: object) -> str:
    """Return a default as people read it."""
    return "none" if value is None else f"`{value}`"


def _field_words(section: type) -> dict[str, str]:
    """Return the docstring below each field of a class and of those it stands on."""
    ours = [base for base in section.__mro__ if base.__module__.startswith(settings.__name__)]
    # The first statement of a class's source is the class.
    found = [ast.parse(inspect.getsource(base)).body[0] for base in ours]
    return {name: said for node in found if isinstance(node, ast.ClassDef) for name, said in _words_of(node)}


def _words_of(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield each field of one class with the docstring below it."""
    for field, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = after.value if isinstance(after, ast.Expr) else None
            yield field.target.id, str(said.value) if isinstance(said, ast.Constant) else ""


def build_roster_page() -> str:
    """Return the page on rosters, made from the names that are understood."""
    lines = [
        "# Rosters",
        "",
        NOTE,
        "",
        ROSTER_INTRODUCTION.format(text_rows=MAX_ROWS, sheet_rows=SHEET_ROWS),
        "| column | also called |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {', '.join(others)} |" for name, others in ALIASES.items()]
    learner = ", ".join(f"`{name}`" for name in LEARNER_COLUMNS)
    lines += ["", f"One of {learner} says who the learner is.", "", *_codes_of("roster")]
    return _page(lines)


def build_codes_page() -> str:
    """Return the page on codes, made from the text catalogue."""
    lines = ["# Codes", "", NOTE, "", CODES_INTRODUCTION]
    for area in load_areas():
        lines += [f"## {area}", "", *_codes_of(area)]
    return _page(lines)


def _codes_of(area: str) -> Iterator[str]:
    """Yield the table of one module of the catalogue."""
    yield "| code | what it says | why | what to do |\n|---|---|---|---|"
    for code, entry in sorted(load_areas()[area].items()):
        yield f"| `{code}` | {_cell(entry.sentence)} | {_cell(entry.cause)} | {_cell(entry.next)} |"
    yield ""


def _cell(text: str) -> str:
    """Return text for one cell of a table; a count with its noun stands there in the plural."""
    plural = re.sub(r"\{(\w+):[^{}|]+\|([^{}|]+)\}", r"{\1} \2", text)
    return " ".join(plural.split()).replace("|", "\\|")


def _page(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


CLI_INTRODUCTION = """\
Every command takes `--json` (results for programs), `--config FILE` and `--debug` (tracebacks);
`--version` in the place of a command prints the version. Results
go to stdout, progress to stderr. A program ends with 0 when all is well, 1 when something was rejected,
refused or is to be reviewed, 2 when it was asked something that cannot be used, 3 when it could not find
out.
"""
"""Top of the page on commands."""

CONFIG_INTRODUCTION = """\
Settings are looked for in `attestree.toml` in the folder of the command, then in each folder above;
`--config` names another file. The environment beats the file: `ATTESTREE_PUBLIC_URL`, and
`ATTESTREE_STORE__URL` for `[store] url`. Relative paths count from the file. `attestree config show` prints
each value and where it comes from.

A key of an account is the path of a key file (keystore version 3, readable by its owner alone), or a table
for a signer that answers `eth_signTransaction` (such as Web3Signer, which keeps keys in a vault or a
hardware module): `operator_key = { url = "http://127.0.0.1:9000", address = "0x.." }`. What it gives back is
compared byte by byte with what was asked. On the two development chains a key may also stand in the
environment: `{ variable = "ATTESTREE_KEY_OPERATOR" }`.
"""
"""Top of the page on settings."""

ROSTER_INTRODUCTION = """\
A roster is CSV (UTF-8; comma or semicolon), XLSX (first sheet) or JSON Lines. Columns are found by name,
in any order; capitals, hyphens, underscores and dots do not matter. What is not known here is named in a
warning and never issued. Dates are year-month-day. `attestree template roster` writes one to begin with,
`attestree lint` judges one. CSV and JSON Lines may have {text_rows:,} rows, header included, and a workbook
{sheet_rows:,}, which is where a sheet ends; a file may have 1 GiB.
"""
"""Top of the page on rosters."""

CODES_INTRODUCTION = """\
Every error, check, verdict and finding has a code that does not change, and one set of words. `{name}`
stands for a value. [Verdicts](../verdicts.md) explains which of them decide about a credential.
"""
"""Top of the page on codes."""

PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": build_cli_page,
    "config.md": build_config_page,
    "roster.md": build_roster_page,
    "codes.md": build_codes_page,
}
"""File name -> what makes the page."""


if __name__ == "__main__":
    for file_name, build in PAGES.items():
        (Path(sys.argv[1]) / file_name).write_text(build(), encoding="utf-8")
