"""A page that no rule speaks of: what it says for machines first, then what it shows."""

from typing import Any

from crawlers.pages.plain import PlainShown
from crawlers.pages.shown import Given
from crawlers.pages.state import StateShown
from crawlers.pages.structured import StructuredShown

_OWN_WORDS = ("title", "text")
_CUT = ("…", "...", "[…]")


class DescribedShown:
    """A listing that a page describes, in whatever way it does."""

    def __init__(self, root: Any, url: str) -> None:
        self.root = root
        self.url = url
        self.said = StructuredShown(root, url)
        self.plain = PlainShown(root, url)
        self.state = StateShown(root, url)

    def has(self, name: str) -> bool:
        """See :meth:`crawlers.pages.shown.Shown.has`."""
        return bool(self.given(name).values)

    def given(self, name: str) -> Given:
        """Return what the page says of a field for machines, else what it shows."""
        if self.state.is_there and not self.is_product and not self.plain.is_listing:
            return self.state.given(name)
        if name in _OWN_WORDS and not self.is_product:
            # a page without a product describes itself in its head: its site's name and motto
            shown = self.plain.given(name)
            return shown if shown.values else self.said.given(name)
        if name == "site_id" and not self.is_product:
            return self.plain.given(name)
        said = self.said.given(name)
        if name == "text" and said.values and said.values[0].rstrip().endswith(_CUT):
            shown = self.plain.given(name)
            return max((said, shown), key=lambda one: len("".join(one.values)))
        return said if said.values else self.plain.given(name)

    @property
    def is_product(self) -> bool:
        """Whether the page describes something on offer."""
        return self.said.is_there

    @property
    def is_listing(self) -> bool:
        """Whether it is the page of one thing, as far as can be told without rules."""
        return self.is_product or self.plain.is_listing or self.state.is_there
