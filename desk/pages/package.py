"""The package of a listing's evidence, for whoever may see what it shows; and it says why.

Nothing in a package is masked, so it opens to those who may be shown a contact. The custody
log has who took it along, when, from where and what for.
"""

import re
import secrets
import shutil
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from desk.parts import Desk
from evidence.package.build import Order, export
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store import snapshots

router = APIRouter()

_ODD = re.compile(r"[^\w.-]+")


class PackageForm(BaseModel):
    """What it is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    why: str = Field("", max_length=300)


@router.post("/listings/{listing_id:path}/package")
def give(desk: Desk, listing_id: str, form: Annotated[PackageForm, Form()]) -> FileResponse:
    """Make the package and give its zip, which stays in the home's ``exports/`` too.

    Raises:
        BadInput: nothing was kept of the listing, or it is not said what for.
        BrokenSeal: what was kept does not verify.
    """
    assert desk.person is not None, "the door is locked"
    if not form.why.strip():
        raise BadInput("why", _("没有写明用途"), _("写明为什么导出，会记入保管记录"))
    if not snapshots.of(desk.db, listing_id):
        raise BadInput(listing_id, _("没有固定过，无从导出"))
    order = Order(
        what=(listing_id,),
        title=f"固定材料 {listing_id}",  # of a document that is Chinese whoever asks
        by=desk.person.name,
        why=form.why.strip(),
        from_where=desk.request.client.host if desk.request.client else "desk",
    )
    name = f"{_ODD.sub('-', listing_id)}-{desk.clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    out = desk.settings.home / "exports" / "packages" / name
    made = export(desk.db, desk.settings, order, out=out, clock=desk.clock)
    shutil.rmtree(made.folder)  # the zip is the same once more
    return FileResponse(made.zipped, media_type="application/zip", filename=made.zipped.name)
