r"""Patterns that people write in source files: compiled, and refused where they can blow up.

``re`` cannot be interrupted, so what could take long is refused by its shape: a repeat of
something that can match in several ways (``(\w+\s?)*``, ``(a|aa)+``), or more than two open
repeats in one pattern. What is left ends within a tenth of a second.
"""

import re
import warnings
from functools import lru_cache
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONGEST, LONGEST_OF_TWO = 2_000, 300
"""Characters of a value that a pattern with one, and with two open repeats is tried on."""

_BEFORE_HOST = re.compile(r"^(?:https?:)?(?://)?(?:www\.)?")

_MANY = 30
"""A repeat of more than this often counts as open-ended."""
_OPEN_REPEATS = 2
_REPEATS = {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the compiled pattern.

    Raises:
        ValueError: it is no pattern, or could take for ever on some text; says which.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parser.parse(pattern)
            made = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is no pattern ({error})") from error
    if _open_repeats(tree) > _OPEN_REPEATS:
        raise ValueError("holds more than two open repeats (* or +), which can take for ever")
    return made


def _open_repeats(tree: Any) -> int:
    """Return how many open repeats a parsed pattern holds.

    Raises:
        ValueError: what is repeated can be matched in more than one way, or the pattern refers
            back to a group.
    """
    found = 0
    for operation, argument in tree:
        if operation in _REPEATS:
            _, most, repeated = argument
            shortest, longest = repeated.getwidth()
            if most > 1 and (shortest != longest or _branches(repeated)):
                raise ValueError("repeats what can match in several ways: it can take for ever")
            found += _open_repeats(repeated) + (most > _MANY)
        elif operation in {code.GROUPREF, code.GROUPREF_EXISTS}:
            raise ValueError("refers back to a group, which can take for ever")
        else:
            found += sum(_open_repeats(part) for part in _parts(operation, argument))
    return found


def _branches(tree: Any) -> bool:
    return any(
        operation is code.BRANCH or any(_branches(part) for part in _parts(operation, argument))
        for operation, argument in tree
    )


def _parts(operation: Any, argument: Any) -> list[Any]:
    if operation is code.SUBPATTERN:
        return [argument[-1]]
    if operation is code.BRANCH:
        return list(argument[1])
    if operation in {code.ASSERT, code.ASSERT_NOT}:
        return [argument[1]]
    if operation is code.ATOMIC_GROUP:
        return [argument]
    return []


def first_match(pattern: re.Pattern[str], text: str) -> str:
    """Return the first group (or all) of the first match; empty where there is none."""
    found = pattern.search(text[: _longest(pattern)])
    if not found:
        return ""
    if not pattern.groups:
        return found[0]
    return next((group for group in found.groups() if group is not None), "")


@lru_cache(maxsize=512)
def _longest(pattern: re.Pattern[str]) -> int:
    """Return how many characters of a text a pattern may look at."""
    repeats = _open_repeats(parser.parse(pattern.pattern))
    return LONGEST if repeats < _OPEN_REPEATS else LONGEST_OF_TWO


def is_like(url: str, glob: str) -> bool:
    """Return whether an address is one that a glob means; ``*`` is anything.

    Scheme, ``www.`` and fragment count for nothing. Linear, whatever is written.
    """
    address, *_ = url.partition("#")
    address = _BEFORE_HOST.sub("", address)
    first, *middle = _BEFORE_HOST.sub("", glob).split("*")
    if not middle:
        return address == first
    *between, last = middle
    if not address.startswith(first) or len(address) < len(first) + len(last):
        return False
    at, end = len(first), len(address) - len(last)
    for part in between:
        found = address.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return address.endswith(last)
