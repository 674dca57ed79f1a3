"""Crawl runs, and the ledger of pages that lets a killed run go on where it stopped."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0002_crawls")

_TABLES = """
create table runs (
    run_id        text primary key,               -- "huapiao-2026-11-25-1"
    source        text not null,
    night_on      text not null,                  -- the Beijing date it counts for
    number        integer not null,               -- 1 is the night's own, 2.. were asked for
    asked_by      text not null,                  -- schedule | user name | command line
    state         text not null,                  -- due | running | ok | empty | thin | blocked
                                                  -- | drift | failed | interrupted | missed
    is_late       integer not null default 0,
    started_at    text,
    heartbeat_at  text,
    lease_until   text,
    lease_holder  text not null default '',       -- "machine:process:start of the process"
    resumed       integer not null default 0,     -- how often it was taken up again
    ended_at      text,
    cause         text not null default '',       -- why it is not ok: a short word
    because       text not null default '',       -- the same in words
    manners       text not null default '{}',     -- JSON: robots, pace, basis, user agent
    counts        text not null default '{}',     -- JSON: pages, listed, stored, known, refused ...
    unique (source, night_on, number)
) strict;
create unique index runs_running on runs (source) where state = 'running';
create index runs_of_night on runs (night_on);

create table run_pages (                          -- the ledger: what is still to be fetched
    page_id     integer primary key,              -- in the order in which they were found
    run_id      text not null references runs (run_id),
    key         text not null,                    -- what makes it one page: canonical address
                                                  -- or "item:" and the site's id
    url         text not null,                    -- as it is fetched
    kind        text not null,                    -- index | listing | recheck
    state       text not null,                    -- due | done | failed | refused
    attempts    integer not null default 0,
    page        text not null default '',         -- normal | empty | login_wall | challenge ...
    reason      text not null default '',
    status      integer not null default 0,       -- of the answer; 0: there was none
    size_bytes  integer not null default 0,
    meta        text not null default '{}',       -- JSON: depth, number, card ...; '{}' once done
    at          text not null,
    unique (run_id, key)
) strict;
create index run_pages_due on run_pages (run_id, state, kind, page_id);

create table run_listings (                       -- listed = stored + known + refused + failed
    run_id      text not null references runs (run_id),
    site_id     text not null,                    -- "?12.3": row 3 of page 12, it has no id
    outcome     text not null,                    -- listed | stored | known | refused | failed
                                                  -- | rechecked (not listed, looked up again)
    what        text not null default '',         -- new | changed | returned | known | gone
    reason      text not null default '',
    url         text not null default '',
    sightings   integer not null default 1,       -- how often the lists of this run showed it
    is_flagged  integer not null default 0,       -- suspicious enough to wait for a person
    filled      text not null default '',         -- names of the fields that were read
    at          text not null,
    primary key (run_id, site_id)
) strict, without rowid;
create index run_listings_outcome on run_listings (run_id, outcome);
"""


@migrations()
def m0002_crawls(db: Database) -> None:
    """Make the tables of runs and of what each run has yet to do."""
    run_script(db, _TABLES)
