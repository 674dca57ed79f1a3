"""The listing's own pictures as the server sent them, each its own file beside the page."""

from collections.abc import Collection

from evidence.captured import Captured
from evidence.chromium.exchanges import Exchange
from pipeline.base.urls import canonical

MOST = 20
_SMALLEST_BYTES = 2_000
_ENDINGS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
    (b"BM", "bmp"),
)
"""By what the bytes are, not by what the server calls them."""


def originals(seen: Captured, listed: Collection[str]) -> dict[str, tuple[str, bytes]]:
    """Return file name -> address and bytes of the listing's pictures, at most ``MOST``.

    Args:
        seen: the capture.
        listed: the addresses of its pictures as the listing was read; where none of them is
            on the page, every picture that is more than an ornament counts.
    """
    wanted = {canonical(url) for url in listed}
    pictures = [one for one in seen.exchanges if one.body and _ending(one.body)]
    named = [one for one in pictures if canonical(one.url) in wanted]
    chosen = named or [one for one in pictures if len(one.body or b"") >= _SMALLEST_BYTES]
    once = {one.url: one for one in chosen}
    return {
        f"picture-{number:02d}.{_ending(body)}": (one.url, body)
        for number, (one, body) in enumerate(_bodies(once.values()), start=1)
        if number <= MOST
    }


def _bodies(exchanges: Collection[Exchange]) -> list[tuple[Exchange, bytes]]:
    return [(one, one.body) for one in exchanges if one.body]


def _ending(body: bytes) -> str:
    return next((ending for mark, ending in _ENDINGS if body.startswith(mark)), "")
