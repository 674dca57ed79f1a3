"""Who works here, and what they decided."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0003_people")

_TABLES = """
create table people (
    name           text primary key,              -- log-in name
    shown_name     text not null,
    role           text not null,                 -- analyst | case_officer | supervisor
                                                  -- | operator | auditor
    cities         text not null default '[]',    -- JSON list of GB/T 2260 codes; [] is all
    password_hash  text not null,                 -- argon2id
    is_disabled    integer not null default 0,
    made_at        text not null,
    password_at    text not null
) strict;

create table sessions (
    token_hash   text primary key,                -- SHA-256 of the cookie's value
    name         text not null references people (name),
    csrf         text not null,
    made_at      text not null,
    used_at      text not null,
    ends_at      text not null,
    language     text not null default 'zh'
) strict;

create table log_ins (                            -- tries, so that guessing is slow
    name     text not null,
    at       text not null,
    is_ok    integer not null,
    address  text not null default ''             -- where from: the owner's usual place counts
) strict;
create index log_ins_of on log_ins (name, at);
create index log_ins_from on log_ins (address, at);

create table verdicts (                           -- append only; an undo is a row of its own
    verdict_id   integer primary key,
    listing_id   text not null references listings (listing_id),
    version      integer not null,                -- of the content that was on the screen
    call         text not null,                   -- confirmed | lawful | not_wildlife | unsure
                                                  -- | undone
    reason       text not null,                   -- a code of data/reasons.yml
    note         text not null default '',
    given_by     text not null,
    at           text not null,
    undoes       integer unique references verdicts (verdict_id),
    once_key     text unique,                     -- a button pressed twice gives one verdict
    state_before text not null,                   -- of the listing: where an undo leads back to
    call_before  text not null default ''
) strict;
create index verdicts_of on verdicts (listing_id, verdict_id);
create index verdicts_by on verdicts (given_by, verdict_id);
create trigger verdicts_are_append_only_u before update on verdicts
begin select raise(abort, 'verdicts are append only'); end;
create trigger verdicts_are_append_only_d before delete on verdicts
begin select raise(abort, 'verdicts are append only'); end;
"""


@migrations()
def m0003_people(db: Database) -> None:
    """Make the tables of people, their sessions and their verdicts."""
    run_script(db, _TABLES)
