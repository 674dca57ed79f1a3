"""Gives each listing to the store, and only then calls its page done.

What pages gave is gathered for a moment and written in one transaction: listings, what
became of them, pages found, pages done. Killed before it, the pages are due as they were;
killed after it, they are done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.base.clock import Clock
from pipeline.ingest import Ingested, NotKept, ingest_many, mark_gone, seen_again
from pipeline.listing import Listing
from pipeline.score import Reader
from pipeline.store import crawls, leads
from pipeline.store.crawls import Run
from pipeline.store.ledger import Due, Finished, Ledger, Outcome, Settled, What
from pipeline.store.open import Database
from pipeline.store.remembered import Memory, Remembered

BATCH = 32
"""Pages written in one transaction: few enough that a kill costs a moment's work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What one page, or one JSON answer of it, gave.

    Attributes:
        page: what became of the page itself; None while it is still being read.
        cards: (site id, address) of each listing that it shows.
        lost: why rows of it that should be listings could not be told apart.
        found: pages to be fetched because of it.
        refused: pages it names that are not fetched, and why.
        listings: listings read from it.
        settled: listings that will not be read, and why.
        gone: site ids that the source says are no longer there.
        is_recheck: the listings were looked up again; no list showed them tonight.
        leads: what a search found: handed on to other sources, not kept as listings.
        known: pages of listings that are as they were, by what is remembered of them.
        remember: what is to be remembered of the page itself.
    """

    page: Finished | None
    cards: Sequence[tuple[str, str]] = ()
    lost: Sequence[str] = ()
    found: Sequence[Due] = ()
    refused: Sequence[tuple[Due, str]] = ()
    listings: Sequence[Listing] = ()
    settled: Sequence[Settled] = ()
    gone: Sequence[str] = ()
    is_recheck: bool = False
    leads: Sequence[Listing] = ()
    known: Sequence[Remembered] = ()
    remember: Remembered | None = None


@dataclass(slots=True)
class Delivery:
    """Carries what pages gave into the store, many at once.

    Attributes:
        on_written: called after each transaction, with the number of pages it finished.
        memory: what pages were; None where nothing is remembered.
    """

    db: Database
    run: Run
    ledger: Ledger
    reader: Reader
    clock: Clock
    on_written: Callable[[int], None] = lambda _: None
    memory: Memory | None = None
    _waiting: list[Yield] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many yields are not yet written."""
        return len(self._waiting)

    def take(self, given: Yield) -> None:
        """Take what a page gave; it is on disk after the next :meth:`write`."""
        self._waiting.append(given)

    def write(self) -> None:
        """Write all that was taken, in one transaction.

        Raises:
            Conflict: the run was taken over; nothing of this batch is written.
            sqlite3.Error: the store cannot take it (disk full); nothing is written either.
        """
        if not self._waiting:
            return
        batch = tuple(self._waiting)
        with self.db.atomic():
            crawls.hold(self.db, self.run, clock=self.clock)
            for given in batch:
                self._note(given)
            self._ingest(batch)
            for given in batch:
                self._settle(given)
        del self._waiting[: len(batch)]
        self.on_written(sum(1 for given in batch if given.page and given.page.state != "due"))

    def drop(self) -> None:
        """Forget what was taken: its pages are still due."""
        self._waiting.clear()

    def _note(self, given: Yield) -> None:
        for site_id, url in given.cards:
            self.ledger.show(site_id, url=url)
        for number, why in enumerate(given.lost):
            page_id = given.page.page_id if given.page else 0
            self.ledger.show(f"?{page_id}.{number}", lost=why)
        self.ledger.add(given.found)
        for page, why in given.refused:
            self.ledger.refuse(page, why)

    def _ingest(self, batch: Sequence[Yield]) -> None:
        asked = [(given, listing) for given in batch for listing in given.listings]
        if not asked:
            return
        answers = ingest_many(
            self.db,
            self.reader,
            [listing for _, listing in asked],
            clock=self.clock,
            run_id=self.run.run_id,
        )
        for (given, listing), answer in zip(asked, answers, strict=True):
            self.ledger.settle(_settled(listing, answer, is_recheck=given.is_recheck))
            self._remember(given, listing, answer)

    def _remember(self, given: Yield, listing: Listing, answer: Ingested | NotKept) -> None:
        """Remember the page of a listing, once the listing is kept."""
        page = given.remember
        if self.memory is None or page is None or page.key != f"item:{listing.site_id}":
            return
        if isinstance(answer, Ingested):
            names = tuple(name for name, is_there in filled(listing).items() if is_there)
            is_flagged = answer.ranked.is_suspicious
            self.memory.keep(replace(page, filled=names, is_flagged=is_flagged))

    def _see_again(self, page: Remembered, *, is_recheck: bool) -> None:
        """Count a listing as seen whose page is as it was."""
        site_id = page.key.removeprefix("item:")
        seen_again(
            self.db, f"{self.run.source}:{site_id}", clock=self.clock, run_id=self.run.run_id
        )
        self.ledger.settle(
            Settled(
                site_id=site_id,
                outcome="rechecked" if is_recheck else "known",
                what="known",
                is_flagged=page.is_flagged,
                filled=page.filled,
            )
        )

    def _settle(self, given: Yield) -> None:
        for page in given.known:
            self._see_again(page, is_recheck=given.is_recheck)
            if self.memory is not None and given.page is not None and not given.cards:
                self.memory.looked(page)  # it was asked for, and has not changed
        if self.memory is not None and given.remember is not None and given.remember.body:
            self.memory.keep(given.remember)
        for settled in given.settled:
            self.ledger.settle(settled)
        for lead in given.leads:
            self.ledger.settle(self._noted(lead))
        for site_id in given.gone:
            listing_id = f"{self.run.source}:{site_id}"
            is_news = mark_gone(self.db, listing_id, clock=self.clock, run_id=self.run.run_id)
            what: What = "gone" if is_news else ""
            outcome: Outcome = "rechecked" if given.is_recheck else "refused"
            self.ledger.settle(
                Settled(site_id=site_id, outcome=outcome, what=what, reason="removed")
            )
        if given.page is not None:
            self.ledger.finish(given.page)

    def _noted(self, lead: Listing) -> Settled:
        """Note a lead, and return what became of the result that named it."""
        is_news = leads.add(
            self.db, lead.url, found_by=self.run.source, title=lead.title, clock=self.clock
        )
        return Settled(
            site_id=lead.site_id,
            outcome="stored" if is_news else "known",
            what="new" if is_news else "known",
            url=lead.url,
            filled=tuple(name for name, is_there in filled(lead).items() if is_there),
        )


