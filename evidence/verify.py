"""Reads a sealed folder and believes nothing: no home, no network, no database needed.

A folder proves itself by digests alone; that nobody rewrote the whole folder, digests and
all, is proved by its neighbours: the next manifest names this one, and the database, where it
lies beside, holds a row for each.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence import custody, heads, manifest
from evidence.formats import FORMATS
from evidence.formats.format_1 import shown
from evidence.keys import HISTORY, read_history
from evidence.links import chain_problems, next_to
from evidence.sign import KEYS
from evidence.stamped import answers_beside, is_answer, read_roots, token_of
from pipeline.base.clock import beijing_iso
from pipeline.base.errors import BrokenSeal, NotFound
from pipeline.base.language import _

_SNAPSHOT = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_OURS = frozenset({".lock", ".sealing"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found.

    Attributes:
        files: how many files were read.
        problems: one Chinese sentence each, naming the file; empty where all is as sealed.
        signed_by: who signed it; None: nobody, or the signature is broken.
        timestamp: the time a third party gave, and which; None: 无第三方时间戳.
        notes: what could not be checked here, and why; no fault of the evidence.
    """

    path: Path
    files: int
    problems: tuple[str, ...]
    signed_by: str | None = None
    timestamp: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether every byte is as it was sealed."""
        return not self.problems


def verify(path: Path, *, alone: bool = False, authorities: Path | None = None) -> Verdict:
    """Verify one snapshot.

    Args:
        path: its folder.
        alone: look at nothing outside it, not even at its time stamps.
        authorities: the folder of root certificates that we trust; None: that of the home or
            package that it lies in.

    Raises:
        NotFound: there is no such folder.
    """
    verdict = inside(path)
    if alone or not verdict.is_ok:
        return verdict
    data = (path / manifest.NAME).read_bytes()
    folder = path.resolve()
    after = next_to(folder, data, snapshots_in(folder.parent) or [])
    beside = (*after, *_in_database(path, data), *_by_our_keys(path))
    return with_stamps(replace(verdict, problems=beside), authorities)


def inside(path: Path) -> Verdict:
    """Verify what lies in a folder by itself.

    Raises:
        NotFound: there is no such folder.
    """
    if not path.exists() and not path.is_symlink():
        raise NotFound(str(path), _("没有这个文件夹"))
    if path.is_symlink() or not path.is_dir():
        return Verdict(path, 0, (_("不是普通文件夹，不是一份固定"),))
    files = sum(1 for entry in path.iterdir() if entry.is_file())
    try:
        told, data, number = _manifest_in(path)
    except BrokenSeal as broken:
        return Verdict(path, files, (str(broken), *_manifest_elsewhere(path)))
    if number not in FORMATS:
        return Verdict(path, files, (_("{file}：格式编号本版本不认识").format(file=manifest.NAME),))
    problems = FORMATS[number].problems(path, told, data)
    signed_by = None if problems else FORMATS[number].signed_by(told)
    return Verdict(path, files, tuple(problems), signed_by)


def with_stamps(verdict: Verdict, authorities: Path | None) -> Verdict:
    """Add what the time stamps beside a folder testify of it."""
    folder = verdict.path.resolve()
    answers = answers_beside(folder)
    if not answers:
        return verdict
    known = [folder.parent.parent / "authorities", folder.parent.parent.parent / "authorities"]
    roots = [root for one in ([authorities] if authorities else known) for root in read_roots(one)]
    if not roots:
        told = _("{file}：手边没有时间戳机构的根证书，未核对").format(file=answers[0].name)
        return replace(verdict, notes=(*verdict.notes, told))
    problems, stamps = [], []
    for answer in answers:
        try:
            stamps.append(token_of(answer, folder / manifest.NAME, roots))
        except BrokenSeal as broken:
            problems.append(f"{answer.name}：{broken}")
    return replace(
        verdict,
        problems=(*verdict.problems, *problems),
        timestamp=None
        if problems
        else "；".join(f"{beijing_iso(one.at)} {one.authority}".strip() for one in stamps),
    )


def _manifest_in(path: Path) -> tuple[dict[str, Any], bytes, int]:
    """Return a manifest, its bytes and its format.

    Raises:
        BrokenSeal: it is not there, or it is no manifest.
    """
    listing = path / manifest.NAME
    if not listing.is_file() or listing.is_symlink():
        raise BrokenSeal("", _("{file}：文件缺失").format(file=manifest.NAME))
    try:
        data = listing.read_bytes()
        told = manifest.read(data)
        return told, data, int(told["format"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        problem = _("{file}：读不出来或被改动").format(file=manifest.NAME)
        raise BrokenSeal("", problem) from error


def _manifest_elsewhere(path: Path) -> Iterator[str]:
    """Find the file that holds the manifest, where it was renamed or changed places."""
    for file in sorted(path.iterdir()):
        with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
            if file.is_file() and {"chain", "files"} <= manifest.read(file.read_bytes()).keys():
                yield _("{file}：里面是 {manifest} 的内容").format(
                    file=shown(file.name), manifest=manifest.NAME
                )


def snapshots_in(path: Path) -> list[Path] | None:
    """Return the snapshots of an evidence folder or a home; None where it is neither."""
    folder = path / "evidence" if (path / "evidence").is_dir() else path
    if not folder.is_dir() or (folder / manifest.NAME).exists():
        return None
    found = sorted(entry for entry in folder.iterdir() if _SNAPSHOT.fullmatch(entry.name))
    return found if found or (folder / ".lock").exists() else None


def verify_all(path: Path, *, authorities: Path | None = None) -> Iterator[Verdict]:
    """Verify every snapshot of an evidence folder or a home, then the chain that joins them."""
    found = snapshots_in(path) or []
    for folder in found:
        yield with_stamps(inside(folder), authorities)
    evidence = path / "evidence" if (path / "evidence").is_dir() else path
    problems = [
        *_strangers(evidence),
        *chain_problems(found),
        *_rows(evidence, found),
        *_stamps_gone(evidence),
        *custody.problems(evidence.resolve().parent),
        *heads.problems(evidence.resolve().parent),
    ]
    yield Verdict(evidence, 0, tuple(problems))


def _strangers(evidence: Path) -> Iterator[str]:
    for entry in sorted(evidence.iterdir()):
        if (evidence / entry.name.partition(".")[0]).is_dir() and is_answer(entry):
            continue
        if entry.name.startswith(".making-"):
            yield _("{name}：没有做完的固定，尚未清理").format(name=entry.name)
        elif not _SNAPSHOT.fullmatch(entry.name) and entry.name not in _OURS:
            yield _("{name}：证据文件夹里不该有的东西").format(name=ascii(entry.name))


def _in_database(path: Path, data: bytes) -> Iterator[str]:
    folder = path.resolve()
    rows = _rows_beside(folder.parent)
    if rows is None or _is_noted(folder):
        return
    digests = manifest.digests_of(data)
    if folder.name not in rows:
        yield _("数据库里没有这份固定")
    elif rows[folder.name] != (digests.sha256, digests.sm3):
        yield _("{file}：与数据库里的校验值不同，清单被整个改写过").format(file=manifest.NAME)


def _rows(evidence: Path, found: list[Path]) -> Iterator[str]:
    rows = _rows_beside(evidence)
    if rows is None:
        return
    for name in sorted(set(rows) - {folder.name for folder in found}):
        yield _("{name}：数据库里有，文件夹不见了").format(name=name)
    for folder in found:
        with contextlib.suppress(OSError):
            for problem in _in_database(folder, (folder / manifest.NAME).read_bytes()):
                yield f"{folder.name}：{problem}"
    for folder in found:
        for problem in _by_our_keys(folder):
            yield f"{folder.name}：{problem}"


def _by_our_keys(path: Path) -> Iterator[str]:
    """Compare the keys that a folder names with those of the home that it lies in."""
    folder = path.resolve()
    ours = folder.parent.parent / "keys" / HISTORY
    if not ours.is_file() or not (folder / KEYS).is_file():
        return
    try:
        known = [key.key_id for key in read_history(ours.read_bytes())]
        named = [key.key_id for key in read_history((folder / KEYS).read_bytes())]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        yield _("{file}：密钥沿革缺失或对不上").format(file=f"keys/{HISTORY}")
        return
    if known[: len(named)] != named:
        yield _("{file}：签名的密钥不是本数据目录的密钥").format(file=KEYS)


def _is_noted(folder: Path) -> bool:
    """Whether it is being registered at this moment, or will be at the next start."""
    with contextlib.suppress(OSError):
        return (folder.parent / ".sealing").read_text(encoding="ascii") == folder.name
    return False


def _stamps_gone(evidence: Path) -> Iterator[str]:
    """Compare the answers that lie there with those that were granted."""
    asked = "select snapshot_id, count(*) from time_stamp_asks where state = 'granted' group by 1"
    for name, granted in _asked_beside(evidence, asked) or ():
        if (evidence / name).is_dir() and len(answers_beside(evidence.resolve() / name)) < granted:
            yield _("{file}：时间戳不见了").format(file=f"{name}.tsr")


def _rows_beside(evidence: Path) -> Mapping[str, tuple[str, str]] | None:
    asked = "select snapshot_id, manifest_sha256, manifest_sm3 from snapshots"
    rows = _asked_beside(evidence, asked)
    return None if rows is None else {name: (sha256, sm3) for name, sha256, sm3 in rows}


def _asked_beside(evidence: Path, question: str) -> list[tuple[Any, ...]] | None:
    """Ask the database that lies beside, reading only; None where there is none to ask."""
    file = evidence.resolve().parent / "shouyi.db"
    if not file.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchall()
    except sqlite3.Error:
        return None
