"""A small shop on loopback that can misbehave in every way, and the real command to crawl it."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SOURCE = """
key: {key}
name: 试验市场
family: classifieds
enabled: true
basis: our own server
base_url: "http://{host}/"
search: {{url: "http://{host}/list?page=1", pages: {pages}}}
list:
  rows: "ul.list > li"
  next: "a.next::attr(href)"
  empty: ["没有找到"]
  fields: {{site_id: "::attr(data-id)", url: "a::attr(href)", title: "a"}}
detail:
  fields: {{title: "h1", text: ".text", price: ".price", place: ".place"}}
allow_private: ["{host}"]
manners: {{seconds_between: {between}, at_once: {at_once}, robots: obey, reason: "our own server"}}
limits: {{{limits}}}
expect: {{listings: [{floor}, 100000]}}
look_again: {again}
"""


class Shop:
    """Thirty listings on pages of ten, until a test says otherwise.

    Attributes:
        odd: path (without query) -> what answers instead, given the request handler.
        hits: how often each path was asked for; times: (seconds, path) in order.
    """

    def __init__(self, listings=30, per_page=10):
        self.ids = [str(100 + number) for number in range(listings)]
        self.per_page = per_page
        self.odd: dict[str, Callable] = {}
        self.hits: Counter[str] = Counter()
        self.times: list[tuple[float, str]] = []
        self.robots = "User-agent: *\nDisallow: /private/\n"
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                shop.times.append((time.monotonic(), self.path))
                shop.hits[self.path] += 1
                odd = shop.odd.get(self.path) or shop.odd.get(self.path.partition("?")[0])
                try:
                    (odd or shop.answer)(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

            def say(self, body, status=200, kind="text/html; charset=utf-8", **headers):
                data = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(data)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        """Answer as a healthy shop does."""
        path = request.path
        if path == "/robots.txt":
            request.say(self.robots, kind="text/plain")
        elif path.startswith("/list"):
            request.say(self.list_page(int((re.search(r"page=(\d+)", path) or [0, "1"])[1])))
        elif path.startswith("/item/"):
            request.say(self.item_page(re.search(r"/item/(\w+)", path)[1]))
        else:
            request.say("gone", status=404)

    def list_page(self, page, *, ids=None, after=None):
        """Return a page of the list."""
        shown = self.ids[(page - 1) * self.per_page : page * self.per_page] if ids is None else ids
        if after is None and page * self.per_page < len(self.ids):
            after = f"/list?page={page + 1}"
        rows = "".join(
            f'<li data-id="{one}"><a href="/item/{one}">出画眉 {one}</a></li>' for one in shown
        )
        link = f'<a class="next" href="{after}">下一页</a>' if after else ""
        return html(f'<ul class="list">{rows}</ul>{link}' if rows else "没有找到相关信息")

    def item_page(self, one):
        """Return the page of one listing."""
        return html(
            f'<h1>出画眉 {one}</h1><span class="price">{one}元</span>'
            f'<span class="place">辽宁沈阳</span><div class="text">自家养的画眉，叫口好</div>'
        )

    def asked(self, start):
        """Return which paths were asked for."""
        return sorted(path for path in self.hits if path.startswith(start))

    def close(self):
        """Close the shop."""
        self.server.shutdown()
        self.server.server_close()


def html(body):
    return f"<!doctype html><html><head><title>试验市场</title></head><body>{body}</body></html>"


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


@dataclass
class Crawled:
    """What one ``shouyi crawl`` gave."""

    code: int
    line: dict
    said: str
    home: Path

    def __getattr__(self, name):
        return self.line[name]


@dataclass
class Crawls:
    """Runs the real command on one home."""

    home: Path
    folder: Path
    environment: dict = field(default_factory=dict)

    def source(self, shop, *, text="", key="shop", **changes):
        """Write the source file of a shop."""
        plain = {"pages": 50, "between": 0.001, "at_once": 4, "floor": 1, "limits": "seconds: 10"}
        plain["again"] = "7d"
        file = self.folder / f"{key}.yml"
        words = (text or SOURCE).format(**{**plain, "host": shop.host, "key": key, **changes})
        file.write_text(words, encoding="utf-8")
        return file

    def start(self, file, *words):
        """Start the command."""
        command = [sys.executable, "-m", "commands", "crawl", "--source-file", str(file)]
        return subprocess.Popen(
            [*command, "--json", "--home", str(self.home), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **self.environment},
        )

    def run(self, file, *words, timeout=60):
        """Run the command to its end."""
        return self.ended(self.start(file, *words), timeout=timeout)

    def ended(self, process, timeout=60):
        """Wait for the end of the command."""
        try:
            output, said = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        lines = [json.loads(line) for line in output.splitlines()]
        return Crawled(process.returncode, lines[-1] if lines else {}, said, self.home)

    def rows(self, sql, *values):
        """Ask the database of the home, past all of our own code."""
        connection = sqlite3.connect(self.home / "shouyi.db")
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


@pytest.fixture
def crawls(tmp_path):
    return Crawls(tmp_path / "home", tmp_path)


def whole(crawls, run_id):
    """Return whether listed = stored + known + refused + failed, asked of the rows themselves."""
    counts = dict(
        crawls.rows(
            "select outcome, count(*) from run_listings where run_id = ? group by outcome", run_id
        )
    )
    kept = json.loads(crawls.rows("select counts from runs where run_id = ?", run_id)[0][0])
    parts = kept["stored"] + kept["known"] + kept["open"]
    parts += sum(kept["refused"].values()) + sum(kept["failed"].values())
    rows = sum(count for outcome, count in counts.items() if outcome != "rechecked")
    return kept["listed"] == parts == rows


@pytest.fixture(name="whole")
def _whole(crawls):
    return lambda run_id: whole(crawls, run_id)


@pytest.fixture
def html_of():
    return html


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
