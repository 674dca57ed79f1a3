"""Copies of one listing, what people bring in files, and leads from search engines."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0010_sources")

_TABLES = """
create table repost_marks (                       -- by what a copy is looked for; hashes alone
    mark        text not null,
    listing_id  text not null references listings (listing_id),
    primary key (mark, listing_id)
) strict, without rowid;

create table reposts (                            -- put up again under another number
    listing_id  text primary key references listings (listing_id),
    first_id    text not null references listings (listing_id),
    alike       real not null,                    -- 0..1, of the words
    because     text not null,                    -- seller | picture | place | price | words
    at          text not null
) strict;
create index reposts_of on reposts (first_id);

create table imports (                            -- a file that somebody brought
    import_id   integer primary key,
    file_name   text not null,
    sha256      text not null,
    size_bytes  integer not null,
    kind        text not null,                    -- page | mhtml | har | warc | zip
    brought_by  text not null,
    note        text not null default '',
    at          text not null,
    pages       integer not null,
    listings    integer not null
) strict;
create table import_listings (
    import_id   integer not null references imports (import_id),
    listing_id  text not null references listings (listing_id),
    url         text not null,                    -- of the page in the file
    seen_at     text not null,                    -- when the page was fetched, as the file says
    primary key (import_id, listing_id)
) strict, without rowid;
create index import_listings_of on import_listings (listing_id);

create table leads (                              -- addresses that a search found
    url         text primary key,
    found_by    text not null,                    -- key of the search source
    source      text not null,                    -- key of the source that reads it; '' none does
    title       text not null,
    at          text not null,
    taken_at    text                              -- when that source made it due
) strict;
create index leads_waiting on leads (source) where taken_at is null;
"""


@migrations()
def m0010_sources(db: Database) -> None:
    """Make the tables of copies, imports and leads."""
    run_script(db, _TABLES)
