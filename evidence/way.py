"""The way to a page: which patrol came by it, from which lists, under which manners.

Source: 人民检察院办理网络犯罪案件规定 (2021), article 37: 网络地址、存储路径、进入步骤.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.base.errors import NotFound
from pipeline.store import crawls
from pipeline.store.listings import Stored
from pipeline.store.open import Database

_LISTS = """
    select url, at from run_pages
     where run_id = :run_id and kind = 'index' and state = 'done'
       and page_id < coalesce(
           (select page_id from run_pages where run_id = :run_id and key = :key), 1 << 60)
     order by page_id
"""
_SEEN = "select url, at from run_listings where run_id = :run_id and site_id = :site_id"
_MOST = 50


def way_of(db: Database, stored: Stored) -> dict[str, Any]:
    """Return how the last patrol came to a listing; empty where no patrol did."""
    try:
        run = crawls.get(db, stored.last_run_id)
    except NotFound:
        return {}
    asked = {
        "run_id": run.run_id,
        "key": f"item:{stored.site_id}",
        "site_id": stored.site_id,
    }
    lists = [(row["url"], row["at"]) for row in db.query(_LISTS, asked)]
    seen = next(iter(db.query(_SEEN, asked)), None)
    manners = run.manners
    return {
        "run": run.run_id,
        "night_on": run.night_on,
        "patrol_asked_by": run.asked_by,
        "lists_read_before": [
            {"url": url, "words": _words(url), "read_at": at} for url, at in lists[-_MOST:]
        ],
        "lists_read_before_count": len(lists),
        "listing_address": seen["url"] if seen else stored.url,
        "listing_settled_at": seen["at"] if seen else "",
        "first_seen_at": stored.first_seen_at,
        "last_seen_at": stored.last_seen_at,
        "posted_at": stored.posted_at or "",
        "robots": {
            "rule": manners.get("robots", "not recorded"),
            "said": manners.get("robots_said", "not recorded"),
            "reason": manners.get("reason", ""),
        },
        # thousandths, because a record holds whole numbers only
        "milliseconds_between": round(float(manners.get("seconds_between", 0)) * 1000),
        "legal_basis": manners.get("basis", "") or "not recorded",
    }


def _words(url: str) -> list[str]:
    """The search words in an address, as far as they can be read out of it."""
    query = urlsplit(url).query
    return [unquote(value) for _name, value in parse_qsl(query) if not value.isdecimal()][:10]
