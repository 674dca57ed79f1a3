"""Reads an archive record by record and says which one is not what was written.

The usual checkers pass a file whose last record was cut off, or whose digests were taken out;
here each gzip member is opened to its own end and compared with the list made when it was
written (``records.json``).
"""

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.base.language import _

_LARGEST = 256_000_000
_HEADER = re.compile(rb"^([A-Za-z-]+): (.*?)\r?$", re.MULTILINE)
_NAMED = {"date": "WARC-Date", "url": "WARC-Target-URI", "type": "WARC-Type"}


@dataclass(frozen=True, slots=True)
class _Found:
    """A record as it lies in the file; ``is_whole`` is false where it breaks off."""

    raw: bytes
    is_whole: bool

    @property
    def headers(self) -> dict[str, str]:
        head = self.raw.partition(b"\r\n\r\n")[0]
        return {
            name.decode(): value.decode("utf-8", "replace") for name, value in _HEADER.findall(head)
        }

    @property
    def record_id(self) -> str:
        return self.headers.get("WARC-Record-ID", "")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def differences(data: bytes, listed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what an archive holds that is not what was listed, each record named."""
    found = list(_members(data))
    problems = [
        _("第 {n} 条记录在中途断掉").format(n=number)
        for number, record in enumerate(found, start=1)
        if not record.is_whole
    ]
    whole = [record for record in found if record.is_whole]
    expected = {str(row["record_id"]): (number, row) for number, row in enumerate(listed, start=1)}
    counts = Counter(record.record_id for record in whole)
    for record_id, (number, row) in expected.items():
        if not counts[record_id]:
            problems.append(_("缺少第 {n} 条记录 {what}").format(n=number, what=_told(row)))
        elif counts[record_id] > 1:
            problems.append(_("第 {n} 条记录 {what} 出现了多次").format(n=number, what=_told(row)))
    for number, record in enumerate(whole, start=1):
        if record.record_id not in expected:
            problems.append(_("第 {n} 条记录是后来加进去的").format(n=number))
        else:
            place, row = expected[record.record_id]
            problems += _changes(record, place, row)
    kept = [record.record_id for record in whole if record.record_id in expected]
    if not problems and kept != list(expected):
        problems.append(_("记录的先后次序被改动"))
    return problems


def _members(data: bytes) -> Iterator[_Found]:
    """Open one gzip member after the other; stops where the file is no longer gzip."""
    rest = data
    while rest:
        opener = zlib.decompressobj(zlib.MAX_WBITS + 16)
        try:
            raw = opener.decompress(rest, _LARGEST)
        except zlib.error:
            yield _Found(b"", is_whole=False)
            return
        yield _Found(raw, is_whole=opener.eof)
        if not opener.eof:
            return
        rest = opener.unused_data


def _changes(record: _Found, number: int, row: Mapping[str, Any]) -> Iterator[str]:
    if record.sha256 == row["sha256"]:
        return
    headers = record.headers
    said = [name for key, name in _NAMED.items() if headers.get(name, "") != row[key]]
    what = _("（{names}）").format(names="、".join(said)) if said else ""
    yield _("第 {n} 条记录 {what} 的内容被改动{part}").format(n=number, what=_told(row), part=what)


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['type']} {row['url']}".strip()
