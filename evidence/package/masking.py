"""The photograph of a page with everything covered but the listing's own parts.

Not the bystanders are looked for and covered, but the listing's title, price, seller and main
picture are left open, where ``sights.json`` says that they stand: what nobody recognised stays
covered.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

_COVER = (205, 205, 205)
_MARGIN_PX = 4
_TALLEST_LINE_PX = 160
"""What is taller than this is no title, price or name alone: others may speak in it."""
_LARGEST_PX = 100_000_000
_PHOTOGRAPHS = ("page-clear.png", "page.png")
"""The one that the places were measured on comes first."""


def masked_picture(folder: Path) -> bytes | None:
    """Return the masked photograph as PNG; None where nothing of it may be left open."""
    file = next((folder / name for name in _PHOTOGRAPHS if (folder / name).is_file()), None)
    places = list(_places(folder / "sights.json"))
    if file is None or not places:
        return None
    try:
        with Image.open(file) as picture:
            if picture.width * picture.height > _LARGEST_PX:
                return None
            return _masked(picture.convert("RGB"), places)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _masked(picture: Image.Image, places: list[tuple[int, int, int, int]]) -> bytes:
    shown = Image.new("RGB", picture.size, _COVER)
    for left, top, right, bottom in places:
        box = (max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom))
        if box[0] < box[2] and box[1] < box[3]:
            shown.paste(picture.crop(box), box[:2])
    written = io.BytesIO()
    shown.save(written, "PNG")
    return written.getvalue()


def _places(file: Path) -> Iterator[tuple[int, int, int, int]]:
    """The places of what was seen without a fault, as left, top, right, bottom."""
    try:
        sights: list[dict[str, Any]] = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return
    for sight in sights:
        place = sight.get("place")
        if not place or sight["problem"]:
            continue
        left, top, wide, high = (int(place[key]) for key in ("left", "top", "width", "height"))
        if sight["name"] == "picture":
            yield left, top, left + wide, top + high
        elif high <= _TALLEST_LINE_PX:
            margin = _MARGIN_PX
            yield left - margin, top - margin, left + wide + margin, top + high + margin
