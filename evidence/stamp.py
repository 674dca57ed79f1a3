"""Asks time stamp authorities (RFC 3161) to testify when a manifest existed.

Asked after sealing, in the background, again and again with growing pauses until granted; the
raw answer is kept beside the sealed folder as ``<id>.tsr`` (the second authority's as
``<id>.2.tsr``), so that the folder never changes. What was refused is kept in the database.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from evidence import custody, manifest
from evidence.custody import Touch
from evidence.shelf import put, sync_folder
from evidence.stamped import TOLERANCE, Token, check, read_roots
from pipeline.base import log
from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.base.errors import BrokenSeal
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store.open import Database

SCHEDULE = "schedule"
_SECONDS = 20
_MOST_BYTES = 100_000
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)

_ASKED = """
    select snapshot_id, authority, count(*) as times, max(at) as last,
           max(state = 'granted') as is_granted
      from time_stamp_asks group by snapshot_id, authority
"""
_SEALED = "select snapshot_id from snapshots order by chain_number"
_KEEP = "insert into time_stamp_asks values (null, ?, ?, ?, ?, ?, ?, ?, ?)"

_log = log.get("evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking one authority about one snapshot.

    Attributes:
        state: "granted"; "refused": it answered, and not with a stamp that holds;
            "unreached": it did not answer.
        because: why it is not granted, in Chinese words.
        offset_seconds: its time against ours.
    """

    snapshot_id: str
    authority: str
    state: str
    because: str = ""
    stamped_at: str = ""
    offset_seconds: int | None = None
    answer: bytes | None = None


def ask_all(
    db: Database, settings: Settings, *, clock: Clock, by: str = SCHEDULE, at_once: bool = False
) -> list[Asked]:
    """Ask every authority about every snapshot that it has not stamped yet.

    Args:
        db: the database of the home.
        settings: name the authorities.
        clock: ours; a stamp that lies far off it is refused, because one of the two is wrong.
        by: who wants it.
        at_once: do not keep the pauses after a refusal.

    Returns:
        What came of each; nothing where no authority is set.
    """
    roots = read_roots(settings.authorities)
    done = []
    for snapshot_id, number, authority in _waiting(db, settings, clock.now(), at_once=at_once):
        folder = settings.evidence / snapshot_id
        with suppress(OSError):
            data = (folder / manifest.NAME).read_bytes()
            asked = _ask(snapshot_id, authority, data, roots, clock)
            if asked.state == "granted" and asked.answer is not None:
                _put_beside(settings, file_of(folder, number), asked.answer)
            _note(db, asked, clock=clock, by=by)
            done.append(asked)
    return done


def waiting(db: Database, settings: Settings) -> int:
    """Return how many stamps are still to be had."""
    granted = {(row["snapshot_id"], row["authority"]) for row in _rows(db) if row["is_granted"]}
    sealed = [row["snapshot_id"] for row in db.query(_SEALED)]
    wanted = {(name, url) for name in sealed for url in settings.time_stamp_authorities}
    return len(wanted - granted)


def file_of(folder: Path, number: int) -> Path:
    """Return where the answer of the ``number``-th authority lies."""
    part = "" if number == 1 else f".{number}"
    return folder.parent / f"{folder.name}{part}.tsr"


def _rows(db: Database) -> list[dict[str, object]]:
    return list(db.query(_ASKED))


def _waiting(
    db: Database, settings: Settings, now: datetime, *, at_once: bool
) -> Iterator[tuple[str, int, str]]:
    known = {(row["snapshot_id"], row["authority"]): row for row in _rows(db)}
    for sealed in list(db.query(_SEALED)):
        for number, authority in enumerate(settings.time_stamp_authorities, start=1):
            row = known.get((sealed["snapshot_id"], authority))
            if row is None or (
                not row["is_granted"]
                and (at_once or now >= unstamp(str(row["last"])) + _pause(int(str(row["times"]))))
            ):
                yield sealed["snapshot_id"], number, authority


def _pause(times: int) -> timedelta:
    """1 minute after the first failure, doubled by each further one, at most six hours."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(times - 1, 10)))


def _ask(
    snapshot_id: str, authority: str, data: bytes, roots: Sequence[x509.Certificate], clock: Clock
) -> Asked:
    request = (
        TimestampRequestBuilder()
        .data(data)
        .hash_algorithm(HashAlgorithm.SHA256)
        .nonce(nonce=True)
        .cert_request(cert_request=True)
        .build()
    )
    try:
        answer = _post(authority, request.as_bytes())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        return Asked(snapshot_id=snapshot_id, authority=authority, state="unreached", because=why)
    try:
        token = check(answer, data, roots, nonce=request.nonce)
    except BrokenSeal as broken:
        return Asked(
            snapshot_id=snapshot_id,
            authority=authority,
            state="refused",
            because=str(broken),
            answer=answer,
        )
    return _timely(snapshot_id, authority, token, answer, clock.now())


def _timely(snapshot_id: str, authority: str, token: Token, answer: bytes, now: datetime) -> Asked:
    offset = token.at - now
    is_off = abs(offset) > TOLERANCE
    seconds = round(offset.total_seconds())
    return Asked(
        snapshot_id=snapshot_id,
        authority=authority,
        state="refused" if is_off else "granted",
        because=_("时间戳的时间与本机时钟相差 {n} 秒，必有一个不准").format(n=seconds)
        if is_off
        else "",
        stamped_at=stamp(token.at),
        offset_seconds=seconds,
        answer=answer,
    )


def _post(authority: str, request: bytes) -> bytes:
    """Return the raw answer, never more than a stamp can be long.

    Raises:
        HTTPError: it did not answer, or answered with an error.
    """
    headers = {"Content-Type": "application/timestamp-query"}
    with httpx.stream(
        "POST", authority, content=request, headers=headers, timeout=_SECONDS
    ) as response:
        response.raise_for_status()
        answer = b""
        for piece in response.iter_bytes():
            answer += piece
            if len(answer) > _MOST_BYTES:
                break
        return answer


def _put_beside(settings: Settings, file: Path, answer: bytes) -> None:
    settings.cache.mkdir(parents=True, exist_ok=True)
    aside = settings.cache / file.name
    aside.unlink(missing_ok=True)
    put(aside, answer)
    aside.chmod(0o444)
    aside.replace(file)
    sync_folder(file.parent)


def _note(db: Database, asked: Asked, *, clock: Clock, by: str) -> None:
    is_granted = asked.state == "granted"
    with db.atomic():
        db.conn.execute(
            _KEEP,
            (
                asked.snapshot_id,
                asked.authority,
                stamp(clock.now()),
                asked.state,
                asked.because,
                asked.stamped_at,
                asked.offset_seconds,
                None if is_granted else asked.answer,
            ),
        )
        if is_granted:
            custody.note(
                db,
                clock=clock,
                who=by,
                did=Touch.STAMPED,
                what=asked.snapshot_id,
                why=asked.authority,
                details={"stamped_at": asked.stamped_at},
            )
    _log.info(
        f"timestamp.{asked.state}",
        snapshot_id=asked.snapshot_id,
        authority=asked.authority,
        because=asked.because,
        offset_seconds=asked.offset_seconds,
    )
