"""The plain way to look for words: LIKE over title and text, best first.

Written before ours and never slowed.
"""

import sqlite3

_LIKE = """
    select listing_id from listings
     where state = 'waiting'
       and (title like :words or json_extract(content, '$.text') like :words)
     order by score desc limit :limit
"""


def find(connection: sqlite3.Connection, words: str, limit: int) -> list[str]:
    """Return the best listings in whose title or text these words stand."""
    values = {"words": f"%{words}%", "limit": limit}
    return [listing_id for (listing_id,) in connection.execute(_LIKE, values)]
