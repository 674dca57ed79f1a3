"""Which captures a person should look at first: the worst on top."""

from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

_LATEST = """
    select snapshots.* from snapshots
      join (select max(chain_number) as chain_number from snapshots
             group by case listing_id when '' then url else listing_id end)
     using (chain_number)
"""
_NEWEST = f"{_LATEST} order by chain_number desc limit ?"
_WORST = f"""
    {_LATEST}
     order by case when state = 'failed' then
                  case page when 'error' then 0 when 'empty' then 1 when 'challenge' then 2
                            when 'login_wall' then 3 else 4 end
                  else 10 + is_complete * 10
                       - (reason like '%没有找到%' or reason like '%没有画在图上%')
                       - (reason like '%遮%' or reason like '%盖住%') end,
              length(reason) desc, chain_number desc
     limit ?
"""


def newest_first(db: Database, *, limit: int) -> list[Kept]:
    """Return the latest snapshot of each listing or address, newest first."""
    return [Kept(**row) for row in db.query(_NEWEST, [limit])]


def worst_first(db: Database, *, limit: int) -> list[Kept]:
    """Return the same, worst first.

    First what failed and might be had yet (errors before walls, what is removed last), then
    what was kept and does not show the listing, then what lacks something, then what is whole.
    """
    return [Kept(**row) for row in db.query(_WORST, [limit])]
