"""What a run was: found against expected, with the cause in words. Never silently "ok, 0 new".

::

    interrupted   somebody, or the clock, ended it: it goes on where it stopped
    blocked       a login wall, a challenge, a refusal, robots.txt
    failed        the site did not answer, or the program failed
    drift         the pages are no longer what the source file describes
    empty         the site itself says that there is nothing
    thin          less (or far more) than a healthy run gives, or much of it could not be read
    ok            as expected
"""

from dataclasses import dataclass

from crawlers.reading import KNOWN_FROM_HERE
from crawlers.source import Source
from pipeline.base.language import _
from pipeline.store.sums import Sums

FAILED_SHARE = 0.1
"""More than this share of listings that could not be read, and the run is not ok."""

LAYOUT_SHARE = 0.3
"""More than this share of pages that we do not understand, and the layout has changed."""

SLACK = 0.02
"""How far a fill rate may stay under its promise: one in fifty is chance."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a run, a short word for its cause, and the cause in words."""

    state: str
    cause: str = ""
    because: str = ""


def judge_run(source: Source, sums: Sums, *, is_limited: bool = False) -> Health:
    """Return what a run that came to its end was.

    ``is_limited``: somebody asked for fewer listings than there are; the floor says nothing.
    """
    judged = (
        _blocked(sums)
        or _unanswered(sums)
        or _layout(source, sums)
        or _nothing(sums)
        or _fields(source, sums)
        or _unread(sums)
        or _half_listed(sums)
        or _amount(source, sums, is_limited=is_limited)
    )
    return judged or Health("ok")


def _blocked(sums: Sums) -> Health | None:
    if sums.walls:
        kinds = ", ".join(kind for kind in ("login_wall", "challenge") if sums.kinds[kind])
        cause = "challenge" if sums.kinds["challenge"] else "wall"
        return Health("blocked", cause, _("遇到登录墙或验证页（{kinds}）").format(kinds=kinds))
    robots = sums.page_refusals["robots.txt"]
    if robots and not sums.read and robots == sum(sums.page_refusals.values()):
        return Health("blocked", "robots", _("robots.txt 不允许读取这些页面"))
    return None


def _unanswered(sums: Sums) -> Health | None:
    answered = sum(sums.lists[kind] for kind in ("normal", "empty"))
    if answered or sums.read or not sums.lists:
        return None
    if sums.lists["error"] and any("layout" in why for why in sums.page_failures):
        return None  # it answered: the layout is judged next
    if sums.lists["removed"]:
        return Health("drift", "removed", _("列表页已不存在"))
    why = max(sums.lists, key=lambda word: sums.lists[word])
    reasons = "; ".join(sums.page_failures or sums.page_refusals) or why
    return Health("failed", _cause(reasons), _("列表页没有一页读到：{why}").format(why=reasons))


def _layout(source: Source, sums: Sums) -> Health | None:
    misread = sum(count for why, count in sums.page_failures.items() if why.startswith("layout"))
    lost = sum(count for why, count in sums.failed.items() if why.startswith(("layout", "row")))
    pages = max(1, sums.pages)
    if misread and (misread / pages > LAYOUT_SHARE or not sums.listed):
        words = _("{n} 页读得到、读不懂：版式可能变了").format(n=misread)
        return Health("drift", "layout", words)
    if sums.listed and lost / sums.listed > LAYOUT_SHARE:
        words = _("{n} 条信息认不出：版式可能变了").format(n=lost)
        return Health("drift", "layout", words)
    if not source.expect.always or not sums.read:
        return None
    name = min(source.expect.always, key=lambda field: sums.filled[field])
    missing = sums.read - sums.filled[name]
    if missing / sums.read > FAILED_SHARE:
        words = _("{n} 条缺少必有的 {field}").format(n=missing, field=name)
        return Health("drift", "layout", words)
    return None


def _nothing(sums: Sums) -> Health | None:
    if sums.listed:
        return None
    if sums.lists["empty"]:
        return Health("empty", "empty", _("网站自己说没有信息"))
    return Health("drift", "layout", _("列表页上没有一条信息，网站也没有说没有"))


def _fields(source: Source, sums: Sums) -> Health | None:
    if not sums.read:
        return None
    thin = [
        f"{name} {sums.filled[name] / sums.read:.0%} < {share:.0%}"
        for name, share in source.expect.usually.items()
        if sums.filled[name] / sums.read + SLACK < share
    ]
    if not thin:
        return None
    return Health("drift", "fields", _("字段缺得多：{fields}").format(fields=", ".join(thin)))


def _unread(sums: Sums) -> Health | None:
    failed = sums.failed.total()
    if failed and failed / sums.listed > FAILED_SHARE:
        reasons = "; ".join(f"{why} × {count}" for why, count in sums.failed.most_common(3))
        state = "failed" if not sums.read else "thin"
        words = _("{n} 条没有读到：{why}").format(n=failed, why=reasons)
        return Health(state, _cause(reasons), words)
    return None


def _half_listed(sums: Sums) -> Health | None:
    """A list that broke off: what stood on the pages after it was never seen."""
    broken = {page: n for page, n in sums.lists.items() if page in {"error", "removed"}}
    lost = sum(n for why, n in sums.page_failures.items() if why in sums.lists)
    if not broken and not lost:
        return None
    words = _("{n} 页列表没有读到，后面的没有看见").format(n=sum(broken.values()) + lost)
    return Health("thin", "lists", words)


def _amount(source: Source, sums: Sums, *, is_limited: bool) -> Health | None:
    floor, ceiling = source.expect.listings
    if sums.listed > ceiling:
        words = _("{n} 条，多于上限 {most}").format(n=sums.listed, most=ceiling)
        return Health("thin", "ceiling", words)
    # a list in order of time, read to where all is known: what lies beyond is up as it was
    is_cut = KNOWN_FROM_HERE in sums.page_refusals
    if not is_limited and not is_cut and sums.listed < floor:
        words = _("{n} 条，少于下限 {least}").format(n=sums.listed, least=floor)
        return Health("thin", "floor", words)
    limits = [why for why in (*sums.refused, *sums.page_refusals) if why.startswith("limits.")]
    if limits:
        return Health(
            "thin", "limit", _("到了限度：{why}").format(why=", ".join(sorted(set(limits))))
        )
    if any("repeats" in why for why in sums.page_refusals):
        return Health("ok", "repeats", _("列表没有尽头，从重复处停下"))
    return None


def _cause(reasons: str) -> str:
    """Return one word for the reasons. A host that is down has no robots.txt either."""
    is_down = "robots.txt out of reach" in reasons and "status" not in reasons
    text = reasons.lower().replace("robots", "" if is_down else "robots")
    return next((word for word in _CAUSES if word in text), "error")


_CAUSES = ("robots", "timeout", "tls", "host", "connection", "refused", "status", "limits")
