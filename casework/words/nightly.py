"""What the night does for the lexicon: finish what was decided, count shadows, order, sample."""

from datetime import date

from casework.words import benign, ranker, shadows
from casework.words.life import settle
from pipeline.base.clock import Clock
from pipeline.base.settings import Settings
from pipeline.store.open import Database


def before_the_crawl(db: Database, settings: Settings, *, clock: Clock) -> list[str]:
    """Write decided words into their files and end what has run out; return what to say."""
    said = []
    written = settle(db, settings)
    if written:
        said.append(f"{written} changes of the lexicon put in place")
    said += [f"benign entry {number} has run out" for number in benign.end_expired(db, clock=clock)]
    return said


def after_the_reading(
    db: Database, settings: Settings, *, night_on: date, clock: Clock
) -> list[str]:
    """Count what shadows would have done, rank what waits, draw the week's sample.

    Returns:
        What is not as it should be, in words for the operator.
    """
    problems = shadows.count_tonight(db, settings, night_on=night_on, clock=clock)
    ranker.rank_what_waits(db)
    benign.sample(db, clock=clock)
    return [f"change {number} in shadow: {problem}" for number, problem in problems.items()]
