"""``shouyi source session``: the operator logs in himself, or brings a saved log-in."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from commands.edge import AsJson, Home, emit, settings_of
from crawlers.manners import Site
from crawlers.source import Source
from crawlers.sources import gate_of, load_sources, shipped_sources
from pipeline.base.clock import Clock, SystemClock, beijing_iso, stamp, unstamp
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.sessions import Session, only_of_site, sessions_of, state_of_file
from pipeline.store import audit
from pipeline.store.open import open_store

HELP = _("登录：打开看得见的浏览器由人登录，或导入存好的登录状态；加密保存。")
EXAMPLE = _("例：shouyi source session goofish --import state.json --by 王警官")


def run(
    name: Annotated[str, typer.Argument(help=_("来源的 key，见 shouyi source list"))],
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--import", help=_("Playwright 状态 JSON，或 cookies.txt"), show_default=False
        ),
    ] = None,
    by: Annotated[str, typer.Option("--by", help=_("谁的登录，记入审计"))] = "",
    show: Annotated[bool, typer.Option("--show", help=_("只看现有会话的年龄和期限"))] = False,
    forget: Annotated[bool, typer.Option("--forget", help=_("删除会话"))] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Log in by hand or import, tell age and end, or forget; exit 1 where it cannot be used."""
    settings = settings_of(home)
    clock = SystemClock()
    sources = load_sources(shipped_sources(), settings.own_sources)
    if name not in sources:
        raise NotFound("source", f"there is no source {name[:60]}", "see shouyi source list")
    if forget:
        _forget(settings, name, by, clock)
    elif not show:
        _save(settings, sources[name], file, by, clock)
    line = line_of(sessions_of(settings).of(name), name, clock)
    if as_json:
        emit(line)
    else:
        typer.echo(_told(line))
    if show and not line["usable"]:
        raise typer.Exit(1)


def line_of(session: Session | None, source: str, clock: Clock) -> dict[str, Any]:
    """Return what is told of a session; never a cookie of it."""
    if session is None:
        return {"source": source, "session": False, "usable": False, "trouble": _("没有会话")}
    now = clock.now()
    ends = session.ends_at
    return {
        "source": source,
        "session": True,
        "usable": session.is_usable(now),
        "saved_at": beijing_iso(unstamp(session.saved_at)),
        "saved_by": session.saved_by,
        "age_days": (now - unstamp(session.saved_at)).days,
        "ends_at": beijing_iso(ends) if ends else None,
        "cookies": len(session.state["cookies"]),
        "trouble": session.trouble(now),
    }


def _save(settings: Settings, source: Source, file: Path | None, by: str, clock: Clock) -> None:
    if not by.strip():
        raise BadInput("session", _("没有写是谁的登录"), _("加 --by 姓名"))
    if file is not None:
        state = state_of_file(file)
    else:
        # Playwright: not for a command that only reads a file
        from crawlers.logging_in import logged_in, visible_browser

        path = visible_browser()
        typer.echo(_("请在打开的窗口里登录，登录后关闭窗口。"), err=True)
        state = logged_in(path, source.base_url, gate_of([source]))
    own, left = only_of_site(state, _is_of(source))
    if not own["cookies"] and not own["origins"]:
        what = _("登录状态里没有 {site} 的 cookie").format(site=source.base_url)
        raise BadInput(str(file or "session"), what, _("核对来源的 base_url，或重新登录"))
    if left:
        typer.echo(_("{n} 项不属于这个网站，没有保存").format(n=left), err=True)
    saved = Session(source=source.key, state=own, saved_at=stamp(clock.now()), saved_by=by.strip())
    sessions_of(settings).save(saved)
    how = "imported" if file is not None else "logged in"
    _note(settings, source.key, by, "session.saved", clock, how=how)


def _is_of(source: Source) -> Callable[[str], bool]:
    """Return whether a cookie's or an origin's address belongs to the site, whatever its port."""
    site = Site(source)
    hosts = {urlsplit(url).hostname for url in (source.base_url, source.search.url)}

    def holds(url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return bool(host) and (host in hosts or site.holds(url))

    return holds


def _forget(settings: Settings, name: str, by: str, clock: Clock) -> None:
    if sessions_of(settings).forget(name):
        _note(settings, name, by, "session.forgotten", clock)


def _note(settings: Settings, name: str, by: str, did: str, clock: Clock, **details: str) -> None:
    db = open_store(settings.database)
    try:
        with db.atomic():
            who = by.strip() or "command line"
            audit.write(db, clock=clock, who=who, did=did, what=name, details=details)
    finally:
        db.conn.close()


def _told(line: dict[str, Any]) -> str:
    if not line["session"]:
        return f"{line['source']}: {line['trouble']}"
    words = _("{source}：{by} 于 {at} 保存，期限 {ends}，cookie {n} 个").format(
        source=line["source"],
        by=line["saved_by"],
        at=line["saved_at"],
        ends=line["ends_at"] or _("网站没有说"),
        n=line["cookies"],
    )
    return f"{words}\n{line['trouble']}".rstrip()
