"""A source whose site changed: what is known of its listings is found again on today's pages.

Nothing is guessed from the new dress alone: a place of the page is taken for a field because
it holds there what is stored of the same listings. Rules that still read right are kept.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

from crawlers.drafting import answers, pager
from crawlers.drafting.addresses import id_patterns
from crawlers.drafting.agree import agreement
from crawlers.drafting.body import MOST_NODES, images_rule
from crawlers.drafting.choose import choose
from crawlers.drafting.judges import Seen
from crawlers.drafting.repeats import Repeat, repeats_of
from crawlers.drafting.rows import rows_selector
from crawlers.drafting.slots import Slot, sampled, slots_of
from crawlers.drafting.tree import tree_of
from crawlers.families import reader_of
from crawlers.pages.base import Fetched
from crawlers.pages.rules import css
from crawlers.pages.shown import Fields, HtmlShown, JsonShown, Shown
from crawlers.source import Source
from pipeline.base.errors import PageChanged
from pipeline.base.urls import canonical
from pipeline.listing import Listing

_STILL_RIGHT = 0.8
"""A rule that agrees with this share of what is stored is kept."""
_RIGHT = 0.55
_MOST_REPEATS = 25
_SHORTEST_ID = 3


@dataclass(frozen=True, slots=True)
class New:
    """A rule proposed for a field; ``agrees``: with which share of the stored values it does."""

    at: str
    match: str = ""
    agrees: float = 0.0
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMend:
    """What is proposed for the list; ``fields`` holds what must change, ``kept`` what need not.

    Attributes:
        known: how many rows are listings that are stored.
        lost: fields of the source that were not found again.
    """

    rows: str
    skip: str = ""
    next: str = ""
    fields: Mapping[str, New]
    kept: Mapping[str, float]
    lost: tuple[str, ...] = ()
    known: int = 0


class Known:
    """Stored listings, to be recognised on a page."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        self.by_url = {one.url: one for one in listings if one.url}
        self.by_id = {one.site_id: one for one in listings if len(one.site_id) >= _SHORTEST_ID}
        self.by_title = {one.title: one for one in listings if len(one.title) > 5}  # a phrase

    def of(self, link: str, words: str = "") -> Listing | None:
        """Return the stored listing that an address, or a headline, means."""
        if link and (found := self.by_url.get(canonical(link))):
            return found
        parts = urlsplit(link)
        for part in re.findall(r"[\w-]+", f"{parts.path} {parts.query}")[:30]:
            found = self.by_id.get(part) or self.by_id.get(part.rpartition("-")[2])
            if found:
                return found
        return self.by_title.get(words.strip())


def mend_list(source: Source, page: Fetched, listings: Sequence[Listing]) -> ListMend:
    """Propose rules for a list page.

    Raises:
        PageChanged: too few stored listings stand on it to learn from.
    """
    known = Known(listings)
    if source.list_is_json:
        return _in_answer(source, page, known)
    root = tree_of(page.text)
    repeat = _repeat(root, page.url, known)
    rows, skip = rows_selector(root, repeat)
    links = dict(zip(repeat.rows, repeat.links, strict=True))
    nodes = sampled([one for one in repeat.rows if _of_row(one, links[one], known)])
    stored = [_of_row(node, links[node], known) for node in nodes]
    reader = reader_of(source)
    shown: list[Shown] = [HtmlShown(node, page.url, reader.in_list) for node in nodes]
    slots = slots_of(nodes)
    seen = Seen(page.url, page.seen_at, tuple(links[node] for node in nodes))
    fields, kept, lost = _fields(
        tuple(source.list.fields), shown, slots, [one for one in stored if one], seen
    )
    return ListMend(
        rows=rows,
        skip=skip,
        next=pager.next_rule(root, page.url) if source.list.next else "",
        fields=fields,
        kept=kept,
        lost=lost,
        known=len(nodes),
    )


