"""小红书: a note's id holds its own time."""

from web_poet.fields import field

from crawlers.fields import Posted, posted_of
from crawlers.pages.listing import ListingFields

_TIME_DIGITS = 8


class XiaohongshuNote(ListingFields):
    """A note of a list. The list shows no time, but the id begins with it (seen 2024-04)."""

    @field
    def posted(self) -> Posted:
        """The seconds in the first eight hexadecimal digits of the id."""
        digits = self.first("posted")[:_TIME_DIGITS]
        try:
            return posted_of(str(int(digits, 16)), self.fetched.seen_at)
        except ValueError:
            return Posted(raw=digits, note="unreadable")
