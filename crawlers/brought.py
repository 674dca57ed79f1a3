"""Pages that somebody brought: a saved page, MHTML, HAR, WARC, or a ZIP (WACZ) of such.

Nothing of a file is written anywhere but into memory, so that no name in it leads out of a
folder; size, number and unpacked size are bounded, and what is left out is told.
"""

import base64
import binascii
import email
import email.policy
import email.utils
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawlers.pages.base import Fetched, fetched
from pipeline.base.errors import BadInput

MOST_BYTES = 500_000_000
MOST_PAGE_BYTES = 20_000_000
MOST_PAGES = 5_000
MOST_UNPACKED_BYTES = 1_000_000_000
_MOST_HAR_BYTES = 200_000_000
_MOST_ENTRIES = 20_000
_MOST_TOLD = 50

_READ = re.compile(r"html|json|xml|text/plain|javascript", re.IGNORECASE)
_SAVED_FROM = re.compile(
    r"<!--\s*saved from url=\(\d{1,6}\)(https?://[^\s>]{4,2000})", re.IGNORECASE
)
_CANONICAL = re.compile(
    r"<link\b[^>]{0,300}rel=[\"']?canonical[\"']?[^>]{0,300}href=[\"'](https?://[^\"']{4,2000})"
    r"|<meta\b[^>]{0,300}property=[\"']?og:url[\"']?[^>]{0,300}content=[\"'](https?://[^\"']{4,2000})",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?:From|MIME-Version|Snapshot-Content-Location|Subject|Date):", re.IGNORECASE)
_TYPES = {".json": "application/json", ".xml": "application/xml", ".txt": "text/plain"}
_DAMAGED = (
    zipfile.BadZipFile,  # a wrong checksum, or headers that disagree
    OSError,  # the file itself cannot be read
    RuntimeError,  # a locked entry: zipfile says no more than that
    NotImplementedError,  # a way of packing that Python does not know
    EOFError,  # cut off
    ValueError,  # sizes that make no sense
)


@dataclass(slots=True)
class Bundle:
    """A file that was brought, and what could not be read in it.

    Attributes:
        kind: page, mhtml, har, warc or zip.
        left_out: what was left out, and why; at most fifty of them are named.
    """

    path: Path
    now: datetime
    url: str = ""
    seen_at: datetime | None = None
    kind: str = ""
    left_out: list[str] = field(default_factory=list)
    _pages: int = 0
    _bytes: int = 0

    def pages(self) -> Iterator[Fetched]:
        """Yield the pages of the file, in its own order.

        Raises:
            BadInput: it cannot be read, is empty, is too large, or no page of it has an address.
        """
        body = _head_of(self.path)
        self.kind = _kind_of(body)
        for page in _READERS[self.kind](self):
            self._pages += 1
            if self._pages > MOST_PAGES:
                self.leave_out("the rest", f"more than {MOST_PAGES:,} pages")
                return
            yield page

    def page(
        self, url: str, body: bytes, *, at: datetime | None, kind: str, status: int = 200
    ) -> Fetched | None:
        """Return one page within the bounds; None where it is left out."""
        if not url.startswith(("http://", "https://")):
            self.leave_out(url[:80] or "a page", "has no address")
            return None
        if len(body) > MOST_PAGE_BYTES:
            self.leave_out(url[:80], f"is larger than {MOST_PAGE_BYTES:,} bytes")
            return None
        self._bytes += len(body)
        if self._bytes > MOST_UNPACKED_BYTES:
            self.leave_out(url[:80], "is past the bound of unpacked bytes")
            return None
        seen = min(at or self.seen_at or self.now, self.now)
        return fetched(url, body, seen_at=seen, status=status, headers={"content-type": kind})

    def leave_out(self, name: str, why: str) -> None:
        """Note what is left out."""
        if len(self.left_out) < _MOST_TOLD:
            self.left_out.append(f"{' '.join(name.split())[:100]}: {why}")


def _head_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4_096)
    except OSError as error:
        raise BadInput(str(path), f"cannot be read ({error.strerror})", "check the path") from error
    if not size:
        raise BadInput(str(path), "is empty", "save the page again")
    if size > MOST_BYTES:
        raise BadInput(str(path), f"is larger than {MOST_BYTES:,} bytes", "split it up")
    return head


