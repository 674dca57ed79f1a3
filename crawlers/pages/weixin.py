"""微信公众号: an article, and the card by which a search shows it."""

import hashlib
import re

from web_poet.fields import field

from crawlers.fields import Posted, line, posted_of
from crawlers.pages.listing import ListingFields
from pipeline.base.clock import beijing_day

_TIME = re.compile(r"\bvar ct\s*=\s*[\"'](\d{10})[\"']")


class WeixinArticle(ListingFields):
    """An article. Its links age within hours, so that it needs an id of our own making."""

    @field
    def site_id(self) -> str:
        """Sixteen digits of a hash over account, title and day."""
        title, account = line(self.first("title")), line(self.first("seller"))
        if not title:
            return ""
        posted = self.posted
        day = beijing_day(posted.at).isoformat() if posted.at else ""
        return hashlib.sha256(f"{account}\n{title}\n{day}".encode()).hexdigest()[:16]

    @field
    def posted(self) -> Posted:
        """The seconds that the article's own script names; the page shows the day alone."""
        found = _TIME.search(self.fetched.text) if "mp.weixin" in self.fetched.url else None
        return posted_of(found[1] if found else self.first("posted"), self.fetched.seen_at)
