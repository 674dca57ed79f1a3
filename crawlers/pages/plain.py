"""A page read by nothing but how it looks: where no rule and no structured data speaks.

The headline is what the page and its window title agree on; the price stands in a small piece
of text beside ¥, 元 or a word of price, and is not struck through; the text is the block with
the most words that are no links. Unknown is empty.
"""

import re
from functools import cached_property
from itertools import islice
from typing import Any

from crawlers.fields.price import price_in
from crawlers.pages.asking import Candidate, asked_on, names_of, says_sum, short
from crawlers.pages.headline import (
    heading_text,
    headline_of,
    is_bare_name,
    is_named_title,
    is_shown,
    says_the_same,
    words_of,
)
from crawlers.pages.pairs import Pair, pairs_of
from crawlers.pages.shown import BLOCKS, Given, text_of

_HOLDERS = ("div", "article", "section", "td", "main", "p", "dd", "li", "pre")
_ASIDE = re.compile(
    r"foot|(?<![a-z])ft(?![a-z])|frt_|nav|menu|side|head(?!line)|crumb|copyright|banner|relat|recommend|tuijian|similar|guess"
    r"|hot|rank|comment|reply|pinglun|share|login|search|notice|tips|friend|link|ad[-_]|history"
    r"|other|xiangguan|like",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"cont|detail|desc|article|text|body|neirong|miaoshu|info|entry|post|intro", re.IGNORECASE
)
_FACT = re.compile(r"^[^：:]{1,8}[：:]|^\d+$|^(?:首页|返回|登录|分享|收藏)")
_TITLE_LABEL = re.compile(
    r"^(?:(?:信息|商品|产品|宝贝|货物|物品|帖子|供应|文章|拍品|标的)?(?:标题|名称|主题)|品名|标的物)$"
)
_ABOUT = re.compile(r"(?:来源|作者|点击|浏览|发布|时间|阅读)[^，。]{0,4}[:：]")
"""The line under a headline that tells of the article and is no part of it."""
_WORDS = frozenset({"p", "br", "blockquote"})
_MOST_NODES = 30_000
_LABELS = {
    "place": r"所在地|地\s*区|区\s*域|地\s*址|地\s*点|发货地|交易地点|位\s*置|城\s*市|产地",
    "seller": r"卖\s*家|发布者|发布人|联系人|作\s*者|楼\s*主|店\s*铺|商\s*家|掌柜|会员|用户名",
    "posted": r"发布时间|发布日期|更新时间|发表于|发布于|时\s*间|日\s*期|上架时间|刷新时间",
}
_TIME = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?"
    r"|\d{1,2}\s*(?:分钟|小时|天)前|(?:今天|昨天|前天)\s*(?:\d{1,2}:\d\d)?"
)
_ID = re.compile(r"(?<![\dA-Za-z])(\d{3,20})(?!\d)")
_ID_ASKED = re.compile(r"(?:^|&)[\w.-]{0,20}id=([\w-]{1,40})", re.IGNORECASE)
_LONG_ENOUGH = 8
_MOST_COMPARED = 12
_MOST_LINKS = 500
_LONGEST_OFFER = 1_000
_SHORT = 3


