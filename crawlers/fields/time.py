"""Times as sites write them, against the moment of the response, in Asia/Shanghai.

No listing is dated after it was seen. A bump (擦亮, 刷新) is told apart from a first posting.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from crawlers.fields.words import SHOWN, chinese_number, folded, line
from pipeline.base.clock import BEIJING

_NUMBER = r"(?P<number>\d{1,5}|[一二两三四五六七八九十]{1,3}|半)"
_AGO = re.compile(
    rf"{_NUMBER}\s*(?:个)?\s*(?P<unit>秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年)\s*(?:之?前|以前|ago)"
)
_NOW = re.compile(r"刚刚|刚才|方才|just now")
_DAY = re.compile(r"(?P<word>大前[天日]|前[天日]|昨[天日晚]|今[天日早晚])")
_WEEKDAY = re.compile(r"(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_CLOCK = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|今晚|昨晚)?\s*(?<![\d:])(?P<hour>[01]?\d|2[0-4])\s*[:时点]\s*(?P<minute>[0-5]\d)(?![\d])"
    r"(?:\s*[:分]\s*(?P<second>[0-5]\d)(?:\.\d{1,9})?)?"
)
_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d|\d\d(?=\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d))\s*[-/.年]\s*(?P<month>\d{1,2})"
    r"(?:\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)\s*[日号]?)?(?!\d)"
)
_MONTH_DAY = re.compile(
    r"(?<![\d.:-])(?P<month>\d{1,2})\s*(?:[-/]|月)\s*(?P<day>\d{1,2})(?![\d.:])\s*[日号]?"
)
_ZONE = re.compile(
    r"(?P<utc>z|gmt|utc)\b|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)\s*(?=$|\D)"
)
_NAMES = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_ENGLISH = re.compile(
    r"(?:(?P<day1>\d{1,2})\s+)?(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*"
    r"(?:(?P<day2>\d{1,2})(?!\d|:))?,?"
)
_YEAR = re.compile(r"(?<![\d:+-])(?:19|20)\d\d(?![\d:])")
_UNIX = re.compile(r"\d{10}(?:\d{3})?")
_BUMP = re.compile(r"擦亮|刷新|顶帖|置顶|更新|重新发布|最后回复|回复于")
_FLASH = timedelta(minutes=10)
"""A site's clock may run ahead of ours by this much: the time is then the moment of seeing."""

_NO_SITE_BEFORE = 946_684_800
"""2000-01-01: an earlier stamp is a blank, not a time."""

_DAYS_BACK = {"今": 0, "昨": 1, "前": 2, "大前": 3}
_UNITS = {
    "秒": ("seconds", "minute"),
    "分": ("minutes", "minute"),
    "小": ("hours", "minute"),
    "钟": ("hours", "minute"),
    "天": ("days", "day"),
    "日": ("days", "day"),
    "周": ("weeks", "week"),
    "星": ("weeks", "week"),
    "礼": ("weeks", "week"),
}
_HALF = {"分": {"seconds": 30}, "小": {"minutes": 30}, "钟": {"minutes": 30}, "天": {"hours": 12}}


@dataclass(frozen=True, slots=True)
class Posted:
    """When, as read.

    Attributes:
        at: UTC; never after the moment of seeing. A day alone is its midnight in Beijing.
        raw: the words.
        precision: "second", "minute", "day", "week", "month" or "year"; empty without ``at``.
        note: why ``at`` is empty.
        is_bump: the words tell of a bump, not of the first posting.
    """

    at: datetime | None = None
    raw: str = ""
    precision: str = ""
    note: str = ""
    is_bump: bool = False


def posted_of(text: str, seen_at: datetime) -> Posted:
    """Read a time against ``seen_at``, the moment of the response."""
    raw = line(text[: 4 * SHOWN])[:SHOWN]
    said = folded(text)
    if not said.strip():
        return Posted(raw=raw, note="empty" if raw else "")
    now = seen_at.astimezone(BEIJING)
    is_bump = bool(_BUMP.search(said))
    try:
        read = _read(said, now)
    except (ValueError, OverflowError):
        read = None
    if read is None:
        return Posted(raw=raw, note="unreadable", is_bump=is_bump)
    at, precision = read
    if at > now:
        if at - now > _FLASH:
            return Posted(raw=raw, note="after it was seen", is_bump=is_bump)
        at = now
    return Posted(at.astimezone(UTC), raw, precision, is_bump=is_bump)


def _read(said: str, now: datetime) -> tuple[datetime, str] | None:
    for look in (_unix, _now, _ago, _relative_day, _dated, _english, _month_and_day, _weekday):
        found = look(said, now)
        if found:
            return found
    return _clock_alone(said, now)


def _unix(said: str, now: datetime) -> tuple[datetime, str] | None:
    stamp = said.strip()
    if not _UNIX.fullmatch(stamp):
        return None
    seconds = int(stamp[:10])
    if seconds < _NO_SITE_BEFORE:
        return None
    return datetime.fromtimestamp(seconds, UTC).astimezone(now.tzinfo), "second"


