"""Crawl runs, and the ledger of pages that lets a killed run go on where it stopped."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0002_crawls")

_TABLES = """
create table runs (
    run_id        text primary key,               -- "huapiao-2026-11-25-1"
    source        text not null,
    night_on      text not null,                  -- the Beijing date it counts for
    asked_by      text not null,                  -- schedule | user name | command line
    state         text not null,                  -- due | running | ok | empty | thin | blocked
                                                  -- | drift | failed | interrupted | missed
    is_late       integer not null default 0,
    started_at    text,
    heartbeat_at  text,
    lease_until   text,
    lease_holder  text not null default '',
    ended_at      text,
    cause         text not null default '',       -- why it is not ok, in words
    counts        text not null default '{}'      -- JSON: pages, listed, stored, new, changed ...
) strict;
create index runs_of on runs (source, night_on);

create table run_pages (                          -- the ledger: what is still to be fetched
    run_id      text not null references runs (run_id),
    url         text not null,
    kind        text not null,                    -- robots | index | listing | app
    state       text not null,                    -- due | done | failed | refused
    attempts    integer not null default 0,
    page        text not null default '',         -- normal | empty | login_wall | challenge ...
    reason      text not null default '',
    meta        text not null default '{}',       -- JSON: depth, number of the index page ...
    at          text not null,
    primary key (run_id, url)
) strict;
create index run_pages_due on run_pages (run_id, state);

create table run_listings (                       -- listed = stored + known + refused + failed
    run_id      text not null references runs (run_id),
    site_id     text not null,
    outcome     text not null,                    -- listed | stored | known | refused | failed
    reason      text not null default '',
    url         text not null default '',
    at          text not null,
    primary key (run_id, site_id)
) strict;
"""


@migrations()
def m0002_crawls(db: Database) -> None:
    """Make the tables of runs and of what each run has yet to do."""
    run_script(db, _TABLES)
