"""Masks phone numbers and accounts in a text, character for character.

Only for what is kept of listings that no word touches (the law of personal data asks for
the least that serves: 个人信息保护法 第6条). It would rather mask too much: a price of seven
digits lost from such a text costs nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from ruamel.yaml import YAML

from pipeline.base.settings import shipped
from pipeline.listing import Listing, Seller

MASK = "*"

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.ASCII)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s一-鿿]{1,2000}", re.IGNORECASE)


def masked(text: str) -> str:
    """Return ``text`` with every contact in it replaced by ``*``; the length stays.

    Spans of hits found in the original therefore still point at the right characters.
    """
    if not text:
        return text
    # looked for in a text folded character by character, so that １３８ and 一三八 are seen
    folded = "".join(map(_fold, text))
    found = [match.span() for form in (_EMAIL, _ADDRESS) for match in form.finditer(text)]
    found += [match.span() for match in _long_number().finditer(folded)]
    found += [match.span("id") for match in _account().finditer(folded)]
    if not found:
        return text
    letters = list(text)
    for start, end in found:
        letters[start:end] = MASK * (end - start)
    return "".join(letters)


def stripped(listing: Listing) -> Listing:
    """Return a listing with its words and price, without seller, pictures and contacts."""
    return replace(
        listing,
        title=masked(listing.title),
        text=masked(listing.text),
        ocr=masked(listing.ocr),
        tags=tuple(masked(tag) for tag in listing.tags),
        comments=tuple(masked(comment) for comment in listing.comments),
        reviews=tuple(masked(review) for review in listing.reviews),
        seller=Seller(),
        images=(),
    )


@cache
def _fold(letter: str) -> str:
    digit = _facts().digits.get(letter)
    if digit is None:
        value = unicodedata.digit(letter, None)
        digit = letter.lower() if value is None else str(value)
    return digit if len(digit) == 1 else letter


@cache
def _long_number() -> re.Pattern[str]:
    # seven digits and more, however they are strewn: 138-1234 5678, 一三八...
    return re.compile(r"\d(?:[\s\-–—_.·•*|/~,，。]{0,2}\d){6,40}")


@cache
def _account() -> re.Pattern[str]:
    words = "|".join(re.escape(word.lower()) for word in _facts().before_an_account)
    return re.compile(
        rf"(?:{words})[\s:：号码是为加➕+→-]{{0,6}}(?P<id>[a-z0-9][a-z0-9_\-]{{4,31}})"
    )


@cache
def _facts() -> "_Facts":
    read = YAML(typ="safe", pure=True).load(shipped("contacts.yml"))
    signs = {sign: digit for digit, row in read["digits"].items() for sign in row}
    return _Facts(signs, tuple(read["before_an_account"]))


@dataclass(frozen=True, slots=True)
class _Facts:
    digits: Mapping[str, str]
    before_an_account: tuple[str, ...]