def _now(said: str, now: datetime) -> tuple[datetime, str] | None:
    return (now, "minute") if _NOW.search(said) else None


def _ago(said: str, now: datetime) -> tuple[datetime, str] | None:
    found = _AGO.search(said)
    if not found:
        return None
    unit = found["unit"][0]
    if found["number"] == "半":
        if unit in "月年":
            return (now - timedelta(days=15), "day") if unit == "月" else (_months(now, 6), "month")
        return (now - timedelta(**_HALF[unit]), "minute") if unit in _HALF else None
    number = (
        int(found["number"]) if found["number"].isdecimal() else chinese_number(found["number"])
    )
    if number is None:
        return None
    if unit in "月年":
        months = number if unit == "月" else 12 * number
        return _months(now, months), "month" if unit == "月" else "year"
    name, precision = _UNITS[unit]
    then = now - timedelta(**{name: number})
    return (_midnight(then), precision) if precision in {"day", "week"} else (then, precision)


def _relative_day(said: str, now: datetime) -> tuple[datetime, str] | None:
    found = _DAY.search(said)
    if not found:
        return None
    word = found["word"]
    back = _DAYS_BACK["大前" if word.startswith("大前") else word[0]]
    return _at_clock(_midnight(now - timedelta(days=back)), said[found.start() :])


def _dated(said: str, now: datetime) -> tuple[datetime, str] | None:
    found = _DATE.search(said)
    if not found:
        return None
    year = int(found["year"])
    if year < 100:  # noqa: PLR2004 - 24-5-18
        year += 2000
    if not found["day"]:
        return datetime(year, int(found["month"]), 1, tzinfo=now.tzinfo), "month"
    day = datetime(year, int(found["month"]), int(found["day"]), tzinfo=now.tzinfo)
    return _at_clock(day, said[found.end() :].replace("t", " ", 1))


def _english(said: str, now: datetime) -> tuple[datetime, str] | None:
    """Read weibo's ``Fri Jan 02 08:36:13 +0800 2026`` and a feed's ``25 Nov 2026 02:20 GMT``."""
    found = _ENGLISH.search(said)
    year = _YEAR.search(said[found.end() :]) if found else None
    if not found or not year or not (found["day2"] or found["day1"]):
        return None
    month = _NAMES[found["month"].capitalize()]
    day = datetime(int(year[0]), month, int(found["day2"] or found["day1"]), tzinfo=now.tzinfo)
    return _at_clock(day, said[found.end() :])


def _month_and_day(said: str, now: datetime) -> tuple[datetime, str] | None:
    found = _MONTH_DAY.search(said)
    if not found:
        return None
    month, day = int(found["month"]), int(found["day"])
    # the latest such day that is not after the moment of seeing: 11-20 read in March is last year's
    for year in range(now.year, now.year - 9, -1):
        try:
            start = datetime(year, month, day, tzinfo=now.tzinfo)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        read = _at_clock(start, said[found.end() :])
        if read[0] <= now + _FLASH:
            return read
    return None


def _weekday(said: str, now: datetime) -> tuple[datetime, str] | None:
    found = _WEEKDAY.search(said)
    if not found:
        return None
    wanted = "一二三四五六日".index(found["day"].replace("天", "日"))
    monday = now - timedelta(days=now.weekday(), weeks=1 if found["last"] else 0)
    then = monday + timedelta(days=wanted)
    if _midnight(then) > now:
        then -= timedelta(weeks=1)
    return _at_clock(_midnight(then), said[found.end() :])


def _clock_alone(said: str, now: datetime) -> tuple[datetime, str] | None:
    if not _CLOCK.search(said):
        return None
    at, precision = _at_clock(_midnight(now), said)
    if at > now + _FLASH:
        at -= timedelta(days=1)
    return at, precision


def _at_clock(day: datetime, rest: str) -> tuple[datetime, str]:
    """Return the day with the time of day that follows it, and that time's own zone."""
    found = _CLOCK.search(rest)
    if not found:
        return day, "day"
    hour = int(found["hour"])
    if found["part"] in {"下午", "傍晚", "晚上", "今晚", "昨晚", "中午"} and 0 < hour < 11:  # noqa: PLR2004
        hour += 12
    at = day.replace(minute=int(found["minute"]), second=int(found["second"] or 0))
    at += timedelta(hours=hour)
    zone = _ZONE.search(rest[found.end() :])
    if zone:
        at = at.replace(tzinfo=_offset(zone)).astimezone(day.tzinfo)
    return at, "second" if found["second"] else "minute"


def _offset(zone: re.Match[str]) -> timezone:
    if zone["utc"]:
        return UTC
    shift = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"]))
    return timezone(-shift if zone["sign"] == "-" else shift)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _months(now: datetime, back: int) -> datetime:
    """Return the same day of an earlier month, or that month's last day."""
    months = now.year * 12 + now.month - 1 - back
    year, month = divmod(months, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return _midnight(now.replace(year=year, month=month + 1, day=day))
