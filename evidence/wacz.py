"""The archive once more as WACZ 1.1.1: one file that replay programs open by themselves.

Written with ``zipfile`` and our own index, because the tool for it brings 24 packages; a test
holds what is written here against that tool.
"""

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from evidence.captured import Captured
from evidence.chromium.exchanges import Exchange
from pipeline.base.clock import stamp

NAME = "page.wacz"
_ARCHIVE = "page.warc.gz"
_INDEX = "index.cdx.gz"
_QUAD = re.compile(r"[0-9.]+|\[.*\]")


def wacz_of(
    seen: Captured, warc: bytes, records: Sequence[Mapping[str, Any]], *, software: str
) -> bytes:
    """Return the WACZ of a capture whose archive and list of records are given."""
    index = _index(seen, records)
    block = gzip.compress("".join(index).encode(), mtime=0)
    first = " ".join(index[0].split(" ", 2)[:2]) if index else ")/ 0"
    where = {"offset": 0, "length": len(block), "digest": _digest(block), "filename": _INDEX}
    meta = {"format": "cdxj-gzip-1.0", "filename": _INDEX}
    files = {
        f"archive/{_ARCHIVE}": warc,
        f"indexes/{_INDEX}": block,
        "indexes/index.idx": f"!meta 0 {json.dumps(meta)}\n{first} {json.dumps(where)}\n".encode(),
        "pages/pages.jsonl": _pages(seen, records),
    }
    package = _package(seen, files, software)
    files["datapackage.json"] = package
    digest = {"path": "datapackage.json", "hash": _digest(package)}
    files["datapackage-digest.json"] = json.dumps(digest, indent=2).encode()
    return _zipped(files, seen)


def key_of(url: str) -> str:
    """Return an address as an index sorts it: ``cn,example,www)/item?id=1``."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if not _QUAD.fullmatch(host):
        host = ",".join(reversed(host.removeprefix("www.").split(".")))
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}){(parts.path or '/')}{query}".lower().replace(" ", "%20")


def _index(seen: Captured, records: Sequence[Mapping[str, Any]]) -> list[str]:
    kept = [one for one in seen.exchanges if not one.problem]
    responses = [row for row in records if row["type"] == "response"]
    lines = [
        _line(exchange, row)
        for exchange, row in zip(kept, responses, strict=True)
        if exchange.method in {"GET", "HEAD"}
    ]
    return sorted(lines)


def _line(exchange: Exchange, row: Mapping[str, Any]) -> str:
    told = {
        "url": exchange.url,
        "mime": exchange.header("content-type").partition(";")[0].strip() or "unk",
        "status": str(exchange.status),
        "digest": _digest(exchange.body or b""),
        "length": str(row["size_bytes"]),
        "offset": str(row["offset"]),
        "filename": _ARCHIVE,
    }
    moment = re.sub(r"\D", "", row["date"])[:14]
    return f"{key_of(exchange.url)} {moment} {json.dumps(told, ensure_ascii=True)}\n"


def _pages(seen: Captured, records: Sequence[Mapping[str, Any]]) -> bytes:
    lines: list[dict[str, Any]] = [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}
    ]
    main = seen.main
    row = next(
        (
            row
            for row in records
            if main is not None and row["type"] == "response" and row["url"] == main.url
        ),
        None,
    )
    if main is not None and row is not None:
        name = hashlib.sha256(f"{main.url} {row['date']}".encode("utf-8", "replace")).hexdigest()
        page = {"id": name[:22], "url": main.url, "ts": row["date"]}
        lines.append(page | {"title": seen.title, "text": seen.text})
    text = "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)
    return text.encode()


def _package(seen: Captured, files: Mapping[str, bytes], software: str) -> bytes:
    told = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": software,
        "created": stamp(seen.ended_at),
        "title": seen.title or seen.url,
        "mainPageUrl": seen.main.url if seen.main else seen.url,
        "mainPageDate": stamp(seen.started_at),
        "resources": [
            {
                "name": path.rpartition("/")[2].lower(),
                "path": path,
                "hash": _digest(data),
                "bytes": len(data),
            }
            for path, data in files.items()
        ],
    }
    return json.dumps(told, ensure_ascii=True, indent=2).encode()


def _zipped(files: Mapping[str, bytes], seen: Captured) -> bytes:
    written = io.BytesIO()
    moment = seen.started_at.timetuple()[:6]
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as bag:
        for path, data in files.items():
            bag.writestr(zipfile.ZipInfo(path, moment), data)
    return written.getvalue()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
