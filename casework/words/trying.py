"""Try a change on everything that is stored: what it would have done. Nothing is written.

Only listings in which a form stands that the change adds, takes away or alters are read, once
with each lexicon; all others read as before (:mod:`keywords.affected`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from casework.words.life import staged_lexicon
from keywords.affected import Affected
from keywords.changes import Line
from keywords.hits import Hit
from pipeline import benign
from pipeline.base.clock import Clock, beijing_day, stamp, unstamp
from pipeline.base.settings import Settings
from pipeline.contacts import masked
from pipeline.reading import Ranked
from pipeline.score import Reader, load_reader
from pipeline.store import listings
from pipeline.store.open import Database

EXAMPLES = 5
"""Shown of each kind."""
LATELY_DAYS = 30
"""What comes in of these days says how much work a day would bring."""

_AT_ONCE = 2000
_AROUND = 14  # characters of the listing on each side of a quote
_NEXT = """
    select listing_id, content, state, call, first_seen_at from listings
     where listing_id > ? and content <> '' and content_at > ? order by listing_id limit ?
"""
_IN_ALL = "select count(*) from listings where content_at > ?"
_ALL = "select coalesce(sum(count), 0) from listing_counts"
_FADED = "select coalesce(sum(count), 0) from listing_counts where state = 'faded'"
_FIRST = "select min(first_seen_at), max(first_seen_at) from listings"


@dataclass(frozen=True, slots=True)
class Example:
    """One listing that would read otherwise.

    Attributes:
        what: "enters", "leaves" (the queue), "new_hit", "lost_hit".
        term, via: the word, and by which way it was found.
        quote: the seller's words around it, contacts masked.
        before, after: scores.
        call: the verdict given on it, "" where none was.
    """

    what: str
    listing_id: str
    term: str
    via: str
    quote: str
    before: int
    after: int
    call: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a change would have done.

    Attributes:
        now, then: versions of the lexicon.
        stored: listings whose text is kept; ``faded`` ones could not be tried.
        read: of them those that could read otherwise at all.
        new_hits, lost_hits: places in texts.
        enters, leaves: listings newly suspicious, and no longer.
        a_day: listings that would have entered the queue on a day of the last month.
        enters_by_call, leaves_by_call: of those, how many have which verdict already.
        by_term: for each word: new and lost hits.
    """

    now: str
    then: str
    stored: int = 0
    faded: int = 0
    read: int = 0
    new_hits: int = 0
    lost_hits: int = 0
    enters: int = 0
    leaves: int = 0
    a_day: float = 0.0
    enters_by_call: dict[str, int] = field(default_factory=dict)
    leaves_by_call: dict[str, int] = field(default_factory=dict)
    by_term: dict[str, list[int]] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return it as a plain record."""
        return asdict(self)


Progress = Callable[[int, int], None]


def preview(
    db: Database,
    settings: Settings,
    lines: Sequence[Line],
    *,
    clock: Clock,
    since: str = "",
    on_progress: Progress = lambda _done, _of: None,
) -> Tried:
    """Return what a change would have done to what is stored.

    Args:
        db: the store; only read.
        settings: of the home.
        lines: of the change, checked.
        clock: tells what "lately" is.
        since: only listings whose words were first seen after this, UTC as stamped.
        on_progress: called with (done, in all).

    Raises:
        BadInput: the words contradict one another.
    """
    now = load_reader(settings)
    then = replace(now, lexicon=staged_lexicon(lines, settings, now.lexicon))
    entries = benign.working(db, on=beijing_day(clock.now()))
    affected = Affected(now.lexicon, then.lexicon, lines)
    count = _Count(lately=stamp(clock.now() - timedelta(days=LATELY_DAYS)))
    (in_all,) = db.conn.execute(_IN_ALL if since else _ALL, (since,) if since else ()).fetchone()
    done = 0
    for batch in _batches(db, since):
        touched = [row for row in batch if affected.touches(row[1])]
        both = [listings.from_json(row[1]) for row in touched]
        pairs = zip(now.read_many(both), then.read_many(both), touched, strict=True)
        for before, after, row in pairs:
            count.take(_final(before, entries, now), _final(after, entries, then), row)
        done += len(batch)
        on_progress(done, max(in_all, done))
    (faded,) = db.conn.execute(_FADED).fetchone()
    return count.told(
        Tried(now.lexicon.version, then.lexicon.version, stored=done, faded=faded),
        _days(db, count.lately),
    )


def _final(ranked: Ranked, entries: Sequence[benign.Entry], reader: Reader) -> Ranked:
    return benign.lowered(ranked, entries, reader).ranked if entries else ranked


def _batches(db: Database, since: str) -> Iterator[list[tuple[str, str, str, str, str]]]:
    after = ""
    while rows := db.conn.execute(_NEXT, (after, since, _AT_ONCE)).fetchall():
        yield rows
        after = rows[-1][0]


def _days(db: Database, lately: str) -> float:
    """Return how many days what came in lately is spread over, one at least."""
    first, last = db.conn.execute(_FIRST).fetchone()
    if not first:
        return 1.0
    span = unstamp(last) - unstamp(max(first, lately))
    return min(float(LATELY_DAYS), max(1.0, span / timedelta(days=1)))


class _Count:
    """Adds up, listing by listing."""

    def __init__(self, lately: str) -> None:
        self.lately = lately
        self._sums: Counter[str] = Counter()
        self._terms: dict[str, list[int]] = {}
        self._calls: dict[str, Counter[str]] = {"enters": Counter(), "leaves": Counter()}
        self._examples: dict[str, list[Example]] = {}

    def take(self, before: Ranked, after: Ranked, row: tuple[str, str, str, str, str]) -> None:
        """Count what became of one listing."""
        listing_id, _content, state, call, first_seen_at = row
        self._sums["read"] += 1
        new, lost = _beyond(after, before), _beyond(before, after)
        for place, hits in enumerate((new, lost)):
            for hit in hits:
                self._terms.setdefault(hit.term, [0, 0])[place] += 1
        self._sums["new_hits"] += len(new)
        self._sums["lost_hits"] += len(lost)
        what = _what(before, after)
        if what in self._calls:
            self._sums[what] += 1
            self._calls[what][call] += bool(call)
            if what == "enters" and state != "judged" and first_seen_at >= self.lately:
                self._sums["lately"] += 1
        if not what and new:
            what = "new_hit"
        elif not what and lost:
            what = "lost_hit"
        shown = self._examples.setdefault(what, [])
        if what and len(shown) < EXAMPLES:
            shown.append(_example(what, listing_id, call, (before, after), (new or lost)[:1]))

    def told(self, tried: Tried, days: float) -> Tried:
        """Return all of it."""
        sums = self._sums
        order = ("enters", "leaves", "new_hit", "lost_hit")
        return replace(
            tried,
            read=sums["read"],
            new_hits=sums["new_hits"],
            lost_hits=sums["lost_hits"],
            enters=sums["enters"],
            leaves=sums["leaves"],
            a_day=round(sums["lately"] / days, 1),
            enters_by_call=_without_none(self._calls["enters"]),
            leaves_by_call=_without_none(self._calls["leaves"]),
            by_term=dict(sorted(self._terms.items(), key=lambda item: (-sum(item[1]), item[0]))),
            examples=tuple(each for what in order for each in self._examples.get(what, ())),
        )


def _without_none(calls: Counter[str]) -> dict[str, int]:
    return {call: number for call, number in calls.items() if call and number}


def _what(before: Ranked, after: Ranked) -> str:
    if before.is_suspicious == after.is_suspicious:
        return ""
    return "enters" if after.is_suspicious else "leaves"


def _beyond(one: Ranked, other: Ranked) -> list[Hit]:
    """Return the hits of one reading that the other has not."""
    known = {(hit.term, hit.field, hit.start, hit.end) for hit in other.hits}
    return [hit for hit in one.hits if (hit.term, hit.field, hit.start, hit.end) not in known]


def _example(
    what: str, listing_id: str, call: str, both: tuple[Ranked, Ranked], hits: Sequence[Hit]
) -> Example:
    before, after = both
    fields = after.listing.words()
    if not hits:
        quote, term, via = masked(after.listing.title)[: 3 * _AROUND], "", ""
    else:
        (hit,) = hits
        text = masked(fields.get(hit.field, ""))
        quote = text[max(0, hit.start - _AROUND) : hit.end + _AROUND].replace("\n", " ")
        term, via = hit.term, hit.via
    return Example(what, listing_id, term, via, quote, before.score, after.score, call)