def _of_row(node: Any, link: str, known: Known) -> Listing | None:
    return known.of(link, "".join(node.itertext()))


def _repeat(root: Any, url: str, known: Known) -> Repeat:
    """Return what repeats on a page and holds the most stored listings."""
    found = repeats_of(root, url)[:_MOST_REPEATS]
    counted = [
        (len({one.id for link in repeat.links if (one := known.of(link))}), repeat.score, number)
        for number, repeat in enumerate(found)
    ]
    most = max((count for count, _, _ in counted), default=0)
    if most < 2:  # one may be chance
        what = f"shows {most} of the stored listings: too few to learn from"
        raise PageChanged(url, what, "give a page that shows listings of the last nights")
    enough = [one for one in counted if one[0] >= 0.8 * most]
    return found[max(enough, key=lambda one: one[1])[2]]


def _in_answer(source: Source, page: Fetched, known: Known) -> ListMend:
    answer = reader_of(source).answer_of(page)
    best: tuple[int, str, list[Any]] = (1, "", [])
    for keys, items in answers.lists_in(answer):
        hits = [item for item in items if _of_item(item, known)]
        if len(hits) > best[0]:
            best = (len(hits), keys, hits)
    count, keys, items = best
    if not keys:
        what = "shows too few of the stored listings to learn from"
        raise PageChanged(page.url, what, "give an answer that shows listings of the last nights")
    items = sampled(items)
    stored = [one for item in items if (one := _of_item(item, known))]
    reader = reader_of(source)
    shown: list[Shown] = [JsonShown(item, page.url, reader.in_list) for item in items]
    slots = list(answers.columns_of(items))
    seen = Seen(page.url, page.seen_at, ("",) * len(items))
    fields, kept, lost = _fields(tuple(source.list.fields), shown, slots, stored, seen)
    return ListMend(rows=keys, fields=fields, kept=kept, lost=lost, known=count)


def _of_item(item: Any, known: Known) -> Listing | None:
    values = [value for _, value in answers.scalars_of(item)]
    return next((known.by_id[one] for one in values if one in known.by_id), None)


def _fields(
    names: Sequence[str],
    shown: Sequence[Shown],
    slots: Sequence[Slot],
    stored: Sequence[Listing],
    seen: Seen,
) -> tuple[dict[str, New], dict[str, float], tuple[str, ...]]:
    fields: dict[str, New] = {}
    kept: dict[str, float] = {}
    lost: list[str] = []
    plain = choose(slots, seen) if any(seen.links) else {}
    for name in names:
        old = [next(iter(one.given(name).values), "") for one in shown]
        still = _agrees(name, old, stored, seen)
        if still is not None and still >= _STILL_RIGHT:
            kept[name] = still
            continue
        new = _best(name, slots, stored, seen)
        if new is None and still is None and name in plain:
            # nothing is stored of it: what it looks like must do
            slot = plain[name].slot
            new = New(slot.at, slot.match, 0.0)
        if new is not None and new.agrees >= (still or 0.0):
            fields[name] = new
        elif still:
            kept[name] = still
        else:
            lost.append(name)
    return fields, kept, tuple(lost)


def _agrees(
    name: str, values: Sequence[str], stored: Sequence[Listing], seen: Seen
) -> float | None:
    """Return the share of stored values that these agree with; None where nothing is stored."""
    pairs = zip(values, stored, strict=True)
    judged = [_one_agrees(name, value, listing, seen) for value, listing in pairs]
    told = [one for one in judged if one is not None]
    return mean(told) if told else None


def _one_agrees(name: str, value: str, listing: Listing, seen: Seen) -> float | None:
    if value:
        return agreement(name, value, listing, url=seen.url, at=seen.at)
    # what is stored and not on the page speaks against a rule; what was never there does not
    return None if _LACKS[name](listing) else 0.0


