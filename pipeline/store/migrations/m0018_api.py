"""Programs that act for people: tokens, answers that are given once, and who is told of what."""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0018_api")

_TABLES = """
create table api_tokens (
    token_id    integer primary key,
    token_hash  text not null unique,             -- SHA-256, hex; the token itself is nowhere
    owner       text not null references people (name),
    label       text not null,                    -- what it is for, as the owner calls it
    scopes      text not null,                    -- JSON list
    made_by     text not null,
    made_at     text not null,
    ends_at     text not null,
    used_at     text not null default '',
    ended_at    text not null default '',         -- taken back before its time
    ended_by    text not null default ''
) strict;
create index api_tokens_of on api_tokens (owner);

create table api_answers (                        -- a write sent twice is done once
    owner        text not null,
    key          text not null,                   -- Idempotency-Key, as the program chose it
    fingerprint  text not null,                   -- SHA-256 of what was asked
    answer       text not null,                   -- JSON
    at           text not null,
    primary key (owner, key)
) strict, without rowid;
create index api_answers_at on api_answers (at);

create table webhooks (
    webhook_id  integer primary key,
    owner       text not null references people (name),
    url         text not null,
    secret      text not null,                    -- signs each post
    score_from  integer not null,
    made_at     text not null,
    state       text not null default 'on',       -- on | dead | off
    failures    integer not null default 0,       -- posts in a row that were not taken
    because     text not null default '',         -- why the last one was not
    state_at    text not null
) strict;

create table webhook_posts (
    webhook_id  integer not null references webhooks (webhook_id),
    listing_id  text not null,
    state       text not null,                    -- due | sent | failed
    tries       integer not null default 0,
    next_at     text not null,
    at          text not null,
    primary key (webhook_id, listing_id)
) strict, without rowid;
create index webhook_posts_due on webhook_posts (state, next_at);
create index webhook_posts_sent on webhook_posts (webhook_id, state, at);
"""


@migrations()
def m0018_api(db: Database) -> None:
    """Make the tables of tokens, answers and webhooks."""
    run_script(db, _TABLES)
