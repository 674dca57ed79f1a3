"""The tree of a page, as far as it is looked at."""

import re
from typing import Any

from crawlers.pages.shown import parse_html

MOST_CHARACTERS = 4_000_000
"""Of a page; what comes after is not looked at."""
_TAG = re.compile(r"[a-z][a-z0-9]{0,20}")
_ODD = "x-odd"


def tree_of(text: str) -> Any:
    """Return the root of a page. A tag that no selector can name gets a name that fits nothing."""
    root = parse_html(text[:MOST_CHARACTERS])
    for node in root.iter():
        if isinstance(node.tag, str) and not _TAG.fullmatch(node.tag):
            node.tag = _ODD
    return root
