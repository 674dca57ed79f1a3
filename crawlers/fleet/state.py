"""What lies in the post right now: for `shouyi worker --status`."""

from typing import Any

from redis.exceptions import ResponseError

from crawlers.fleet.post import (
    DEAD,
    GROUP,
    JUDGED,
    READ,
    RUNS,
    SNAPSHOTS,
    WORKER,
    Post,
    pages_of,
)


def state_of(post: Post) -> list[dict[str, Any]]:
    """Return, of each stream, what waits, what somebody holds, and who (name -> letters)."""
    runs = sorted(post.redis.hkeys(RUNS))
    return [
        _stream(post, stream)
        for stream in (*(pages_of(run) for run in runs), READ, JUDGED, SNAPSHOTS, DEAD)
    ]


def workers_of(post: Post) -> list[str]:
    """Return the names of the workers that live."""
    return sorted(name.removeprefix(WORKER) for name in post.redis.scan_iter(f"{WORKER}*"))


def _stream(post: Post, stream: str) -> dict[str, Any]:
    try:
        pending: Any = post.redis.xpending(stream, GROUP)
    except ResponseError:  # nobody has read it yet
        pending = {"pending": 0, "consumers": []}
    held = int(pending["pending"])
    return {
        "stream": stream,
        "waiting": max(0, int(post.redis.xlen(stream)) - held),
        "held": held,
        "workers": {one["name"]: int(one["pending"]) for one in pending["consumers"]},
    }
