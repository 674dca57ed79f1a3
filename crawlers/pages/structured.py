"""Structured data of a page: JSON-LD, then microdata, then Open Graph. No rules are needed.

Source: schema.org Product, Offer and Article; ogp.me and its product and article name spaces.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from crawlers.fields.words import clean
from crawlers.pages.headline import heading_text
from crawlers.pages.rules import css
from crawlers.pages.scripts import lenient
from crawlers.pages.shown import Given, html_text, text_of

_TYPES = ("Product", "IndividualProduct", "ProductGroup", "Offer", "Car", "Vehicle")
_READING = ("Article", "NewsArticle", "BlogPosting", "DiscussionForumPosting", "SocialMediaPosting")
_MOST_NODES = 2_000
_YUAN = frozenset({"", "CNY", "RMB", "¥", "元"})

_META = {
    "title": ("og:title", "twitter:title"),
    "text": ("og:description", "description"),
    "images": ("og:image", "og:image:url"),
    "url": ("og:url",),
    "site_id": ("product:retailer_item_id", "product:sku", "product:mfr_part_no"),
    "price": ("product:price:amount", "product:sale_price:amount", "og:price:amount"),
    "currency": ("product:price:currency", "product:sale_price:currency", "og:price:currency"),
    "posted": ("article:published_time", "og:article:published_time", "og:pubdate"),
    "seller": ("article:author", "og:article:author"),
    "tags": ("article:tag", "product:category"),
}
_LD = {
    "title": ("name", "headline"),
    "text": ("description", "articleBody", "text"),
    "images": ("image", "image.url", "image.contentUrl", "photo"),
    "url": ("url", "mainEntityOfPage.@id", "offers.url"),
    "site_id": ("sku", "productID", "mpn", "identifier", "identifier.value"),
    "price": ("offers.price", "offers.lowPrice", "offers.priceSpecification.price", "price"),
    "currency": (
        "offers.priceCurrency",
        "offers.priceSpecification.priceCurrency",
        "priceCurrency",
    ),
    "posted": ("datePublished", "uploadDate", "dateCreated", "offers.validFrom"),
    "seller": ("offers.seller.name", "seller.name", "author.name", "author"),
    "seller_url": ("offers.seller.url", "seller.url", "author.url"),
    "place": ("offers.availableAtOrFrom.address.addressLocality", "contentLocation.name"),
    "tags": ("category", "keywords"),
    "comments": ("comment.text",),
    "reviews": ("review.reviewBody", "review.description"),
}


class StructuredShown:
    """A listing that a page describes for machines."""

    fields: Mapping[str, Any]

    def __init__(self, root: Any, url: str) -> None:
        self.root = root
        self.url = url

    def has(self, name: str) -> bool:
        """Return whether the page says anything of a field."""
        return bool(self.given(name).values)

    def given(self, name: str) -> Given:
        """Return what the page says of a field, the richest kind of data first."""
        if name == "site_id":
            return Given(self._of("site_id") or self._of("url") or [self.url])
        if name == "price":
            return Given(self._price())
        values = self._of(name)
        return Given(values or self._plain(name))

    @property
    def is_there(self) -> bool:
        """Whether the page describes a thing on offer, and not only itself."""
        offered = any(self._type_of(node) in _TYPES for node in self._ld)
        return offered or self._product is not None or "product" in self._said_type

    @property
    def _said_type(self) -> str:
        return next(iter(self._meta.get("og:type", [])), "").lower()

    def _of(self, name: str) -> list[str]:
        return self._from_ld(name) or self._from_microdata(name) or self._from_meta(name)

    def _price(self) -> list[str]:
        amount = next(iter(self._of("price")), "")
        currency = next(iter(self._of("currency")), "").strip().upper()
        if not amount:
            return []
        return [amount if currency in _YUAN else f"{amount} {currency}"]

    def _plain(self, name: str) -> list[str]:
        if name != "title":
            return []
        for selector in ("h1", "title"):
            for node in css(selector).found(self.root):
                words = " ".join("".join(node.itertext()).split())
                if words:
                    return [words]
        return []

    @cached_property
    def _ld(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for script in css("script[type='application/ld+json']").found(self.root):
            for node in _flat(lenient(script.text or "")):
                found.append(node)
                if len(found) > _MOST_NODES:
                    return found
        return found

    @staticmethod
    def _type_of(node: Mapping[str, Any]) -> str:
        said = node.get("@type", "")
        said = said[0] if isinstance(said, list) and said else said
        return str(said).rpartition("/")[2]

    @cached_property
    def _main(self) -> dict[str, Any]:
        """The node that this page is about; related products come after it."""
        for types in (_TYPES, _READING):
            nodes = [node for node in self._ld if self._type_of(node) in types]
            own = [node for node in nodes if str(node.get("url", "")).strip() == self.url]
            if own or nodes:
                return (own or nodes)[0]
        return {}

    def _from_ld(self, name: str) -> list[str]:
        return _of_node(self._main, name)

    @property
    def products(self) -> list[dict[str, Any]]:
        """The nodes of things on offer, in the page's order."""
        return [node for node in self._ld if self._type_of(node) in _TYPES[:3]]

    @cached_property
    def _product(self) -> Any:
        for kind in _TYPES:
            for node in css(f"[itemscope][itemtype$='/{kind}']").found(self.root):
                return node
        return None

    def _from_microdata(self, name: str) -> list[str]:
        if self._product is None:
            return []
        for keys in _LD.get(name, ()):
            # in microdata an image is its own address
            *outer, last = (keys.removesuffix(".url") if name == "images" else keys).split(".")
            values = [
                value
                for node, path in _properties(self._product)
                if path == (*outer, last)
                and (value := _content(node) if name != "title" else _name_in(node))
            ]
            if values:
                return values
        return []

    @cached_property
    def _meta(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in css("meta[content]").found(self.root):
            name = (node.get("property") or node.get("name") or "").lower()
            if name:
                found.setdefault(name, []).append(clean(node.get("content")).strip())
        return found

    def _from_meta(self, name: str) -> list[str]:
        for key in _META.get(name, ()):
            values = [value for value in self._meta.get(key, []) if value]
            if values:
                return values
        return []


def products_of(root: Any, url: str) -> Iterator[dict[str, Any]]:
    """Yield the products that a list describes: one page, several things on offer."""
    shown = StructuredShown(root, url)
    for node in shown.products:
        one = {name: _of_node(node, name) for name in ("title", "text", "price", "site_id")}
        address = next(iter(_of_node(node, "url")), "").strip()
        if address:
            yield {
                "url": urljoin(url, address),
                "id": next(iter(one["site_id"]), ""),
                "title": next(iter(one["title"]), ""),
                "text": next(iter(one["text"]), ""),
                "price": next(iter(one["price"]), ""),
                "images": _of_node(node, "images"),
            }


def _of_node(node: dict[str, Any], name: str) -> list[str]:
    for keys in _LD.get(name, ()):
        values = [html_text(one).strip() for one in _texts(node, keys.split("."))]
        if values:
            return values
    return []


def _flat(value: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [value], 0
    while waiting and seen < _MOST_NODES:
        one = waiting.pop(0)
        seen += 1
        if isinstance(one, list):
            waiting = [*one, *waiting]
        elif isinstance(one, dict):
            yield one
            for key in ("@graph", "mainEntity", "itemListElement", "item"):
                if key in one:
                    waiting.append(one[key])


def _texts(value: Any, keys: list[str]) -> list[str]:
    found = [value]
    for key in keys:
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
        found = [one[key] for one in found if isinstance(one, dict) and key in one]
    flat = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return [one for one in flat if isinstance(one, str) and one.strip()]


def _properties(scope: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Yield the properties of an item with their path: ``("offers", "price")``."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(child, ()) for child in scope]
    seen = 0
    while waiting and seen < _MOST_NODES:
        node, path = waiting.pop(0)
        seen += 1
        if not isinstance(node.tag, str):
            continue
        name = node.get("itemprop", "").strip()
        here = (*path, name) if name else path
        if name:
            yield node, here
        inner = here if node.get("itemscope") is not None else path
        waiting = [*((child, inner) for child in node), *waiting]


def _name_in(node: Any) -> str:
    return clean(node.get("content") or "").strip() or clean(heading_text(node))


def _content(node: Any) -> str:
    for attribute in ("content", "src", "href", "datetime"):
        value = node.get(attribute)
        if value:
            return clean(value).strip()
    return text_of(node)
