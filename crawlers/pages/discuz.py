"""The JSON interface of Discuz!: a post is a piece of HTML inside the answer."""

from web_poet.fields import field

from crawlers.pages.listing import ListingFields
from crawlers.pages.rules import css
from crawlers.pages.shown import parse_html, text_of

_NO_WORDS = css(".reply_wrap, .quote, .img, i.pstatus, .jammer")
"""What is no part of the words: the post that is answered, pictures, who edited it when."""


class DiscuzAnswer(ListingFields):
    """A thread or a post, as ``api/mobile`` gives it."""

    @field
    def text(self) -> str:
        """The post without what it quotes."""
        return text_of(parse_html(f"<div>{self.first('text')}</div>"), _NO_WORDS)

    @field
    def images(self) -> tuple[str, ...]:
        """Pictures stand in the post; ``attach`` marks its own, smileys have none."""
        root = parse_html(f"<div>{self.first('images')}</div>")
        own = [node.get("src", "") for node in css("img[attach], .img img").found(root)]
        return tuple(dict.fromkeys(url for url in map(self.absolute, own) if url))
