"""Forums: a thread is a listing, and so is every answer in it that sells."""

from dataclasses import replace
from functools import cache
from types import MappingProxyType

from crawlers.pages.base import DetailPage, Fetched
from crawlers.pages.reader import PageReader
from crawlers.pages.rules import Css, Step, css, path, walk
from crawlers.pages.shown import (
    HtmlShown,
    JsonShown,
    Shown,
    compile_fields,
    compile_rule,
    parse_html,
)
from crawlers.source import RepliesPart, Source
from pipeline.base.errors import BadInput
from pipeline.base.settings import shipped
from pipeline.base.yaml_file import read_yaml
from pipeline.listing import Listing, Seller
from pipeline.page import json_of

_LONGEST = 2_000


class ForumReader(PageReader):
    """Reads boards and threads."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.replies: RepliesPart | None = source.replies
        if source.replies is None:
            return
        is_json = source.detail_is_json
        look = path if is_json else css
        self.posts: Css | tuple[Step, ...] = look(source.replies.rows)
        self.no_post = look(source.replies.skip) if source.replies.skip else None
        self.in_reply = compile_fields(source.replies.fields, is_json=is_json)
        self.next_of_thread = [
            compile_rule(rule, is_json=is_json) for rule in source.replies.next or ()
        ]

    def detail(self, fetched: Fetched) -> DetailPage:
        """Read a thread: its opener, the answers that sell, its next page."""
        page = super().detail(fetched)
        if page.read is None or self.replies is None:
            return page
        whole, posts, has_opener = self._posts(fetched)
        # a later page of a thread begins with an answer: whose thread it is, it does not say
        opener = page.read if has_opener else replace(page.read, seller=Seller())
        return replace(
            page,
            replies=tuple(self._selling(posts, fetched, opener)),
            next_url=self.following(whole, fetched.url),
        )

    def _posts(self, fetched: Fetched) -> tuple[Shown, list[Shown], bool]:
        following = {"next": tuple(self.next_of_thread)}
        if isinstance(self.posts, Css):
            root = parse_html(fetched.text)
            rows = self.posts.found(root)
            count = len(rows)
            if isinstance(self.no_post, Css):
                rows = [row for row in rows if not self.no_post.found(row)]
            shown: list[Shown] = [HtmlShown(row, fetched.url, self.in_reply) for row in rows]
            return HtmlShown(root, fetched.url, following), shown, len(rows) < count
        answer = json_of(fetched.text)
        items = walk(answer, self.posts)
        count = len(items)
        if isinstance(self.no_post, tuple):
            items = [one for one in items if not self.is_true(walk(one, self.no_post))]
        shown = [JsonShown(one, fetched.url, self.in_reply) for one in items]
        return JsonShown(answer, fetched.url, following), shown, len(items) < count

    def _selling(self, posts: list[Shown], fetched: Fetched, opener: Listing) -> list[Listing]:
        found: dict[str, Listing] = {}
        for post in posts:
            try:
                reply = self.fields_class(post, fetched, self.source).listing()
            except Exception:  # noqa: BLE001, S112 - one broken answer never loses the thread
                continue
            is_openers = reply.seller.name and reply.seller.name == opener.seller.name
            if not reply.site_id or is_openers or not sells(reply.text):
                continue
            number = f"{opener.site_id}-{reply.site_id}"
            found.setdefault(number, _of_thread(reply, opener, number))
        return list(found.values())


def _of_thread(reply: Listing, opener: Listing, number: str) -> Listing:
    """Return an answer as a listing: its own words and seller, under the thread's headline."""
    return replace(
        reply,
        site_id=number,
        url=f"{opener.url}#pid{reply.site_id}",
        title=reply.title or f"回复：{opener.title}",
        tags=reply.tags or ("跟帖",),
        notes=MappingProxyType({**reply.notes, "thread": opener.site_id}),
    )


def sells(text: str) -> bool:
    """Return whether the words of an answer offer something: neither a bid nor a question."""
    words = _words()
    text = text[:_LONGEST]
    if any(word in text for word in words["asks"]):
        return False
    return any(word in text for word in words["sells"])


@cache
def _words() -> dict[str, tuple[str, ...]]:
    file = read_yaml(shipped("reply-words.yml"))
    value = file.value
    for name in ("sells", "asks"):
        if not isinstance(value, dict) or not isinstance(value.get(name), tuple):
            raise BadInput(file.where((name,)), f"{name} is no list of words", "write [word]")
    return dict(value)
