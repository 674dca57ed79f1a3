"""The life of a word, the benign list, and the ranker."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0013_lexicon")

_TABLES = """
create table lexicon_changes (
    change_id  integer primary key,
    state      text not null,                     -- draft | shadow | accepted | refused
                                                  -- | rolled_back
    origin     text not null,                     -- person | proposal
    lines      text not null,                     -- JSON list: what is added, altered, retired
    undo       text not null default '[]',        -- JSON list: the lines that take it back
    is_written integer not null default 1,        -- 0 between the decision and the files
    because    text not null default '{}',        -- JSON: what a proposal rests on
    made_by    text not null,
    made_at    text not null,
    state_at   text not null,
    lexicon    text not null default ''           -- version once accepted
) strict;
create index lexicon_changes_by_state on lexicon_changes (state, change_id);

create table lexicon_steps (                      -- append only
    step_id    integer primary key,
    change_id  integer not null references lexicon_changes (change_id),
    at         text not null,
    who        text not null,
    did        text not null,                     -- drafted | edited | shadowed | accepted ...
    why        text not null
) strict;
create index lexicon_steps_of on lexicon_steps (change_id, step_id);
create trigger lexicon_steps_are_append_only_u before update on lexicon_steps
begin select raise(abort, 'the steps of a change are append only'); end;
create trigger lexicon_steps_are_append_only_d before delete on lexicon_steps
begin select raise(abort, 'the steps of a change are append only'); end;

create table lexicon_shadows (                    -- what a change would have done, each night
    change_id  integer not null references lexicon_changes (change_id),
    night_on   text not null,
    until_at   text not null,                     -- what came in up to here is counted
    told       text not null,                     -- JSON of the counts and examples
    primary key (change_id, night_on)
) strict, without rowid;

create table benign (
    benign_id  integer primary key,
    kind       text not null,                     -- seller | source | phrase
    value      text not null,                     -- "huapiao:u77" | "huapiao" | the words
    reason     text not null,
    made_by    text not null,
    made_at    text not null,
    until_on   text not null,                     -- Beijing date; the last on which it works
    ended_at   text,                              -- null while it works
    ended_by   text not null default '',
    ended_why  text not null default ''
) strict;
create unique index benign_once on benign (kind, value) where ended_at is null;

create table benign_hits (                        -- what each entry lowered, once a listing
    benign_id    integer not null references benign (benign_id),
    listing_id   text not null references listings (listing_id),
    at           text not null,
    score_before integer not null,
    score        integer not null,
    is_hidden    integer not null,                -- it left the queue; 0: only lowered
    sampled_on   text not null default '',        -- Monday of the week it was looked at
    primary key (benign_id, listing_id)
) strict, without rowid;
create index benign_hits_of on benign_hits (listing_id);
create index benign_hits_at on benign_hits (at) where is_hidden = 1;

create table rankers (
    ranker_id  integer primary key,
    version    text not null unique,
    state      text not null,                     -- accepted | refused | put_off
    made_by    text not null,
    made_at    text not null,
    report     text not null,                     -- JSON of the folds
    model      text not null                      -- JSON of the weights; '' where refused
) strict;

create table ranks (                              -- the queue's second opinion; orders only
    listing_id text primary key references listings (listing_id),
    rank       integer not null,                  -- 0..100
    ranker     text not null,
    version    integer not null                   -- of the listing that was read
) strict, without rowid;
"""


@migrations()
def m0013_lexicon(db: Database) -> None:
    """Make the tables of changes to the lexicon, of what is benign, and of ranks."""
    run_script(db, _TABLES)
