"""Makes the package: a BagIt folder and a zip of it, signed, that checks itself anywhere.

Built under a temporary name and renamed when it is whole. What does not verify is not
exported. A machine's score is no part of it.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader

from evidence import custody, manifest
from evidence.custody import Touch
from evidence.keys import Signing
from evidence.package import disclosure, told
from evidence.package.bag import CUSTODY, TAGS, add_checks, bag, seal, zip_up
from evidence.package.documents import LIST, RECORD, UNSIGNED, People, made
from evidence.sign import Seal
from evidence.stamped import answers_beside
from evidence.verify import Verdict, verify
from pipeline.base.clock import Clock, beijing_iso
from pipeline.base.errors import BadInput, BrokenSeal, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings, shipped
from pipeline.store import snapshots
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to export, for whom and why.

    Attributes:
        what: listing ids or snapshot ids.
        title: what the set is called; a case's name.
        by: who exports it, why and from where, for the custody log.
        people: who will sign by hand.
        signed_scans: scans of documents that were signed by hand; with them the stamp
            线索材料 is not on the front page.
        is_disclosure: make the copy with bystanders masked.
    """

    what: tuple[str, ...]
    title: str
    by: str
    why: str = ""
    from_where: str = ""
    people: People = field(default_factory=People)
    signed_scans: tuple[Path, ...] = ()
    is_disclosure: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """What was made."""

    folder: Path
    zipped: Path
    snapshots: tuple[str, ...]
    files: int
    key_id: str


def export(db: Database, settings: Settings, order: Order, *, out: Path, clock: Clock) -> Package:
    """Make the package at ``out`` and the zip beside it; note it in the custody log.

    Raises:
        BadInput: something is already there, nothing was kept of a listing, or a template is
            refused.
        BrokenSeal: what was kept does not verify.
    """
    out = out.absolute()
    rows = kept_of(db, order.what)
    zipped = out.parent / f"{out.name}.zip"
    for there in (out, zipped):
        if there.exists():
            raise BadInput(str(there), _("已经存在"), _("换一个 --out，或先移开"))
    for scan in order.signed_scans:
        if not scan.is_file():
            raise NotFound(str(scan), _("没有这个文件"))
    verdicts = [_verified(settings, row) for row in rows]
    signing = Seal.of(settings).ready(clock).ed25519
    with _aside(out) as making:
        _fill(making, db, settings, order, verdicts=verdicts, signing=signing, clock=clock)
        seal(making, signing)
        zip_up(making, out.name, zipped)
        making.rename(out)
    files = sum(1 for one in out.rglob("*") if one.is_file())
    with db.atomic():
        for row in rows:
            custody.note(
                db,
                clock=clock,
                who=order.by,
                did=Touch.EXPORTED,
                what=row.snapshot_id,
                from_where=order.from_where,
                why=order.why or order.title,
                details={
                    "package_sha256": manifest.digests_of_file(out / TAGS).sha256,
                    "is_disclosure": order.is_disclosure,
                },
            )
    return Package(out, zipped, tuple(row.snapshot_id for row in rows), files, signing.key_id)


def kept_of(db: Database, what: Sequence[str]) -> list[Kept]:
    """Return all that was kept of what was named, failures too, in the order of the chain.

    Args:
        db: the database of the home.
        what: listing ids or snapshot ids.

    Raises:
        NotFound: nothing was kept of one of them.
    """
    found: dict[str, Kept] = {}
    for name in what:
        one = snapshots.named(db, name)
        rows = [one] if one else snapshots.of(db, name)
        if not rows:
            raise NotFound(name, _("没有固定过，无从导出"), "shouyi evidence snapshot")
        found |= {row.snapshot_id: row for row in rows}
    return sorted(found.values(), key=lambda row: row.chain_number)


