"""A package with all that can be in one: snapshots, a failure, time stamps, two keys."""

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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
        urls = (authority.url,)
        keeper = Keeper(settings.model_copy(update={"time_stamp_authorities": urls}), clock)
        seen = a_capture(clock, text=text, declared={"comments": [COMMENT]})
        keeper.keep(seen, fields=fields)
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
