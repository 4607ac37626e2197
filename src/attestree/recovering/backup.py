"""
What goes into a backup, and in which order.

The database comes first and batch folders after it: a batch that is fixed in the database has had its folder
before, so that a backup which was made while work goes on never knows of a batch without its files.
Decides order, what is copied again, and that a damaged file never takes the place of a good copy. How files
reach the disk is decided in `adapters.files`. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from attestree.credentials.strict_json import parse_json
from attestree.errors import CorruptionError, FolderUnavailableError, MalformedJsonError
from attestree.ports import Clock, Entropy
from attestree.ports.folders import (
    DESCRIPTION_FILE,
    HELD,
    MAX_DESCRIPTION_BYTES,
    OPEN,
    PART,
    BackupPlace,
    FileSum,
)
from attestree.recovering.manifest import Manifest, format_manifest, parse_manifest, read_sum

TRIES = 5
"""A folder that is handed out while it is copied changes its name once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is to be copied."""

    store: str
    """`sqlite`, `postgresql`, or `none` where the database is left out."""
    copy_store: Callable[[Path], None]
    """Writes a consistent copy of the database to a new file."""
    files: Mapping[str, Path]
    """Trust file and, where they are wanted, keys: name in the backup -> file."""
    texts: Mapping[str, bytes]
    """Settings, without what nobody else should read: name in the backup -> content."""
    with_keys: bool
    """Whether keys are among them."""
    batches: Path
    """Folder of the batch folders of all issuers."""
    version: str
    """Of this program."""


@dataclass(slots=True)
class BackupReport:
    """What a run did; filled while it works."""

    copied: int = 0
    """Files copied."""
    copied_bytes: int = 0
    """Their size."""
    kept: int = 0
    """Files that were there already."""
    batches: int = 0
    """Batch folders in the backup."""
    faults: list[CorruptionError] = field(default_factory=list)
    """Files of batch folders that are not what their description says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """Makes backups of one installation."""

    origin: Origin
    """What is copied."""
    place: BackupPlace
    """Where to."""
    clock: Clock
    """Wall time."""
    entropy: Entropy
    """Names the folder of a run."""

    def run(self, on_progress: Callable[[str], None] = lambda _: None) -> BackupReport:
        """
        Copy everything that is not there yet; the old backup stays true until the new one is whole.

        Raises:
            RequestError, NotAllowedError: As `BackupPlace.opened` does.
            CorruptionError: `backup.manifest`, the old manifest is damaged.
            UnavailableError: Disk or database do not answer; the old backup is untouched.
        """
        report = BackupReport()
        with self.place.opened(apart_from=[self.origin.batches]):
            octets = self.place.read_manifest()
            old = {} if octets is None else parse_manifest(octets).files
            created = self.clock.now()
            files = self._copy_state(f"state-{created}-{self.entropy.draw(4).hex()}", report, on_progress)
            files |= self._copy_batches(old, report, on_progress)
            origin = self.origin
            manifest = Manifest(created, origin.version, origin.store, origin.with_keys, files)
            self.place.seal(format_manifest(manifest))
            self.place.sweep(list(files))
        return report

    def _copy_state(
        self, folder: str, report: BackupReport, tell: Callable[[str], None]
    ) -> dict[str, FileSum]:
        """Copy database, settings and keys into a folder of their own."""
        files: dict[str, FileSum] = {}
        if self.origin.store != "none":
            tell("database")
            end = "db" if self.origin.store == "sqlite" else "dump"
            path = f"{folder}/attestree.{end}"
            self.origin.copy_store(self.place.reserve(path))
            files[path] = self.place.adopt(path)
        for name, octets in self.origin.texts.items():
            part = self.place.reserve(f"{folder}/{name}")
            try:
                part.write_bytes(octets)
            except OSError as exc:
                raise FolderUnavailableError("folder.write_failed", file=name) from exc
            files[f"{folder}/{name}"] = self.place.adopt(f"{folder}/{name}")
        for name, source in self.origin.files.items():
            try:
                files[f"{folder}/{name}"] = self.place.copy(source, f"{folder}/{name}")
            except FileNotFoundError as exc:
                raise FolderUnavailableError("folder.read_failed", file=source.name) from exc
        report.copied += len(files)
        report.copied_bytes += sum(found.size for found in files.values())
        return files

    def _copy_batches(
        self, old: Mapping[str, FileSum], report: BackupReport, tell: Callable[[str], None]
    ) -> dict[str, FileSum]:
        """Copy every batch folder of every issuer."""
        files: dict[str, FileSum] = {}
        for issuer in sorted(find_folders(self.origin.batches)):
            names = {folder.name.removesuffix(HELD) for folder in find_folders(issuer)}
            for name in sorted(names):
                tell(f"batch {name}")
                if name.endswith(OPEN):
                    files |= self._copy_open(issuer / name, old, report)
                else:
                    files |= self._copy_batch(issuer, name, old, report)
        return files

    def _copy_open(
        self, folder: Path, old: Mapping[str, FileSum], report: BackupReport
    ) -> dict[str, FileSum]:
        """Copy what joined a batch that was not sealed yet; its files come and go, and never change."""
        files: dict[str, FileSum] = {}
        for source in sorted(path for path in folder.rglob("*") if path.is_file()):
            path = f"batches/{folder.parent.name}/{folder.name}/{source.name}"
            before = old.get(path)
            if before is not None and self.place.size_of(path) == before.size:
                files[path] = before
                report.kept += 1
                continue
            # What goes at this moment was never a member, or was handed out with its batch long ago
            with suppress(FileNotFoundError):
                files[path] = self.place.copy(source, path)
                report.copied += 1
                report.copied_bytes += files[path].size
        return files

    def _copy_batch(
        self, issuer: Path, name: str, old: Mapping[str, FileSum], report: BackupReport
    ) -> dict[str, FileSum]:
        """Copy one batch folder under the name that it has now."""
        for _ in range(TRIES):
            folder = next((place for end in ("", HELD) if (place := issuer / f"{name}{end}").is_dir()), None)
            if folder is None:
                # Its batch was begun anew just now: the next backup has it
                return {}
            found = BackupReport()
            try:
                files = self._copy_folder(folder, f"batches/{issuer.name}/{folder.name}", old, found)
            except FileNotFoundError:
                continue
            report.batches += 1
            report.copied += found.copied
            report.copied_bytes += found.copied_bytes
            report.kept += found.kept
            report.faults += found.faults
            return files
        raise FolderUnavailableError("folder.read_failed", file=name)

    def _copy_folder(
        self, folder: Path, target: str, old: Mapping[str, FileSum], report: BackupReport
    ) -> dict[str, FileSum]:
        """Copy the files of a folder that differ from the old backup's."""
        described = f"{target}/{DESCRIPTION_FILE}"
        files = {described: self.place.copy(folder / DESCRIPTION_FILE, described)}
        # The same description: the same batch, whose files never change
        is_known = old.get(described) == files[described]
        stated = read_sums(folder / DESCRIPTION_FILE)
        for source in sorted(path for path in folder.rglob("*") if path.is_file()):
            relative = source.relative_to(folder).as_posix()
            path = f"{target}/{relative}"
            if relative == DESCRIPTION_FILE:
                continue
            before = old.get(path) if is_known else None
            if before is not None and self.place.size_of(path) == before.size:
                files[path] = before
                report.kept += 1
            else:
                files[path] = self._copy_file(source, path, stated.get(relative), report)
        missing = stated.keys() - {path.removeprefix(f"{target}/") for path in files}
        report.faults += [
            CorruptionError("backup.source_damaged", file=f"{target}/{name}") for name in sorted(missing)
        ]
        return files

    def _copy_file(self, source: Path, path: str, stated: FileSum | None, report: BackupReport) -> FileSum:
        """Copy one file of a batch; note where it is not what its description states."""
        copied = self.place.copy(source, path)
        report.copied += 1
        report.copied_bytes += copied.size
        if stated is not None and stated != copied:
            report.faults.append(CorruptionError("backup.source_damaged", file=path))
        return copied


def find_folders(base: Path) -> Iterator[Path]:
    """Yield the folders right below `base` that are not half written."""
    if not base.is_dir():
        return
    yield from (path for path in base.iterdir() if path.is_dir() and not path.name.endswith(PART))


def read_sums(description: Path) -> dict[str, FileSum]:
    """Return what a batch's description says of its files; nothing where it cannot be read."""
    try:
        value = parse_json(description.read_bytes(), limit_bytes=MAX_DESCRIPTION_BYTES)
        files = value.get("files") if isinstance(value, dict) else None
        stated = files.items() if isinstance(files, dict) else ()
        return {path: read_sum(found) for path, found in stated}
    except (MalformedJsonError, ValueError):
        # `fsck` says what is wrong with it; the copy is made all the same
        return {}
