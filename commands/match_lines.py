"""JSON lines read into listings, whatever the bytes: one clear sentence for what is unusable."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pipeline.base.errors import BadInput
from pipeline.listing import Listing, Place, Price, Seller

_TEXTS = ("title", "text", "ocr")
_INSIDE = {"price": "raw", "region": "raw", "seller": "name"}
_CHUNK_BYTES = 1 << 20


def listing_of_text(text: str, *, seen_at: datetime) -> Listing:
    """Return a listing of nothing but a text."""
    return Listing(source="match", site_id="", seen_at=seen_at, text=text)


def listings_in(
    read: Callable[[int], bytes], where: str, *, seen_at: datetime
) -> Iterator[list[Listing]]:
    """Give the listings of a stream in batches, in their order.

    Args:
        read: gives the bytes that are there, at most so many; empty at the end.
        where: how the stream is called in a sentence.
        seen_at: the time the listings are taken to be seen at.

    Raises:
        BadInput: a line is no JSON object, or holds nothing to read; ``where:line``.
    """
    number = 0
    rest: list[bytes] = []
    is_empty = True
    while chunk := read(_CHUNK_BYTES):
        *whole, last = chunk.split(b"\n")
        if not whole:
            rest.append(last)  # joined once: a title of 5 MB comes in many pieces
            continue
        whole[0] = b"".join((*rest, whole[0]))
        rest = [last]
        batch = []
        for raw in whole:
            number += 1
            if raw.strip():
                batch.append(_listing(raw, f"{where}:{number}", str(number), seen_at))
        if batch:
            is_empty = False
            yield batch
    raw = b"".join(rest)
    if raw.strip():
        is_empty = False
        yield [_listing(raw, f"{where}:{number + 1}", str(number + 1), seen_at)]
    if is_empty:
        raise BadInput(where, "holds no listing", "give one JSON object a line")


def _listing(raw: bytes, where: str, number: str, seen_at: datetime) -> Listing:
    line = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        # strict=False: a raw control character inside a string is damage, not the end
        data = json.loads(line, strict=False)
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, json.JSONDecodeError) else "too deep or too long"
        raise BadInput(where, f"is not JSON ({what})", "write one JSON object a line") from error
    if not isinstance(data, dict):
        raise BadInput(where, "is not a JSON object", 'write {"title": "..."}')
    if not any(data.get(name) is not None for name in _TEXTS):
        raise BadInput(where, "has no title, text or ocr", "give at least one of them")
    values = {
        name: _text(data.get(name), name, where)
        for name in (*_TEXTS, "price", "region", "seller", "id")
    }
    return Listing(
        source="match",
        site_id=values["id"] or number,
        seen_at=seen_at,
        title=values["title"],
        text=values["text"],
        ocr=values["ocr"],
        price=Price(raw=values["price"]),
        place=Place(raw=values["region"]),
        seller=Seller(name=values["seller"]),
        tags=_tags(data.get("tags"), where),
        is_damaged="\ufffd" in line,
    )


def _text(value: Any, name: str, where: str) -> str:
    """Return a value as text; the objects that ``source try`` prints give their own words."""
    if isinstance(value, dict) and name in _INSIDE:
        value = value.get(_INSIDE[name])
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise BadInput(where, f"{name} is no text", f'write "{name}": "..."')


def _tags(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(tag, "tags", where) for tag in value)
    tag = _text(value, "tags", where)
    return (tag,) if tag else ()
