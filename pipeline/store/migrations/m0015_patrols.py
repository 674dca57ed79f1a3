"""What each source promised, and what its pages were when they were last fetched."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0015_patrols")

_TABLES = """
create table promises (                           -- what a source file said, from a day on
    source      text not null,
    since_on    text not null,                    -- Beijing date
    name        text not null,
    every_hours integer not null,                 -- patrolled at least once in so many hours
    floor       integer not null,                 -- listings of a healthy run
    ceiling     integer not null,
    is_enabled  integer not null,
    primary key (source, since_on)
) strict, without rowid;

create table remembered_pages (                   -- so that an unchanged page costs little
    source        text not null,
    key           text not null,                  -- as in run_pages
    rules         text not null,                  -- hash of the rules that it was read with
    etag          text not null default '',       -- as the server gave them, sent back as they are
    last_modified text not null default '',
    card          text not null default '',       -- fingerprint of the card that led to it
    filled        text not null default '',       -- names of the fields that were read
    is_flagged    integer not null default 0,
    fetched_at    text not null,
    look_again_at text not null default '',       -- not before, unless its card changes
    body          blob,                           -- of lists alone, deflated: what a 304 stands for
    primary key (source, key)
) strict, without rowid;

alter table run_pages add column request text not null default '';  -- JSON: what was asked, how
"""


@migrations()
def m0015_patrols(db: Database) -> None:
    """Make the tables of promises and remembered pages, and room for each request."""
    run_script(db, _TABLES)