def _settled(listing: Listing, answer: Ingested | NotKept, *, is_recheck: bool) -> Settled:
    if isinstance(answer, NotKept):
        return Settled(
            site_id=listing.site_id,
            outcome="failed",
            reason=f"not kept: {answer.reason}",
            url=listing.url,
        )
    is_known = answer.outcome == "known"
    outcome: Outcome = "rechecked" if is_recheck else "known" if is_known else "stored"
    return Settled(
        site_id=listing.site_id,
        outcome=outcome,
        what="new" if answer.outcome == "stored" else answer.outcome,
        reason="; ".join(f"{name}: {why}" for name, why in listing.notes.items())[:300],
        url=listing.url,
        is_flagged=answer.ranked.is_suspicious,
        filled=tuple(name for name, is_there in filled(listing).items() if is_there),
    )


def filled(listing: Listing) -> dict[str, bool]:
    """Return which fields of a listing were read, by the names that ``expect`` uses."""
    return {
        "site_id": bool(listing.site_id),
        "url": bool(listing.url),
        "title": bool(listing.title),
        "text": bool(listing.text),
        "price_yuan": listing.price.yuan is not None,
        "place": bool(listing.place.raw),
        "place_code": bool(listing.place.code),
        "posted_at": listing.posted_at is not None,
        "seller": bool(listing.seller.name or listing.seller.site_id),
        "images": bool(listing.images),
    }
