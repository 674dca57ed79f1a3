"""抖音: a work's id holds its own time."""

from web_poet.fields import field

from crawlers.fields import Posted, posted_of
from crawlers.pages.listing import ListingFields

_SECONDS_DIGITS = 10


class DouyinWork(ListingFields):
    """A work. Some answers lack ``create_time``: then the id says it (seen 2020-06)."""

    @field
    def posted(self) -> Posted:
        """``create_time``, or the upper 32 bits of the id."""
        said = self.first("posted")
        if said.isdecimal() and len(said) > _SECONDS_DIGITS:
            said = str(int(said) >> 32)
        return posted_of(said, self.fetched.seen_at)
