"""What a page gives to a run: pure, from a fetched page to a :class:`~crawlers.deliver.Yield`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, Protocol

from crawlers.deliver import Yield
from crawlers.manners import Site, host_of
from crawlers.pages.base import DetailPage, Fetched, IndexPage
from crawlers.source import Source
from pipeline.base.errors import FetchRefused, PageChanged
from pipeline.base.urls import Gate, canonical
from pipeline.listing import Listing
from pipeline.page import PageKind, PageSeen, PageVerdict, judge
from pipeline.store.ledger import Due, Finished, Settled
from pipeline.store.listings import from_json, to_json
from pipeline.store.remembered import Memory, Remembered

WALLS = frozenset({PageKind.LOGIN_WALL, PageKind.CHALLENGE})
KNOWN_FROM_HERE = "a whole page is known: what comes after it was read before"
"""Why a list in order of time is not read to its end."""
_READABLE = frozenset({PageKind.NORMAL, PageKind.EMPTY})


class WallMet(Exception):  # noqa: N818 - not a fault of the program
    """The site does not want us to go on. Carries the verdict and what the page is to us."""

    def __init__(self, page: Finished, verdict: PageVerdict) -> None:
        self.page = page
        self.verdict = verdict
        super().__init__(verdict.because)


class Pages(Protocol):
    """Reads one source's pages: a family of ``crawlers.families``, or a page class of its own."""

    def index(self, fetched: Fetched) -> IndexPage:
        """Read an index page, or one JSON answer."""

    def detail(self, fetched: Fetched) -> DetailPage:
        """Read the page of one listing."""


