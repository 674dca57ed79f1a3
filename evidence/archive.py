"""The bytes as the server sent them, as WARC/1.1: a request and a response record each.

CDP gives bodies with their coding taken off, so the headers are made to fit what is stored
(else no player can replay it) and what they said is kept as ``X-Archive-Orig-*``.
"""

import hashlib
import io
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from evidence.captured import Captured, door_of
from evidence.chromium.exchanges import Exchange

_CODINGS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_LEVEL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where a record lies in the archive, and what it is known by.

    Attributes:
        offset, size_bytes: of its own gzip member in the file.
        sha256: of the record itself, headers and all, before it was compressed.
    """

    record_id: str
    type: str
    url: str
    date: str
    offset: int
    size_bytes: int
    sha256: str


class _Writer(WARCWriter):  # type: ignore[misc] # warcio brings no types
    """warcio's own writer, with SHA-256 in place of SHA-1."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class _Archive:
    """A WARC file in the making: each record its own gzip member, each known by its digest."""

    def __init__(self) -> None:
        self.file = io.BytesIO()
        self.records: list[dict[str, Any]] = []

    def add(self, build: Any, **what: Any) -> str:
        """Write one record and return its id."""
        raw = io.BytesIO()
        writer = _Writer(raw, gzip=False, warc_version="1.1")
        record = getattr(writer, build)(**what)
        writer.write_record(record)
        member = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + 16)
        packed = member.compress(raw.getvalue()) + member.flush()
        headers = record.rec_headers
        record_id = str(headers.get_header("WARC-Record-ID"))
        self.records.append(
            asdict(
                Record(
                    record_id=record_id,
                    type=record.rec_type,
                    url=headers.get_header("WARC-Target-URI") or "",
                    date=headers.get_header("WARC-Date"),
                    offset=self.file.tell(),
                    size_bytes=len(packed),
                    sha256=hashlib.sha256(raw.getvalue()).hexdigest(),
                )
            )
        )
        self.file.write(packed)
        return record_id


def archived(seen: Captured, *, name: str, software: str) -> tuple[bytes, list[dict[str, Any]]]:
    """Return the archive of a capture, and the list of its records in order.

    An answer whose body could not be had is not in it: the manifest names it as missing.
    """
    archive = _Archive()
    headers = StatusAndHeaders("", [("WARC-Type", "warcinfo")], protocol="WARC/1.1")
    headers.add_header("WARC-Record-ID", WARCWriter(None)._make_warc_id())  # noqa: SLF001 - warcio has no other door
    headers.add_header("WARC-Filename", name)
    headers.add_header("WARC-Date", _date(seen.started_at))
    about = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
    archive.add(
        "create_warc_record",
        uri="",
        record_type="warcinfo",
        warc_headers=headers,
        payload=io.BytesIO(about),
        length=len(about),
    )
    for exchange, sent in zip(seen.exchanges, seen.sent, strict=True):
        if not exchange.problem:
            _add_exchange(archive, exchange, sent, seen)
    return archive.file.getvalue(), archive.records


def _add_exchange(
    archive: _Archive, exchange: Exchange, sent: list[tuple[str, str]], seen: Captured
) -> None:
    about = {"WARC-Date": _date(exchange.received_at)}
    address = seen.addresses.get(door_of(exchange.url))
    if address:
        about["WARC-IP-Address"] = address
    body = exchange.body or b""
    response_id = archive.add(
        "create_warc_record",
        uri=exchange.url,
        record_type="response",
        payload=io.BytesIO(body),
        length=len(body),
        warc_headers_dict=about,
        http_headers=StatusAndHeaders(
            f"{exchange.status} {exchange.status_text}".strip(),
            _fitting(exchange, len(body)),
            protocol="HTTP/1.1",
        ),
    )
    archive.add(
        "create_warc_record",
        uri=exchange.url,
        record_type="request",
        payload=io.BytesIO(exchange.posted),
        length=len(exchange.posted),
        warc_headers_dict={**about, "WARC-Concurrent-To": response_id},
        http_headers=StatusAndHeaders(
            f"{exchange.method} {_target(exchange.url)} HTTP/1.1",
            _plain(sent),
            is_http_request=True,
        ),
    )


def _fitting(exchange: Exchange, size_bytes: int) -> list[tuple[str, str]]:
    kept = []
    for name, value in _plain(exchange.headers):
        is_coding = name.lower() in _CODINGS
        kept.append((f"X-Archive-Orig-{name}" if is_coding else name, value))
    return [*kept, ("Content-Length", str(size_bytes))]


def _plain(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """HTTP/2 names (``:path``) are no header names; a line break inside a value ends it."""
    return [
        (name, " ".join(value.split("\n")).strip("\r\n"))
        for name, value in headers
        if not name.startswith(":")
    ]


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _date(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"
