"""Which column is which field: by what stands in it first, by what it is called second."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crawlers.drafting import judges
from crawlers.drafting.addresses import absolute, id_patterns
from crawlers.drafting.judges import Seen
from crawlers.drafting.slots import Slot

_USER_PATH = re.compile(
    r"uid|user|space|member|/u/|seller|author|profile|/shop|/store|people|home\.php|/i/"
)
_FIELD_FROM = 0.35


@dataclass(frozen=True, slots=True)
class Chosen:
    """A field and the column it is read from, with how sure that is (0..1)."""

    name: str
    slot: Slot
    sure: float


def choose(slots: Sequence[Slot], seen: Seen) -> dict[str, Chosen]:
    """Return field -> column; each column is used for one field."""
    left = list(slots)
    found: dict[str, Chosen] = {}
    address = _address(left, seen)
    if address:
        found["url"] = address
        found["site_id"] = _site_id(left, address, seen)
    else:
        own = _own_id(left)
        if own:
            found["site_id"] = own
    plain: tuple[tuple[str, Callable[[Slot, Seen], float]], ...] = (
        ("price", judges.price),
        ("posted", judges.posted),
        ("place", judges.place),
        ("kind", judges.kind),
    )
    for name, judge in plain:
        best = _best(name, left, lambda slot, judge=judge: judge(slot, seen))  # type: ignore[misc]
        if best:
            found[name] = best
            left = _without(left, best.slot)
    title = _best("title", left, lambda slot: judges.title(slot, seen))
    if title:
        found["title"] = title
        left = _without(left, title.slot)
    seller = _best("seller", left, lambda slot: judges.seller(slot, seen))
    if seller:
        found["seller"] = seller
        left = _without(left, seller.slot)
        found |= _of_seller(left, seller, seen)
    text = _best("text", left, lambda slot: judges.text(slot, title.slot if title else None))
    if text:
        found["text"] = text
    images = _best("images", left, lambda slot: judges.images(slot, seen))
    if images:
        found["images"] = images
    return found


def _best(name: str, slots: Sequence[Slot], judge: Callable[[Slot], float]) -> Chosen | None:
    best: tuple[float, float, Slot] | None = None
    for slot in slots:
        if slot.share < 0.3:  # a field that most rows lack is no field
            continue
        score = judge(slot)
        if score < _FIELD_FROM:
            continue
        # the whole of a place before a part of it
        order = score - 0.03 * min(slot.cost, 12) - 0.12 * bool(slot.match)
        if best is None or order > best[0]:
            best = (order, score, slot)
    return Chosen(name, best[2], min(1.0, best[1])) if best else None


def _without(slots: Sequence[Slot], taken: Slot) -> list[Slot]:
    return [one for one in slots if one is not taken and one.values != taken.values]


def _address(slots: Sequence[Slot], seen: Seen) -> Chosen | None:
    def judge(slot: Slot) -> float:
        if "attr(" not in slot.at:
            return 0.0
        same = sum(
            bool(link) and absolute(seen.url, value) == link
            for value, link in zip(slot.values, seen.links, strict=True)
        )
        score = same / max(1, sum(map(bool, seen.links)))
        return score if score > 0.7 else 0.0  # nearly every row

    return _best("url", slots, judge)


def _site_id(slots: Sequence[Slot], address: Chosen, seen: Seen) -> Chosen:
    links = [value for value in address.slot.values if value]
    whole = [absolute(seen.url, value) for value in links]
    for pattern in (*id_patterns(links), *id_patterns(whole)):
        values = tuple(
            match[1] if (match := re.search(pattern, value)) else ""
            for value in address.slot.values
        )
        if sum(map(bool, values)) >= 0.9 * len(links):
            slot = replace(address.slot, values=values, match=pattern)
            return Chosen("site_id", slot, 1.0)
    return _own_id(slots) or replace(address, name="site_id", sure=0.4)


def _own_id(slots: Sequence[Slot]) -> Chosen | None:
    """Return the attribute of a row that numbers it: data-id, id."""

    def judge(slot: Slot) -> float:
        if "attr(" not in slot.at or slot.variety < 0.95 or slot.share < 0.8:
            return 0.0
        if not all(re.fullmatch(r"[\w-]{1,64}", value) for value in slot.given):
            return 0.0
        name = slot.at.partition("attr(")[2].lower()
        return 0.9 if re.search(r"id\)|sn\)|no\)|key\)", name) else 0.0

    return _best("site_id", slots, judge)


def _of_seller(slots: Sequence[Slot], seller: Chosen, seen: Seen) -> dict[str, Chosen]:
    """Return the seller's address and number, where its name is a link."""
    bare = seller.slot.at.removesuffix("::text")
    for slot in slots:
        if "attr(href)" not in slot.at or not _USER_PATH.search(" ".join(slot.given[:3])):
            continue
        if (
            slot.at.removesuffix("::attr(href)").rpartition(" ")[0] not in bare
            and bare not in slot.at
        ):
            continue
        if [absolute(seen.url, one) for one in slot.values] == list(seen.links):
            continue
        found = {"seller_url": Chosen("seller_url", slot, 0.8)}
        for pattern in id_patterns(list(dict.fromkeys(slot.given)))[:1]:
            values = tuple(m[1] if (m := re.search(pattern, one)) else "" for one in slot.values)
            found["seller_id"] = Chosen(
                "seller_id", replace(slot, values=values, match=pattern), 0.8
            )
        return found
    return {}
