"""The ledger of a fleet, as a process: which sources are due, and what came of them."""

import fcntl
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError
from rich.console import Console

import scheduler
from commands.edge import emit
from commands.worker import told_to_stop
from crawlers.fleet import ledger as fleet
from crawlers.fleet.ledger import FleetLedger
from crawlers.fleet.open_run import Open, open_run
from crawlers.fleet.post import HOME, JUDGED, Post, connect
from crawlers.run import RunResult
from crawlers.source import Source
from crawlers.sources import load_source, load_what_is_right, shipped_sources
from pipeline.base import log
from pipeline.base.clock import Clock, SystemClock, beijing_day
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store import crawls
from pipeline.store.crawls import Run
from pipeline.store.open import Database, open_store
from pipeline.store.sums import sums_of

_LOOK_SECONDS = 30.0
_FINE = frozenset({"ok", "empty"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the ledger was asked for: these sources, or all that are due."""

    keys: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    once: bool = False
    again: bool = False

    @property
    def names_sources(self) -> bool:
        """Whether sources were named: then each is opened once, due or not."""
        return bool(self.keys or self.files)


@dataclass(slots=True)
class Keeper:
    """The ledger at work.

    Attributes:
        is_fine: no run has ended otherwise than well.
    """

    settings: Settings
    db: Database
    ledger: FleetLedger
    clock: Clock
    asked: Asked
    is_fine: bool = True
    _to_open: list[Source] = field(default_factory=list)
    _looked: float = float("-inf")

    def take_up(self, post: Post) -> None:
        """Go on with what a ledger before this one left open."""
        for left in fleet.leftovers(post):
            run = self._begun(left.source, left.day, again=False)
            if run is None or run.run_id != left.run_id:
                fleet.close(post, left.run_id)
            if run is not None:
                self.ledger.open(open_run(self.db, left.source, run, left.day, clock=self.clock))

    def look(self) -> None:
        """Open what is due now and not open yet."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        is_first = self._looked == float("-inf")
        self._looked = time.monotonic()
        if self.asked.names_sources:
            wanted = _named(self.settings, self.asked) if is_first else []
        else:
            wanted = self._due()
        day = beijing_day(self.clock.now())
        is_open = {opened.job.reading.source.key for opened in self.ledger.runs.values()}
        for source in wanted:
            if source.key in is_open:
                continue
            run = self._begun(source, day, again=self.asked.again or self.asked.names_sources)
            if run is not None:
                self.ledger.open(open_run(self.db, source, run, day, clock=self.clock))

    def _due(self) -> list[Source]:
        sources, _wrong = load_what_is_right(shipped_sources(), self.settings.own_sources)
        now = self.clock.now()
        keys = scheduler.due(self.db, sources, night_on=beijing_day(now), now=now)
        return [sources[key] for key in keys if not needs_browser(sources[key])]

    def _begun(self, source: Source, day: Any, *, again: bool) -> Run | None:
        try:
            return crawls.begin(
                self.db, source.key, night_on=day, asked_by="fleet", clock=self.clock, again=again
            )
        except Conflict as conflict:
            log.get("fleet").warning("run.refused", source=source.key, because=str(conflict))
            return None


def keep_the_ledger(settings: Settings, asked: Asked, *, as_json: bool) -> bool:
    """Keep the ledger until told to stop, or (``once``) all is done; True where all is well.

    Raises:
        BadInput: another ledger is at work in this home, or this Redis serves another home.
        sqlite3.Error, OSError: the store failed; what was collected before is kept.
    """
    clock = SystemClock()
    out = Console(stderr=True)
    is_over = told_to_stop()
    with _alone(settings), _store(settings) as db:
        post = Post(connect(settings), "ledger", settings.worker_lease_seconds)
        _claim(settings, post)
        post.recall(JUDGED)  # a ledger before this one may have died with letters in hand
        ledger = FleetLedger(db=db, post=post, clock=clock)
        keeper = Keeper(settings, db, ledger, clock, asked)

        def ended(opened: Open, run: Run) -> None:
            result = RunResult(run, sums_of(db, run.run_id), time.monotonic() - opened.began)
            line = result.as_line()
            keeper.is_fine &= run.state in _FINE
            if as_json:
                emit(line)
            else:
                words = f"{line['source']}: {line['state']}  {line['listings']}  {line['because']}"
                out.print(words.rstrip(), markup=False, highlight=False)

        def dead(words: str) -> None:
            keeper.is_fine = False
            told = _("放弃一页，多次处理均失败：{what}").format(what=words)
            out.print(told, style="red", markup=False, highlight=False)

        ledger.on_ended, ledger.on_dead = ended, dead
        keeper.take_up(post)
        while not is_over():
            keeper.look()
            ledger.step()
            if asked.once and not ledger.runs:
                break
        fleet.interrupt(ledger)
    return keeper.is_fine


def needs_browser(source: Source) -> bool:
    """Return whether a source is read in a browser: those are left to `shouyi night`."""
    return source.browser or source.family == "app"


def home_number(settings: Settings) -> str:
    """Return what tells this home from every other one; made when first asked for."""
    file = settings.home / "fleet.id"
    if not file.is_file():
        settings.home.mkdir(parents=True, exist_ok=True)
        file.write_text(secrets.token_hex(8), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def _claim(settings: Settings, post: Post) -> None:
    number = home_number(settings)
    try:
        post.redis.set(HOME, number, nx=True)
        owner = post.redis.get(HOME)
    except RedisError as error:
        raise BadInput(f"redis_url {settings.redis_url}", f"Redis: {error}") from error
    if owner != number:
        raise BadInput(
            f"redis_url {settings.redis_url}",
            _("这个 Redis 属于另一个数据目录"),
            _("给本目录另一个数据库号，例如 redis://主机:6379/1"),
        )


def _named(settings: Settings, asked: Asked) -> list[Source]:
    sources = [load_source(file) for file in asked.files]
    if asked.keys:
        known, _wrong = load_what_is_right(shipped_sources(), settings.own_sources)
        for key in asked.keys:
            if key not in known:
                raise NotFound(key, _("没有这个来源"), _("shouyi source list 列出全部来源"))
            if not known[key].enabled:
                raise BadInput(
                    key, _("这个来源没有启用"), _("先写明法律依据 basis，再写 enabled: true")
                )
            sources.append(known[key])
    for source in sources:
        if needs_browser(source):
            raise BadInput(source.key, _("要用浏览器读的来源不分给多机"), "shouyi crawl")
    return sources


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "ledger.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = _("另一个总账正在这里工作")
            raise BadInput(str(settings.home), what, _("一个数据目录只有一个总账")) from None
        yield


@contextmanager
def _store(settings: Settings) -> Iterator[Database]:
    db = open_store(settings.database)
    try:
        yield db
    finally:
        try:
            db.conn.close()
        except sqlite3.Error:
            log.get("fleet").error("store.not_closed")
