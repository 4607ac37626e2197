"""
`attestree bake` and `unbake`: a credential into a badge picture, and out again.

Decides how files are read and written, and that what is baked is a credential with a proof; the pictures
are made in `credentials.images`. Nothing is asked of a chain. Source: DESIGN section 9; Open Badges 3.0,
section 5.3.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.atomic import write_whole
from attestree.cli.console import Context
from attestree.cli.credential_files import read_file
from attestree.credentials.credential import parse_credential
from attestree.credentials.images import bake_picture, find_credential_text, find_kind, unwrap_picture
from attestree.credentials.images.carrier import is_compact_jws
from attestree.credentials.strict_json import JsonValue, parse_json
from attestree.errors import ImageError


def register(app: typer.Typer) -> None:
    """Add `bake` and `unbake` to the program."""
    app.command(rich_help_panel="Issue")(bake)
    app.command(rich_help_panel="Check")(unbake)


def bake(
    ctx: typer.Context,
    credential: Annotated[str, typer.Argument(help="Issued credential: JSON, or a compact JWS.")],
    picture: Annotated[str, typer.Argument(help="Picture of the badge: PNG, or SVG without scripts.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write; nothing is overwritten.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take out a credential that is in the picture already.")
    ] = False,
) -> None:
    """Put an issued credential into a badge picture, which can then be checked wherever a credential can."""
    context: Context = ctx.obj
    text = _read_text(credential)
    baked = bake_picture(read_file(picture), text, replace=replace)
    _write_new(out, baked)
    kind = str(find_kind(baked))
    context.console.result(
        f"Wrote {out}: {len(baked):,} bytes, {kind.upper()}.",
        {"file": str(out), "kind": kind, "size": len(baked)},
    )


def unbake(
    ctx: typer.Context,
    picture: Annotated[
        str, typer.Argument(help="PNG or SVG that carries a credential; - for standard input.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write instead of standard output.")
    ] = None,
) -> None:
    """Take the credential out of a badge picture, as it is: nothing is checked (`attestree verify` does)."""
    context: Context = ctx.obj
    octets = read_file(picture)
    text = find_credential_text(octets)
    kind = str(find_kind(octets))
    if out is None:
        context.console.result(text, {"kind": kind, "credential": _parse_carried(text)})
        return
    _write_new(out, text.encode())
    context.console.result(f"Wrote {out}.", {"file": str(out), "kind": kind})


def _read_text(name: str) -> str:
    """Return a credential that may be baked, as its file has it."""
    octets = unwrap_picture(read_file(name))
    text = octets.decode("utf-8", "replace").strip()
    if not is_compact_jws(text):
        # strict first: what no verifier would read must not be handed out in a picture
        parse_credential(parse_json(octets))
    return text


def _parse_carried(text: str) -> JsonValue:
    """Return the credential for programs: an object, or the token as it is."""
    return text if is_compact_jws(text) else parse_json(text.encode())


def _write_new(path: Path, octets: bytes) -> None:
    """Write a file that is not there yet, or is there with the same content."""
    if path.exists() and (not path.is_file() or path.read_bytes() != octets):
        raise ImageError("image.out_exists", file=path.name)
    write_whole(path, octets)
