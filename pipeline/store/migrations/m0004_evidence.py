"""Snapshots: what was kept of a page, sealed or failed."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0004_evidence")

_TABLES = """
create table snapshots (
    snapshot_id    text primary key,              -- the folder's name under evidence/
    listing_id     text not null default '',      -- '' for an address a person asked for
    url            text not null,
    state          text not null,                 -- sealed | failed
    page           text not null,                 -- normal | login_wall | challenge | removed ...
    reason         text not null default '',      -- why it failed, or what is missing, in words
    taken_at       text not null,
    took_seconds   real not null,
    size_bytes     integer not null default 0,
    manifest_sha256 text not null default '',
    before_sha256  text not null default '',      -- of the manifest before it in the chain
    asked_by       text not null
) strict;
create index snapshots_of on snapshots (listing_id, taken_at);
"""


@migrations()
def m0004_evidence(db: Database) -> None:
    """Make the table of snapshots."""
    run_script(db, _TABLES)
