"""Listings, their versions, what was made of them, and the audit log."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0001_listings")

_TABLES = """
create table listings (
    listing_id     text primary key,              -- "huapiao:991"
    source         text not null,
    site_id        text not null,
    url            text not null,
    state          text not null,                 -- untouched | waiting | judged | faded
    version        integer not null,              -- of what is shown; rises with each change seen
    title          text not null,
    score          integer not null default 0,    -- 0..100, by the lexicon named beside it
    lexicon        text not null default '',
    species        text not null default '[]',    -- JSON list of Chinese names
    content        text not null,                 -- the Listing as JSON: what version says
    fingerprint    text not null,                 -- SHA-256 of what a change is judged by
    place_code     text not null default '',      -- GB/T 2260
    posted_at      text,
    first_seen_at  text not null,
    last_seen_at   text not null,
    gone_at        text,                          -- null while it is up
    sightings      integer not null default 1,
    snapshot       text not null default '',      -- '' | wanted | sealed | failed
    seen_version   integer not null default 1,    -- rises with every change a person must see
    unique (source, site_id)
) strict;
create index listings_waiting on listings (state, score desc, listing_id desc);
create index listings_snapshot on listings (snapshot) where snapshot = 'wanted';
create index listings_source on listings (source, last_seen_at);

create table listing_versions (
    listing_id  text not null references listings (listing_id),
    version     integer not null,
    seen_at     text not null,
    content     text not null,                    -- the Listing as JSON
    changed     text not null,                    -- JSON list of field names
    primary key (listing_id, version)
) strict;

create table listing_events (
    event_id    integer primary key,
    listing_id  text not null references listings (listing_id),
    at          text not null,
    what        text not null,                    -- first_seen | changed | gone | returned
    version     integer not null,
    run_id      text not null default ''
) strict;
create index listing_events_of on listing_events (listing_id, event_id);

create table judgements (                         -- append only: every reading is kept
    judgement_id integer primary key,
    listing_id   text not null references listings (listing_id),
    version      integer not null,
    lexicon      text not null,
    at           text not null,
    score        integer not null,
    is_suspicious integer not null,
    species      text not null,                   -- JSON list
    hits         text not null,                   -- JSON list of Hit
    signals      text not null                    -- JSON list of {name, points, because, quote}
) strict;
create index judgements_of on judgements (listing_id, judgement_id);

create table audit (                              -- append only, hash-chained
    audit_id   integer primary key,
    at         text not null,
    who        text not null,
    did        text not null,                     -- noun.verb
    what       text not null,                     -- the thing it was done to
    details    text not null,                     -- JSON object, keys sorted
    before     text not null,                     -- hash of the row before
    hash       text not null
) strict;
create trigger audit_is_append_only_u before update on audit
begin select raise(abort, 'the audit log is append only'); end;
create trigger audit_is_append_only_d before delete on audit
begin select raise(abort, 'the audit log is append only'); end;
create trigger judgements_are_append_only_u before update on judgements
begin select raise(abort, 'judgements are append only'); end;
"""


@migrations()
def m0001_listings(db: Database) -> None:
    """Make the tables of what was seen and what was made of it."""
    run_script(db, _TABLES)
