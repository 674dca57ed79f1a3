"""What is asked for the one thing that a page shows: sums weighed by where and how they stand."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from crawlers.fields.price import price_of
from crawlers.pages.headline import words_of
from crawlers.pages.pairs import Pair

_PRICE = re.compile(
    r"pri(?![a-z])|price|jiage|(?<![a-z])jg(?![a-z])|amount|money|cost", re.IGNORECASE
)
_OLD = re.compile(
    r"old|orig|market|del|yuanjia|before|was|line-?through|deposit|ship|freight", re.IGNORECASE
)
_LABEL = (
    r"(?:(?:出售|转让|商品|本店|会员|促销|活动|参考|意向|产品)?(?:价\s*格|售\s*价|现\s*价|单\s*价|报\s*价)"
    r"|一口价|当前价|直播价|成交价|转让价|出售价|标\s*价|要\s*价|价\s*位|价\s*钱|金\s*额|心理价|起拍价|到手价|优惠价|特\s*价)"
)
_LABELLED = re.compile(
    rf"^\s*[【\[]?{_LABEL}[^:：\d¥￥一二两三四五六七八九十面]{{0,4}}[】\]]?\s*[:：]?\s*(.{{1,40}})$"
)
_IS_LABEL = re.compile(rf"^{_LABEL}(?:[（(][^）)]{{1,6}}[）)])?$")
_BEGINNING = re.compile(r"起拍|参考|单")
"""Asked as well, but less so than what stands beside it."""
_SUM = re.compile(r"[¥￥]\s*\d|\d\s*(?:元|块|万)|面议|[一二两三四五六七八九十百千]+[元块]")
_NOT_ASKED = re.compile(
    r"\s*(?:原价|市场|定金|订金|运费|邮费|押金|立减|满\s*\d|新人|优惠券|领券|返|余额|保证金|缴|发布|充值)"
)
_STRUCK = frozenset({"del", "s", "strike"})
_LONGEST = 60
_MOST_AROUND = 30
_PIECES = 6
_NEAR = 60
"""So many elements behind the headline, a sum no longer gains by being near."""

Nodes = Sequence[tuple[Any, bool]]


class Candidate(NamedTuple):
    """A piece of text that may say what is asked, and how much speaks for it."""

    points: float
    text: str
    is_within: bool = False


def asked_on(nodes: Nodes, pairs: Sequence[Pair], title: str) -> Iterator[Candidate]:
    """Yield what may be the price, with its points; only those above 0 count.

    Args:
        nodes: the elements of the body, and whether each stands aside (navigation, related).
        pairs: labels and what stands beside them.
        title: the headline: a price stands behind it rather than before it.
    """
    for number, pair in enumerate(pairs):
        if _IS_LABEL.match(pair.label) and _is_sum(pair.value) and len(pair.value) <= _LONGEST:
            weaker = 2.0 * bool(_BEGINNING.match(pair.label))
            yield Candidate(9.0 - weaker - number / 1000, pair.value)
    nearness = _nearness(nodes, title)
    for order, (node, is_aside) in enumerate(nodes):
        shown = short(node)
        if not shown:
            continue
        names = names_of(node)
        labelled = _LABELLED.search(shown)
        is_named = bool(_PRICE.search(names))
        if not (labelled or is_named or _SUM.search(shown)):
            continue
        said = labelled[1] if labelled else shown
        if not _is_sum(said):
            continue
        points = 6.0 * bool(labelled) + 5.0 * is_named + 2.0 * bool(re.search("[¥￥元]", shown))
        points += 1.0 * (not len(node)) - len(shown) / 30 + nearness(order)
        points -= 8.0 * is_aside + 8.0 * _is_no_asking(node, names, shown)
        if points > 0:
            points -= 4.0 * _is_one_of_many(node)
        yield Candidate(points, said)


def short(node: Any) -> str:
    """Return what a small element shows; empty for one that holds much."""
    if len(node) > _PIECES:  # a price is drawn in a few pieces at most
        return ""
    shown = " ".join(words_of(node, 4 * _LONGEST).split())
    return shown if 0 < len(shown) <= _LONGEST else ""


def names_of(node: Any) -> str:
    """Return what a page calls an element, and the one around it."""
    parent = node.getparent()
    around = (
        f"{parent.get('class', '')}"
        if parent is not None and next(islice(parent, 3, None), None) is None
        else ""
    )
    return f"{node.get('class', '')} {node.get('id', '')} {node.get('itemprop', '')} {around}"


def says_sum(node: Any, shown: str) -> bool:
    """Return whether a small element speaks of money, by its words or its name."""
    return bool(_SUM.search(shown) or _PRICE.search(names_of(node)))


def _is_sum(said: str) -> bool:
    price = price_of(said)
    if price.yuan is not None:
        return price.yuan > 0 or "免费" in said or "送" in said
    return "议" in said or "联系" in said


def _nearness(nodes: Nodes, title: str) -> Callable[[int], float]:
    """Return what a place on the page gains: near behind the headline most, before it nothing."""
    at = next(
        (
            order
            for order, (node, is_aside) in enumerate(nodes)
            if title
            and not is_aside
            and len(node) <= _PIECES
            and " ".join(words_of(node, 400).split()) == title
        ),
        None,
    )

    def gained(order: int) -> float:
        if at is None:
            return -order / max(1, len(nodes))
        if order < at:
            return -1.5
        return 2.0 * max(0.0, 1 - (order - at) / _NEAR)

    return gained


def _is_no_asking(node: Any, names: str, shown: str) -> bool:
    if node.tag in _STRUCK or _OLD.search(names):
        return True
    if any(one.tag in _STRUCK for one in islice(node.iterancestors(), _MOST_AROUND)):
        return True
    style = (node.get("style") or "").replace(" ", "")
    return "line-through" in style or bool(_NOT_ASKED.match(shown))


def _is_one_of_many(node: Any) -> bool:
    """Return whether it stands in a card with others of its kind beside it, sums and all."""
    one = node
    for _ in range(4):
        parent = one.getparent()
        if parent is None or parent.tag == "body":
            return False
        if _has_twin(one):
            return True
        one = parent
    return False


def _has_twin(node: Any) -> bool:
    """Return whether a neighbour is drawn alike, says other words and another sum."""
    if len(node) == 0:
        return False  # the pieces of one price are alike as well
    words = words_of(node, 4 * _LONGEST).strip()
    for other in (node.getnext(), node.getprevious()):
        if other is None or other.tag != node.tag or other.get("class") != node.get("class"):
            continue
        theirs = words_of(other, 4 * _LONGEST).strip()
        if theirs != words and len(other) == len(node) and _SUM.search(theirs):
            return True
    return False
