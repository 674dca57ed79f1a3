"""The plain desk: one file, pages by OFFSET, no cache, counted each time.

Written before ours and never slowed. It has what such a desk has: a log-in, tabs with their
numbers, fifty rows, the words found marked.
"""

import json
import sqlite3
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment

_PAGE = """
<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>研判</title></head><body>
<nav>{% for state, count in tabs %}<a href="?state={{ state }}">{{ state }} {{ count }}</a>
{% endfor %}</nav><ol>{% for row in rows %}<li><b>{{ row.score }}</b>
<a href="/listings/{{ row.listing_id }}">
{{ row.before }}<mark>{{ row.hit }}</mark>{{ row.after }}</a>
<span>{{ row.species }}</span> <span>{{ row.source }}</span> <span>{{ row.price }}</span>
<time>{{ row.first_seen_at }}</time></li>{% endfor %}</ol>
<a href="?page={{ page + 1 }}">下一页</a></body></html>
"""
_ROWS = """
    select listing_id, score, title, species, source, first_seen_at, content from listings
     where state = 'waiting' order by score desc, listing_id desc limit 50 offset ?
"""
_HITS = "select hits from judgements where listing_id = ? order by judgement_id desc limit 1"
_TABS = "select state, count(*) from listings group by state"


def build(database: Path, token: str) -> FastAPI:
    """Return the plain desk of a store; ``token`` is the cookie of who is logged in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    template = Environment(autoescape=True).from_string(_PAGE)

    @app.get("/queue")
    def show(request: Request, page: int = 0) -> Response:
        if request.cookies.get("session") != token:
            return Response(status_code=401)
        connection = sqlite3.connect(database)
        connection.row_factory = sqlite3.Row
        rows = [_row(connection, row) for row in connection.execute(_ROWS, (page * 50,))]
        tabs = [tuple(row) for row in connection.execute(_TABS)]
        connection.close()
        return HTMLResponse(template.render(rows=rows, tabs=tabs, page=page))

    return app


def _row(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, object]:
    told = json.loads(row["content"])
    found = connection.execute(_HITS, (row["listing_id"],)).fetchone()
    hits = json.loads(found["hits"]) if found else []
    title, start, end = row["title"], 0, 0
    if hits and hits[0]["field"] == "title":
        start, end = hits[0]["start"], hits[0]["end"]
    return {
        **{key: row[key] for key in ("listing_id", "score", "source", "first_seen_at")},
        "species": "、".join(json.loads(row["species"])),
        "price": told.get("price", {}).get("raw", ""),
        "before": title[:start],
        "hit": title[start:end],
        "after": title[end:],
    }