class PlainShown:
    """A listing as a page looks to a reader who has never seen the site."""

    def __init__(self, root: Any, url: str) -> None:
        self.root = root
        self.url = url

    def has(self, name: str) -> bool:
        """See :meth:`crawlers.pages.shown.Shown.has`."""
        return bool(self.given(name).values)

    def given(self, name: str) -> Given:
        """Return what the page seems to show for a field."""
        if name == "price":
            best = self.price
            return Given([best.text], best.is_within) if best else Given([])
        if name in _LABELS:
            return Given(self._labelled(name))
        if name == "images":
            return Given(self._images())
        one = {"title": self.title, "text": self.text, "url": self.url, "site_id": self.site_id}
        return Given([one[name]] if one.get(name) else [])

    @property
    def is_listing(self) -> bool:
        """Whether it looks like the page of one thing: a headline, and words or a price."""
        if not self.title:
            return False
        asks = self.price is not None and not self.price.is_within
        return asks or (len(self.text) >= _LONG_ENOUGH and not self._is_list)

    @cached_property
    def title(self) -> str:
        """The headline, without the name of the site."""
        named = next((one.value for one in self._pairs if _TITLE_LABEL.match(one.label)), "")
        headline = headline_of(self.root)
        if named and not says_the_same(named, headline):
            return named
        if is_bare_name(headline, self.root):
            return self._beside_price() or headline
        if not is_shown(headline, self.root):
            return self._beside_price(must_be_title=True) or headline
        return headline

    def _beside_price(self, *, must_be_title: bool = False) -> str:
        """Return the piece of text before the price that looks most like its headline."""
        before: list[tuple[float, str]] = []
        for order, (node, is_aside) in enumerate(self._nodes):
            is_title = is_named_title(node)
            shown = short(node)
            shown = heading_text(node) if is_title and shown else shown
            if is_aside or not shown:
                continue
            if says_sum(node, shown) and not is_title and before:
                break
            if len(shown) <= _SHORT or (len(node) and not is_title):
                continue
            if must_be_title and not is_title:
                continue
            points = 3.0 * is_title - 3.0 * bool(_FACT.search(shown)) + order / 1_000
            before.append((points, shown))
        return max(before, default=(0.0, ""))[1]

    @cached_property
    def text(self) -> str:
        """The words of the largest block that is no navigation."""
        if self._main is None:
            return self._meta("description", "og:description")
        return text_of(self._main)

    @cached_property
    def price(self) -> Candidate | None:
        """What is asked, in the page's words."""
        asked = asked_on(self._nodes, self._pairs, self.title)
        found = [one for one in asked if one.points > 0]
        if found:
            return max(found, key=lambda one: one.points)
        if len(self.text) > _LONGEST_OFFER:
            return None  # an article: a sum that it names is not what is asked
        words = f"{self.title}\n{self.text}"
        return Candidate(1, words, is_within=True) if price_in(words).yuan is not None else None

    @cached_property
    def _nodes(self) -> list[tuple[Any, bool]]:
        """The elements of the body, and whether each stands aside (navigation, related ones)."""
        found: list[tuple[Any, bool]] = []
        body = next(self.root.iter("body"), self.root)
        aside: set[Any] = set()
        for node in body.iter():
            if len(found) >= _MOST_NODES:
                break
            if not isinstance(node.tag, str) or node.tag in {"script", "style", "option"}:
                continue
            parent = node.getparent()
            named = f"{node.get('class', '')} {node.get('id', '')}"
            is_aside = parent in aside or (
                node is not body and (_is_frame(node) or bool(_ASIDE.search(named)))
            )
            if is_aside:
                aside.add(node)
            found.append((node, is_aside))
        return found

    @cached_property
    def _pairs(self) -> list[Pair]:
        """Labels and what stands beside them."""
        return pairs_of(node for node, is_aside in self._nodes if not is_aside)

    @cached_property
    def _main(self) -> Any:
        found: list[tuple[float, Any]] = []
        for node, is_aside in self._nodes:
            if node.tag not in _HOLDERS or is_aside:
                continue
            words, linked = _own_words(node)
            if words < _LONG_ENOUGH:
                continue
            points = (words - 1.5 * linked) * (1.6 if _BODY.search(names_of(node)) else 1.0)
            if _ABOUT.search(short(node)):
                points *= 0.3
            found.append((points, node))
        best = sorted(found, key=lambda one: -one[0])[:_MOST_COMPARED]
        rated = [(points * (1 - _linked_share(node)) ** 2, node) for points, node in best]
        return max(rated, key=lambda one: one[0], default=(0.0, None))[1]

    @cached_property
    def _is_list(self) -> bool:
        """Whether most of what the page shows is links: a list, not a listing."""
        words = sum(_own_words(node)[0] for node, _ in self._nodes if node.tag in _HOLDERS)
        linked = sum(_own_words(node)[1] for node, _ in self._nodes if node.tag in _HOLDERS)
        return linked > 0.7 * max(1, words) and len(self.text) < 5 * _LONG_ENOUGH

    def _images(self) -> list[str]:
        if self._main is None:
            return []
        around = self._main.getparent()
        found = []
        for node in (around if around is not None else self._main).iter("img"):
            names = ("zoomfile", "file", "data-original", "data-src", "data-lazy-src", "src")
            found.append(next((node.get(name) for name in names if node.get(name)), ""))
        return [one for one in found if one and not one.startswith("data:")]

    def _labelled(self, name: str) -> list[str]:
        label = re.compile(rf"^\s*[【\[]?(?:{_LABELS[name]})[】\]]?\s*[:：]?\s*(.{{0,40}})$")
        rows = frozenset({"ul", "ol", "dl", "table", "tbody", "tr"})
        for node, is_aside in self._nodes:
            if is_aside or node.tag in rows:
                continue
            if name == "posted" and node.tag == "time":
                return [node.get("datetime") or text_of(node)]
            found = label.search(short(node))
            if not found:
                continue
            value = found[1].strip()
            following = node.getnext()
            if not value and following is not None:
                value = short(following)
            if name == "posted" and not _TIME.search(value):
                continue
            if value:
                return [_TIME.search(value)[0] if name == "posted" else value.split("  ")[0]]  # type: ignore[index]  # searched above
        if name == "posted":
            return [found[0] for node, aside in self._nodes if not aside
                    and (found := _TIME.search(short(node)))][:1]  # fmt: skip
        return []

    @property
    def site_id(self) -> str:
        """The number that ends the address, or stands in its query; else the address itself."""
        path, _, query = self.url.partition("//")[2].partition("/")[2].partition("?")
        found = _ID_ASKED.findall(query) or _ID.findall(path.rstrip("/").rpartition("/")[2])
        return str(found[-1] if found else self.url)

    def _meta(self, *names: str) -> str:
        for node in self.root.iter("meta"):
            if (node.get("name") or node.get("property") or "").lower() in names:
                return str(node.get("content") or "").strip()
        return ""


def _is_frame(node: Any) -> bool:
    if node.tag == "header":
        return node.getparent() is not None and node.getparent().tag == "body"
    return node.tag in {"nav", "footer", "aside"}


def _linked_share(node: Any) -> float:
    """Return which share of all that an element shows is links, 0..1."""
    words = len(words_of(node))
    linked = sum(len(words_of(one)) for one in islice(node.iter("a"), _MOST_LINKS))
    return min(1.0, linked / max(1, words))


def _own_words(node: Any) -> tuple[int, int]:
    """Return how many characters stand in an element itself or its inline parts; and in links."""
    words, linked = len((node.text or "").strip()), 0
    for child in node:
        words += len((child.tail or "").strip())
        if not isinstance(child.tag, str) or child.tag in {"script", "style"}:
            continue
        if child.tag == "a":
            inside = len(words_of(child).strip())
            linked += inside
            words += inside
        elif child.tag not in BLOCKS or child.tag in _WORDS:
            words += len(words_of(child).strip())
            linked += sum(
                len(words_of(one).strip()) for one in islice(child.iter("a"), _MOST_LINKS)
            )
    return words, linked
