"""Who touched which evidence and why; and what each time stamp authority answered."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0007_seals")

_TABLES = """
create table custody (                            -- append only, hash-chained like audit
    custody_id  integer primary key,
    at          text not null,
    who         text not null,                    -- log-in name, or the program's own part
    did         text not null,                    -- made | viewed | exported | printed
                                                  -- | handed_over | verified | stamped
                                                  -- | countersigned
    what        text not null,                    -- snapshot id, or "home"
    from_where  text not null,                    -- address of the desk's caller, or machine
    why         text not null,
    details     text not null,                    -- JSON object, keys sorted
    before      text not null,                    -- hash of the row before
    hash        text not null
) strict;
create index custody_of on custody (what, custody_id);
create table custody_head (                       -- kept apart, so that a cut tail is seen
    one         integer primary key check (one = 1),
    custody_id  integer not null,
    hash        text not null
) strict;
create trigger custody_is_append_only_u before update on custody
begin select raise(abort, 'the custody log is append only'); end;
create trigger custody_is_append_only_d before delete on custody
begin select raise(abort, 'the custody log is append only'); end;

create table time_stamp_asks (                    -- append only: each answer of each authority
    ask_id          integer primary key,
    snapshot_id     text not null references snapshots (snapshot_id),
    authority       text not null,                -- its address
    at              text not null,
    state           text not null,                -- granted | refused | unreached
    because         text not null default '',     -- why not, in words
    stamped_at      text not null default '',     -- the time it gave
    offset_seconds  integer,                      -- its time against ours
    answer          blob                          -- as it came, where it was refused
) strict;
create index time_stamp_asks_of on time_stamp_asks (snapshot_id, authority, ask_id);
create trigger time_stamp_asks_are_append_only_u before update on time_stamp_asks
begin select raise(abort, 'answers are append only'); end;
create trigger time_stamp_asks_are_append_only_d before delete on time_stamp_asks
begin select raise(abort, 'answers are append only'); end;
"""


@migrations()
def m0007_seals(db: Database) -> None:
    """Make the custody log and the table of what authorities answered."""
    run_script(db, _TABLES)
