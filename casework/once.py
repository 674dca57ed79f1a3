"""A write that a program sends twice is done once, and answered alike both times."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import Conflict
from pipeline.base.language import _
from pipeline.store.open import Database
from pipeline.store.text import storable

KEPT = timedelta(days=7)
"""How long an answer is kept: a program that asks again later asks anew."""

_FIND = "select fingerprint, answer from api_answers where owner = ? and key = ?"
_KEEP = "insert into api_answers (owner, key, fingerprint, answer, at) values (?, ?, ?, ?, ?)"
_FORGET = "delete from api_answers where at < ?"


def done_once(
    db: Database,
    owner: str,
    key: str,
    asked: str,
    do: Callable[[], dict[str, Any]],
    *,
    clock: Clock,
) -> dict[str, Any]:
    """Do something and keep the answer, in one transaction; or give the answer kept.

    Args:
        db: the store.
        owner: for whom; the same key of another person is another key.
        key: chosen by the program; "": it is done each time.
        asked: all that was asked, as one text.
        do: does it, and returns what is answered.
        clock: tells when.

    Raises:
        Conflict: the key was used for something else.
    """
    with db.atomic():
        if not key:
            return do()
        name = storable(key)[:200]
        fingerprint = hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()
        before = db.conn.execute(_FIND, (owner, name)).fetchone()
        if before is None:
            answer = do()
            now = clock.now()
            db.conn.execute(_FORGET, (stamp(now - KEPT),))
            told = json.dumps(answer, ensure_ascii=False)
            db.conn.execute(_KEEP, (owner, name, fingerprint, told, stamp(now)))
            return answer
        if before[0] != fingerprint:
            raise Conflict("Idempotency-Key", _("这个键已经用于另一次操作"), _("请换一个键"))
        kept: dict[str, Any] = json.loads(before[1])
        return kept
