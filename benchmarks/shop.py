"""A shop to crawl at full speed: a process of its own that answers from memory.

``python -m benchmarks.shop LISTINGS [rich]`` prints its port and serves until its input ends.
``GET /_since`` returns how many pages it served, how many bytes, and over how many seconds,
since it was last asked: a yardstick that neither side of a comparison holds in its own hand. Each
page has an ETag, and is not sent again to whoever shows it. ``rich``: pages as browsers get them,
with a style sheet, a script and twelve pictures of 30 kB each, none of which counts as a page.
"""

import asyncio
import contextlib
import hashlib
import json
import random
import sys
import time
from dataclasses import dataclass, field

PER_PAGE = 50
_HEAD = 400
_KEEP = "Cache-Control: max-age=3600\r\n"
_STYLE = "body{font:14px sans-serif}.content{border:1px solid #ccc;border-radius:4px}" * 40
_SCRIPT = (
    "document.addEventListener('DOMContentLoaded',()=>{const b=document.createElement('p');"
    "b.textContent='已登录用户可见联系方式';document.body.append(b)});"
)
_RICH = (
    '<link rel="stylesheet" href="/static/style.css"><script src="/static/app.js"></script>'
    + "".join(f'<img src="/static/{k}.jpg?n={{n}}">' for k in range(12))
)
SEED = 20260310

_BIRDS = ("画眉", "八哥", "鹩哥", "百灵", "绣眼", "靛颏", "牡丹鹦鹉", "玄凤", "文鸟", "珍珠鸟")
_THINGS = ("鸟笼", "鸟粮", "食罐", "鱼缸", "盆景", "自行车", "手机壳", "书架", "电饭煲", "茶具")
_PLACES = ("沈阳铁西", "大连沙河口", "鞍山铁东", "抚顺顺城", "本溪平山", "丹东振兴", "锦州古塔")
_WORDS = ("九成新", "搬家处理", "可自提", "支持验货", "非诚勿扰", "原装配件", "闲置", "价格可议")
_BIRD_WORDS = ("自家养的", "叫口好", "不怕人", "送笼子")


@dataclass(slots=True)
class Shop:
    """The pages, and what was asked of it since the last time."""

    pages: dict[str, bytes]
    count: int = 0
    sent: int = 0
    static: dict[str, bytes] = field(default_factory=dict)
    first: float = 0.0
    last: float = field(default=0.0)

    def answer(self, path: str, tag: str = "") -> bytes:
        """Return a whole response; ``tag``: what the asker has already."""
        if path == "/_since":
            told = {
                "pages": self.count,
                "seconds": self.last - self.first,
                "bytes": self.sent,
            }
            self.count, self.sent, self.first, self.last = 0, 0, 0.0, 0.0
            return _response(json.dumps(told).encode(), "application/json")
        if path == "/robots.txt":
            return _response(b"User-agent: *\nDisallow: /admin/\n", "text/plain")
        if path.startswith("/static/"):
            return self.static[path.partition("?")[0]]
        now = time.perf_counter()
        self.first = self.first or now
        self.last, self.count = now, self.count + 1
        answer = self.pages.get(path) or _response(b"gone", "text/html", "404 Not Found")
        if tag and f"ETag: {tag}".encode() in answer[:_HEAD]:
            answer = _response(b"", "text/html", "304 Not Modified")
        self.sent += len(answer)
        return answer


def shop_of(listings: int, *, is_rich: bool = False) -> Shop:
    """Return a shop of so many listings, the same for the same number."""
    more = _RICH if is_rich else ""
    chance = random.Random(SEED)  # noqa: S311 - the same pages every time, no secret
    pages = {}
    last_page = -(-listings // PER_PAGE)
    for page in range(1, last_page + 1):
        numbers = range((page - 1) * PER_PAGE, min(page * PER_PAGE, listings))
        pages[f"/list?page={page}"] = _html(_list(numbers, page, last_page))
    for number in range(listings):
        pages[f"/item/{number}"] = _html(_item(number, chance) + more.replace("{n}", str(number)))
    static = {
        "/static/style.css": _response(_STYLE.encode(), "text/css"),
        "/static/app.js": _response(_SCRIPT.encode(), "text/javascript"),
    }
    photo = _response(b"\xff\xd8" + bytes(30_000), "image/jpeg")
    return Shop(pages, static=static | {f"/static/{k}.jpg": photo for k in range(12)})


def _list(numbers: range, page: int, last_page: int) -> str:
    rows = "".join(
        f'<li class="info" data-id="{number}"><a class="tit" href="/item/{number}">信息 {number}'
        f'</a><span class="pri">{number % 900 + 50}元</span></li>'
        for number in numbers
    )
    after = f'<a class="next" href="/list?page={page + 1}">下一页</a>' if page < last_page else ""
    return f'<ul class="infolist">{rows}</ul>{after}'


def _item(number: int, chance: random.Random) -> str:
    # one in twenty is about a bird: more than a real site shows, so judging is not left out
    is_bird = number % 20 == 0
    what = chance.choice(_BIRDS if is_bird else _THINGS)
    words = chance.choices(_WORDS, k=12)
    text = "，".join([*words, *chance.choices(_BIRD_WORDS, k=3)] if is_bird else words)
    about = "".join(f"<p>{'，'.join(chance.choices(_WORDS, k=8))}</p>" for _ in range(12))
    links = "".join(f'<li><a href="/c/{n}">分类 {n}</a></li>' for n in range(40))
    return (
        f'<nav><ul>{links}</ul></nav><div class="detail" data-id="{number}">'
        f'<h1 class="bt">出 {what} 一件</h1><span class="price">{chance.randint(20, 3000)}元</span>'
        f'<span class="area">{chance.choice(_PLACES)}</span>'
        f'<span class="time" title="2026-03-{number % 9 + 1:02d} 12:30">昨天</span>'
        f'<a class="seller" href="/u/{number % 300}">卖家{number % 300}</a>'
        f'<div class="content">{text}</div><div class="photos"><img src="/p/{number}.jpg"></div>'
        f'</div><footer class="about">{about}</footer>'
    )


def _html(body: str) -> bytes:
    head = '<!doctype html><html><head><meta charset="utf-8"><title>百姓集</title></head><body>'
    return _response(f"{head}{body}</body></html>".encode(), "text/html; charset=utf-8")


def _response(body: bytes, kind: str, status: str = "200 OK") -> bytes:
    tag = hashlib.sha256(body).hexdigest()[:16]
    # as on real sites: what a page is dressed with may be kept, the page itself not
    may_keep = "" if kind.startswith(("text/html", "application/json")) else _KEEP
    head = (
        f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: "{tag}"\r\n'
        f"{may_keep}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _tag_of(head: bytes) -> str:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"if-none-match":
            return value.strip().decode("latin-1")
    return ""


async def _serve(shop: Shop) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode("latin-1")
                writer.write(shop.answer(path, _tag_of(head)))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(shop_of(int(sys.argv[1]), is_rich="rich" in sys.argv)))
