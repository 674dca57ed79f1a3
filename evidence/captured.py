"""What one look at a page brought: the record that everything later is made from."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from evidence.chromium.exchanges import Exchange
from pipeline.base.settings import Settings
from pipeline.base.urls import PORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedFor:
    """What must be seen on the page, where it is known.

    Attributes:
        texts: "title", "price", "seller" -> ways in which the page may write it.
        pictures: addresses of the listing's own pictures.
    """

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that was done on the page.

    Attributes:
        did: "press" (a button any visitor may press), "unstick" (a bar laid flat), or
            "left alone" (a layer that has no such button).
        what: the button's words or the bar's name; on: the layer it belongs to.
        came_of_it: in Chinese words.
    """

    did: str
    what: str
    on: str
    at: datetime
    came_of_it: str = ""


@dataclass(frozen=True, slots=True)
class LookBefore:
    """A look that brought nothing usable, just before this one."""

    at: datetime
    page: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area that scrolls inside the page, photographed whole."""

    left: int
    top: int
    width: int
    height: int
    is_whole: bool
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one page may ask of us.

    Attributes:
        seconds: for the whole capture; half of it for loading and scrolling.
        size_bytes: for all that comes in.
        requests: for the page and everything on it.
        height_px: of the picture; a page that grows beyond it is cut, and said to be.
    """

    seconds: float
    size_bytes: int = 64_000_000
    requests: int = 600
    height_px: int = 50_000

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return the limits that these settings mean."""
        return cls(seconds=settings.page_timeout_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something the page asked for and we do not have, and why in Chinese words."""

    url: str
    kind: str
    status: int
    why: str


@dataclass(slots=True, kw_only=True)
class Captured:
    """What one look at a page brought. Where ``failure`` is not empty there is no picture.

    Attributes:
        failure: why the page did not show itself at all, in Chinese words.
        exchanges: requests and answers with their bytes.
        addresses: ``host:port`` -> address connected to; answers: all that its name led to.
        refused: addresses the gate refused, with its reason.
        limits: which limits were reached, in Chinese words.
        png: the page as it was first served; clear_png: the same once what lies over it was
            closed, as any visitor may; empty where nothing did.
        steps: what was done on the page, in order.
        declared: what the page declares of itself; spots: where what was looked for stands.
        security: how the connection was secured, as the browser tells it; certificates: the
            chain, each as DER.
    """

    url: str
    started_at: datetime
    ended_at: datetime
    took_seconds: float = 0.0
    failure: str = ""
    final_url: str = ""
    title: str = ""
    text: str = ""
    html: str = ""
    png: bytes = b""
    width_px: int = 0
    height_px: int = 0
    pictures: int = 0
    mhtml: bytes = b""
    exchanges: list[Exchange] = field(default_factory=list)
    sent: list[list[tuple[str, str]]] = field(default_factory=list)
    protocols: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    clear_png: bytes = b""
    clear_text: str = ""
    ready: str = ""
    steps: list[Step] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    declared: dict[str, Any] = field(default_factory=dict)
    spots: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    security: dict[str, Any] = field(default_factory=dict)
    certificates: list[bytes] = field(default_factory=list)
    received_bytes: int = 0
    looks_before: list[LookBefore] = field(default_factory=list)
    has_session: bool = False
    cookies_before: int = 0

    @property
    def main(self) -> Exchange | None:
        """The answer that is the page itself, after all redirects."""
        pages = [one for one in self.exchanges if one.kind == "Document" and not one.leads_on]
        final = self.final_url.partition("#")[0]
        return next((one for one in pages if one.url == final), pages[0] if pages else None)

    @property
    def redirects(self) -> list[Exchange]:
        """The answers that led on to the page, in order."""
        main = self.main
        return [
            one
            for one in self.exchanges
            if one.leads_on and (main is None or one.request_id == main.request_id)
        ]


def door_of(url: str) -> str:
    """Return ``host:port`` of an address, as the gatehouse names it; empty where it has none."""
    parts = urlsplit(url)
    with contextlib.suppress(ValueError):
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            return f"{host}:{parts.port or PORTS.get(parts.scheme, 0)}"
    return ""
