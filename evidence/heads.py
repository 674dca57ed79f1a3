"""The heads of the chains: what must be known elsewhere so that nobody can begin anew.

One line a day beside the database, signed; the same as a text to print, to mail or to have
countersigned by somebody who does not work here. Whoever holds an old head can tell whether
the evidence of that day is still what it was.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence import custody, manifest
from evidence.custody import Touch
from evidence.keys import read_history
from evidence.sign import Seal
from pipeline.base.clock import Clock, beijing_iso, stamp
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store import audit, snapshots
from pipeline.store.open import Database

NAME = "evidence-heads.jsonl"
"""The file in the home that :func:`anchor` writes."""


@dataclass(frozen=True, slots=True)
class Head:
    """The heads of this moment, as JSON values, with our signature over them in hexadecimal."""

    told: Mapping[str, str | int]
    signature: str

    @property
    def text(self) -> str:
        """Lines to print and to mail; what was signed is the line of JSON."""
        said = _signable(self.told).decode()
        return _(
            "守翼证据链链头\n"
            "时间：{at_beijing}\n"
            "固定：共 {chain_number} 份，最后一份 {snapshot_id}\n"
            "  清单 SHA-256：{manifest_sha256}\n"
            "  清单 SM3：{manifest_sm3}\n"
            "保管记录：共 {custody_number} 条，{custody_hash}\n"
            "操作日志：共 {audit_number} 条，{audit_hash}\n"
            "签名密钥：{key_id}\n"
            "所签原文：{said}\n"
            "签名：{signature}\n"
            "\n收到人（签名）：　　　　　　　　　　日期："
        ).format(**self.told, said=said, signature=self.signature)


def head_of(db: Database, settings: Settings, *, clock: Clock) -> Head:
    """Return the heads of this moment, signed."""
    signing = Seal.of(settings).ready(clock).ed25519
    last = snapshots.last(db)
    custody_number, custody_hash = custody.head(db)
    audit_number, audit_hash = audit.head(db)
    told: dict[str, str | int] = {
        "at": stamp(clock.now()),
        "at_beijing": beijing_iso(clock.now()),
        "chain_number": last.chain_number if last else 0,
        "snapshot_id": last.snapshot_id if last else "",
        "manifest_sha256": last.manifest_sha256 if last else "",
        "manifest_sm3": last.manifest_sm3 if last else "",
        "custody_number": custody_number,
        "custody_hash": custody_hash,
        "audit_number": audit_number,
        "audit_hash": audit_hash,
        "key_id": signing.key_id,
    }
    return Head(told, signing.sign(_signable(told)).hex())


def anchor(db: Database, settings: Settings, *, clock: Clock) -> Head:
    """Write the heads on a line of their own beside the database, flushed to the disk."""
    custody.anchor(db, settings.home, clock=clock)
    head = head_of(db, settings, clock=clock)
    line = json.dumps({**head.told, "signature": head.signature}, ensure_ascii=False)
    with (settings.home / NAME).open("a", encoding="utf-8") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())
    return head


def countersigned(db: Database, head: Head, *, by: str, note: str, clock: Clock, who: str) -> None:
    """Note that somebody else has signed for these heads."""
    custody.note(
        db,
        clock=clock,
        who=who,
        did=Touch.COUNTERSIGNED,
        what=custody.HOME,
        why=note,
        details={**head.told, "by": by},
    )


def problems(home: Path) -> Iterator[str]:
    """Hold every head of the days past against what lies there now."""
    file = home / NAME
    if not file.is_file():
        return
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            signature = bytes.fromhex(told.pop("signature"))
            keys = read_history((home / "keys" / "history.json").read_bytes())
            is_ours = any(
                key.key_id == told["key_id"] and key.signed(_signable(told), signature)
                for key in keys
            )
            name, digest = str(told["snapshot_id"]), told["manifest_sha256"]
        except (OSError, ValueError, TypeError, KeyError):
            yield _("{file} 第 {n} 行：读不出来").format(file=NAME, n=number)
            continue
        if not is_ours:
            yield _("{file} 第 {n} 行：签名不符").format(file=NAME, n=number)
        elif name and not _is_there(home, name, digest):
            yield _("{name}：与 {at} 的链头不符，证据被换过或删去").format(
                name=name, at=told["at_beijing"]
            )


def _is_there(home: Path, snapshot_id: str, digest: str) -> bool:
    listing = home / "evidence" / Path(snapshot_id).name / manifest.NAME
    return listing.is_file() and manifest.digests_of_file(listing).sha256 == digest


def _signable(told: Mapping[str, str | int]) -> bytes:
    """The very line that stands in the text: who holds it on paper can check the signature."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
