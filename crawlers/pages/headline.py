"""The headline of a page that no rule speaks of."""

import re
from itertools import islice
from typing import Any

_SPLIT = re.compile(r"\s+[-–—|_·»>]\s+|[|_»]|\s*[–—]\s*|-(?=[^-]{1,20}$)|\s*::\s*")
_SITE = re.compile(
    r"(?:网|网站|论坛|社区|吧|平台|商城|频道|之家|门户|官网|站|家园|在线|博客|店|旗舰店|集|市场|信息|列表"
    r"|\.com|\.cn|\.net|blog|forum|shop|store|discuz!?|phpwind|wordpress)\s*$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:title|subject|biaoti|headline|tit|bt|name)(?:[\s_-]|$)", re.IGNORECASE
)
_ASIDE = re.compile(r"logo|nav|menu|foot|side|crumb|relat|site|brand", re.IGNORECASE)
_TOPS = frozenset({"header", "head", "hd", "top", "topbar", "page-header", "page-head"})
_AFTER = frozenset("-_|–—·»>:：")
_LONGEST = 200
_SHORT_NAME = 4
_SHORTEST = 2


def headline_of(root: Any) -> str:
    """Return the headline, without the name of the site; empty where there is none."""
    window = _text(next(root.iter("title"), None))
    shared = _meta(root, "og:title") or _meta(root, "twitter:title")
    site = _meta(root, "og:site_name")
    shown = [*_headings(root, "h1"), *_named(root), *_headings(root, "h2")]
    shown += _beginnings(root, window)
    for said in (shared, window):
        inside = [one for one in shown if one in said and one != site]
        if inside and said:
            # what the page shows and its window repeats; the longest, as names are short
            return max(inside, key=len)
    first = [one for one in _headings(root, "h1") if one not in {site, *_tails(window)}]
    if first:
        return max(first, key=len)
    return _bare(shared, site) or _bare(window, site) or next(iter(shown), "")


def is_bare_name(headline: str, root: Any) -> bool:
    """Return whether a headline is a site's name: the window alone says it, and little else."""
    window = _text(next(root.iter("title"), None))
    if headline not in {window, _meta(root, "og:site_name")}:
        return False
    body = next(root.iter("body"), None)
    is_shown = body is not None and headline in words_of(body, 200_000)
    return not is_shown and (len(headline) <= _SHORT_NAME or bool(_SITE.search(headline)))


def _bare(said: str, site: str) -> str:
    """Return a window title without what the site adds to each of its titles."""
    if not said:
        return ""
    parts = [part.strip() for part in _SPLIT.split(said) if part and part.strip()]
    marks = [mark[0] for mark in _SPLIT.finditer(said)]
    while len(parts) > 1:
        last = parts[-1]
        is_site = last == site or _SITE.search(last) or (marks and marks[-1].strip() != "-")
        if not (is_site or (marks and marks[-1] != marks[-1].strip())):
            break
        parts.pop()
        if marks:
            marks.pop()
    end = said.rfind(parts[-1]) + len(parts[-1]) if parts else len(said)
    return " ".join(said[:end].split())


def _tails(window: str) -> list[str]:
    return [part.strip() for part in _SPLIT.split(window)[1:] if part]


def _headings(root: Any, tag: str) -> list[str]:
    return [words for node in root.iter(tag) if not _is_aside(node) and _fits(words := _text(node))]


def _named(root: Any) -> list[str]:
    found = []
    for number, node in enumerate(root.iter()):
        if number > 30_000:  # noqa: PLR2004 - a page with more elements has its title above
            break
        if not isinstance(node.tag, str) or node.tag in {"meta", "input", "img", "html", "body"}:
            continue
        names = f"{node.get('class', '')} {node.get('id', '')} {node.get('itemprop', '')}"
        if _NAMED.search(names) and not _is_aside(node) and len(node) <= 4:  # noqa: PLR2004
            words = _text(node)
            if _fits(words):
                found.append(words)
    return found


def _beginnings(root: Any, window: str) -> list[str]:
    """Return what the page shows, in whatever dress, that its window title begins with."""
    found = []
    for number, node in enumerate(root.iter()):
        if number > 30_000:  # noqa: PLR2004 - as above
            break
        if not isinstance(node.tag, str) or node.tag in {"title", "script", "style", "option"}:
            continue
        own = " ".join((node.text or "").split())
        rest = window[len(own) :]
        if len(own) > 3 and window.startswith(own) and rest.lstrip()[:1] in _AFTER:  # noqa: PLR2004
            found.append(own)
    return found


def _fits(words: str) -> bool:
    return _SHORTEST <= len(words) <= _LONGEST


def _is_aside(node: Any) -> bool:
    for one in (node, *islice(node.iterancestors(), 30)):
        if one.tag in {"nav", "footer", "aside"}:
            return True
        if one.tag == "header" and one.getparent() is not None and one.getparent().tag == "body":
            return True
        named = f"{one.get('class', '')} {one.get('id', '')}"
        if one.tag != "body" and (_ASIDE.search(named) or not _TOPS.isdisjoint(named.split())):
            return True
    return False


def _text(node: Any) -> str:
    return " ".join(words_of(node, 4 * _LONGEST).split()) if node is not None else ""


def words_of(node: Any, most: int = 20_000) -> str:
    """Return the beginning of what stands in an element: bounded, however deep it is."""
    parts, length = [], 0
    for part in islice(node.itertext(), 2_000):
        parts.append(part)
        length += len(part)
        if length > most:
            break
    return "".join(parts)


def _meta(root: Any, name: str) -> str:
    for node in root.iter("meta"):
        if (node.get("property") or node.get("name") or "").lower() == name:
            words = " ".join(str(node.get("content") or "").split())
            if words:
                return words
    return ""
