"""Snapshots: what was kept of a page, sealed or failed."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0004_evidence")

_TABLES = """
create table snapshots (                          -- append only, one row a folder
    snapshot_id     text primary key,             -- the folder's name under evidence/
    chain_number    integer not null unique,      -- 1, 2, 3 ...: its place in the chain
    listing_id      text not null default '',     -- '' for an address a person asked for
    listing_version integer not null default 0,   -- of what was known of it; 0 for an address
    url             text not null,
    state           text not null,                -- sealed | failed
    page            text not null,                -- normal | login_wall | challenge | removed ...
    reason          text not null default '',     -- why it failed, or what is missing, in words
    is_complete     integer not null,             -- 1: nothing is missing
    taken_at        text not null,
    took_seconds    real not null,
    size_bytes      integer not null default 0,
    manifest_sha256 text not null,
    manifest_sm3    text not null,
    before_sha256   text not null default '',     -- of the manifest before it in the chain
    asked_by        text not null
) strict;
create index snapshots_of on snapshots (listing_id, taken_at);
create trigger snapshots_are_append_only_u before update on snapshots
begin select raise(abort, 'snapshots are append only'); end;
create trigger snapshots_are_append_only_d before delete on snapshots
begin select raise(abort, 'snapshots are append only'); end;
"""


@migrations()
def m0004_evidence(db: Database) -> None:
    """Make the table of snapshots."""
    run_script(db, _TABLES)