def _best(name: str, slots: Sequence[Slot], stored: Sequence[Listing], seen: Seen) -> New | None:
    best: tuple[float, New] | None = None
    for slot in slots:
        for one in _with_ids(slot) if name in {"site_id", "seller_id"} else (slot,):
            agrees = _agrees(name, one.values, stored, seen)
            if agrees is None or agrees < _RIGHT:
                continue
            order = agrees - 0.03 * min(one.cost, 12) - 0.12 * bool(one.match)
            if best is None or order > best[0]:
                best = (order, New(one.at, one.match, agrees))
    return best[1] if best else None


def _with_ids(slot: Slot) -> tuple[Slot, ...]:
    """Return a column of addresses or ids with the number cut out of it too."""
    if "attr(" not in slot.at and "@" not in slot.hints:
        return (slot,)
    patterns = id_patterns([one for one in slot.given if one])[:3]
    if not patterns and all(re.fullmatch(r"[A-Za-z_-]{1,20}\d{2,20}", one) for one in slot.given):
        patterns = [r"(\d+)"]
    cut = tuple(
        Slot(
            slot.at,
            tuple(m[1] if (m := re.search(pattern, one)) else "" for one in slot.values),
            slot.hints,
            slot.cost,
            pattern,
        )
        for pattern in patterns
    )
    return (slot, *cut)


def mend_detail(
    source: Source, pages: Sequence[Fetched], stored: Sequence[Listing]
) -> tuple[dict[str, New], dict[str, float], tuple[str, ...]]:
    """Propose rules for the pages of single listings: what changes, what is kept, what is lost."""
    assert source.detail is not None
    reader = reader_of(source)
    roots = [tree_of(page.text) for page in pages]
    bodies = [next(iter(root.iter("body")), root) for root in roots]
    shown: list[Shown] = [
        HtmlShown(root, page.url, reader.in_detail) for root, page in zip(roots, pages, strict=True)
    ]
    slots = slots_of(bodies, most_nodes=MOST_NODES)
    seen = Seen(pages[0].url, pages[0].seen_at, ("",) * len(pages))
    names = tuple(name for name in source.detail.fields if not _of_address(reader.in_detail, name))
    fields, kept, lost = _fields(names, shown, slots, stored, seen)
    if "images" in fields or "images" in lost:
        found = _pictures(roots, bodies, pages, stored)
        if found:
            fields["images"] = found
            lost = tuple(name for name in lost if name != "images")
    return fields, kept, lost


def _of_address(fields: Fields, name: str) -> bool:
    return any(rule.look is None for rule in fields.get(name, ()))


def _pictures(
    roots: Sequence[Any], bodies: Sequence[Any], pages: Sequence[Fetched], stored: Sequence[Listing]
) -> New | None:
    """Return the rule of a page's own pictures, where it gives those that are stored."""
    for root, body, page, listing in zip(roots, bodies, pages, stored, strict=True):
        if not listing.images:
            continue
        at = images_rule(root, body, page.url, None)
        if not at:
            continue
        look = css(at)
        given = {(one.get(look.attribute) or "").rpartition("/")[2] for one in look.found(root)}
        wanted = {url.rpartition("/")[2] for url in listing.images}
        if wanted & given:
            return New(at, agrees=len(wanted & given) / len(wanted))
    return None


_LACKS: Mapping[str, Callable[[Listing], bool]] = {
    "site_id": lambda one: not one.site_id,
    "url": lambda one: not one.url,
    "title": lambda one: not one.title,
    "text": lambda one: not one.text,
    "price": lambda one: not one.price.raw,
    "place": lambda one: not one.place.raw,
    "posted": lambda one: not (one.posted_at or one.posted_raw),
    "seller": lambda one: not one.seller.name,
    "seller_id": lambda one: not one.seller.site_id,
    "seller_url": lambda one: not one.seller.url,
    "images": lambda one: not one.images,
    "tags": lambda one: not one.tags,
    "kind": lambda one: not one.kind,
}
