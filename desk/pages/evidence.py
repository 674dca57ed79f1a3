"""Pictures of our own evidence folder, for those who are logged in; never anything else."""

import threading
from io import BytesIO
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from PIL import Image, UnidentifiedImageError

from desk.kept import PICTURES, is_safe, pictures_in
from desk.parts import AtDesk, Desk
from desk.security import STRANGERS_POLICY
from evidence import custody
from evidence.custody import Touch
from pipeline.base.errors import NotFound
from pipeline.store import snapshots

router = APIRouter()

_PAGE_WIDTH, _PAGE_HEIGHT = 840, 525
_PICTURE_WIDTH, _PICTURE_HEIGHT = 300, 225
_MOST_PIXELS = 120_000_000
_ONE_AT_A_TIME = threading.Lock()


@router.get("/evidence/{snapshot_id}/{name:path}")
def show(desk: Desk, snapshot_id: str, name: str, *, small: bool = False) -> Response:
    """Serve one picture of a sealed snapshot, as it is or made small for a page.

    Raises:
        NotFound: there is no such snapshot, or its manifest names no such picture.
    """
    path = _path(desk, snapshot_id, name)
    if small:
        return Response(_small(desk, path, snapshot_id), media_type="image/webp", headers=_HEADERS)
    assert desk.person is not None, "the door is locked"
    custody.note(
        desk.db,
        clock=desk.clock,
        who=desk.person.name,
        did=Touch.VIEWED,
        what=snapshot_id,
        from_where=desk.request.client.host if desk.request.client else "desk",
        why=name,
    )
    return FileResponse(path, media_type=PICTURES[path.suffix.lower()], headers=_HEADERS)


_HEADERS = {
    "Content-Security-Policy": STRANGERS_POLICY,
    "Cache-Control": "private, max-age=86400",
}


def _path(desk: AtDesk, snapshot_id: str, name: str) -> Path:
    row = snapshots.named(desk.db, snapshot_id)
    if row is None or row.state != "sealed" or not is_safe(name):
        raise NotFound(snapshot_id, "没有这个固定文件")
    folder = (desk.settings.evidence / row.snapshot_id).resolve()
    path = (folder / name).resolve()
    is_inside = path.is_relative_to(folder) and folder.parent == desk.settings.evidence.resolve()
    if not is_inside or name not in pictures_in(folder) or not path.is_file():
        raise NotFound(snapshot_id, "没有这个固定文件")
    return path


def _small(desk: AtDesk, path: Path, snapshot_id: str) -> bytes:
    """Return a picture made small: its full width, and as much of its length as is shown."""
    is_page = path.stem == "page"
    width, height = (_PAGE_WIDTH, _PAGE_HEIGHT) if is_page else (_PICTURE_WIDTH, _PICTURE_HEIGHT)
    kept = desk.settings.cache / "small" / f"{snapshot_id}-{path.name}.webp"
    if kept.is_file():
        return kept.read_bytes()
    try:
        # a long page is 300 MB once decoded: one at a time
        with _ONE_AT_A_TIME, Image.open(path) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise NotFound(snapshot_id, "图片过大，请打开原图")
            small = picture.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise NotFound(snapshot_id, "图片无法解码，请打开原图") from error
    scale = min(1.0, width / small.width)
    seen_height = min(small.height, int(height / scale))
    small = small.crop((0, 0, small.width, seen_height)).resize(
        (max(1, round(small.width * scale)), max(1, round(seen_height * scale)))
    )
    out = BytesIO()
    small.save(out, "WEBP", quality=72)
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(".part")
    aside.write_bytes(out.getvalue())
    aside.replace(kept)
    return out.getvalue()
