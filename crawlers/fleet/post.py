"""The post between workers: Redis Streams, read by consumer groups.

Letters are at least once: one that was taken and not given back within the lease is taken
over by somebody else (XAUTOCLAIM). One that was taken over too often kills whoever reads it,
and is buried: it goes to the dead letters, which the ledger keeps and tells of.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from pipeline.base import log
from pipeline.base.errors import BadInput
from pipeline.base.settings import Settings

GROUP = "shouyi"
READ = "shouyi:read"
"""Pages that crawlers have read."""
JUDGED = "shouyi:judged"
"""The same, with what the listings on them were judged to be."""
DEAD = "shouyi:dead"
SNAPSHOTS = "shouyi:snapshots"
"""Listings whose page is to be kept."""
RUNS = "shouyi:runs"
"""Run -> its source and date, for as long as it is open."""
HOME = "shouyi:home"
"""The one home whose ledger works on this Redis."""

WORKER = "shouyi:worker:"
"""Before the name of each worker that lives."""

MOST_DELIVERIES = 8
"""A letter that so many took, and none gave back, is not tried again."""

_PATIENCE_SECONDS = 5.0
_OLDEST_SERVER = (6, 2)

_PUBLISH = """
local sent = 0
for i = 1, #ARGV, 2 do
    if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then
        redis.call('XADD', KEYS[1], '*', 'page', ARGV[i + 1])
        sent = sent + 1
    end
end
return sent
"""
_JOIN = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[3]))
if not redis.call('ZSCORE', KEYS[1], ARGV[1])
    and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    return 0
end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[3]) * 2)
return 1
"""
_log = log.get("fleet")


def pages_of(run_id: str) -> str:
    """Return the stream of the pages that are due in a run."""
    return f"shouyi:pages:{run_id}"


def out_of(run_id: str) -> str:
    """Return the set of the pages of a run that are somewhere between ledger and ledger."""
    return f"shouyi:out:{run_id}"


def crew_of(run_id: str) -> str:
    """Return the set of the workers that crawl a run, each with when it last said so."""
    return f"shouyi:crew:{run_id}"


def robots_of(run_id: str) -> str:
    """Return the hash of what each host's robots.txt said."""
    return f"shouyi:robots:{run_id}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A piece of work, as it lies in a stream."""

    stream: str
    number: str
    said: Mapping[str, str]


def connect(settings: Settings) -> Any:
    """Return the Redis of this fleet, once it has answered.

    Raises:
        BadInput: none is set, it does not answer, refuses us, or is too old.
    """
    where = "redis_url"
    if not settings.redis_url:
        raise BadInput(
            where,
            "no Redis is set, and workers meet there",
            "give its address, as SHOUYI_REDIS_URL=redis://127.0.0.1:6379/0; see docs/fleet.md",
        )
    client: Any = redis.Redis.from_url(
        settings.redis_url,
        password=settings.password_of_redis() or None,
        decode_responses=True,
        protocol=2,
        socket_timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
        # the loops below try again themselves: a client that sleeps would stop a crawl
        retry=Retry(NoBackoff(), 0),
    )
    try:
        version = str(client.info("server")["redis_version"])
    except (RedisError, OSError) as error:
        mend = "start it, or give another address or password; see docs/fleet.md"
        raise BadInput(f"{where} {settings.redis_url}", f"Redis: {error}", mend) from error
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_SERVER:
        raise BadInput(where, f"Redis {version} is too old", "6.2 or newer is needed")
    return client


