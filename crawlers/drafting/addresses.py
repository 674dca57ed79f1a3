"""Addresses of a page's listings: which are alike, where the id stands in them, which is next."""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qsl, urljoin, urlsplit

_RUN = re.compile(r"\d+|[^\d]+")
_ID_NAMES = re.compile(r"(^|_)(id|no|sn|uuid|key|code)$|id$", re.IGNORECASE)
_HEX = re.compile(r"(?=.*\d)[0-9A-Za-z_-]{6,64}$")
_NOT_AN_ADDRESS = ("#", "javascript:", "tel:", "mailto:", "data:", "sms:", "weixin:")
_LONGEST = 2_000


def absolute(base: str, href: str) -> str:
    """Return a web address as it is reached from a page; empty for anything else."""
    href = href.strip()[:_LONGEST]
    if not href or href.lower().startswith(_NOT_AN_ADDRESS):
        return ""
    try:
        whole = urljoin(base, href)
        urlsplit(whole)
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) else ""


def shape_of(url: str) -> str:
    """Return what addresses of one kind share: digits as 0, ids of letters as *."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    folders = [_folder(one) for one in parts.path.split("/")]
    if folders and folders[-1] and "0" not in folders[-1] and "*" not in folders[-1]:
        folders[-1] = _folder_by_name(folders[-1])
    elif len(folders) > 1 and not folders[-1] and "0" not in folders[-2]:
        folders[-2] = _folder_by_name(folders[-2]) if folders[-2] != "*" else "*"
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)[:20]})
    return f"{parts.netloc}{'/'.join(folders)}?{'&'.join(names)}"


def _folder(part: str) -> str:
    stem, dot, ending = part.rpartition(".")
    stem, ending = (stem, dot + ending) if dot and len(ending) < 6 else (part, "")
    if _HEX.match(stem) and not stem.isdigit() and not re.search(r"[a-z]{4,}", stem[:4]):
        return f"*{ending}"
    return re.sub(r"\d+", "0", part)


def _folder_by_name(part: str) -> str:
    """Return a last folder without digits: 画眉-一只/ and 百灵/ are alike, show.php is itself."""
    stem, dot, ending = part.rpartition(".")
    if dot and ending in {"php", "asp", "aspx", "jsp", "do", "cgi"}:
        return part
    return f"*.{ending}" if dot and stem else "*"


def id_patterns(urls: Sequence[str]) -> list[str]:
    """Return patterns whose first group is the id in each of these addresses, the best first."""
    found = [*_in_query(urls), *_in_path(urls)]
    return [pattern for pattern in found if tells_apart(pattern, urls)]


def tells_apart(pattern: str, urls: Sequence[str]) -> bool:
    """Return whether a pattern gives each different address an id of its own."""
    told: dict[str, str] = {}
    for url in set(urls):
        match = re.search(pattern, url)
        if not match or not match[1]:
            return False
        told.setdefault(match[1], url)
    return len(told) == len(set(urls)) or len(told) >= 0.9 * len(set(urls))


def _in_query(urls: Sequence[str]) -> list[str]:
    values: dict[str, list[str]] = {}
    for url in urls:
        for name, value in parse_qsl(urlsplit(url).query)[:20]:
            values.setdefault(name, []).append(value)
    fit = [
        (name, given)
        for name, given in values.items()
        if len(given) >= len(urls)
        and len(set(given)) >= 0.9 * len(set(urls))
        and all(re.fullmatch(r"[\w-]{1,64}", one) for one in given)
    ]
    fit.sort(key=lambda one: (not _ID_NAMES.search(one[0]), len(one[0])))
    return [
        rf"[?&]{re.escape(name)}=({_kind_of(given)})" for name, given in fit
    ]  # fmt: skip


def _kind_of(values: Sequence[str]) -> str:
    return r"\d+" if all(one.isdecimal() for one in values) else r"[\w-]+"


def _in_path(urls: Sequence[str]) -> list[str]:
    paths = [urlsplit(url).path for url in urls]
    found = []
    runs = [_RUN.findall(path) for path in paths]
    lengths = Counter(len(one) for one in runs)
    length, count = lengths.most_common(1)[0] if lengths else (0, 0)
    alike = [one for one in runs if len(one) == length]
    if count == len(urls):
        for at in range(length):
            column = [one[at] for one in alike]
            if not all(one.isdecimal() for one in column):
                continue
            if len(set(column)) < 0.9 * len(set(paths)):
                continue
            before = _shared_ending([one[at - 1] for one in alike]) if at else ""
            after = _shared_start([one[at + 1] for one in alike]) if at + 1 < length else ""
            if (at and not before) or (at + 1 < length and not after):
                continue  # a number inside a word: half of an id
            found.append((len(column[0]), rf"{_written(before)}(\d+){_written(after)}"))
    by_length = [pattern for _, pattern in sorted(found, key=lambda one: -one[0])]
    return [*by_length, *_by_folder(paths)]


def _shared_ending(texts: Sequence[str]) -> str:
    return _shared_start([one[::-1] for one in texts])[::-1][-12:]


def _shared_start(texts: Sequence[str]) -> str:
    first = min(texts, key=len) if texts else ""
    for at, char in enumerate(first):
        if any(one[at] != char for one in texts):
            return first[:at][:6]
    return first[:6]


def _written(text: str) -> str:
    return re.sub(r"([.?+*()\[\]{}|^$\\])", r"\\\1", text)


def _by_folder(paths: Sequence[str]) -> list[str]:
    split = [path.rstrip("/").split("/") for path in paths]
    if len({len(one) for one in split}) != 1:
        return []
    found = []
    for at in range(len(split[0]) - 1, 0, -1):
        column = [one[at] for one in split]
        if len(set(column)) < 0.9 * len(set(paths)):
            continue
        before = {one[at - 1] for one in split}
        literal = f"/{_written(before.pop())}/" if len(before) == 1 else "/"
        ending = {one.rpartition(".")[2] for one in column if "." in one}
        if len(ending) == 1 and all("." in one for one in column):
            found.append(rf"{literal}([^/?#.]+)\.{_written(ending.pop())}")
        else:
            found.append(rf"{literal}([^/?#]+)")
    return [pattern.replace("//", "/") for pattern in found]


def glob_of(urls: Sequence[str], host: str) -> str:
    """Return a glob of addresses like these, as ``urls:`` writes it."""
    if not urls:
        return ""
    parts = [urlsplit(url) for url in urls]
    if len({one.netloc for one in parts}) != 1:
        return ""
    rest = [one.path + (f"?{one.query}" if one.query else "") for one in parts]
    start = rest[0]
    for one in rest:
        while not one.startswith(start):
            start = start[:-1]
    end = rest[0]
    for one in rest:
        while not one.endswith(end):
            end = end[1:]
    start = re.sub(r"\d+$", "", start) if len(rest) > 1 else re.sub(r"\d[^/]*$", "", start)
    end = re.sub(r"^[\w-]*?(?=[.?&]|$)", "", end) if len(rest) > 1 else ""
    middle = "*" if len(start) + len(end) < min(map(len, rest)) or start != rest[0] else ""
    if parts[0].netloc == host:
        return f"{start}{middle}{end}"
    return f"{parts[0].netloc}{start}{middle}{end}"
