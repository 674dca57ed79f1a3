"""How a list goes on: a link to the next page, or a number in the address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from crawlers.drafting.addresses import absolute
from crawlers.drafting.names import classes_of, is_made_up
from crawlers.pages.rules import css

_WORDS = ("下一页", "下页", "后一页", "下一頁", "Next", "next", "›", "»", "→", ">>", "后页")
_NAMES = (
    "page",
    "p",
    "pn",
    "pg",
    "pageno",
    "page_no",
    "pagenum",
    "pageindex",
    "currentpage",
    "curpage",
    "offset",
    "start",
    "paged",
)
_NUMBER = re.compile(r"\d{1,6}")
_TERM_NAMES = (
    "kw",
    "q",
    "wd",
    "word",
    "words",
    "keyword",
    "keywords",
    "key",
    "search",
    "query",
    "s",
    "k",
    "searchkey",
)


@dataclass(frozen=True, slots=True)
class Search:
    """Where a list begins, and how its pages count; as ``search:`` writes it."""

    url: str
    first_page: int = 1
    page_step: int = 1
    terms: tuple[str, ...] = ()
    encoding: str = "utf-8"

    @property
    def is_counted(self) -> bool:
        """Whether the address itself says which page."""
        return "{page}" in self.url


def next_rule(root: Any, url: str) -> str:
    """Return the rule of the link to the next page; empty where there is none."""
    links = [node for node in root.iter("a", "link") if _leads_on(node, url)][:400]
    for node in links:
        if "next" in (node.get("rel") or "").lower().split():
            return (
                f"{node.tag}[rel='next']::attr(href)"
                if _is_first(root, f"{node.tag}[rel='next']", node)
                else _of(root, node)
            )
    for words in _WORDS:
        for node in links:
            shown = " ".join("".join(node.itertext()).split())
            if shown in {
                words,
                f"{words}>",
                f"{words} >",
                f"{words}»",
                f"{words} ›",
                f"{words} »",
                f"{words}>>",
            }:
                return _of(root, node)
    for node in links:
        if any(
            re.fullmatch(r"next|nxt|pagenext|next-?page|page-?next", one, re.IGNORECASE)
            for one in classes_of(node)
        ):
            return _of(root, node)
    return ""


def _leads_on(node: Any, url: str) -> bool:
    whole = absolute(url, node.get("href") or "")
    return bool(whole) and urlsplit(whole).netloc == urlsplit(url).netloc and whole != url


def _of(root: Any, node: Any) -> str:
    """Return the shortest rule whose first hit on the page is this link."""
    for selector in _tried(node):
        if _is_first(root, selector, node):
            return f"{selector}::attr(href)"
    return ""


def _tried(node: Any) -> Iterator[str]:
    for name in classes_of(node):
        if not is_made_up(name):
            yield f"a.{name}"
    if re.fullmatch(r"[A-Za-z][\w-]*", node.get("id") or ""):
        yield f"a#{node.get('id')}"
    words = " ".join("".join(node.itertext()).split())
    parent = node.getparent()
    outer = [f".{name}" for name in classes_of(parent)] if parent is not None else []
    for name in outer:
        yield f"{name} > a:only-child"
        yield f"{name} > a:last-of-type"
    if re.fullmatch(r"[^'\"\\\n]{1,12}", words):
        yield f"a:contains('{words}')"
        for name in outer:
            yield f"{name} a:contains('{words}')"


def _is_first(root: Any, selector: str, node: Any) -> bool:
    try:
        return next(iter(css(selector).found(root)), None) is node
    except ValueError:
        return False


def search_of(root: Any, url: str) -> Search:
    """Return where the list begins; ``{page}`` stands in it where the pager counts."""
    counted = _by_numbers(root, url) if root is not None else None
    found = counted or _by_name(url) or Search(url)
    return _with_term(found)


def _by_numbers(root: Any, url: str) -> Search | None:
    """Find links named 2, 3, 4 whose addresses differ in one number alone."""
    pages: dict[int, str] = {}
    for count, node in enumerate(root.iter("a")):
        if count > 3_000:  # a list page has some hundred links
            break
        words = "".join(node.itertext()).strip(" []【】\n\t")
        whole = absolute(url, node.get("href") or "")
        if _NUMBER.fullmatch(words) and 1 <= int(words) <= 999 and whole:
            pages.setdefault(int(words), whole)
    return next(
        (
            found
            for a, first in sorted(pages.items())
            for b, second in sorted(pages.items())
            if a < b and (found := _between(a, first, b, second, pages))
        ),
        None,
    )


def _between(a: int, first: str, b: int, second: str, pages: dict[int, str]) -> Search | None:
    runs, other = re.findall(r"\d+|\D+", first), re.findall(r"\d+|\D+", second)
    if len(runs) != len(other):
        return None
    differing = [at for at, (x, y) in enumerate(zip(runs, other, strict=True)) if x != y]
    if (
        len(differing) != 1
        or not runs[differing[0]].isdecimal()
        or not other[differing[0]].isdecimal()
    ):
        return None
    at = differing[0]
    low, high = int(runs[at]), int(other[at])
    step, rest = divmod(high - low, b - a)
    start = low - a * step
    if rest or not 1 <= step <= 1000 or start + step not in {0, 1}:  # page 1 is 0 or 1
        return None
    template = "".join([*runs[:at], "{page}", *runs[at + 1 :]])
    fit = sum(template.replace("{page}", str(start + n * step)) == one for n, one in pages.items())
    if fit < 2 or "{" in first:  # two make a row
        return None
    return Search(template, start + step, step)


def _by_name(url: str) -> Search | None:
    for name, value in parse_qsl(urlsplit(url).query)[:20]:
        if name.lower() in _NAMES and _NUMBER.fullmatch(value) and "{" not in url:
            template = re.sub(
                rf"([?&]{re.escape(name)}=){value}(?=&|$|#)", r"\g<1>{page}", url, count=1
            )
            if "{page}" in template:
                first = 0 if value == "0" else 1
                return Search(template, first)
    return None


def _with_term(search: Search) -> Search:
    """Put ``{term}`` where the address holds a word that was searched for."""
    for part in urlsplit(search.url).query.split("&")[:20]:
        name, equals, value = part.partition("=")
        if not equals or not value or "{" in value or name.lower() not in _TERM_NAMES:
            continue
        raw = unquote_to_bytes(value.replace("+", " "))
        for encoding in ("utf-8", "gbk"):
            try:
                word = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if 0 < len(word.strip()) <= 60 and word.isprintable():  # a word
                # the page's own encoding only matters where the word is not ASCII
                template = search.url.replace(part, f"{name}={{term}}", 1)
                if quote(word, encoding=encoding) or word:
                    return Search(
                        template, search.first_page, search.page_step, (word.strip(),), encoding
                    )
    return search