@dataclass(slots=True)
class Post:
    """The post as one worker uses it.

    Attributes:
        redis: the client, as :func:`connect` gives it: it answers in text.
        me: the name of this worker on its leases.
        lease_seconds: how long a letter that was taken is waited for.
    """

    redis: Any
    me: str
    lease_seconds: float
    _looked: dict[str, float] = field(default_factory=dict)
    _recalled: set[str] = field(default_factory=set)
    _beaten: float = float("-inf")

    def beat(self) -> bool:
        """Say that this worker lives; False where it was said a moment ago."""
        now = time.monotonic()
        if now - self._beaten < self.lease_seconds / 3:
            return False
        self.redis.set(f"{WORKER}{self.me}", "", px=int(self.lease_seconds * 1000))
        self._beaten = now
        return True

    def join(self, run_id: str, *, most: int) -> bool:
        """Say that this worker crawls a run; False where ``most`` living ones do already."""
        lease = int(self.lease_seconds * 1000)
        return bool(self.redis.eval(_JOIN, 1, crew_of(run_id), self.me, most, lease))

    def leave(self, run_id: str) -> None:
        """Say that it does not any more."""
        self.redis.zrem(crew_of(run_id), self.me)

    def recall(self, *streams: str) -> None:
        """Begin again with the letters that this name took before: their work was cut short."""
        self._recalled.update(streams)

    def take(self, stream: str, *, count: int, wait_seconds: float = 0.0) -> list[Letter]:
        """Take letters: those that a dead worker left, else new ones; none is no error.

        Raises:
            RedisError: Redis is not there; nothing was taken.
        """
        left = self._take_mine(stream, count) or self._take_over(stream, count)
        if left:
            return left
        block = max(1, int(wait_seconds * 1000)) if wait_seconds else None
        try:
            answer: Any = self.redis.xreadgroup(
                GROUP, self.me, {stream: ">"}, count=count, block=block
            )
        except ResponseError as error:
            self._mend(stream, error)
            return []
        return _letters(stream, answer[0][1]) if answer else []

    def keep(self, stream: str, numbers: Sequence[str]) -> None:
        """Renew the lease on letters that are still being worked on."""
        if numbers:
            self.redis.xclaim(stream, GROUP, self.me, 0, numbers, justid=True)

    def give_back(self, letters: Iterable[Letter], *, also: Sequence[tuple[Any, ...]] = ()) -> None:
        """Say that letters are dealt with; ``also``: commands of the same transaction."""
        pipe = self.redis.pipeline(transaction=True)
        for command in also:
            pipe.execute_command(*command)
        for letter in letters:
            pipe.xack(letter.stream, GROUP, letter.number)
            pipe.xdel(letter.stream, letter.number)
        pipe.execute()

    def publish(self, run_id: str, pages: Sequence[tuple[int, str]]) -> None:
        """Send pages out to be fetched; one that is out already is not sent again."""
        if pages:
            words = [str(word) for page in pages for word in page]
            self.redis.eval(_PUBLISH, 2, pages_of(run_id), out_of(run_id), *words)

    def bury(self, letter: Letter, *, job: str, because: str) -> None:
        """Put a letter among the dead ones."""
        _log.error("letter.buried", stream=letter.stream, number=letter.number, because=because)
        said = {**letter.said, "job": job, "because": because, "from": letter.stream}
        words = [word for pair in said.items() for word in pair]
        self.give_back([letter], also=[("XADD", DEAD, "*", *words)])

    def _take_mine(self, stream: str, count: int) -> list[Letter]:
        if stream not in self._recalled:
            return []
        try:
            answer: Any = self.redis.xreadgroup(GROUP, self.me, {stream: "0"}, count=count)
        except ResponseError as error:
            self._mend(stream, error)
            answer = []
        letters = _letters(stream, answer[0][1]) if answer else []
        if not letters:
            self._recalled.discard(stream)
        return letters

    def _take_over(self, stream: str, count: int) -> list[Letter]:
        now = time.monotonic()
        if now - self._looked.get(stream, float("-inf")) < self.lease_seconds / 2:
            return []
        lease = int(self.lease_seconds * 1000)
        try:
            self._bury_killers(stream, lease)
            answer: Any = self.redis.xautoclaim(stream, GROUP, self.me, lease, count=count)
        except ResponseError as error:
            self._mend(stream, error)
            return []
        letters = _letters(stream, answer[1])
        if len(letters) < count:  # else there may be more: look again at once
            self._looked[stream] = now
        return letters

    def _bury_killers(self, stream: str, lease: int) -> None:
        pending: Any = self.redis.xpending_range(stream, GROUP, "-", "+", 200, idle=lease)
        for one in pending:
            if one["times_delivered"] < MOST_DELIVERIES:
                continue
            number = one["message_id"]
            found: Any = self.redis.xrange(stream, number, number)
            for letter in _letters(stream, found):
                because = f"{one['times_delivered']} workers took it, and none came back"
                self.bury(letter, job=stream.removeprefix("shouyi:"), because=because)

    def _mend(self, stream: str, error: ResponseError) -> None:
        """Make the group where it is not there yet, or not any more (Redis was emptied)."""
        if "NOGROUP" not in str(error):
            raise error
        try:
            self.redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
        except ResponseError as race:
            if "BUSYGROUP" not in str(race):
                raise


def _letters(stream: str, answer: Any) -> list[Letter]:
    # a letter that was deleted while somebody held it comes without words
    return [Letter(stream, number, said) for number, said in answer if said]
