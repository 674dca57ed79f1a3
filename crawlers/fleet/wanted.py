"""Pages that are to be kept as evidence, told to the workers that keep them."""

from crawlers.fleet.post import SNAPSHOTS, Post
from pipeline.store import listings
from pipeline.store.open import Database

OUT = "shouyi:out:snapshots"
"""Listings, each with its version, that a worker has been told of."""

AT_ONCE = 200
"""As many as are told of ahead, the highest score first; the others wait in the database."""

_OFFER = """
for i = 1, #ARGV, 2 do
    if redis.call('SADD', KEYS[2], ARGV[i + 1]) == 1 then
        redis.call('XADD', KEYS[1], '*', 'listing_id', ARGV[i], 'token', ARGV[i + 1])
    end
end
return 0
"""


def offer(db: Database, post: Post) -> None:
    """Tell of what waits; one that was told of, and is not done, is not told again.

    Raises:
        RedisError: Redis is not there; they go on waiting in the database.
    """
    if not int(post.redis.xlen(SNAPSHOTS)):
        post.redis.delete(OUT)  # all are done, or Redis has lost them
    words: list[str] = []
    for one in listings.wanting_snapshot(db, AT_ONCE):
        words += [one.listing_id, f"{one.listing_id}#{one.version}"]
    if words:
        post.redis.eval(_OFFER, 2, SNAPSHOTS, OUT, *words)
