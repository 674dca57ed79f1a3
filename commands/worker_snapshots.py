"""A worker that keeps pages (固定) as listings enter the queue, not only at night's end.

It works on the home itself: the chain of evidence is one, and stands in its database.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from redis.exceptions import RedisError

from commands.worker_ledger import home_number
from crawlers.fleet.post import HOME, SNAPSHOTS, Letter, Post
from crawlers.fleet.wanted import OUT
from crawlers.sources import gate_of, load_what_is_right, shipped_sources
from evidence import snapshot
from evidence.pace import Pace
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store import listings
from pipeline.store.open import Database, open_store

_BATCH = 4
_AWAY_SECONDS = 0.5
_log = log.get("fleet")


def take_snapshots(
    settings: Settings, post: Post, *, clock: Clock, is_over: Callable[[], bool]
) -> None:
    """Keep the pages that wait, until ``is_over``.

    Raises:
        BadInput: this is not the home that the fleet works for.
    """
    owner = post.redis.get(HOME)
    if owner is not None and owner != home_number(settings):
        what = _("固定页面要在数据所在的机器上做")
        raise BadInput(str(settings.home), what, _("证据链只有一条，与数据库在一处"))
    waiting = threading.Event()
    while not is_over():
        try:
            post.beat()
            letters = post.take(SNAPSHOTS, count=_BATCH, wait_seconds=0.5)
            if letters:
                _take(settings, post, letters, clock=clock)
        except (RedisError, ConnectionError) as error:
            _log.warning("redis.lost", job="snapshot", because=str(error))
            waiting.wait(_AWAY_SECONDS)


def _take(settings: Settings, post: Post, letters: list[Letter], *, clock: Clock) -> None:
    by_id = {letter.said["listing_id"]: letter for letter in letters}
    with closing(open_store(settings.database).conn):
        pass  # brings the store up to date before the first look
    wanted = _wanted(settings, post, by_id)
    sources, _wrong = load_what_is_right(shipped_sources(), settings.own_sources)
    pace = Pace({key: source.manners.seconds_between for key, source in sources.items()})
    gate = gate_of(sources.values())
    with _renewed(post, [letter.number for letter in letters]):
        for taken in snapshot.take_all(settings, wanted, gate=gate, clock=clock, pace=pace):
            _done(post, by_id.pop(taken.listing_id))


def _wanted(settings: Settings, post: Post, by_id: dict[str, Letter]) -> list[snapshot.Wanted]:
    """Return what is still wanted; the rest was done when the letter came twice."""
    db = open_store(settings.database)
    with closing(db.conn):
        found = []
        for listing_id, letter in list(by_id.items()):
            if _is_wanted(db, listing_id):
                found.append(snapshot.of_listing(db, listing_id, asked_by=snapshot.SCHEDULE))
            else:
                _done(post, letter)
                del by_id[listing_id]
        return found


def _is_wanted(db: Database, listing_id: str) -> bool:
    try:
        return listings.get(db, listing_id).snapshot == "wanted"
    except NotFound:
        return False


def _done(post: Post, letter: Letter) -> None:
    post.give_back([letter], also=[("SREM", OUT, letter.said["token"])])


@contextmanager
def _renewed(post: Post, numbers: list[str]) -> Iterator[None]:
    """Keep the lease for as long as the browser takes."""
    is_done = threading.Event()

    def beat() -> None:
        while not is_done.wait(post.lease_seconds / 3):
            try:
                post.keep(SNAPSHOTS, numbers)
            except (RedisError, OSError):
                continue

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        is_done.set()
        beating.join()
