"""A draft as a source file: valid, disabled, and with a word wherever a person must decide."""

import json
import math
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.drafting.drafted import Draft
from crawlers.pages.base import IndexPage
from crawlers.source import Source
from crawlers.sources import load_source
from pipeline.listing import Listing, Place, Seller

_ORDER = (
    "site_id", "url", "title", "text", "price", "place", "posted", "seller", "seller_id",
    "seller_url", "images", "tags", "kind",
)  # fmt: skip
_UNSURE = 0.6
_FLOOR = 0.8
"""A floor stands a fifth below what was seen: a slow day is no broken page."""
_KNOWN = {
    "title": lambda one: bool(one.title),
    "text": lambda one: bool(one.text),
    "price_yuan": lambda one: one.price.yuan is not None,
    "place": lambda one: one.place != Place(),
    "posted_at": lambda one: one.posted_at is not None,
    "seller": lambda one: one.seller != Seller() and bool(one.seller.name),
    "images": lambda one: bool(one.images),
}
_MOST_PAGES = 3


def key_of(url: str) -> str:
    """Return a key for the source of an address: bbs-example-net."""
    host = urlsplit(url).hostname or "site"
    port = urlsplit(url).port
    name = re.sub(r"[^a-z0-9]+", "-", host.removeprefix("www.").lower()).strip("-") or "site"
    if re.fullmatch(r"[\d-]+", name):
        name = f"site-{name}"
    name = f"{name}-{port}" if port else name
    return re.sub(r"-+", "-", name)[:40].strip("-")


def text_of_draft(
    draft: Draft,
    *,
    key: str,
    on: date,
    private: bool = False,
    seen: IndexPage | None = None,
    against: str = "",
) -> str:
    """Return the source file. ``seen``: what the draft reads on its own page, for the bounds."""
    lines = [
        f"# 由 shouyi source new 于 {on.isoformat()} 起草，未启用。带“须人工”的行请先核对。",
        f"# 认出的样子：{_SHAPES[draft.shape]}",
        *[f"# 注意：{note}" for note in draft.notes],
        f"key: {key}",
        f"name: {_quoted(draft.name or key)}  # 须人工：网站的名称",
        f"platform: {_quoted(draft.name or key)}  # 须人工：由谁经营",
        f"family: {draft.family}",
        *([f"like: {draft.like}"] if draft.like else []),
        "enabled: false  # 须人工：确认法律依据、写好 basis 之后再改为 true",
        'basis: ""  # 须人工：依据何种授权读取这个网站',
        f"base_url: {_quoted(_base(draft.url))}",
        "every: 1d  # 须人工：多久巡查一次",
        *_search(draft),
        *_list(draft),
        *_detail(draft),
        "manners: {seconds_between: 4, at_once: 1, robots: obey}",
    ]
    if private:
        host = _quoted(urlsplit(draft.url).netloc)
        lines.append(f"allow_private: [{host}]  # 内网地址：只在确为自己的服务器时保留")
    lines += _expect(draft, seen)
    if against:
        lines.append(f"checked: {{on: {_quoted(on.isoformat())}, against: {_quoted(against)}}}")
    return "\n".join(lines) + "\n"


_SHAPES = {
    "rows": "网页上重复的条目（分类信息、商品列表）",
    "forum": "论坛的主题列表",
    "answer": "JSON 答案",
    "feed": "RSS / Atom",
    "shop": "自带说明（schema.org / Open Graph）的商品页",
    "embedded": "网页里嵌着的 JSON",
}


def source_of_text(text: str) -> Source:
    """Check a source file that is not yet where it belongs.

    Raises:
        BadInput: it is not valid.
    """
    with tempfile.TemporaryDirectory(prefix="shouyi-draft-") as folder:
        path = Path(folder) / "draft.yml"
        path.write_text(text, encoding="utf-8")
        return load_source(path)


def _quoted(value: str) -> str:
    return json.dumps("".join(char for char in value if char.isprintable()), ensure_ascii=False)


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _search(draft: Draft) -> Iterator[str]:
    search = draft.search
    yield "search:"
    yield f"  url: {_quoted(search.url)}"
    if search.terms:
        words = ", ".join(_quoted(word) for word in search.terms)
        yield f"  terms: [{words}]  # 须人工：可改为 trade（词库的搜索词）"
        if search.encoding != "utf-8":
            yield f"  encoding: {search.encoding}"
    if search.is_counted or draft.next:
        yield f"  pages: {_MOST_PAGES}  # 须人工：每次最多翻几页"
    if search.is_counted and (search.first_page, search.page_step) != (1, 1):
        yield f"  first_page: {search.first_page}"
        yield f"  page_step: {search.page_step}"


