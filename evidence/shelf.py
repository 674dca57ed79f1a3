"""The folder ``evidence/``: how a snapshot gets onto the shelf whole, or not at all.

A snapshot is made under a temporary name whose folder its maker holds locked; a lock that
nobody holds marks the leftover of a killed run. Sealing is one at a time for all processes of
the home: name the manifest before, write, sync, rename, sync, and only then the row. What was
renamed when the power went is found again by the note that was written before.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence import custody, manifest
from evidence.custody import Touch
from evidence.keys import Keys
from evidence.sign import KEYS, Ready, Seal
from evidence.verify import verify
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.base.settings import Settings
from pipeline.store import audit, snapshots
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

SNAPSHOT_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
MAKING = ".making-"
_LOCK = ".lock"
_NOTE = ".sealing"

_log = log.get("evidence")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The evidence folder of a home, and what seals there."""

    folder: Path
    sealing: Seal | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Shelf":
        """Return the shelf of a home, with what it seals by."""
        return cls(settings.evidence, Seal.of(settings))

    @property
    def seal_of_home(self) -> Seal:
        """What seals here: the keys beside the evidence folder, if nothing else was said."""
        return self.sealing or Seal(Keys(self.folder.parent / "keys"))

    @contextmanager
    def making(self, moment: datetime) -> Iterator[tuple[str, Path]]:
        """Give a new snapshot id and the folder to make it in; what is not sealed goes away."""
        with self._alone():
            snapshot_id = f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
            folder = self.folder / f"{MAKING}{snapshot_id}"
            folder.mkdir()
            held = os.open(folder, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield snapshot_id, folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)

    def seal(
        self,
        db: Database,
        making: Path,
        write: Callable[[Kept | None], Mapping[str, Any]],
        *,
        clock: Clock,
    ) -> Kept:
        """Put a finished folder onto the shelf and keep its row.

        Args:
            db: the database of this home.
            making: the folder that :meth:`making` gave, all files but the manifest in it.
            write: gives the manifest, told the head of the chain.
            clock: for the audit log.
        """
        snapshot_id = making.name.removeprefix(MAKING)
        with self._alone():
            self._adopt_noted(db, clock)
            _finish(making, self.seal_of_home.ready(clock), write(snapshots.last(db)))
            sync_folder(making)
            put(self.folder / _NOTE, snapshot_id.encode())
            sync_folder(self.folder)
            making.rename(self.folder / snapshot_id)
            sync_folder(self.folder)
            row = row_of((self.folder / snapshot_id / manifest.NAME).read_bytes())
            _keep(db, row, clock, did="snapshot.sealed")
            (self.folder / _NOTE).unlink()
        return row

    def turn_key(self, clock: Clock) -> None:
        """Make a new signing key, while nobody seals."""
        with self._alone():
            self.seal_of_home.keys.turn(clock)

    def tidy(self, db: Database, *, clock: Clock) -> tuple[str, ...]:
        """Take away what killed runs left half-made, take in what they sealed without a row.

        Returns:
            The ids of what was taken away.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            # a key that cannot be used is found before a page is fetched, not at its sealing
            self.seal_of_home.ready(clock)
            self._adopt_noted(db, clock)
            gone = tuple(self._take_away_leftovers())
            self._adopt_unknown(db, clock)
        for snapshot_id in gone:
            _log.warning("leftover.removed", snapshot_id=snapshot_id)
        return gone

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the shelf for this process and this thread."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _take_away_leftovers(self) -> Iterator[str]:
        for folder in sorted(self.folder.glob(f"{MAKING}*")):
            held = os.open(folder, os.O_RDONLY)
            with suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                yield folder.name.removeprefix(MAKING)
            os.close(held)

    def _adopt_noted(self, db: Database, clock: Clock) -> None:
        note = self.folder / _NOTE
        with suppress(FileNotFoundError):
            snapshot_id = note.read_text(encoding="ascii", errors="replace")
            if SNAPSHOT_ID.fullmatch(snapshot_id) and (self.folder / snapshot_id).is_dir():
                self._adopt(db, clock, snapshot_id)
            note.unlink()

    def _adopt_unknown(self, db: Database, clock: Clock) -> None:
        """Take in folders without a row: the database was restored from before they were."""
        known = {row.snapshot_id for row in snapshots.all_of(db)}
        unknown = [
            folder.name
            for folder in self.folder.iterdir()
            if SNAPSHOT_ID.fullmatch(folder.name) and folder.name not in known
        ]
        numbered = [(_number_of(self.folder / name), name) for name in unknown]
        for _, snapshot_id in sorted(numbered):
            self._adopt(db, clock, snapshot_id)

    def _adopt(self, db: Database, clock: Clock, snapshot_id: str) -> None:
        if snapshots.named(db, snapshot_id) is not None:
            return
        folder, head = self.folder / snapshot_id, snapshots.last(db)
        if not verify(folder, alone=True).is_ok:
            _log.error("snapshot.refused", snapshot_id=snapshot_id, because="it does not verify")
            return
        row = row_of((folder / manifest.NAME).read_bytes())
        if row.before_sha256 != (head.manifest_sha256 if head else ""):
            _log.error("snapshot.refused", snapshot_id=snapshot_id, because="it is not the next")
            return
        _keep(db, row, clock, did="snapshot.adopted")
        _log.warning("snapshot.adopted", snapshot_id=snapshot_id)


def _finish(making: Path, seal: Ready, told: Mapping[str, Any]) -> None:
    """Add the history of the keys, the manifest and its signatures; let nobody write there."""
    history = seal.ed25519.history
    put(making / KEYS, history)
    files = [*told["files"], manifest.file_entry(KEYS, history)]
    files.sort(key=lambda entry: entry["path"])
    data = manifest.canonical({**told, "files": files, "signing": seal.about})
    put(making / manifest.NAME, data)
    for name, content in {**manifest.check_lines(data), **seal.signatures(data)}.items():
        put(making / name, content)
    for file in making.iterdir():
        file.chmod(0o444)


def put(path: Path, data: bytes) -> None:
    """Write a file so that it survives a power cut."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def row_of(data: bytes) -> Kept:
    """Return the row that a manifest stands for."""
    told, digests = manifest.read(data), manifest.digests_of(data)
    before = told["chain"]["before"]
    return Kept(
        snapshot_id=told["snapshot_id"],
        chain_number=told["chain"]["number"],
        listing_id=told["listing_id"],
        listing_version=told["listing_version"],
        url=told["url_requested"],
        state=told["state"],
        page=told["page"],
        reason=told["reason"],
        is_complete=int(told["is_complete"]),
        taken_at=told["taken"]["started_utc"],
        took_seconds=told["taken"]["took_milliseconds"] / 1000,
        size_bytes=sum(entry["size_bytes"] for entry in told["files"]) + len(data),
        manifest_sha256=digests.sha256,
        manifest_sm3=digests.sm3,
        before_sha256=before["sha256"] if before else "",
        asked_by=told["asked_by"],
    )


def _number_of(folder: Path) -> int:
    try:
        return int(manifest.read((folder / manifest.NAME).read_bytes())["chain"]["number"])
    except (OSError, ValueError, TypeError, KeyError):
        return 0


def _keep(db: Database, row: Kept, clock: Clock, *, did: str) -> None:
    with db.atomic():
        snapshots.keep(db, row)
        audit.write(
            db,
            clock=clock,
            who=row.asked_by,
            did=did,
            what=row.snapshot_id,
            details={
                "listing_id": row.listing_id,
                "state": row.state,
                "chain_number": row.chain_number,
                "manifest_sha256": row.manifest_sha256,
                "manifest_sm3": row.manifest_sm3,
            },
        )
        custody.note(
            db,
            clock=clock,
            who=row.asked_by,
            did=Touch.MADE,
            what=row.snapshot_id,
            why=row.listing_id or row.url,
            details={"manifest_sha256": row.manifest_sha256, "state": row.state},
        )