@dataclass(slots=True)
class Reading:
    """Reads the pages of one run, within the limits of its source.

    Attributes:
        limit: listings read at most; None for what the source's own limits allow.
        shown: site ids that the lists of this run have shown.
        keys: pages that the run knows.
        day: the date that the run counts for: whose turn it is among many words.
        memory: what pages were when they were last fetched; None where nothing is remembered.
    """

    source: Source
    pages: Pages
    gate: Gate
    site: Site
    limit: int | None = None
    shown: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    day: date | None = None
    memory: Memory | None = None
    _met: set[str] = field(default_factory=set)  # on the lists that this process has read

    def seeds(self) -> list[Due]:
        """Return where the run begins: one index page for each word in each place."""
        found = []
        for number, start in enumerate(self.source.starts(self.day)):
            url = self.source.index_url(start)
            meta = {"start": number, "number": 0, "depth": 0}
            found.append(Due(key=canonical(url), url=url, kind="index", meta=meta))
        return found

    def read(self, due: Due, fetched: Fetched) -> Yield:
        """Judge a page and read what it gives.

        Raises:
            WallMet: it is a login wall or a challenge.
        """
        if due.kind == "index":
            return self.list_page(due, self.pages.index(fetched), fetched)
        return self._listing_page(due, fetched)

    def answer(self, due: Due, fetched: Fetched) -> tuple[Yield, IndexPage]:
        """Return what one JSON answer of an app page gives; the page itself stays open.

        Raises:
            WallMet: the answer is a refusal.
        """
        page = self.pages.index(fetched)
        outcome_of(due, page.verdict, fetched)
        if page.verdict.kind not in _READABLE:
            return Yield(page=None), page
        given = self.cards(page)
        self.shown.update(card.site_id for card in page.cards)
        return given, page

    def elsewhere(self, due: Due, page: Fetched) -> Yield:
        """Judge a redirect that leaves the site by where it leads; it was not followed.

        Raises:
            WallMet: it leads to a log-in or to a challenge.
        """
        try:
            self.gate.check(page.url)
        except FetchRefused as refusal:
            return given_up(due, f"redirect: {refusal.what}", is_refused=True)
        verdict = judge(PageSeen(url=page.url, status=page.status, headers=page.headers))
        if verdict.kind in WALLS:
            outcome_of(due, verdict, page)
        where = host_of(page.url)
        return given_up(due, f"redirect to {where}", page="error", status=page.status)

    def list_page(self, due: Due, page: IndexPage, fetched: Fetched) -> Yield:
        """Return what an index page gives: its cards, their pages, the next page."""
        return self.listed(due, page, outcome_of(due, page.verdict, fetched))

    def listed(self, due: Due, page: IndexPage, finished: Finished) -> Yield:
        """Return the same, of a page that was judged before."""
        if page.verdict.kind not in _READABLE:
            return Yield(page=finished)
        given = self.cards(page)
        if self.source.family == "search":
            given = replace(given, listings=(), leads=given.listings)
        found, refused = list(given.found), list(given.refused)
        names = {card.site_id for card in page.cards}
        is_news = not names <= self._met
        self._met |= names
        self.shown |= names
        is_known = bool(page.cards) and len(given.known) == len(page.cards)
        after = self._page_after(due, page, is_news=is_news, is_known=is_known)
        if isinstance(after, Due):
            self.keys.add(after.key)
            found.insert(0, after)
        elif after is not None:
            refused.append(after)
        found += self._further(due, page)
        return replace(given, page=finished, found=found, refused=refused)

    def cards(self, page: IndexPage) -> Yield:
        """Return what the cards of a page, or of one JSON answer, come to."""
        found: list[Due] = []
        listings: list[Listing] = []
        settled: list[Settled] = []
        known: list[Remembered] = []
        taken = set(self.shown)
        for card in page.cards:
            if card.site_id in taken:
                continue
            why = self._why_not(card, len(taken), has_details=page.has_details)
            taken.add(card.site_id)
            if why:
                settled.append(
                    Settled(site_id=card.site_id, outcome="refused", reason=why, url=card.url)
                )
            elif page.has_details:
                key = f"item:{card.site_id}"
                same = self.memory.unchanged(card) if self.memory else None
                if same and self.memory and self._may_rest(same, self.memory):
                    known.append(same)
                    continue
                meta = {"card": to_json(card), "same": same is not None}
                if key not in self.keys:
                    self.keys.add(key)
                    found.append(Due(key=key, url=card.url, kind="listing", meta=meta))
            else:
                listings.append(card)
        return Yield(
            page=None,
            cards=[(card.site_id, card.url) for card in page.cards],
            lost=page.lost,
            found=found,
            listings=listings,
            settled=settled,
            known=known,
        )

    def _may_rest(self, page: Remembered, memory: Memory) -> bool:
        """Return whether a page need not be asked for: not where answers on it may be new."""
        return self.source.replies is None and memory.may_rest(page)

    def unchanged(self, due: Due, page: Remembered) -> Yield:
        """Return what it means that the server says: not changed (304), of a listing's page."""
        finished = Finished(page_id=due.page_id, state="done", page=PageKind.NORMAL, status=304)
        return Yield(page=finished, known=[page], is_recheck=due.kind == "recheck")

    def _further(self, due: Due, page: IndexPage) -> list[Due]:
        """Return the lists that this one names: they are one step deeper, and bounded as well."""
        number, depth = int(due.meta["number"]) + 1, int(due.meta["depth"]) + 1
        meta = {"start": due.meta["start"], "number": number, "depth": depth}
        found = [
            Due(key=canonical(url), url=url, kind="index", meta=meta)
            for url in dict.fromkeys(page.further)
            if canonical(url) not in self.keys and not self._why_not_there(url)
        ]
        left = self.source.limits.pages - len(self.keys)
        found = found[: max(0, left)] if depth <= self.source.limits.depth else []
        self.keys.update(one.key for one in found)
        return found

    def leads(self, urls: Sequence[str]) -> list[Due]:
        """Return pages that a search found and this source reads: they are read as listings."""
        pages = [
            Due(key=f"lead:{canonical(url)}", url=url, kind="recheck", meta={"lead": True})
            for url in urls
            if self.source.reads(url) == "detail" and not self._why_not_there(url)
        ]
        pages = pages[: max(0, self.source.limits.pages - len(self.keys))]
        self.keys.update(page.key for page in pages)
        return pages

    def recheck(self, unseen: Sequence[tuple[str, str]]) -> list[Due]:
        """Return pages of listings that no list showed tonight, to see whether they are up."""
        pages = [
            Due(key=f"item:{site_id}", url=url, kind="recheck")
            for site_id, url in unseen
            if f"item:{site_id}" not in self.keys and not self._why_not_there(url)
        ]
        pages = pages[: max(0, self.source.limits.pages - len(self.keys))]
        self.keys.update(page.key for page in pages)
        return pages

    def _listing_page(self, due: Due, fetched: Fetched) -> Yield:
        page = self.pages.detail(fetched)
        kind = page.verdict.kind
        finished = outcome_of(due, page.verdict, fetched)
        if "thread" in due.meta or "lead" in due.meta:
            return self._beside(due, page, finished)
        site_id = due.key.removeprefix("item:")
        is_recheck = due.kind == "recheck"
        if kind is PageKind.REMOVED:
            done = replace(finished, state="done", reason="removed")
            return Yield(page=done, gone=[site_id], is_recheck=is_recheck)
        if kind is not PageKind.NORMAL:
            failed = replace(finished, state="failed")
            return Yield(page=failed, settled=_failed(due, failed.reason))
        card = from_json(due.meta["card"]) if "card" in due.meta else None
        try:
            listing = page.listing(card)
        except PageChanged as error:
            failed = replace(finished, state="failed", reason=f"layout: {error.what}")
            return Yield(page=failed, settled=_failed(due, failed.reason))
        same = [reply for reply in page.replies if reply.site_id == site_id]
        # the list says which listing this is; a page may carry an id of another kind
        listing = replace(listing, site_id=site_id)
        if is_recheck:
            return Yield(page=finished, listings=same or [listing], is_recheck=True)
        more = self._thread_after(due, page)
        return Yield(page=finished, listings=[listing, *page.replies], found=more)

    def _beside(self, due: Due, page: DetailPage, finished: Finished) -> Yield:
        """Return what a page gives that no list showed: a lead, or a later page of a thread."""
        if "lead" in due.meta:
            found = page.listings if page.read and page.read.site_id else ()
            return Yield(page=finished, listings=found)
        # its opener was read from the first page
        return Yield(page=finished, listings=page.replies, found=self._thread_after(due, page))

    def _thread_after(self, due: Due, page: DetailPage) -> list[Due]:
        """Return the next page of a thread, as far as its source reads threads."""
        replies = self.source.replies
        number = int(due.meta.get("number", 1)) + 1
        thread = due.meta.get("thread", due.key.removeprefix("item:"))
        key = f"thread:{thread}:{number}"
        if replies is None or not page.next_url or number > replies.pages or key in self.keys:
            return []
        if len(self.keys) >= self.source.limits.pages or self._why_not_there(page.next_url):
            return []
        self.keys.add(key)
        meta = {"thread": thread, "number": number}
        return [Due(key=key, url=page.next_url, kind="recheck", meta=meta)]

    def _why_not(self, card: Listing, known: int, *, has_details: bool) -> str:
        if self.limit is not None and known >= self.limit:
            return "limit asked for"
        if not has_details:
            return ""
        if len(self.keys) >= self.source.limits.pages:
            return f"limits.pages {self.source.limits.pages}"
        return self._why_not_there(card.url)

    def _why_not_there(self, url: str) -> str:
        try:
            self.gate.check(url)
        except FetchRefused as refusal:
            return f"address: {refusal.what}"
        return "" if self.site.holds(url) else "address: on another site"

    def _page_after(
        self, due: Due, page: IndexPage, *, is_news: bool, is_known: bool
    ) -> Due | tuple[Due, str] | None:
        number, depth = int(due.meta["number"]) + 1, int(due.meta["depth"]) + 1
        url = page.next_url
        if not url and self.source.list.next is None and page.has_more is not False:
            start = self.source.starts(self.day)[int(due.meta["start"])]
            url = self.source.index_url(start, number, page.cursor)
        if not url or page.verdict.kind is PageKind.EMPTY or number >= self.source.search.pages:
            return None
        key = canonical(url)
        meta = {"start": due.meta["start"], "number": number, "depth": depth}
        after = Due(key=key, url=url, kind="index", meta=meta)
        if self.limit is not None and len(self.shown) >= self.limit:
            return None
        why = self._why_not_on(after, is_news=is_news, is_known=is_known)
        return (after, why) if why else after

    def _why_not_on(self, after: Due, *, is_news: bool, is_known: bool) -> str:
        """Return why a list is not read on; empty where it is."""
        limits = self.source.limits
        if not is_news or after.key in self.keys:
            return "the list repeats itself"
        if is_known and self.source.search.until == "known":
            return KNOWN_FROM_HERE
        if int(after.meta["depth"]) > limits.depth:
            return f"limits.depth {limits.depth}"
        if len(self.keys) >= limits.pages:
            return f"limits.pages {limits.pages}"
        return self._why_not_there(after.url)


