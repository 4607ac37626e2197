"""
`attestree backup`: a copy of everything that cannot be made again, while work goes on.

Decides flags and words; what is copied is decided in `recovering`. Source: DESIGN section 9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.backup import BackupFolder
from attestree.cli.console import REJECT, Console, Context, many
from attestree.credentials.dates import format_timestamp
from attestree.errors import CorruptionError, NotAllowedError, RequestError, SettingsError
from attestree.recovering.backup import BackupReport
from attestree.recovering.manifest import parse_manifest
from attestree.settings import FILE_NAME, find_settings_file
from attestree.text.catalogue import explain_error
from attestree.wiring.backups import key_files, wire_backup


def register(app: typer.Typer) -> None:
    """Add `backup` to the program."""
    app.command(rich_help_panel="Operate")(backup)


def backup(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the backup is kept; the same each time.")],
    check: Annotated[
        bool, typer.Option("--check", help="Compare an earlier backup with what was written.")
    ] = False,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Copy signing keys and roster keys too.")
    ] = False,
    no_store: Annotated[
        bool, typer.Option("--no-store", help="Leave the database out: other tools copy it.")
    ] = False,
) -> None:
    """Copy database, settings and batch folders to FOLDER while work goes on."""
    context: Context = ctx.obj
    if check:
        if with_keys or no_store:
            flag = "--with-keys" if with_keys else "--no-store"
            raise NotAllowedError("refused.two_modes", first="--check", second=flag)
        _compare(context.console, BackupFolder(folder))
        return
    settings = context.settings()
    chosen = context.settings_path or find_settings_file(Path.cwd())
    if chosen is None:
        raise SettingsError("config.no_file", file=FILE_NAME)
    made = wire_backup(
        settings,
        BackupFolder(folder),
        settings_file=chosen,
        with_keys=with_keys,
        with_store=not no_store,
    )
    report = made.run(context.console.progress)
    names = [name for name, _ in key_files(settings)]
    _print(context.console, folder, report, keys=names, with_keys=with_keys, store=made.origin.store)
    raise typer.Exit(REJECT if report.faults else 0)


def _compare(console: Console, place: BackupFolder) -> None:
    """Compare a backup with its manifest, and say what is in it."""
    octets = place.read_manifest()
    if octets is None:
        raise RequestError("backup.no_manifest")
    manifest = parse_manifest(octets)
    faults = list(place.check(manifest.files))
    made = format_timestamp(manifest.created)
    size = sum(found.size for found in manifest.files.values())
    keys = "WITH KEYS" if manifest.with_keys else "without keys"
    held = f"{many(len(manifest.files), 'file')}, {size / 1e6:,.1f} MB, database {manifest.store}, {keys}"
    lines = [
        f"Backup of {made}: {held}",
        *_tell(faults),
        *([] if faults else ["Every file is what was written."]),
    ]
    values = {
        "clean": not faults,
        "created": made,
        "files": len(manifest.files),
        "bytes": size,
        "store": manifest.store,
        "withKeys": manifest.with_keys,
        "faults": _fields(faults),
    }
    console.result("\n".join(lines), values)
    raise typer.Exit(REJECT if faults else 0)


def _print(
    console: Console, folder: Path, report: BackupReport, *, keys: list[str], with_keys: bool, store: str
) -> None:
    """Say what was copied, and what was not."""
    copied = f"{many(report.copied, 'file')} copied ({report.copied_bytes / 1e6:,.1f} MB)"
    batches = many(report.batches, "batch folder")
    lines = [f"Backup in {folder}: {batches}, {copied}, {report.kept:,} there already"]
    if store == "none":
        lines.append("THE DATABASE IS NOT IN IT (--no-store): copy it with your own tools.")
    if with_keys:
        lines.append(f"THE KEYS ARE IN IT ({', '.join(keys)}): whoever has this folder may be able to sign.")
        lines.append("Files with passwords are not: keep passwords elsewhere.")
    else:
        lines.append("Keys are not in it. Keep copies of them elsewhere, also of the roster key.")
    lines += _tell(report.faults)
    lines.append(f"Check it: attestree backup {folder} --check")
    values = {
        "folder": str(folder),
        "batches": report.batches,
        "copied": report.copied,
        "bytes": report.copied_bytes,
        "kept": report.kept,
        "store": store,
        "withKeys": with_keys,
        "faults": _fields(report.faults),
    }
    console.result("\n".join(lines), values)


def _tell(faults: list[CorruptionError]) -> list[str]:
    return [f"  wrong  {explain_error(fault).sentence}  [{fault.code}]" for fault in faults]


def _fields(faults: list[CorruptionError]) -> list[dict[str, object]]:
    return [{"code": fault.code, "file": fault.values["file"]} for fault in faults]
