"""A draft of a source, from the pages of its site."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from crawlers.drafting import answers, detail, pager, scripts
from crawlers.drafting.addresses import glob_of
from crawlers.drafting.choose import choose
from crawlers.drafting.drafted import Draft
from crawlers.drafting.judges import Seen
from crawlers.drafting.repeats import Repeat, repeats_of
from crawlers.drafting.rows import rows_selector
from crawlers.drafting.slots import sampled, slots_of
from crawlers.drafting.tree import MOST_CHARACTERS, tree_of
from crawlers.pages.base import Fetched
from crawlers.pages.feeds import feed_of, parse_xml
from crawlers.pages.rules import css
from pipeline.base.errors import PageChanged
from pipeline.listing import Listing
from pipeline.page import PageKind, PageSeen, json_of, judge_by_marks, title_of

_MOST_REPEATS = 6
_WORTH_IT = 0.9
"""Embedded JSON is taken where it tells nearly a whole field more than the rows."""
_HEAD = 20_000
_DISCUZ = re.compile(r'<meta name="generator" content="Discuz! X', re.IGNORECASE)
_FORUM = re.compile(
    r'content="(?:Discuz!|phpwind|phpBB|vBulletin|MyBB|NodeBB|Discourse)'
    r'|id="threadlist|Powered by (?:Discuz|phpwind)',
    re.IGNORECASE,
)


def draft_of(page: Fetched) -> Draft:
    """Return the draft of a list page or a JSON answer.

    Raises:
        PageChanged: it is a wall or an error, or nothing on it repeats.
    """
    verdict = judge_by_marks(
        PageSeen(
            url=page.url,
            status=page.status,
            content_type=page.content_type,
            text=page.text,
            headers=page.headers,
        )
    )
    if verdict.kind is not PageKind.NORMAL:
        mend = "open it in a browser, save it, and use --file"
        raise PageChanged(page.url, f"is no list: {verdict.kind} ({verdict.because})", mend)
    answer = json_of(page.text)
    if answer is not None:
        return answers.draft_of_answer(page, answer)
    if feed_of(page.text[:MOST_CHARACTERS]) is not None:
        return _of_feed(page)
    root = tree_of(page.text)
    if _DISCUZ.search(page.text[:_HEAD]):
        return _of_discuz(page, root)
    return _of_page(page, root)


def _of_page(page: Fetched, root: Any) -> Draft:
    """Return what gives more: the rows that are shown, or JSON in the page's own scripts."""
    embedded = max(
        scripts.drafts_in(root, page, site_name(root, page.text)), key=_worth, default=None
    )
    try:
        shown = _of_html(page, root)
    except PageChanged:
        if embedded is None:
            raise
        return embedded
    # rows are what people see, and last longer than the names of a program's own variables
    return embedded if embedded and _worth(embedded) > _worth(shown) + _WORTH_IT else shown


def _worth(draft: Draft) -> float:
    found = draft.fields
    return sum(
        found[name].sure for name in ("title", "url", "price", "place", "posted") if name in found
    )


def _of_feed(page: Fetched) -> Draft:
    parts = urlsplit(page.url)
    name = " ".join((parse_xml(page.text).findtext(".//{*}title") or parts.netloc).split())[:60]
    return Draft(
        url=page.url, name=name, shape="feed", family="feed", written_as="json",
        search=pager.search_of(None, page.url), rows="", fields={},
    )  # fmt: skip


def _of_discuz(page: Fetched, root: Any) -> Draft:
    """Return a draft like the forum program's own shape, which reads its pages best."""
    return Draft(
        url=page.url,
        name=site_name(root, page.text),
        shape="forum",
        family="forum",
        like="discuz",
        search=pager.search_of(root, page.url),
        rows="",
        next=pager.next_rule(root, page.url),
        fields={},
    )


def _of_html(page: Fetched, root: Any) -> Draft:
    best: tuple[float, Draft] | None = None
    for repeat in repeats_of(root, page.url)[:_MOST_REPEATS]:
        drafted = _of_repeat(page, root, repeat)
        if not {"title", "site_id"} <= set(drafted.fields):
            continue
        worth = repeat.score * (1 + 0.25 * sum(one.sure for one in drafted.fields.values()))
        if best is None or worth > best[0]:
            best = (worth, drafted)
    if best is None:
        what = "shows no list: nothing on it repeats that has words and addresses of its own"
        raise PageChanged(
            page.url, what, "give the address of a list, or save it from a browser and use --file"
        )
    return best[1]


def _of_repeat(page: Fetched, root: Any, repeat: Repeat) -> Draft:
    rows, skip = rows_selector(root, repeat)
    nodes = sampled(
        [node for node in css(rows).found(root) if node in set(repeat.rows)] or list(repeat.rows)
    )
    links = dict(zip(repeat.rows, repeat.links, strict=True))
    follow = _follow(repeat)
    seen = Seen(page.url, page.seen_at, tuple(links[node] for node in nodes))
    chosen = choose(slots_of(nodes, follow=follow), seen)
    return Draft(
        url=page.url,
        name=site_name(root, page.text),
        shape="forum" if _FORUM.search(page.text[:200_000]) else "rows",
        search=pager.search_of(root, page.url),
        rows=rows,
        skip=skip,
        next=pager.next_rule(root, page.url),
        fields=chosen,
        detail_urls=glob_of(repeat.links[:60], urlsplit(page.url).netloc),
        links=tuple(dict.fromkeys(repeat.links)),
    )


def _follow(repeat: Repeat) -> int:
    """Return how many nodes after each row belong to it: they name no listing of their own."""
    rows = set(repeat.rows)
    counts = []
    for node in repeat.rows[:30]:
        count, after = 0, node.getnext()
        while after is not None and after not in rows and count < 3:
            if isinstance(after.tag, str):
                count += 1
            after = after.getnext()
        counts.append(count if after is not None or count < 3 else 0)
    counts.sort()
    return counts[len(counts) // 2]


def with_detail(draft: Draft, page: Fetched, card: Listing) -> Draft:
    """Return the draft with the page of one of its listings looked at."""
    if json_of(page.text) is not None:
        return replace(draft, notes=(*draft.notes, "详情是 JSON，未起草；请手写 detail"))
    if detail.describes_itself(page):
        return replace(draft, detail={}, shape="shop" if draft.shape == "rows" else draft.shape)
    return replace(draft, detail=detail.detail_fields(page, card))


def site_name(root: Any, text: str) -> str:
    """Return what the site calls itself."""
    for node in css("meta[property='og:site_name']").found(root):
        if (node.get("content") or "").strip():
            return " ".join(node.get("content").split())[:60]
    parts = [
        one.strip() for one in re.split(r"\s*[-_|–—]\s*|\s+::\s+", title_of(text)) if one.strip()
    ]
    named = [
        one for one in parts if not re.search(r"第\s*\d+\s*页|page|powered by", one, re.IGNORECASE)
    ]
    return (named or parts or [""])[-1][:60]
