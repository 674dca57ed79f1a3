"""What the desk needs beside a listing: an index of its words, holds, dates, notes, views."""

from sqlite_utils import Database, Migrations

from pipeline.store import words
from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0008_desk")

_TABLES = """
alter table listings add column assigned_to text not null default '';
alter table listings add column look_again_on text not null default '';
create index listings_by_call on listings (call, score desc, listing_id desc)
    where state = 'judged';
create index listings_postponed on listings (look_again_on) where state = 'postponed';

create virtual table listing_search using fts5 (  -- pipeline/store/words.py says what is in it
    words, marks, content = '', columnsize = 0, tokenize = 'ascii'
);
create table search_rows (                        -- one row a listing in listing_search
    number      integer primary key,              -- rises with each new listing
    listing_id  text not null unique,
    row_id      integer not null,                 -- state, score and number in one: words.py
    marks       text not null                     -- as they stand in the index
) strict;
create table search_due (                         -- what the index must take over before commit
    listing_id  text primary key,
    content     text not null                     -- as the index knows it
) strict, without rowid;
create trigger listings_search_new after insert on listings
begin insert or ignore into search_due values (new.listing_id, ''); end;
create trigger listings_search_changed after update on listings
when old.content is not new.content or old.score is not new.score or old.state is not new.state
  or old.call is not new.call or old.species is not new.species
  or old.place_code is not new.place_code or old.assigned_to is not new.assigned_to
begin insert or ignore into search_due values (old.listing_id, old.content); end;
create trigger listings_search_gone after delete on listings
begin insert or ignore into search_due values (old.listing_id, old.content); end;
create trigger judgements_search_new after insert on judgements
begin
    insert or ignore into search_due
    select listing_id, content from listings where listing_id = new.listing_id;
end;

create table holds (                              -- who has which listing before him just now
    listing_id  text primary key references listings (listing_id),
    held_by     text not null references people (name),
    until       text not null
) strict;
create index holds_by on holds (held_by);

create table notes (                              -- append only: put off, sent back
    note_id     integer primary key,
    listing_id  text not null references listings (listing_id),
    did         text not null,                    -- postponed | sent_back
    by          text not null,
    at          text not null,
    note        text not null default '',
    look_again_on text not null default '',       -- Beijing date
    sent_to     text not null default ''
) strict;
create index notes_of on notes (listing_id, note_id);

create table verdict_papers (                     -- what shows that a trade is lawful
    verdict_id  integer primary key references verdicts (verdict_id),
    permit      text not null default '',         -- number of the permit
    ring        text not null default '',         -- number on the bird's ring
    breeder     text not null default ''
) strict;

create table bulk_verdicts (                      -- verdicts that were given, and go, together
    verdict_id  integer primary key references verdicts (verdict_id),
    bulk_key    text not null
) strict;
create index bulk_verdicts_of on bulk_verdicts (bulk_key);

create table second_looks (                       -- blind: the second knows nothing of the first
    listing_id  text not null references listings (listing_id),
    week        text not null,                    -- ISO week of the sample: 2026-W11
    verdict_id  integer not null references verdicts (verdict_id),
    call        text not null default '',         -- '' until the second has looked
    reason      text not null default '',
    by          text not null default '',
    at          text not null default '',
    settled_by  text not null default '',         -- where the two disagree: the supervisor
    settled_at  text not null default '',
    primary key (week, listing_id)
) strict, without rowid;

create table saved_views (
    view_id     integer primary key,
    owner       text not null references people (name),
    name        text not null,
    query       text not null,                    -- the part of the address that names the list
    is_shared   integer not null default 0,
    made_at     text not null,
    unique (owner, name)
) strict;
"""


@migrations()
def m0008_desk(db: Database) -> None:
    """Make the tables, and take all that is stored into the index."""
    run_script(db, _TABLES)
    db.conn.execute("insert into search_due select listing_id, '' from listings")
    words.settle(db.conn)
