"""Watched until gone: what is looked at again, what each look found, what is taken again."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0006_watch")

_TABLES = """
create table watches (
    listing_id        text primary key references listings (listing_id),
    source            text not null,
    state             text not null,              -- up | changed | gone | back
    first_snapshot_id text not null,              -- what everything later is compared with
    last_snapshot_id  text not null,              -- the last one that shows the listing
    began_at          text not null,              -- when the first snapshot was taken
    looks             integer not null default 0,
    calm              integer not null default 0, -- looks in a row that brought nothing new
    unclear           integer not null default 0, -- looks in a row that a wall or an error ended
    last_look_at      text not null default '',
    next_look_at      text,                       -- null: no longer looked at
    gone_at           text                        -- null while it is up
) strict;
create index watches_due on watches (next_look_at) where next_look_at is not null;

create table looks (                              -- append only
    look_id     integer primary key,
    listing_id  text not null references watches (listing_id),
    at          text not null,
    found       text not null,                    -- up | changed | gone | back | unclear
    page        text not null,                    -- normal | removed | challenge ...
    status      integer not null,                 -- of the answer; 0: there was none
    because     text not null,                    -- in Chinese words
    snapshot_id text not null default ''          -- the snapshot that was taken of it
) strict;
create index looks_of on looks (listing_id, look_id);
create trigger looks_are_append_only_u before update on looks
begin select raise(abort, 'looks are append only'); end;
create trigger looks_are_append_only_d before delete on looks
begin select raise(abort, 'looks are append only'); end;

create table retakes (                            -- captures that failed and are tried again
    listing_id  text primary key,
    tries       integer not null,
    next_at     text,                             -- null: given up
    snapshot_id text not null,                    -- the failure record
    reason      text not null
) strict;
"""


@migrations()
def m0006_watch(db: Database) -> None:
    """Make the tables of what is watched."""
    run_script(db, _TABLES)
