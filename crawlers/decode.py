"""Bytes to text, whatever the labels claim."""

from typing import NamedTuple


class Decoded(NamedTuple):
    """The text, the encoding it was read in, and whether some bytes could not be read."""

    text: str
    encoding: str
    is_damaged: bool


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Return the text of a body."""
    text = body.decode("utf-8", "replace")
    return Decoded(text, "utf-8", "\ufffd" in text)
