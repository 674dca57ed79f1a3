"""A judging worker: reads the words of listings that crawlers have read."""

import gc
import time
from collections.abc import Callable, Sequence

from redis.exceptions import RedisError

from crawlers.fleet import wire
from crawlers.fleet.post import JUDGED, READ, Letter, Post
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.base.settings import Settings
from pipeline.listing import Listing
from pipeline.reading import Ranked
from pipeline.score import Reader, load_reader

BATCH = 32
_AWAY_SECONDS = 0.3
_log = log.get("fleet")


def judge(settings: Settings, post: Post, *, clock: Clock, is_over: Callable[[], bool]) -> None:
    """Judge what is read, until ``is_over``."""
    reader = load_reader(settings)
    # loads the dictionary that decides word boundaries
    reader.read(Listing(source="worker", site_id="", seen_at=clock.now(), title="出画眉"))
    gc.freeze()
    is_away = False
    while not is_over():
        try:
            post.beat()
            if is_away:
                post.recall(READ)
            letters = post.take(READ, count=BATCH, wait_seconds=0.25)
            if letters:
                judge_letters(post, reader, letters)
            is_away = False
        except (RedisError, OSError) as error:
            if not is_away:
                _log.warning("redis.lost", job="judge", because=str(error))
            is_away = True
            time.sleep(_AWAY_SECONDS)


def judge_letters(post: Post, reader: Reader, letters: Sequence[Letter]) -> None:
    """Judge the listings of some letters and hand them on, all or nothing.

    Raises:
        RedisError: they could not be handed on; they are judged again.
    """
    readable, sent = [], []
    for letter in letters:
        try:
            asked = wire.to_judge(letter.said["read"]) if "read" in letter.said else []
        except (ValueError, KeyError, TypeError) as error:
            post.bury(letter, job="judge", because=f"cannot be read: {type(error).__name__}")
            continue
        readable.append((letter, asked))
    answers = iter(_judged(reader, [one for _, asked in readable for one in asked]))
    for letter, asked in readable:
        said = {**letter.said, "judged": wire.judged_line([next(answers) for _ in asked])}
        sent.append(("XADD", JUDGED, "*", *[word for pair in said.items() for word in pair]))
    post.give_back([letter for letter, _ in readable], also=sent)


def _judged(reader: Reader, many: list[Listing]) -> list[Ranked | str]:
    try:
        return [*reader.read_many(many)]
    except Exception:  # noqa: BLE001 - one of them broke it: read singly, it alone is told
        return [_alone(reader, one) for one in many]


def _alone(reader: Reader, listing: Listing) -> Ranked | str:
    try:
        return reader.read(listing)
    except Exception as error:  # noqa: BLE001 - one unit of work
        return type(error).__name__
