"""Reads the pages of one source: its selectors are compiled once, then used page after page."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

from crawlers.pages import PAGES
from crawlers.pages.base import DetailPage, Fetched, IndexPage
from crawlers.pages.described import DescribedShown
from crawlers.pages.listing import ListingFields
from crawlers.pages.rules import Css, Step, css, path, walk
from crawlers.pages.scripts import json_in
from crawlers.pages.shown import (
    HtmlShown,
    JsonShown,
    Shown,
    compile_fields,
    compile_rule,
    parse_html,
    scalar,
)
from crawlers.source import Source
from pipeline.base.urls import canonical
from pipeline.listing import Listing
from pipeline.page import (
    NORMAL,
    PageKind,
    PageSeen,
    PageVerdict,
    json_of,
    judge,
    judge_by_marks,
    shown,
)

HIDDEN = "hidden: the site shows pictures to members only"
_NO = frozenset({"", "false", "0", "no", "no_more", "null", "none"})


class PageReader:
    """Reads index pages, JSON answers and the pages of single listings of one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.fields_class = _fields_class(source.page)
        self.in_list = compile_fields(source.list.fields, is_json=source.list_is_json)
        self.next = [
            compile_rule(rule, is_json=source.list_is_json) for rule in source.list.next or ()
        ]
        look = path if source.list_is_json else css
        self.rows: list[Css | tuple[Step, ...]] = [look(rows) for rows in source.list.rows]
        self.skip = look(source.list.skip) if source.list.skip else None
        self.more = path(source.list.more) if source.list.more else None
        self.cursor = path(source.list.cursor) if source.list.cursor else None
        self.ok = [(path(keys), values) for keys, values in source.list.ok.items()]
        detail = source.detail
        self.in_detail = (
            compile_fields(detail.fields, is_json=source.detail_is_json) if detail else {}
        )
        self.hidden = css(detail.hidden_images) if detail and detail.hidden_images else None

    def either(self, fetched: Fetched) -> IndexPage | DetailPage:
        """Read a page of which nobody said what it is: by its address, else by what is on it."""
        kind = self.source.reads(fetched.url)
        if kind == "list" or self.source.detail is None:
            return self.index(fetched)
        if kind == "detail":
            return self.detail(fetched)
        page = self.index(fetched)
        if page.cards or page.verdict.kind is not PageKind.ERROR or page.verdict.cause != "layout":
            return page
        detail = self.detail(fetched)
        return detail if detail.read else page

    def index(self, fetched: Fetched) -> IndexPage:
        """Read an index page, or one JSON answer of an app page."""
        verdict = judge_by_marks(_seen(fetched))
        if verdict.kind is not PageKind.NORMAL:
            return self._index_page(fetched, verdict)
        if self.source.list_is_json:
            return self._answer(fetched)
        root = parse_html(fetched.text)
        rows = [row for one in self.rows if isinstance(one, Css) for row in one.found(root)]
        if self.skip is not None:
            assert isinstance(self.skip, Css)
            rows = [row for row in rows if not self.skip.found(row)]
        cards, lost = self._cards(
            fetched, (HtmlShown(row, fetched.url, self.in_list) for row in rows)
        )
        page = self._index_page(fetched, self._of_cards(fetched, cards, lost))
        whole = HtmlShown(root, fetched.url, {"next": tuple(self.next)})
        return replace(page, cards=cards, lost=lost, next_url=self.following(whole, fetched.url))

    def _answer(self, fetched: Fetched) -> IndexPage:
        answer = self.answer_of(fetched)
        if answer is None:
            because = "what it lists is not there, or no JSON"
            broken = PageVerdict(kind=PageKind.ERROR, because=because, cause="layout")
            return self._index_page(fetched, _words_or(fetched, broken))
        refused = self._refused(answer)
        if refused:
            return self._index_page(fetched, refused)
        paths = [one for one in self.rows if isinstance(one, tuple)]
        rows = [row for one in paths for row in _rows(answer, one)]
        if self.skip is not None:
            assert isinstance(self.skip, tuple)
            rows = [row for row in rows if not self.is_true(walk(row, self.skip))]
        cards, lost = self._cards(
            fetched, (JsonShown(row, fetched.url, self.in_list) for row in rows)
        )
        more = self.is_true(walk(answer, self.more)) if self.more is not None else None
        cursor = [scalar(one) for one in walk(answer, self.cursor)] if self.cursor else []
        if cards or lost:
            verdict = self._of_cards(fetched, cards, lost)
        else:
            word = self._says_nothing(fetched.text)
            verdict = self._proven(fetched, _empty_or_changed(answer, paths, word))
        page = self._index_page(fetched, verdict)
        whole = JsonShown(answer, fetched.url, {"next": tuple(self.next)})
        return replace(
            page,
            cards=cards,
            lost=lost,
            has_more=more,
            cursor=next(iter(cursor), ""),
            next_url=self.following(whole, fetched.url),
        )

    def answer_of(self, fetched: Fetched) -> Any:
        """Return the JSON of a list: the answer itself, or what a script of the page holds."""
        script = self.source.list.script
        if script is None:
            return json_of(fetched.text)
        return json_in(parse_html(fetched.text), script)

    def detail(self, fetched: Fetched) -> DetailPage:
        """Read the page of one listing."""
        verdict = judge_by_marks(_seen(fetched))
        if verdict.kind is not PageKind.NORMAL:
            return DetailPage(fetched=fetched, verdict=verdict)
        detail = self.source.detail
        one: Shown
        root: Any = None
        if detail is None:
            because = f"{self.source.key} reads no pages of single listings"
            return DetailPage(
                fetched=fetched,
                verdict=PageVerdict(kind=PageKind.ERROR, because=because, cause="layout"),
            )
        if self.source.detail_is_json and self.in_detail:
            answer = json_of(fetched.text)
            if detail.script is not None:
                answer = json_in(parse_html(fetched.text), detail.script)
            one = JsonShown(answer, fetched.url, self.in_detail)
        else:
            root = parse_html(fetched.text)
            one = (
                HtmlShown(root, fetched.url, self.in_detail)
                if self.in_detail
                else DescribedShown(root, fetched.url)
            )
        listing = self.fields_class(one, fetched, self.source).listing()
        if not listing.title and not listing.text:
            because = "neither title nor text of a listing is on the page"
            changed = PageVerdict(kind=PageKind.ERROR, because=because, cause="layout")
            return DetailPage(fetched=fetched, verdict=_words_or(fetched, changed))
        if not listing.url:
            listing = replace(listing, url=canonical(fetched.url))
        if self.hidden is not None and root is not None and self.hidden.found(root):
            listing = _with_note(listing, "images", HIDDEN)
        return DetailPage(fetched=fetched, verdict=NORMAL, read=listing)

    def _cards(
        self, fetched: Fetched, rows: Iterator[Shown]
    ) -> tuple[tuple[Listing, ...], tuple[str, ...]]:
        cards: dict[str, Listing] = {}
        lost: list[str] = []
        for row in rows:
            try:
                listing = self.fields_class(row, fetched, self.source).listing()
            except Exception as error:  # noqa: BLE001 - one broken row never loses the page
                lost.append(f"broken: {type(error).__name__}")
                continue
            if not listing.site_id:
                lost.append("no id")
            else:
                cards.setdefault(listing.site_id, listing)
        return tuple(cards.values()), tuple(lost)

    def _of_cards(
        self,
        fetched: Fetched,
        cards: tuple[Listing, ...],
        lost: tuple[str, ...],
    ) -> PageVerdict:
        if cards:
            return NORMAL
        because = "no rows, and no word of the site that there are none"
        if lost:
            because = f"{len(lost)} rows, none of them readable: {lost[0]}"
        verdict = _words_or(
            fetched, PageVerdict(kind=PageKind.ERROR, because=because, cause="layout")
        )
        # words of a wall come first: a night that was blind must not read as an empty one
        word = "" if lost or verdict.cause != "layout" else self._says_nothing(shown(fetched.text))
        if word:
            says = PageVerdict(kind=PageKind.EMPTY, because=f"shows {word}", cause="empty")
            return self._proven(fetched, says)
        return verdict

    def _proven(self, fetched: Fetched, verdict: PageVerdict) -> PageVerdict:
        """Return a verdict of empty only for a page that we know to be the list."""
        signs = self.source.list.sentinel
        if verdict.kind is not PageKind.EMPTY or not signs:
            return verdict
        if any(sign in fetched.text for sign in signs):
            return verdict
        because = f"{verdict.because}, but not {signs[0]}, by which we know this list"
        return PageVerdict(kind=PageKind.ERROR, because=because, cause="layout")

    def _says_nothing(self, text: str) -> str:
        return next((word for word in self.source.list.empty if word in text), "")

    def _refused(self, answer: Any) -> PageVerdict | None:
        for keys, values in self.ok:
            found = [scalar(value) for value in walk(answer, keys)]
            if not any(_is_one_of(value, values) for value in found):
                because = f"the answer says {', '.join(found)[:80] or 'nothing'}"
                return PageVerdict(kind=PageKind.ERROR, because=because, cause="code")
        return None

    @staticmethod
    def following(whole: Shown, url: str) -> str:
        """Return the absolute address of the next page; empty where there is none."""
        found = next(iter(whole.given("next").values), "").strip()
        if not found or found.startswith(("#", "javascript:")):
            return ""
        try:
            return urljoin(url, found)
        except ValueError:
            return ""

    @staticmethod
    def is_true(values: list[Any]) -> bool:
        """Return whether what a path leads to is true, as an answer writes it."""
        return any(
            scalar(value).lower() not in _NO if not isinstance(value, list | dict) else bool(value)
            for value in values
        )

    def _index_page(self, fetched: Fetched, verdict: PageVerdict) -> IndexPage:
        return IndexPage(
            fetched=fetched, verdict=verdict, has_details=self.source.detail is not None
        )


