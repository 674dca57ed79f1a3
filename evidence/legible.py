"""Is it to be read on the picture? Where the listing's words stand, something must be drawn.

The browser says where title, price, seller and main picture stand and whether anything lies
over them; here the photograph itself is asked whether those places hold more than one colour.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from evidence.captured import Captured, LookedFor

NOT_LOADED = "主图没有载入"
_NAMES = {"title": "标题", "price": "价格", "seller": "卖家", "picture": "主图"}
_INK = 24
"""Between the lightest and the darkest pixel of a place, where something is written."""
_LIKE = 40.0
"""Mean colours of a picture and of its place, where the picture has one colour only."""
_LARGEST_PX = 400_000_000


@dataclass(frozen=True, slots=True)
class Sight:
    """How one part of the listing stands on the picture; ``problem`` in Chinese, or empty."""

    name: str
    wanted: str
    is_found: bool
    problem: str
    place: Mapping[str, Any] | None = None


def sights(seen: Captured, wanted: LookedFor) -> tuple[Sight, ...]:
    """Return how each part that was looked for stands on the picture."""
    if not seen.png:
        return ()
    looked = {name: ways[0] for name, ways in wanted.texts.items() if ways}
    if wanted.pictures:
        looked["picture"] = wanted.pictures[0]
    if not looked:
        return ()
    with Image.open(io.BytesIO(seen.clear_png or seen.png)) as picture:
        if picture.width * picture.height > _LARGEST_PX:
            return ()
        return tuple(
            _sight(name, what, seen.spots.get(name), picture, seen) for name, what in looked.items()
        )


def _sight(
    name: str,
    what: str,
    spot: dict[str, Any] | None,
    picture: Image.Image,
    seen: Captured,
) -> Sight:
    called = _NAMES.get(name, name)
    if spot is None:
        return Sight(name, what, False, f"页面上没有找到{called}")  # noqa: FBT003 - a record
    problem = ""
    if not spot["is_shown"]:
        problem = f"{called}在页面里，但没有显示出来"
    elif spot["covered_by"]:
        problem = f"{called}被遮住"
    elif name == "picture" and not spot.get("is_decoded"):
        problem = NOT_LOADED
    elif not _is_drawn(spot, picture, seen):
        problem = f"{called}没有画在图上"
    return Sight(name, what, True, problem, spot)  # noqa: FBT003 - a record


def _is_drawn(spot: Mapping[str, Any], picture: Image.Image, seen: Captured) -> bool:
    left, top = max(0, spot["left"]), max(0, spot["top"])
    right = min(picture.width, left + max(1, spot["width"]))
    bottom = min(picture.height, top + max(1, min(spot["height"], 2_000)))
    if right <= left or bottom <= top:
        return False
    place = picture.crop((left, top, right, bottom)).convert("RGB")
    darkest, lightest = 255, 0
    for number, many in enumerate(place.convert("L").histogram()):
        if many:
            darkest, lightest = min(darkest, number), max(lightest, number)
    if lightest - darkest >= _INK:
        return True
    return "url" in spot and _is_like_its_original(spot["url"], place, seen)


def _is_like_its_original(url: str, place: Image.Image, seen: Captured) -> bool:
    """A picture of one colour is drawn where its place has that colour."""
    body = next((one.body for one in seen.exchanges if one.url == url and one.body), None)
    if not body:
        return False
    try:
        with Image.open(io.BytesIO(body)) as original:
            small = original.convert("RGB").resize((1, 1))
    except (OSError, ValueError, Image.DecompressionBombError):
        return False
    theirs, ours = small.getpixel((0, 0)), place.resize((1, 1)).getpixel((0, 0))
    assert isinstance(theirs, tuple)
    assert isinstance(ours, tuple)
    return all(abs(one - other) <= _LIKE for one, other in zip(theirs, ours, strict=True))


def looked_for(fields: Mapping[str, Any], title: str) -> LookedFor:
    """Return what must be seen on the page of a listing.

    Args:
        fields: the listing as it was read, as JSON values; empty for a bare address.
        title: what it is called.
    """
    texts: dict[str, tuple[str, ...]] = {}
    if title.strip():
        texts["title"] = (title,)
    price = fields.get("price") or {}
    ways = tuple(dict.fromkeys(filter(None, _prices(price)))) if isinstance(price, dict) else ()
    if ways and not (isinstance(price, dict) and price.get("is_placeholder")):
        texts["price"] = ways
    seller = fields.get("seller") or {}
    name = str(seller.get("name", "")).strip() if isinstance(seller, dict) else ""
    if name:
        texts["seller"] = (name,)
    pictures = tuple(str(url) for url in fields.get("images", ()))
    return LookedFor(texts=texts, pictures=pictures)


def _prices(price: Mapping[str, Any]) -> list[str]:
    """As it was printed; and its sum, as pages write sums."""
    yuan = str(price.get("yuan") or "")
    whole = yuan.partition(".")[0]
    ways = [str(price.get("raw", "")).strip(), yuan]
    if whole.isdecimal() and yuan.rstrip("0").rstrip(".") in {whole, whole.rstrip("0")}:
        ways += [f"{int(whole):,}", whole]
    return ways
