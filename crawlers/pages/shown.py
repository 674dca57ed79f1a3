"""What a row, a page or a JSON item shows, read by the rules of its source."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from lxml import etree

from crawlers.fields.words import clean
from crawlers.pages.rules import Css, Refine, Step, css, path, refine, walk
from crawlers.source import Rule

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul",
})  # fmt: skip
_UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "title", "textarea"})
_MOST_VALUES = 2_000
URL = "@url"


class Shown(Protocol):
    """One listing as something shows it."""

    url: str

    def given(self, name: str) -> "Given":
        """Return what the first rule that gives something gives for a field."""
        ...

    def has(self, name: str) -> bool:
        """Return whether the source has a rule for a field."""
        ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule, ready to be used; the selector or the path is None for ``@url``."""

    look: Css | tuple[Step, ...] | None
    drop: Css | None
    refine: Refine
    join: str | None = None
    html: bool = False
    within: bool = False
    first: bool = False


Fields = Mapping[str, tuple[Compiled, ...]]


class Given(NamedTuple):
    """What a page gives for a field, and whether it stands inside a longer text."""

    values: list[str]
    is_within: bool = False


def compile_fields(fields: Mapping[Any, tuple[Rule, ...]], *, is_json: bool) -> Fields:
    """Return the rules of a section by field, compiled."""
    return {
        name: tuple(compile_rule(rule, is_json=is_json) for rule in rules)
        for name, rules in fields.items()
    }


def compile_rule(rule: Rule, *, is_json: bool) -> Compiled:
    """Return one rule, compiled."""
    return Compiled(
        look=None if rule.at == URL else path(rule.at) if is_json else css(rule.at),
        drop=css(rule.drop) if rule.drop else None,
        refine=refine(rule),
        join=rule.join if "join" in rule.model_fields_set else None,
        html=rule.html,
        within=rule.within,
        first=rule.first,
    )


@dataclass(slots=True)
class HtmlShown:
    """A listing that a node of an HTML page shows. ``node`` is there for page classes."""

    node: Any
    url: str
    fields: Fields

    def has(self, name: str) -> bool:
        """See :meth:`Shown.has`."""
        return name in self.fields

    def given(self, name: str) -> Given:
        """See :meth:`Shown.given`."""
        return _first(self.fields.get(name, ()), self.raw)

    def raw(self, rule: Compiled) -> Iterator[str]:
        """Yield what a rule finds, before it is refined."""
        if rule.look is None:
            yield self.url
            return
        assert isinstance(rule.look, Css)
        for node in rule.look.found(self.node):
            if rule.look.take == "attr":
                value = node.get(rule.look.attribute)
                if value is not None:
                    yield value
            elif rule.look.take == "html":
                yield etree.tostring(node, encoding="unicode", with_tail=False)
            elif rule.look.take == "text":
                yield "".join(node.xpath("text()"))
            else:
                yield text_of(node, rule.drop)

    def css(self, selector: str) -> list[str]:
        """Return what a selector finds here, for page classes."""
        return list(self.raw(Compiled(css(selector), None, Refine())))


@dataclass(slots=True)
class JsonShown:
    """A listing that an item of a JSON answer shows. ``item`` is there for page classes."""

    item: Any
    url: str
    fields: Fields

    def has(self, name: str) -> bool:
        """See :meth:`Shown.has`."""
        return name in self.fields

    def given(self, name: str) -> Given:
        """See :meth:`Shown.given`."""
        return _first(self.fields.get(name, ()), self.raw)

    def raw(self, rule: Compiled) -> Iterator[str]:
        """Yield what a rule finds, before it is refined."""
        if rule.look is None:
            yield self.url
            return
        assert isinstance(rule.look, tuple)
        for value in walk(self.item, rule.look):
            written = scalar(value)
            if written:
                yield html_text(written) if rule.html else written

    def get(self, keys: str) -> list[Any]:
        """Return what a path leads to here, for page classes."""
        return walk(self.item, path(keys))


def scalar(value: Any) -> str:
    """Return a JSON value as text: numbers as written, objects and null as nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def _first(rules: tuple[Compiled, ...], raw: Callable[[Compiled], Iterator[str]]) -> Given:
    for rule in rules:
        found: list[str] = []
        for value in raw(rule):
            given = rule.refine(clean(value).strip())
            if given:
                found.append(given)
            if rule.first or len(found) >= _MOST_VALUES:
                break
        if found:
            joined = found if rule.join is None else [rule.join.join(found)]
            return Given(joined, rule.within)
    return Given([])


def parse_html(text: str) -> Any:
    """Return the root of an HTML page; an empty one where there is no markup at all."""
    parser = etree.HTMLParser(recover=True, encoding="utf-8", huge_tree=True)
    body = text.replace("\x00", "").encode("utf-8", "replace")
    root = etree.fromstring(body, parser) if body.strip() else None
    return etree.Element("html") if root is None else root


def text_of(node: Any, drop: Css | None = None) -> str:
    """Return what a node shows: blanks collapsed, blocks and ``br`` as line ends."""
    if not len(node) and drop is None:
        return " ".join((node.text or "").split())
    unseen = frozenset(drop.found(node)) if drop is not None else frozenset()
    parts: list[str] = []
    hidden: Any = None
    for event, one in etree.iterwalk(node, events=("start", "end", "comment", "pi")):
        if event == "start":
            if hidden is None and _is_hidden(one, unseen):
                hidden = one
            if hidden is None:
                if one.tag in BLOCKS:
                    parts.append("\n")
                parts.append(" ".join(_padded(one.text)))
        elif event == "end" and one is hidden:
            hidden = None
        elif event == "end" and hidden is None and one.tag in BLOCKS and one.tag != "br":
            parts.append("\n")
        if event != "start" and hidden is None and one is not node:
            parts.append(" ".join(_padded(one.tail)))
    lines = (" ".join(part.split()) for part in "".join(parts).split("\n"))
    return "\n".join(part for part in lines if part)


def _padded(text: str | None) -> list[str]:
    """Return the words of a text, with blanks kept at either end."""
    if not text:
        return []
    words = text.split()
    if not words:
        return ["", ""]
    return [*([""] if text[0].isspace() else []), *words, *([""] if text[-1].isspace() else [])]


def _is_hidden(node: Any, unseen: frozenset[Any]) -> bool:
    if node.tag in _UNSEEN or node in unseen:
        return True
    style = node.get("style")
    return bool(style) and "display:none" in style.replace(" ", "").lower()


def html_text(written: str) -> str:
    """Return what a piece of HTML shows."""
    if "<" not in written and "&" not in written:
        return written
    return text_of(parse_html(f"<div>{written}</div>"))
