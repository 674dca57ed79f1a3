"""A package with all that can be in one: snapshots, a failure, time stamps, two keys."""

import io
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import docx
from PIL import Image

from evidence import stamp
from evidence.keys import Keys
from evidence.package.build import Order, Package, export
from evidence.package.documents import People
from pipeline.base.clock import HeldClock
from pipeline.base.settings import read_settings
from pipeline.store.open import open_store
from tests.evidence.conftest import Keeper, a_capture
from tests.evidence.time_authority import Served, make_certificates

TITLE = "画眉案 <b>&"
COMMENT = "老客户小刘：上次那只还活着，我电话 13900001111"


PICTURE = "http://127.0.0.1:8711/green.png"
WAY = {
    "lists_read_before": [{"url": "http://127.0.0.1:8711/s?q=x", "words": ["画眉"], "read_at": ""}],
    "legal_basis": "巡查职责",
    "robots": {"rule": "obey"},
    "milliseconds_between": 4000,
}
BYSTANDER = (200, 30, 30)
"""The colour in which a commenter stands on the photograph."""


def a_photograph() -> bytes:
    """A page: title above, the listing's picture below it, and under them a commenter's face."""
    page = Image.new("RGB", (300, 400), "white")
    for colour, box in {
        (0, 0, 0): (20, 15, 120, 35),
        (0, 128, 0): (10, 60, 110, 160),
        BYSTANDER: (10, 250, 290, 390),
    }.items():
        page.paste(colour, box)
    written = io.BytesIO()
    page.save(written, "PNG")
    return written.getvalue()


def a_spot(left: int, top: int, width: int, height: int, **more: object) -> dict[str, object]:
    """Where something stands, as the browser tells it."""
    box = {"left": left, "top": top, "width": width, "height": height}
    return {**box, "is_shown": True, "covered_by": "", **more}


SPOTS = {
    "title": a_spot(10, 10, 280, 30),
    "picture": a_spot(10, 60, 100, 100, is_decoded=True, url=PICTURE),
}


@dataclass(frozen=True)
class Bureau:
    """A home with evidence in it, and the authority's root certificate."""

    keeper: Keeper
    root: Path

    def export(self, out: Path, *what: str, **changes) -> Package:
        """Export these, or all."""
        truth = {
            "what": what or ("huapiao:991", "huapiao:992"),
            "title": TITLE,
            "by": "li",
            "people": People(unit="某市林草局", no_witness_because="夜间由机器提取"),
        }
        db = open_store(self.keeper.settings.database)
        with closing(db.conn):
            order = Order(**{**truth, **changes})
            return export(db, self.keeper.settings, order, out=out, clock=self.keeper.clock)


def by_shell(package: Path) -> tuple[int, str]:
    """Check it as somebody without Python does; return the exit code and what was said."""
    ran = subprocess.run(
        ["sh", "./check-it-yourself.sh"], cwd=package, capture_output=True, check=False
    )
    return ran.returncode, (ran.stdout + ran.stderr).decode()


def by_script(package: Path) -> tuple[int, str]:
    """Check it with the script that stands alone."""
    ran = subprocess.run(
        [sys.executable, "-I", package / "verify.py"], capture_output=True, check=False
    )
    return ran.returncode, (ran.stdout + ran.stderr).decode()


def a_bureau(folder: Path) -> Bureau:
    """Make a home, an authority, three snapshots under two keys, and their time stamps."""
    make_certificates(folder / "authority")
    clock = HeldClock(datetime.now(UTC))
    settings = read_settings(folder / "home")
    settings.authorities.mkdir(parents=True)
    shutil.copy(folder / "authority" / "root.pem", settings.authorities)
    text = f"出只画眉\n自家养的，微信 huamei2026\n{COMMENT}\n卖家电话 13800002222"
    fields = {"title": "出只画眉", "text": "自家养的，微信 huamei2026 电话 13800002222"}
    with Served(folder / "authority") as authority:
        authority.certs = "out-of-order.pem"  # strict DER: read by the library, and quickly
        urls = (authority.url,)
        keeper = Keeper(settings.model_copy(update={"time_stamp_authorities": urls}), clock)
        page = {"text": text, "png": a_photograph(), "spots": SPOTS}
        seen = a_capture(clock, declared={"comments": [COMMENT]}, **page)
        keeper.keep(seen, fields={**fields, "images": [PICTURE]}, way=WAY)
        Keys(settings.keys).turn(clock)
        keeper.keep(listing_id="huapiao:992")
        wall = a_capture(
            clock, png=b"", text="", failure="页面打不开：没有回应", exchanges=[], sent=[]
        )
        keeper.keep(wall, listing_id="huapiao:992")
        db = open_store(settings.database)
        with closing(db.conn):
            asked = stamp.ask_all(db, keeper.settings, clock=clock)
        assert {"granted"} == {one.state for one in asked}
    return Bureau(keeper, folder / "authority" / "root.pem")


def flip(file: Path) -> None:
    """Turn one bit in the middle of a file."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def words_of(document: Path) -> str:
    """Return all words of a Word file, those of its tables last."""
    read = docx.Document(str(document))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in read.paragraphs), *cells])
