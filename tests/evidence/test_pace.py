"""Keeping evidence is no excuse for haste: each source is asked at its own pace."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from evidence.keeping import Wanted
from evidence.pace import Pace, in_turns


def a_page(listing_id: str) -> Wanted:
    return Wanted(url=f"http://127.0.0.1/{listing_id}", asked_by="li", listing_id=listing_id)


def test_two_pages_of_one_source_are_as_far_apart_as_it_promises():
    """The first goes at once, the next two each wait their turn; another source does not."""

    async def starts() -> list[tuple[str, float]]:
        pace, loop, seen = Pace({"slow": 0.2}), asyncio.get_running_loop(), []
        began = loop.time()

        async def ask(source):
            await pace.turn(source)
            seen.append((source, round(loop.time() - began, 1)))

        await asyncio.gather(*(ask(source) for source in ("slow", "slow", "quick", "slow")))
        return sorted(seen)

    # in a thread: a browser test of this process may have left a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        seen = thread.submit(asyncio.run, starts()).result()

    assert [("quick", 0.0), ("slow", 0.0), ("slow", 0.2), ("slow", 0.4)] == seen


def test_a_source_with_many_pages_does_not_keep_the_others_waiting():
    """One of each in turn; within a source the order stays."""
    wanted = [a_page(name) for name in ("a:1", "a:2", "a:3", "b:1", "c:1", "c:2")]

    turns = [one.listing_id for one in in_turns(wanted)]

    assert ["a:1", "b:1", "c:1", "a:2", "c:2", "a:3"] == turns