def _list(draft: Draft) -> Iterator[str]:
    yield "list:"
    yield f"  urls: [{', '.join(map(_quoted, _list_globs(draft)))}]"
    if draft.like or draft.family == "feed":
        yield f"  # 各字段按 data/shapes/{draft.like or draft.family}.yml 读取"
        return
    at, after = draft.script
    if at:
        yield f"  script: {{at: {_quoted(at)}" + (f", after: {_quoted(after)}}}" if after else "}")
    yield f"  rows: {_quoted(draft.rows)}"
    if draft.skip:
        yield f"  skip: {_quoted(draft.skip)}  # 广告、置顶公告之类"
    if draft.next and not draft.search.is_counted:
        yield f"  next: {_quoted(draft.next)}"
    if draft.more:
        yield f"  more: {_quoted(draft.more)}"
    yield "  empty: [没有找到, 暂无]  # 须人工：网站说“没有信息”时的原话"
    yield "  fields:"
    for name in _ORDER:
        chosen = draft.fields.get(name)
        if chosen is None:
            continue
        unsure = f"  # 须人工：把握 {chosen.sure:.0%}" if chosen.sure < _UNSURE else ""
        first = name == "text" and draft.written_as == "html"
        rule = _rule(chosen.slot.at, chosen.slot.match, first=first)
        yield f"    {name}: {rule}{unsure}"
    missing = [name for name in ("title", "price", "place", "posted") if name not in draft.fields]
    if missing:
        yield f"  # 列表里没有认出：{'、'.join(missing)}"


def _list_globs(draft: Draft) -> list[str]:
    """Return globs of the list's addresses: as it was given, and as its pages count."""
    globs = []
    for url in (draft.url, draft.search.url):
        parts = urlsplit(url)
        whole = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        globs.append(re.sub(r"\{\w+\}", "*", whole)[:200])
    return list(dict.fromkeys(globs))


def _rule(at: str, match: str, *, first: bool = False) -> str:
    if not match and not first:
        return _quoted(at)
    parts = [f"at: {_quoted(at)}"]
    if match:
        parts.append(f"match: {_quoted(match)}")
    if first:
        parts.append("first: true")
    return f"{{{', '.join(parts)}}}"


def _detail(draft: Draft) -> Iterator[str]:
    if draft.like or "url" not in draft.fields:
        return
    if draft.detail is None:
        yield "# 没有看过单条信息的页面，只读列表；有了样页再用 source new 起草，或手写 detail。"
        return
    yield "detail:"
    if draft.detail_urls:
        yield f"  urls: [{_quoted(draft.detail_urls)}]"
    if not draft.detail:
        yield "  # 单条页面自带 schema.org / Open Graph 说明，不需要规则"
        if not draft.detail_urls:
            yield "  fields: {}"
        return
    yield "  fields:"
    for name in _ORDER:
        found = draft.detail.get(name)
        if found is not None:
            yield f"    {name}: {_rule(found.at, found.match, first=found.first)}"


def _expect(draft: Draft, seen: IndexPage | None) -> Iterator[str]:
    cards = seen.cards if seen else ()
    floor = max(1, math.floor(len(cards) * _FLOOR))
    pages = _MOST_PAGES if draft.search.is_counted or draft.next else 1
    ceiling = max(100, len(cards) * pages * 5)
    yield f"# 起草时这一页读到 {len(cards)} 条；下限取其八成。"
    yield "# 须人工：跑过几夜之后，用 shouyi source check 再定"
    yield "expect:"
    yield f"  listings: [{floor}, {ceiling}]"
    always = ["site_id", *(["title"] if cards and all(one.title for one in cards) else [])]
    yield f"  always: [{', '.join(always)}]"
    usually = usually_of(cards)
    if usually:
        written = ", ".join(f"{name}: {share:g}" for name, share in usually.items())
        yield f"  usually: {{{written}}}"


def shares_of(cards: Sequence[Listing]) -> Mapping[str, float]:
    """Return the share of listings that have each field, by the names of ``expect``."""
    if not cards:
        return {}
    return {name: sum(map(has, cards)) / len(cards) for name, has in _KNOWN.items()}


def usually_of(cards: Sequence[Listing]) -> Mapping[str, float]:
    """Return the shares to promise: a good tenth below what was seen, in twentieths."""
    promised = {
        name: math.floor((share - 0.12) * 20) / 20
        for name, share in shares_of(cards).items()
        if name not in {"text", "title"}
    }
    return {name: share for name, share in promised.items() if share >= 0.3}
