"""How a page is drawn: templates, and the few forms in which values are shown."""

import hashlib
from datetime import UTC, datetime
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from desk import language
from desk.marking import pieces, shorten
from pipeline.base.clock import BEIJING, unstamp
from pipeline.base.language import LANGUAGES
from pipeline.contacts import masked

_ROOM = Path(__file__).resolve().parent
STATIC = _ROOM / "static"
_HIGH, _MIDDLE = 80, 60


class Looks:
    """The templates, once for each language. Everything shown is escaped."""

    def __init__(self) -> None:
        self._environments = {code: _environment(code) for code in LANGUAGES}

    def page(
        self, template: str, *, language: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Render one template as a response."""
        environment = self._environments[language]
        text = environment.get_template(template).render(language=language, **values)
        # a lone surrogate cannot be sent: it becomes "?"
        return HTMLResponse(text.encode("utf-8", "replace"), status)

    def part(self, template: str, *, language: str) -> Template:
        """Return one template, for a part of a page that is drawn many times."""
        return self._environments[language].get_template(template)


class _Told(Environment):
    """An environment of one language: plain messages are told when a template is compiled.

    Looking up the forty messages of a page took a fifth of its drawing (2026-11,
    benchmarks/queue.py). A message with values in it is still told on the page.
    """

    words: NullTranslations

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = _Telling(self.words).visit(
            super()._parse(source, name, filename)
        )
        return template


class _Telling(NodeTransformer):
    """Puts its words in the place of each plain ``_("…")``."""

    def __init__(self, words: NullTranslations) -> None:
        self._words = words

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - jinja2 looks it up by this name
        self.generic_visit(node, *args, **kwargs)
        match node:
            case nodes.Call(
                node=nodes.Name(name="_"), args=[nodes.Const(value=str(message))], kwargs=[]
            ):
                told = Markup(self._words.gettext(message).replace("%%", "%"))  # noqa: S704 - our own catalogue
                return nodes.Const(told, lineno=node.lineno)
        return node


def _environment(code: str) -> Environment:
    environment = _Told(
        loader=FileSystemLoader(_ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    words = environment.words = language.words(code)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        words.gettext, words.ngettext, newstyle=True
    )
    environment.filters.update(
        moment=lambda at, now: _moment(at, now, code),
        minute=minute,
        masked=masked,
        shorten=shorten,
        heat=heat,
        pieces=pieces,
        size=size,
    )
    environment.globals["asset"] = _assets()
    return environment


def _assets() -> dict[str, str]:
    """Return the address of each static file; it changes with the file, so it may be kept."""
    return {
        path.relative_to(STATIC).as_posix(): (
            f"/static/{path.relative_to(STATIC).as_posix()}"
            f"?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        )
        for path in sorted(STATIC.rglob("*"))
        if path.is_file()
    }


def as_time(at: datetime | str) -> datetime:
    """Return a time, also one as the store keeps it."""
    return unstamp(at) if isinstance(at, str) else at.astimezone(UTC)


def minute(at: datetime | str) -> str:
    """Return Beijing time to the minute: "2026-03-10 09:05"."""
    return f"{as_time(at).astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _moment(at: datetime | str, now: datetime, code: str) -> Markup:
    """Return a time as people say it, with the exact one in its title."""
    moment = as_time(at)
    local = moment.astimezone(BEIJING)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S} +08:00",
        _spoken(local, now.astimezone(BEIJING), language.words(code).gettext),
    )


def _spoken(local: datetime, now: datetime, say: Any) -> str:
    days = (now.date() - local.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return str(say("今天 %(clock)s") % {"clock": clock})
    if days == 1:
        return str(say("昨天 %(clock)s") % {"clock": clock})
    if local.year == now.year:
        return str(
            say("%(month)d月%(day)d日 %(clock)s")
            % {"month": local.month, "day": local.day, "clock": clock}
        )
    return f"{local:%Y-%m-%d}"


def heat(score: int) -> str:
    """Return how hot a score looks: "high" from 80, "middle" from 60, else "low"."""
    if score >= _HIGH:
        return "high"
    return "middle" if score >= _MIDDLE else "low"


def size(size_bytes: int) -> str:
    """Return a file's size in words: "1.2 MB"."""
    value = float(size_bytes)
    for unit in ("B", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004 - the step between units
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
