"""One pace for all workers: who may ask which host now.

A slot lies in Redis for each host: how many are asking, when the next may, and until when the
host wants to be left alone. Redis's own clock counts, so workers' clocks need not agree. A
worker that dies with a slot in hand loses it after a while.
"""

from dataclasses import dataclass
from typing import Any

from crawlers.manners import Pauses

_ASK = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local until_ms = tonumber(redis.call('GET', KEYS[3]) or '0')
if until_ms > now then return until_ms - now end
local next_ms = tonumber(redis.call('GET', KEYS[2]) or '0')
if next_ms > now then return next_ms - now end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local at_once, gap, hold = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= at_once then
    return -1
end
redis.call('ZADD', KEYS[1], now + hold, ARGV[1])
redis.call('PEXPIRE', KEYS[1], hold + 1000)
if gap > 0 then redis.call('SET', KEYS[2], now + gap, 'PX', gap + 1000) end
return 0
"""
_PAUSE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local until_ms = now + tonumber(ARGV[1])
if until_ms > tonumber(redis.call('GET', KEYS[1]) or '0') then
    redis.call('SET', KEYS[1], until_ms, 'PX', tonumber(ARGV[1]) + 1000)
end
return 0
"""
BUSY_SECONDS = 0.05
"""When to ask again for a host that enough others are asking."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of all hosts, as one worker asks for them."""

    redis: Any
    me: str

    def ask(
        self, host: str, page: int, *, at_once: int, gap_seconds: float, hold_seconds: float
    ) -> float:
        """Return 0.0 where the host may be asked now, else the seconds until we may try again.

        Raises:
            RedisError: Redis is not there; then nobody may.
        """
        keys = (f"shouyi:slot:{host}", f"shouyi:next:{host}", f"shouyi:pause:{host}")
        gap, hold = round(gap_seconds * 1000), round(hold_seconds * 1000)
        answer = int(self.redis.eval(_ASK, 3, *keys, f"{self.me}/{page}", at_once, gap, hold))
        return BUSY_SECONDS if answer < 0 else answer / 1000

    def leave(self, host: str, page: int) -> None:
        """Give a slot back."""
        self.redis.zrem(f"shouyi:slot:{host}", f"{self.me}/{page}")

    def pause(self, host: str, seconds: float) -> None:
        """Let nobody ask a host for a while."""
        milliseconds = str(round(seconds * 1000))
        self.redis.eval(_PAUSE, 1, f"shouyi:pause:{host}", milliseconds)


@dataclass(slots=True, kw_only=True)
class SharedPauses(Pauses):
    """Hosts that asked not to be asked: what one worker is told, all of them keep."""

    slots: Slots

    def set(self, host: str, seconds: float) -> None:
        """Leave ``host`` alone for ``seconds``, all of us."""
        Pauses.set(self, host, seconds)
        self.slots.pause(host, seconds)
