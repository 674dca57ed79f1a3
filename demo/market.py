"""The market: five shops served on 127.0.0.1 from one background thread.

::

    with Market(night=1) as market:
        market.shops["classifieds"].url      # "http://127.0.0.1:8711/"
        market.trouble("app", Trouble("busy"))
        truth(night=1)                       # what is right, for tests and scoring
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from demo.pages import Hours, Now
from demo.shops import app, classifieds, feed, forum, goods
from demo.stock import NIGHTS, SHOPS, Shelf, Ware, shelf
from demo.trouble import Trouble, Troubled

PORTS: Mapping[str, int] = MappingProxyType(
    {name: port for port, name in enumerate(SHOPS, start=8711)}
)
"""Where the shops stand unless the place is taken."""

HOST = "127.0.0.1"
BEIJING = ZoneInfo("Asia/Shanghai")
_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop that is open.

    Attributes:
        key: the key of its source file.
        name: its name, as its pages show it.
        url: its front page.
        family: the way its pages are read.
    """

    key: str
    name: str
    url: str
    family: str
    port: int

    @property
    def address(self) -> str:
        """Host and port, as a source file's ``allow_private`` names them."""
        return f"{HOST}:{self.port}"


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right about one listing.

    Attributes:
        listing_id: ``"demo-classifieds:310021"``.
        why: ``offer/plain``, ``confuser/fish``: what it is and how it is said.
        species: the birds meant, by their standard names.
    """

    listing_id: str
    is_suspicious: bool
    why: str
    species: tuple[str, ...]


def truth(night: int = 1) -> dict[str, Truth]:
    """Return what is right about each listing there on a night, by listing id."""
    return {
        truth.listing_id: truth
        for name in SHOPS
        for truth in map(_truth_of, shelf(name, night).shown)
    }


def _truth_of(ware: Ware) -> Truth:
    return Truth(f"demo-{ware.shop}:{ware.id}", ware.is_suspicious, ware.why, ware.species)


def _machine_time() -> datetime:
    return datetime.now(BEIJING)  # noqa: TID251 - this room imports nothing of ours, the clock neither


class Market:
    """Five shops, open from ``with`` to its end.

    Args:
        night: 1, 2 or 3: what is there, changed, gone or behind a wall.
        ports: shop -> port, a free one where it is taken or not named. Without it :data:`PORTS`.
        layout: 2 opens the classifieds with redesigned pages.
        now: the time of day.
        began_at: when the first night opened, so that a listing keeps its date on later nights;
            without it, tonight.
    """

    def __init__(
        self,
        night: int = 1,
        *,
        ports: Mapping[str, int] | None = None,
        layout: int = 1,
        now: Now = _machine_time,
        began_at: datetime | None = None,
    ) -> None:
        if night not in NIGHTS:
            raise ValueError(f"the market knows the nights 1, 2 and 3, not {night}")
        self.night = night
        self.shops: dict[str, Shop] = {}
        self._ports = ports
        hours = _hours(now, began_at)
        self._stalls = {
            name: Troubled(Starlette(routes=_routes(name, shelf(name, night), hours, layout)))
            for name in SHOPS
        }
        self._servers: list[uvicorn.Server] = []
        self._sockets: list[socket.socket] = []
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        for name, stall in self._stalls.items():
            door = self._door(name)
            port = door.getsockname()[1]
            settings = uvicorn.Config(
                stall, log_level="critical", access_log=False, lifespan="off", timeout_keep_alive=30
            )
            self._sockets.append(door)
            self._servers.append(uvicorn.Server(settings))
            _, title, family = _STALLS[name]
            url = f"http://{HOST}:{port}/"
            self.shops[name] = Shop(f"demo-{name}", title, url, family, port)
        self._thread = threading.Thread(target=self._serve, name="demo-market", daemon=True)
        self._thread.start()
        self._wait_until_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.should_exit = True
            server.force_exit = True
        if self._thread is not None:
            self._thread.join(_START_SECONDS)
        for door in self._sockets:
            door.close()

    def count(self, shop: Shop) -> int:
        """Return how many listings a shop shows tonight."""
        return len(shelf(shop.key.removeprefix("demo-"), self.night).shown)

    def trouble(self, shop: str, trouble: Trouble) -> None:
        """Let the next requests of a shop fail in the way the trouble says."""
        self._stalls[shop].waiting.append(trouble)

    def requests(self, shop: str) -> tuple[str, ...]:
        """Return what a shop was asked for so far: path and query, in order."""
        return tuple(self._stalls[shop].requests)

    def _door(self, name: str) -> socket.socket:
        wanted = PORTS[name] if self._ports is None else self._ports.get(name, 0)
        door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, wanted))
            door.listen(128)
        except OSError:
            door.close()
            door = socket.create_server((HOST, 0), backlog=128)
        return door

    def _serve(self) -> None:
        async def all_of_them() -> None:
            pairs = zip(self._servers, self._sockets, strict=True)
            await asyncio.gather(*(server.serve([door]) for server, door in pairs))

        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(all_of_them())

    def _wait_until_open(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while not all(server.started for server in self._servers):
            if time.monotonic() > end:
                raise RuntimeError("the practice market did not open in time")
            time.sleep(0.01)


def _hours(now: Now, began_at: datetime | None) -> Hours:
    def in_beijing() -> datetime:
        return now().astimezone(BEIJING)

    opened_at = in_beijing()
    began = opened_at if began_at is None else min(opened_at, began_at.astimezone(BEIJING))
    return Hours(in_beijing, began, opened_at)


def _routes(name: str, here: Shelf, hours: Hours, layout: int) -> list[BaseRoute]:
    if name == "classifieds":
        return classifieds.routes(here, hours, layout=layout)
    return _STALLS[name][0](here, hours)


_STALLS: Mapping[str, tuple[Callable[[Shelf, Hours], list[BaseRoute]], str, str]] = (
    MappingProxyType(
        {
            "classifieds": (classifieds.routes, classifieds.NAME, "classifieds"),
            "app": (app.routes, app.NAME, "app"),
            "forum": (forum.routes, forum.NAME, "forum"),
            "feed": (feed.routes, feed.NAME, "feed"),
            "shop": (goods.routes, goods.NAME, "shop"),
        }
    )
)
