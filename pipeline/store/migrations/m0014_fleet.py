"""What workers could not do: letters that killed them, kept until a person has looked."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0014_fleet")

_TABLES = """
create table dead_letters (
    letter_id   text primary key,                 -- stream and number that Redis gave it
    run_id      text not null,                    -- no reference: its run may be another home's
    url         text not null,
    job         text not null,                    -- crawl | judge | ledger | snapshot
    because     text not null,                    -- what happened to those who tried
    body        text not null,                    -- the letter itself, JSON
    at          text not null
) strict;
create index dead_letters_of on dead_letters (run_id);
"""


@migrations()
def m0014_fleet(db: Database) -> None:
    """Make the table of letters that nobody could deal with."""
    run_script(db, _TABLES)
