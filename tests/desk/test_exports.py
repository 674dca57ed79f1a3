"""A list as a file: the same rows as on the screen, and nothing in it calculates."""

import csv
import io
import re
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook

from desk.exports import as_csv, as_xlsx
from pipeline.store import audit

HOSTILE = [
    *("=1+1", "+86", "-1", "@sum", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", ";=1", ",=1", '"=1'),
    " =HYPERLINK('x')",
]


@pytest.mark.parametrize(
    "query", ["", "?words=画眉", "?status=below", "?place=210200", "?trick=wild"]
)
def test_a_file_holds_the_rows_of_the_list(li, market, query):
    """Export obeys the filter: csv, workbook, json and the page itself agree."""
    market(12)

    page = li.http.get(f"/queue{query}").text
    shown = re.findall(r'class="title" href="/listings/([^"?]+)', page)
    told = csv.reader(io.StringIO(li.http.get(f"/queue.csv{query}").content.decode("utf-8-sig")))
    book = load_workbook(io.BytesIO(li.http.get(f"/queue.xlsx{query}").content))
    rows = li.http.get(f"/queue.json{query}").json()

    assert shown == [row["listing"] for row in rows]
    assert shown == [row[0] for row in list(told)[1:]]
    assert shown == [row[0].value for row in list(book.active.iter_rows())[1:]]


def test_a_feed_names_the_listings(li, market):
    """Atom, with the address of each on this desk."""
    market(3)

    feed = ET.fromstring(li.http.get("/queue.atom").content)  # noqa: S314 - our own answer

    links = [each.get("href") for each in feed.iter("{http://www.w3.org/2005/Atom}link")]
    assert 3 == len(links)
    assert all(link.startswith(li.desk.address) for link in links)


def test_who_took_a_list_is_written_down_and_contacts_stay_covered(db, li, offered):
    """A file leaves the house: the log says so, and no number goes with it."""
    offered(title="出画眉鸟一只13804001234", text="野生画眉，网捕的")

    told = li.http.get("/queue.csv").content.decode()

    assert "13804001234" not in told
    (did,) = db.execute("select did from audit order by audit_id desc limit 1").fetchone()
    assert "list.exported" == did
    assert [] == audit.verify(db)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_table_is_a_formula(text):
    """In CSV an apostrophe stands before it; in a workbook it is stored as text."""
    told = list(csv.reader(io.StringIO(as_csv(["a"], [(text,)]).decode("utf-8-sig"), newline="")))
    cell = load_workbook(io.BytesIO(as_xlsx(["a"], [(text,)]))).active["A2"]

    assert told[1][0].startswith("'")
    assert "s" == cell.data_type
