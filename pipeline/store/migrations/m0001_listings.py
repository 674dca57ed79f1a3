"""Listings, their versions, what was made of them, and the audit log."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0001_listings")

_TABLES = """
create table listings (
    listing_id     text primary key,              -- "huapiao:991": source and the site's own id
    source         text not null,
    site_id        text not null,
    url            text not null,
    state          text not null,                 -- waiting | judged | below | untouched | faded
    call           text not null default '',      -- the verdict that stands; '' where none does
    version        integer not null default 1,    -- of the content; rises with each change seen
    seen_version   integer not null default 1,    -- rises with all that a person must look at anew
    title          text not null,
    score          integer not null default 0,    -- 0..100, by the lexicon named beside it
    score_version  integer not null default 1,    -- the version that score and species speak of
    species        text not null default '[]',    -- JSON list of Chinese names
    lexicon        text not null default '',      -- it was last read with this one ...
    read_at        text not null default '',      -- ... at this moment
    place_code     text not null default '',      -- GB/T 2260
    posted_at      text,
    first_seen_at  text not null,
    last_seen_at   text not null,
    last_run_id    text not null default '',      -- one run counts one sighting
    sightings      integer not null default 1,
    gone_at        text,                          -- null while it is up
    snapshot       text not null default '',      -- '' | wanted | sealed | failed
    content_at     text not null,                 -- when this version was first seen
    is_stripped    integer not null default 0,    -- seller and contacts were taken out
    fingerprint    text not null,                 -- pipeline/fingerprint.py: what a change is
    content        text not null                  -- the Listing as JSON; '' when faded
) strict;
create index listings_by_score on listings (state, score desc, listing_id desc);
create index listings_snapshot on listings (score desc) where snapshot = 'wanted';
create index listings_source on listings (source, last_seen_at);
create index listings_to_fade on listings (content_at) where state = 'untouched';

create table listing_versions (                   -- what a listing was before it changed
    listing_id  text not null references listings (listing_id),
    version     integer not null,
    seen_at     text not null,                    -- when this version was first seen
    content     text not null,                    -- the Listing as JSON; '' when faded
    changed     text not null,                    -- JSON list: what the version after it changed
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
create table audit_head (                         -- kept apart, so that a cut tail is seen
    one        integer primary key check (one = 1),
    audit_id   integer not null,
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
