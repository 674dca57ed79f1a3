"""What a page is before anything is read out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PageKind(StrEnum):
    """What a page turned out to be."""

    NORMAL = "normal"
    EMPTY = "empty"
    LOGIN_WALL = "login_wall"
    CHALLENGE = "challenge"
    REMOVED = "removed"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSeen:
    """A page as it came: the final address, the status, the text, headers in lower case."""

    url: str
    status: int = 200
    content_type: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """What the page is, and the mark that says so.

    ``cause`` is a short word for run states: "" (normal), "empty", "refused" (a status),
    "wall", "challenge", "removed", "down", "layout" (good page, nothing we understand).
    """

    kind: PageKind
    because: str = ""
    cause: str = ""
