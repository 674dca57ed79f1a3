"""What was kept of a page: listed, verified, and given out file by file."""

import json

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from desk.api.door import Answer, Caller
from desk.api.shapes import Snapshot, Verified
from desk.kept import is_safe
from desk.parts import AtDesk
from desk.security import STRANGERS_POLICY
from evidence import custody
from evidence import verify as verifying
from evidence.custody import Touch
from pipeline.base.clock import beijing_iso, unstamp
from pipeline.base.errors import NotFound
from pipeline.base.language import _
from pipeline.store import audit, snapshots
from pipeline.store.snapshots import Kept

router = APIRouter(prefix="/api/v1/evidence", default_response_class=Answer, tags=["证据"])


@router.get("/of/{listing_id:path}", summary="一条信息的全部固定")
def of(desk: Caller, listing_id: str) -> list[Snapshot]:
    """The snapshots of a listing, first taken first, each with its files."""
    return [
        Snapshot(
            snapshot_id=row.snapshot_id,
            state=row.state,
            reason=row.reason,
            taken_at=beijing_iso(unstamp(row.taken_at)),
            is_complete=bool(row.is_complete),
            manifest_sha256=row.manifest_sha256,
            manifest_sm3=row.manifest_sm3,
            size_bytes=row.size_bytes,
            files=_files(desk, row),
        )
        for row in snapshots.of(desk.db, listing_id)
    ]


@router.get("/{snapshot_id}/verify", summary="逐字节校验一份固定")
def verify(desk: Caller, snapshot_id: str) -> Verified:
    """Verify a snapshot against its seal, its neighbours and its time stamps."""
    row = _sealed(desk, snapshot_id)
    found = verifying.verify(desk.settings.evidence / row.snapshot_id)
    _note(desk, Touch.VERIFIED, row, "")
    return Verified(
        snapshot_id=row.snapshot_id,
        is_ok=found.is_ok,
        files=found.files,
        problems=[*found.problems],
        signed_by=found.signed_by,
        timestamp=found.timestamp,
        notes=[*found.notes],
    )


@router.get(
    "/{snapshot_id}/files/{name:path}",
    summary="下载固定里的一个文件",
    response_class=FileResponse,
)
def download(desk: Caller, snapshot_id: str, name: str) -> Response:
    """One file as it was sealed, contacts and all: noted in custody and in the audit log."""
    row = _sealed(desk, snapshot_id)
    folder = (desk.settings.evidence / row.snapshot_id).resolve()
    path = (folder / name).resolve()
    named = {"manifest.json", *(str(each["path"]) for each in _files(desk, row))}
    if not is_safe(name) or name not in named or not path.is_relative_to(folder):
        raise NotFound(snapshot_id, _("没有这个固定文件"))
    if not path.is_file():
        raise NotFound(snapshot_id, _("没有这个固定文件"))
    _note(desk, Touch.EXPORTED, row, name)
    return FileResponse(
        path,
        filename=path.name,
        media_type="application/octet-stream",
        headers={"Content-Security-Policy": STRANGERS_POLICY},
    )


def _sealed(desk: AtDesk, snapshot_id: str) -> Kept:
    row = snapshots.named(desk.db, snapshot_id)
    if row is None or row.state != "sealed":
        raise NotFound(snapshot_id, _("没有这个固定文件"))
    return row


def _files(desk: AtDesk, row: Kept) -> list[dict[str, object]]:
    if row.state != "sealed":
        return []
    try:
        told = json.loads((desk.settings.evidence / row.snapshot_id / "manifest.json").read_bytes())
        files: list[dict[str, object]] = [dict(each) for each in told["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return files


def _note(desk: AtDesk, did: Touch, row: Kept, name: str) -> None:
    assert desk.person is not None, "a token has an owner"
    from_where = desk.request.client.host if desk.request.client else "api"
    who = desk.person.name
    with desk.db.atomic():
        custody.note(
            desk.db,
            clock=desk.clock,
            who=who,
            did=did,
            what=row.snapshot_id,
            from_where=from_where,
            why=name,
        )
        if name:
            audit.write(
                desk.db,
                clock=desk.clock,
                who=who,
                did="evidence.downloaded",
                what=f"{row.snapshot_id}/{name}",
                details={"token": desk.request.state.token.token_id},
            )