def outcome_of(due: Due, verdict: PageVerdict, fetched: Fetched) -> Finished:
    """Return what became of a page by what it is.

    Raises:
        WallMet: it is a login wall or a challenge.
    """
    is_read = verdict.kind in _READABLE
    page = Finished(
        page_id=due.page_id,
        state="done" if is_read else "failed",
        page=verdict.kind.value,
        reason="" if is_read else f"{verdict.cause}: {verdict.because}".strip(": ")[:300],
        status=fetched.status,
        size_bytes=len(fetched.body),
    )
    if verdict.kind in WALLS:
        raise WallMet(page, verdict)
    return page


def _failed(due: Due, reason: str) -> list[Settled]:
    """Return what a listing page that failed means for its listing."""
    if due.kind != "listing":
        return []
    site_id = due.key.removeprefix("item:")
    return [Settled(site_id=site_id, outcome="failed", reason=reason, url=due.url)]


def given_up(
    due: Due, reason: str, *, page: str = "", status: int = 0, is_refused: bool = False
) -> Yield:
    """Return what it means that a page could not be had, or may not be."""
    end: Literal["refused", "failed"] = "refused" if is_refused else "failed"
    finished = Finished(page_id=due.page_id, state=end, page=page, reason=reason, status=status)
    settled = [replace(one, outcome=end) for one in _failed(due, reason)]
    return Yield(page=finished, settled=settled)