def _with_note(listing: Listing, name: str, why: str) -> Listing:
    return replace(listing, notes=MappingProxyType({**listing.notes, name: why}))


def _fields_class(name: str) -> type[ListingFields]:
    if not name:
        return ListingFields
    found: type[ListingFields] = getattr(importlib.import_module(PAGES[name]), name)
    return found


def _seen(fetched: Fetched) -> PageSeen:
    return PageSeen(
        url=fetched.url,
        status=fetched.status,
        content_type=fetched.content_type,
        text=fetched.text,
        headers=fetched.headers,
    )


def _words_or(fetched: Fetched, otherwise: PageVerdict) -> PageVerdict:
    """Return what the words of a page say that holds nothing; ``otherwise`` where they do not."""
    verdict = judge(_seen(fetched))
    return otherwise if verdict.kind is PageKind.NORMAL else verdict


def _rows(answer: Any, steps: tuple[Step, ...]) -> list[Any]:
    """Return the items at a path; a path that ends in a list means its items."""
    found = walk(answer, steps)
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _empty_or_changed(answer: Any, paths: list[tuple[Step, ...]], word: str) -> PageVerdict:
    """Tell an answer whose list is there and empty from one that no longer has the list."""
    if word:
        return PageVerdict(kind=PageKind.EMPTY, because=f"says {word}", cause="empty")
    lists = [one for steps in paths for one in walk(answer, _upto_list(steps))]
    if lists and all(isinstance(one, list) and not one for one in lists):
        because = "the list is there and empty"
        return PageVerdict(kind=PageKind.EMPTY, because=because, cause="empty")
    because = "the answer has no such list"
    return PageVerdict(kind=PageKind.ERROR, because=because, cause="layout")


def _upto_list(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return a path up to the first list that it walks."""
    for number, (key, counts) in enumerate(steps):
        if counts:
            return (*steps[:number], (key, ()))
    return steps


def _is_one_of(value: str, wanted: tuple[str, ...]) -> bool:
    return any(
        value.startswith(want[:-1]) if want.endswith("*") else value == want for want in wanted
    )