def _verified(settings: Settings, row: Kept) -> Verdict:
    verdict = verify(settings.evidence / row.snapshot_id)
    if not verdict.is_ok:
        raise BrokenSeal(row.snapshot_id, verdict.problems[0], _("与固定时不符的不导出"))
    return verdict


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    out.parent.mkdir(parents=True, exist_ok=True)
    making = out.parent / f".making-{out.name}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    try:
        yield making
    except BaseException:
        (out.parent / f"{out.name}.zip").unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _fill(
    making: Path,
    db: Database,
    settings: Settings,
    order: Order,
    *,
    verdicts: Sequence[Verdict],
    signing: Signing,
    clock: Clock,
) -> None:
    """Lay out everything: first what becomes the payload, then bag it, then what is about it."""
    left_out = [
        gone for verdict in verdicts for gone in _lay(verdict.path, making, order.is_disclosure)
    ]
    if order.is_disclosure:
        (making / disclosure.LEFT_OUT).write_bytes(disclosure.as_table(left_out))
    else:
        touches = custody.of(db, [verdict.path.name for verdict in verdicts])
        (making / CUSTODY).write_text(custody.as_lines(touches), "utf-8")
    about = [
        told.of_snapshot(verdict.path, verdict, number=number)
        for number, verdict in enumerate(verdicts, start=1)
    ]
    files = [
        row
        for verdict, one in zip(verdicts, about, strict=True)
        for row in told.files_of(verdict.path, one)
    ]
    made_at = beijing_iso(clock.now())
    fields = told.for_templates(
        order.title, order.people, about, files, key_id=signing.key_id, made_at=made_at
    )
    documents = making / "documents"
    documents.mkdir()
    for name in (RECORD, LIST):
        (documents / f"{name}.docx").write_bytes(made(name, settings.templates, fields))
    for number, scan in enumerate(order.signed_scans, start=1):
        shutil.copyfile(scan, documents / f"signed-{number:02d}{scan.suffix.lower()}")
    bag(making, title=order.title, unit=order.people.unit, made_on=made_at[:10])
    add_checks(making, settings.authorities, signing)
    front = {**fields, "left_out": left_out, "made_by": order.by}
    _front(making, order, front, verdicts)


def _lay(folder: Path, making: Path, is_disclosure: bool) -> list[disclosure.LeftOut]:  # noqa: FBT001 - one of two kinds
    """Copy a snapshot and its time stamps; return what the copy leaves out."""
    shelf = making / ("disclosure" if is_disclosure else "snapshots")
    shelf.mkdir(exist_ok=True)
    for answer in answers_beside(folder.resolve()):
        shutil.copyfile(answer, shelf / answer.name)
    if is_disclosure:
        return disclosure.copy(folder, shelf / folder.name)
    shutil.copytree(folder, shelf / folder.name, copy_function=shutil.copyfile)
    return []


def _front(making: Path, order: Order, fields: dict[str, Any], verdicts: Sequence[Verdict]) -> None:
    """Write the page that opens from a USB stick: no network, no script."""
    shelf = "data/disclosure" if order.is_disclosure else "data/snapshots"
    shown = [
        {**one, **_links(making, f"{shelf}/{verdict.path.name}")}
        for one, verdict in zip(fields["snapshots"], verdicts, strict=True)
    ]
    documents = [
        {"name": file.name, "href": _href(making, file)}
        for file in sorted((making / "data" / "documents").iterdir())
    ]
    rules = Environment(loader=FileSystemLoader(shipped("package")), autoescape=True)
    page = rules.get_template("index.html").render(
        **{
            **fields,
            "snapshots": shown,
            "documents": documents,
            "unit": order.people.unit,
            "stamp_words": "" if order.signed_scans else UNSIGNED,
        }
    )
    (making / "index.html").write_bytes(page.encode("utf-8", "replace"))


def _links(making: Path, shelf: str) -> dict[str, Any]:
    folder = making / shelf
    files = [
        {"path": file.name, "href": _href(making, file), "size_bytes": file.stat().st_size}
        for file in sorted(folder.iterdir())
    ]
    pictures = {"page.png", disclosure.MASKED_PICTURE}
    picture = next((one["href"] for one in files if one["path"] in pictures), "")
    return {"files": files, "picture": picture}


def _href(making: Path, file: Path) -> str:
    return quote(file.relative_to(making).as_posix())
