"""What waits, gathered by seller: one row of the queue for one seller's reposts.

Kept by the database itself, so that a page of groups is read down an index like a page of
listings: to gather a million of them anew for each page would take seconds.
"""

from sqlite_utils import Database, Migrations

from pipeline.store.migrations.statements import run_script

migrations = Migrations("m0017_desk")

MOST_COUNTED = 1000
"""Members of a group that are counted; a seller of more is one all the same."""

_KEY = (
    "coalesce(nullif(json_extract({row}.content, '$.seller.site_id'), ''), '#' || {row}.listing_id)"
)
_OF = _KEY.format(row="l")


def _recount(row: str) -> str:
    """Return the statements that gather anew the group which ``old`` or ``new`` is of."""
    # of a row that has faded nothing can be read
    key = f"case when {row}.content = '' then '' else {_KEY.format(row=row)} end"
    return f"""
    delete from queue_groups where source = {row}.source and seller = {key};
    insert into queue_groups
    select l.source, {_OF}, l.score, l.listing_id,
           (select count(*) from (
                select 1 from listings as m
                 where m.state = 'waiting' and m.content <> '' and m.source = l.source
                   and {_KEY.format(row="m")} = {_OF} limit {MOST_COUNTED}))
      from listings as l
     where l.state = 'waiting' and l.content <> '' and l.source = {row}.source and {_OF} = {key}
     order by l.score desc, l.listing_id desc limit 1;
"""  # noqa: S608 - constants of ours, no value


_TABLES = f"""
create index listings_waiting_of on listings
    (source, {_KEY.replace("{row}.", "")}, score desc, listing_id desc)
    where state = 'waiting' and content <> '';
create table queue_groups (
    source      text not null,
    seller      text not null,                    -- the site's id; '#' and the listing's where none
    score       integer not null,                 -- of the best that waits, named beside it
    listing_id  text not null,
    members     integer not null,                 -- how many wait, 1000 at most
    primary key (source, seller)
) strict, without rowid;
create index queue_groups_by_score on queue_groups (score desc, listing_id desc);
insert into queue_groups
select source, seller, score, listing_id, min(members, {MOST_COUNTED}) from (
    select l.source, {_OF} as seller, l.score, l.listing_id,
           count(*) over (partition by l.source, {_OF}) as members,
           row_number() over (partition by l.source, {_OF}
                              order by l.score desc, l.listing_id desc) as place
      from listings as l where l.state = 'waiting' and l.content <> '')
 where place = 1;

create trigger listings_grouped_in after insert on listings
when new.state = 'waiting' and new.content <> ''
begin {_recount("new")} end;
create trigger listings_grouped_on after update of state, score, content on listings
when (old.state = 'waiting' or new.state = 'waiting') and
     (old.state <> new.state or old.score <> new.score or old.content <> new.content)
begin
    {_recount("old")}
    {_recount("new")}
end;
create trigger listings_grouped_out after delete on listings
when old.state = 'waiting' and old.content <> ''
begin {_recount("old")} end;
"""  # noqa: S608 - constants of ours, no value


@migrations()
def m0017_desk(db: Database) -> None:
    """Make the groups of what waits, and the triggers that keep them."""
    run_script(db, _TABLES)
