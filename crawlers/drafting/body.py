"""The body of a listing's page: the node that holds its text, and where its pictures are."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from crawlers.drafting.addresses import absolute
from crawlers.drafting.names import classes_of, is_made_up, written_name
from crawlers.pages.rules import css

MOST_NODES = 2_500
_PROSE = frozenset(
    {
        "p",
        "br",
        "span",
        "font",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "a",
        "small",
        "pre",
        "ul",
        "li",
        "ol",
        "blockquote",
    }
)
_BLOCKS = frozenset(
    {"div", "td", "section", "article", "dd", "p", "main", "pre", "li", "blockquote"}
)
ASIDE = re.compile(
    r"related|recommend|others|newest|tuijian|guess|hot|foot|nav|crumb|side|menu|warn|tips?\b|comment|reply|copyright|similar|topbar|\bhead\b",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"desc|content|detail|text|intro|message|article|body|words|neirong|miaoshu|xiangqing|post|t_f|main",
    re.IGNORECASE,
)
_PICTURES = re.compile(
    r"photo|pic|gallery|image|img|album|thumb|shots|slide|swiper|content|detail|desc|attach|message|t_f",
    re.IGNORECASE,
)
_BAD_PICTURE = re.compile(
    r"avatar|face|logo|icon|qrcode|ewm|emoji|portrait|smil|\.svg|none\.gif|blank\.|^data:|badge|captcha",
    re.IGNORECASE,
)
_REAL = (
    "zoomfile",
    "file",
    "data-original",
    "data-src",
    "data-lazy-src",
    "data-url",
    "data-large",
    "src",
)


def text_node(body: Any, title: Any) -> Any:
    """Return the node that says most: the text of the listing; None where nothing is said."""
    best: tuple[float, Any] = (11.0, None)
    around = set(title.iterancestors()) if title is not None else set()
    for count, node in enumerate(body.iter()):
        if count > MOST_NODES:
            break
        if node.tag not in _BLOCKS:
            continue
        length = _prose(node)
        called = f"{node.get('class') or ''} {node.get('id') or ''}"
        score = float(length) * (1.8 if _TEXT.search(called) else 1.0)
        score *= 0.6 if node.tag == "p" and node.getparent() is not body else 1.0
        if _is_aside(node):
            score *= 0.1
        if title is not None and (node is title or node in around):
            score *= 0.25  # what holds the headline holds everything
        if score > best[0]:
            best = (score, node)
    return best[1]


def _prose(node: Any) -> int:
    """Return how much a node says itself, or in its paragraphs; links count for nothing."""
    total = len((node.text or "").strip())
    for child in node:
        if not isinstance(child.tag, str) or child.tag == "script":
            total += len((child.tail or "").strip())
            continue
        if child.tag in _PROSE and child.tag != "a":
            words = len(" ".join(child.itertext()).split()) and len(
                "".join("".join(child.itertext()).split())
            )
            linked = sum(len("".join(one.itertext())) for one in child.iter("a"))
            labelled = child.tag in {"span", "i", "b", "em", "strong", "li"}
            total += max(0, words - 2 * linked) // (3 if labelled else 1)
        total += len((child.tail or "").strip())
    return total


def _is_aside(node: Any) -> bool:
    for depth, one in enumerate((node, *node.iterancestors())):
        if one.tag in {"nav", "footer", "aside", "header"}:
            return True
        if depth > 3 or one.tag == "body":  # what is far says little
            return False
        if ASIDE.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return True
    return False


def selector_of(root: Any, node: Any) -> tuple[str, bool] | None:
    """Return the shortest selector whose first hit is the node, and whether it hits others too."""
    for selector in _tried(node):
        try:
            hits = css(selector).found(root)
        except ValueError:
            continue
        if hits and hits[0] is node:
            return selector, len(hits) > 1
    return None


def _tried(node: Any) -> Iterator[str]:
    identity = node.get("id") or ""
    if written_name(identity) and not re.search(r"\d{2}", identity):
        yield f"#{identity}"
    start = re.sub(r"\d+.*$", "", identity)
    if start != identity and len(start) > 2 and written_name(start.rstrip("_-") or "-"):
        yield f"[id^='{start}']"
    names = [one for one in classes_of(node) if not is_made_up(one)]
    for name in names:
        yield f".{name}"
        yield f"{node.tag}.{name}"
    if node.get("itemprop"):
        yield f"[itemprop='{node.get('itemprop')}']"
    yield node.tag
    parent, way = node.getparent(), node.tag
    for _ in range(4):
        if parent is None or not isinstance(parent.tag, str):
            return
        outer = [f".{one}" for one in classes_of(parent)]
        if written_name(parent.get("id") or "") and not re.search(r"\d{2}", parent.get("id")):
            outer.insert(0, f"#{parent.get('id')}")
        for one in outer:
            yield f"{one} > {way}"
            yield f"{one} {node.tag}"
        at = 1 + sum(1 for _ in node.itersiblings(node.tag, preceding=True))
        for one in outer:
            yield f"{one} > {node.tag}:nth-of-type({at})"
        way, parent = f"{parent.tag} > {way}", parent.getparent()


def images_rule(root: Any, body: Any, url: str, text: Any) -> str:
    """Return the rule of the listing's own pictures: in its text, or in a gallery."""
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    far: dict[str, int] = {}
    inside = set(text.iter("img")) if text is not None else set()
    for count, image in enumerate(body.iter("img")):
        if count > 200:  # a page of one listing has some dozen
            break
        attribute = next((one for one in _REAL if _is_picture(image.get(one) or "", url)), "")
        if not attribute or (_is_aside(image) and image not in inside):
            continue
        for selector, depth in _holders(image):
            groups[(selector, attribute)].add(absolute(url, image.get(attribute)))
            far[selector] = min(far.get(selector, depth), depth)
    best: tuple[float, str] = (0.0, "")
    for (selector, attribute), urls in groups.items():
        hits = css(f"{selector} img[{attribute}]").found(root)
        strange = [one for one in hits if _is_aside(one) and one not in inside]
        if strange:
            continue
        score = len(urls) + 2.0 * bool(_PICTURES.search(selector)) - 0.02 * len(selector)
        score -= 0.4 * far[selector]
        score += 0.5 * (selector.startswith((".", "#")))
        if score > best[0]:
            best = (score, f"{selector} img::attr({attribute})")
    return best[1]


def _is_picture(value: str, url: str) -> bool:
    return bool(value) and not _BAD_PICTURE.search(value) and bool(absolute(url, value))


def _holders(image: Any) -> Iterator[tuple[str, int]]:
    """Yield selectors of what holds a picture, with how far out they are."""
    node = image.getparent()
    for depth in range(5):
        if node is None or node.tag in {"body", "html"}:
            return
        identity = node.get("id") or ""
        if written_name(identity) and not re.search(r"\d{2}", identity):
            yield f"#{identity}", depth
        for name in classes_of(node):
            if not is_made_up(name):
                yield f".{name}", depth
        if node.tag in {"article", "main", "figure"}:
            yield node.tag, depth
        node = node.getparent()
