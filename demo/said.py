"""How Chinese sites say when something was posted."""

from datetime import datetime, timedelta


def ago(posted: datetime, now: datetime) -> str:
    """Return the words a list shows: 刚刚, 12分钟前, 3小时前, 昨天 21:30, 06-18, 2025-12-03."""
    age = now - posted
    if age < timedelta(minutes=2):
        return "刚刚"
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)}分钟前"
    if posted.date() == now.date():
        return f"{int(age.total_seconds() // 3600)}小时前"
    if posted.date() == now.date() - timedelta(days=1):
        return f"昨天 {posted:%H:%M}"
    if posted.year == now.year:
        return f"{posted:%m-%d}"
    return f"{posted:%Y-%m-%d}"


def exact(posted: datetime) -> str:
    """Return the minute: 2026-11-25 10:22."""
    return f"{posted:%Y-%m-%d %H:%M}"