def _kind_of(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith((b"\x1f\x8b", b"WARC/")):
        return "warc"
    text = head.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if text.startswith("{") and re.search(r'"log"\s*:', text[:2_000]):
        return "har"
    if re.match(
        r"(?:From|MIME-Version|Snapshot-Content-Location|Subject|Date):", text, re.IGNORECASE
    ):
        return "mhtml"
    return "page"


def _of_page(bundle: Bundle) -> Iterator[Fetched]:
    body = bundle.path.read_bytes()
    url = bundle.url or _own_address(body)
    if not url:
        mend = "give --url with the address the page had"
        raise BadInput(str(bundle.path), "does not say what address it had", mend)
    kind = _TYPES.get(bundle.path.suffix.lower(), "text/html")
    page = bundle.page(url, body, at=None, kind=kind)
    if page is not None:
        yield page


def _own_address(body: bytes) -> str:
    """Return the address that a saved page carries itself: browsers write it in its head."""
    text = body[:100_000].decode("utf-8", "replace")
    found = _SAVED_FROM.search(text) or _CANONICAL.search(text)
    return next((group for group in found.groups() if group), "") if found else ""


def _of_mhtml(bundle: Bundle) -> Iterator[Fetched]:
    body = bundle.path.read_bytes()
    message = email.message_from_bytes(body, policy=email.policy.compat32)
    outer = str(message.get("Snapshot-Content-Location", ""))
    date = _time(str(message.get("Date", "")))
    for number, part in enumerate(message.walk()):
        if number > _MOST_ENTRIES:
            bundle.leave_out("the rest", "too many parts")
            return
        kind = part.get_content_type()
        if part.is_multipart() or kind not in {"text/html", "application/xhtml+xml"}:
            continue
        payload = part.get_payload(decode=True)
        url = bundle.url or str(part.get("Content-Location", "")) or outer
        charset = part.get_content_charset() or ""
        if isinstance(payload, bytes) and url.startswith("http"):
            named = f"{kind}; charset={charset}" if charset else kind
            page = bundle.page(url, payload, at=date, kind=named)
            if page is not None:
                yield page
        if url == outer:
            return  # frames behind the page itself are adverts


def _of_har(bundle: Bundle) -> Iterator[Fetched]:
    if bundle.path.stat().st_size > _MOST_HAR_BYTES:
        what = f"is larger than {_MOST_HAR_BYTES:,} bytes"
        raise BadInput(str(bundle.path), what, "export it without pictures")
    try:
        entries = json.loads(bundle.path.read_bytes())["log"]["entries"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = "is no HAR: log.entries is not there"
        raise BadInput(str(bundle.path), what, "save it again from the browser") from error
    for entry in entries[:_MOST_ENTRIES] if isinstance(entries, list) else []:
        try:
            page = _of_entry(bundle, entry)
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
            bundle.leave_out("an entry", "cannot be read")
            continue
        if page is not None:
            yield page


def _of_entry(bundle: Bundle, entry: Any) -> Fetched | None:
    answer = entry["response"]
    content = answer.get("content", {})
    kind, text = str(content.get("mimeType", "")), content.get("text") or ""
    if not text or not _READ.search(kind):
        return None
    is_base64 = content.get("encoding") == "base64"
    body = base64.b64decode(text) if is_base64 else str(text).encode("utf-8", "replace")
    if not is_base64:
        kind = f"{kind.partition(';')[0]}; charset=utf-8"  # the browser has decoded it
    at = _time(str(entry.get("startedDateTime", "")))
    status = int(answer.get("status", 200))
    return bundle.page(str(entry["request"]["url"]), body, at=at, kind=kind, status=status)


def _of_warc(bundle: Bundle) -> Iterator[Fetched]:
    with bundle.path.open("rb") as stream:
        yield from _records(bundle, stream)


def _records(bundle: Bundle, stream: BinaryIO) -> Iterator[Fetched]:
    try:
        for number, record in enumerate(ArchiveIterator(stream, no_record_parse=False)):
            if number > _MOST_ENTRIES:
                bundle.leave_out("the rest", "too many records")
                return
            if record.rec_type not in {"response", "resource"}:
                continue
            url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
            answer = record.http_headers
            kind = (answer.get_header("Content-Type") if answer else None) or str(
                record.rec_headers.get_header("Content-Type") or ""
            )
            if not _READ.search(kind):
                continue
            body = record.content_stream().read(MOST_PAGE_BYTES + 1)
            status = answer.get_statuscode() if answer else "200"
            at = _time(str(record.rec_headers.get_header("WARC-Date") or ""))
            code = int(status) if status and status.isdecimal() else 200
            page = bundle.page(url, body, at=at, kind=kind, status=code)
            if page is not None:
                yield page
    except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
        bundle.leave_out("the rest of the archive", f"is damaged ({type(error).__name__})")


def _of_zip(bundle: Bundle) -> Iterator[Fetched]:
    try:
        archive = zipfile.ZipFile(bundle.path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadInput(str(bundle.path), "is a damaged ZIP", "pack it again") from error
    with archive:
        for entry in archive.infolist()[:_MOST_ENTRIES]:
            name = entry.filename
            if entry.is_dir():
                continue
            if _leads_out(name):
                bundle.leave_out(name, "its name leads out of the archive")
                continue
            if entry.file_size > MOST_BYTES or entry.flag_bits & 1:
                bundle.leave_out(name, "is too large, or encrypted")
                continue
            yield from _of_member(bundle, archive, entry)


def _of_member(
    bundle: Bundle, archive: zipfile.ZipFile, entry: zipfile.ZipInfo
) -> Iterator[Fetched]:
    suffix = Path(entry.filename.lower()).suffix
    is_warc = entry.filename.lower().endswith((".warc", ".warc.gz"))
    if not is_warc and suffix not in {".html", ".htm", *_TYPES}:
        return
    if "/" in entry.filename and entry.filename.startswith(("pages/", "indexes/")):
        return  # a WACZ's own lists
    most = MOST_BYTES if is_warc else MOST_PAGE_BYTES
    try:
        with archive.open(entry) as stream:
            body = stream.read(most + 1)
    except _DAMAGED:
        bundle.leave_out(entry.filename, "is damaged")
        return
    if len(body) > most:
        bundle.leave_out(entry.filename, f"is larger than {most:,} bytes")
    elif is_warc:
        yield from _records(bundle, io.BytesIO(body))
    else:
        kind = _TYPES.get(suffix, "text/html")
        page = bundle.page(_own_address(body), body, at=None, kind=kind)
        if page is not None:
            yield page


def _leads_out(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\x00" in name


def _time(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        try:
            at = email.utils.parsedate_to_datetime(written)
        except (ValueError, TypeError, IndexError):
            return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


_READERS: dict[str, Callable[[Bundle], Iterator[Fetched]]] = {
    "page": _of_page,
    "mhtml": _of_mhtml,
    "har": _of_har,
    "warc": _of_warc,
    "zip": _of_zip,
}
