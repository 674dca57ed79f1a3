"""The plain desk at work: one file, pages by OFFSET, LIKE, no cache, no lease, no version.

It has what such a desk has: a log-in, the next listing, a verdict, an undo, a search.
"""

import json
import sqlite3
import time
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

_LIST = """
<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>研判</title></head><body>
<nav>{% for state, count in tabs %}<a href="?state={{ state }}">{{ state }} {{ count }}</a>
{% endfor %}</nav><ol>{% for row in rows %}<li><b>{{ row.score }}</b>
<a href="/listings/{{ row.listing_id }}">{{ row.title }}</a> {{ row.species }} {{ row.source }}
<time>{{ row.first_seen_at }}</time></li>{% endfor %}</ol>
<a href="?page={{ page + 1 }}">下一页</a></body></html>
"""
_ONE = """
<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>信息</title></head><body>
<h1>{{ row.title }}</h1><p>{{ told.text }}</p><p>{{ told.price.raw }} {{ told.seller.name }}</p>
<ul>{% for other in others %}<li>{{ other.title }}</li>{% endfor %}</ul>
<form id="verdict" method="post" action="/listings/{{ row.listing_id }}/verdict">
<input type="hidden" name="csrf" value="x"><fieldset>
</fieldset></form></body></html>
"""
_TABLES = """
create table listings (listing_id text primary key, score integer, title text, species text,
                       source text, first_seen_at text, state text, call text, content text);
create table verdicts (verdict_id integer primary key, listing_id text, call text, by text,
                       at real, is_undone integer default 0);
"""
_ROWS = "select * from listings where {where} order by score desc limit 50 offset :skip"


def fill(database: Path, store: Path) -> None:
    """Copy the listings of a store of ours into a plain one."""
    connection = sqlite3.connect(database)
    connection.executescript(_TABLES)
    connection.execute("attach ? as ours", (str(store),))
    connection.execute(
        "insert into listings select listing_id, score, title, species, source, first_seen_at,"
        " state, call, content from ours.listings"
    )
    connection.commit()
    connection.close()


def build(database: Path) -> FastAPI:
    """Return the plain desk; the cookie names who is logged in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    environment = Environment(autoescape=True)
    rows_page, one_page = environment.from_string(_LIST), environment.from_string(_ONE)

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(database, timeout=30)
        connection.row_factory = sqlite3.Row
        return connection

    @app.get("/queue")
    def show(page: int = 0, words: str = "") -> Response:
        connection = opened()
        where = "state = 'waiting'" + (" and content like :words" if words else "")
        values = {"skip": page * 50, "words": f"%{words}%"}
        rows = connection.execute(_ROWS.format(where=where), values).fetchall()
        tabs = connection.execute("select state, count(*) from listings group by state").fetchall()
        connection.close()
        return HTMLResponse(rows_page.render(rows=rows, tabs=map(tuple, tabs), page=page))

    @app.post("/queue/pull")
    def pull() -> Response:
        connection = opened()
        row = connection.execute(_ROWS.format(where="state = 'waiting'"), {"skip": 0}).fetchone()
        connection.close()
        return RedirectResponse(f"/listings/{row['listing_id']}", 303)

    @app.get("/listings/{listing_id}")
    def one(listing_id: str) -> Response:
        connection = opened()
        row = connection.execute(
            "select * from listings where listing_id = ?", (listing_id,)
        ).fetchone()
        told = json.loads(row["content"])
        others = connection.execute(
            "select title from listings where content like ? limit 20",
            (f'%"{told["seller"]["name"]}"%',),
        ).fetchall()
        connection.close()
        return HTMLResponse(one_page.render(row=row, told=told, others=others))

    @app.post("/listings/{listing_id}/verdict")
    def give(request: Request, listing_id: str, call: Annotated[str, Form()]) -> Response:
        connection = opened()
        by = request.cookies["session"]
        connection.execute(
            "insert into verdicts (listing_id, call, by, at) values (?, ?, ?, ?)",
            (listing_id, call, by, time.time()),
        )
        connection.execute(
            "update listings set state = 'judged', call = ? where listing_id = ?",
            (call, listing_id),
        )
        connection.commit()
        connection.close()
        return RedirectResponse("/queue", 303)

    @app.post("/verdicts/undo")
    def undo(request: Request) -> Response:
        connection = opened()
        row = connection.execute(
            "select verdict_id, listing_id from verdicts where by = ? and not is_undone"
            " order by verdict_id desc",
            (request.cookies["session"],),
        ).fetchone()
        if row:
            connection.execute("update verdicts set is_undone = 1 where verdict_id = ?", row[:1])
            connection.execute(
                "update listings set state = 'waiting', call = '' where listing_id = ?", row[1:]
            )
        connection.commit()
        connection.close()
        return RedirectResponse("/queue", 303)

    return app
