"""RSS and Atom: a feed as a list of items, each with the same few keys.

``data/shapes/feed.yml`` reads those keys; a source file may read them by rules of its own.

Source: RSS 2.0 (rssboard.org), RFC 4287 (Atom), the content and dc modules of RSS.
"""

from typing import Any

from lxml import etree

from crawlers.pages.base import Fetched
from crawlers.pages.reader import PageReader
from crawlers.pages.shown import html_text, parse_html

_MOST_ITEMS = 2_000
_KEYS = {
    "title": ("title",),
    "id": ("guid", "id", "identifier"),
    "html": ("encoded", "content", "description", "summary"),
    "posted": ("pubDate", "published", "date", "updated"),
    "author": ("creator", "author", "name"),
}


class FeedReader(PageReader):
    """Reads feeds; everything behind the first step is as for any JSON answer."""

    def answer_of(self, fetched: Fetched) -> Any:
        """Return the items of a feed; None where it is none."""
        return feed_of(fetched.text)


def feed_of(text: str) -> dict[str, Any] | None:
    """Return a feed as ``{"items": [...], "next": address}``; None where it is no feed."""
    root = parse_xml(text)
    if root is None or _name(root) not in {"rss", "feed", "RDF"}:
        return None
    nodes = [node for node in root.iter() if _name(node) in {"item", "entry"}]
    pages = [node for node in root.iter() if _name(node) == "link" and node.get("rel") == "next"]
    return {
        "items": [_item(node) for node in nodes[:_MOST_ITEMS]],
        "next": pages[0].get("href", "") if pages else "",
    }


def parse_xml(text: str) -> Any:
    """Return the root of an XML text, or None. No entity is resolved and nothing is fetched."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    try:
        return etree.fromstring(text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _item(node: Any) -> dict[str, Any]:
    item: dict[str, Any] = {name: _first(node, names) for name, names in _KEYS.items()}
    item["text"] = html_text(item["html"])
    item["url"] = _link(node)
    item["tags"] = [one.get("term") or _text(one) for one in _children(node, "category")]
    item["images"] = _images(node, item["html"])
    item["words"] = f"{html_text(item['title'])}\n{item['text']}"
    return item


def _first(node: Any, names: tuple[str, ...]) -> str:
    for name in names:
        for child in _children(node, name):
            written = _text(child) or " ".join(_text(inner) for inner in child).strip()
            if written:
                return written
    return ""


def _link(node: Any) -> str:
    for child in _children(node, "link"):
        address = child.get("href") or _text(child)
        if address and child.get("rel", "alternate") == "alternate":
            return str(address)
    named = [one for one in _children(node, "guid") if one.get("isPermaLink", "true") != "false"]
    return next((text for text in map(_text, named) if text.startswith("http")), "")


def _images(node: Any, html: str) -> list[str]:
    found = [one.get("src", "") for one in parse_html(html).iter("img")] if "<img" in html else []
    for child in node.iter():
        is_picture = child.get("type", child.get("medium", "")).startswith("image")
        if _name(child) in {"enclosure", "content"} and is_picture:
            found.append(child.get("url", ""))
    return [address for address in found if address]


def _children(node: Any, name: str) -> list[Any]:
    return [child for child in node if _name(child) == name]


def _name(node: Any) -> str:
    # not QName: a recovered tree may hold names that are none ("lin:00")
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _text(node: Any) -> str:
    if node.get("type") == "xhtml":
        return "".join(etree.tostring(one, encoding="unicode") for one in node).strip()
    return "".join(node.itertext()).strip()
