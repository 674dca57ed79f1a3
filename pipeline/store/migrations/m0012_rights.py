"""What a person may see beyond the own cities, how a log-in is proved, how pictures are shown."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0012_rights")

_TABLES = """
alter table people add column sees_unplaced integer not null default 0;
                                                  -- of listings whose city the page does not say
alter table people add column totp_secret text not null default '';
                                                  -- RFC 6238, base 32; '' where none was made
alter table people add column totp_is_on integer not null default 0;
alter table people add column totp_step integer not null default 0;
                                                  -- the last one used: a code opens once
alter table people add column pictures text not null default 'plain';
                                                  -- plain | grey | blur
alter table sessions add column address text not null default '';
alter table sessions add column agent text not null default '';
create index sessions_of on sessions (name);
create index listings_by_city on listings
    (substr(place_code, 1, 4), state, score desc, listing_id desc);
create index listings_by_first_seen on listings (state, first_seen_at);
"""


@migrations()
def m0012_rights(db: Database) -> None:
    """Add the columns of rights and log-ins."""
    run_script(db, _TABLES)
