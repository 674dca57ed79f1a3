"""What was kept of each page: the rows beside the folders under ``evidence/``."""

from dataclasses import asdict, dataclass

from pipeline.store.listings import SnapshotState, set_snapshot
from pipeline.store.open import Database

_KEEP = """
    insert into snapshots
        (snapshot_id, chain_number, listing_id, listing_version, url, state, page, reason,
         is_complete, taken_at, took_seconds, size_bytes, manifest_sha256, manifest_sm3,
         before_sha256, asked_by)
    values
        (:snapshot_id, :chain_number, :listing_id, :listing_version, :url, :state, :page, :reason,
         :is_complete, :taken_at, :took_seconds, :size_bytes, :manifest_sha256, :manifest_sm3,
         :before_sha256, :asked_by)
    on conflict (snapshot_id) do nothing
"""
_OF = "select * from snapshots where listing_id = ? order by chain_number"
_NAMED = "select * from snapshots where snapshot_id = ?"
_LAST = "select * from snapshots order by chain_number desc limit 1"
_ALL = "select * from snapshots order by chain_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One row: a snapshot that was sealed, or the record of one that failed.

    Attributes:
        state: "sealed", or "failed": a wall, a removed page, an error; the folder holds what
            was seen, never to be shown as the listing.
        reason: why it failed, or what is missing, in Chinese words.
        is_complete: 1 where nothing the page asked for is missing.
        taken_at: as :func:`pipeline.base.clock.stamp` writes it.
    """

    snapshot_id: str
    chain_number: int
    listing_id: str
    listing_version: int
    url: str
    state: str
    page: str
    reason: str
    is_complete: int
    taken_at: str
    took_seconds: float
    size_bytes: int
    manifest_sha256: str
    manifest_sm3: str
    before_sha256: str
    asked_by: str


def keep(db: Database, row: Kept) -> None:
    """Keep one row and tell its listing; twice is as good as once.

    A listing that changed since is still wanted: what was kept shows the version before.
    """
    with db.atomic():
        db.conn.execute(_KEEP, asdict(row))
        if row.listing_id:
            state: SnapshotState = "sealed" if row.state == "sealed" else "failed"
            set_snapshot(db, row.listing_id, state, version=row.listing_version)


def of(db: Database, listing_id: str) -> list[Kept]:
    """Return the snapshots of a listing, first taken first."""
    return [Kept(**row) for row in db.query(_OF, [listing_id])]


def named(db: Database, snapshot_id: str) -> Kept | None:
    """Return one snapshot by its folder's name."""
    return next((Kept(**row) for row in db.query(_NAMED, [snapshot_id])), None)


def last(db: Database) -> Kept | None:
    """Return the head of the chain: the snapshot whose manifest the next one will name."""
    return next((Kept(**row) for row in db.query(_LAST)), None)


def all_of(db: Database) -> list[Kept]:
    """Return every snapshot in the order of the chain."""
    return [Kept(**row) for row in db.query(_ALL)]
