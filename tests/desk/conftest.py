"""A running desk over a real store, with people at it and listings to judge."""

import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher

from casework import people
from desk.app import build
from pipeline.base.errors import BadInput
from pipeline.base.settings import find_browser, read_settings
from pipeline.ingest import ingest
from pipeline.listing import Place, Price, Seller
from pipeline.score import load_reader
from pipeline.store import listings

PASSWORD = "correct-horse-9"  # noqa: S105 - of people who do not exist
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

FOR_SALE = (
    ("出自家笼养红点颏一只，叫口好", "三年鸟，会三种口。\n大连自提，不邮寄。", 1800),
    ("野生百\u200b灵，网捕新货，要的速度", "昨天刚下网的百\u200b灵，公的八只母的五只。", 260),
    ("游隼 驯好了 带脚绊", "自己训的游隼，看图私聊。", 12000),
    ("画眉鸟 打鸟 凶", "出画眉鸟，笼养两年，配老笼一起出", 2200),
    ("黄胸鹀 论斤出", "禾花雀，冷冻一批，野生", 380),
    ("求购鹩哥，会说话的优先", "家里老人喜欢，价格好说", None),
)


@pytest.fixture(scope="session")
def reader(tmp_path_factory):
    """The real reader, built once; what it made of the word lists all homes of the suite share."""
    return load_reader(read_settings(tmp_path_factory.mktemp("reader")))


@pytest.fixture
def offered(db, clock, a_listing, reader):
    """Keep a listing as a source would give it, and return it as it stands in the store."""

    def keep(**changes):
        listing = a_listing(**{"seen_at": clock.now(), **changes})
        ingest(db, reader, listing, clock=clock)
        return listings.get(db, listing.id)

    return keep


@pytest.fixture
def market(offered, clock):
    """Keep ``n`` suspicious listings, each with a number and, unless told, a seller of its own."""

    def fill(n, seller=""):
        kept = []
        for number in range(n):
            title, text, yuan = FOR_SALE[number % len(FOR_SALE)]
            clock.move(minutes=1)
            kept.append(
                offered(
                    site_id=str(1000 + number),
                    url=f"http://127.0.0.1:9/item/{1000 + number}",
                    title=f"{title} 第{number}号",
                    text=text,
                    price=Price(
                        raw=f"{yuan}元" if yuan else "面议", yuan=Decimal(yuan) if yuan else None
                    ),
                    place=Place(raw="辽宁省大连市", code="210200"),
                    seller=Seller(
                        name="海边老王13804001234", site_id=seller or f"u{1000 + number}"
                    ),
                )
            )
        return kept

    return fill


@dataclass(frozen=True)
class Served:
    """A desk that answers, and the parts to look behind it."""

    address: str
    app: object
    settings: object


@contextmanager
def serving(settings, clock, reader=None):
    """Serve the desk of a home on a free port."""
    app = build(settings, clock=clock, reader=reader)
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Served(f"http://127.0.0.1:{door.getsockname()[1]}", app, settings)
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()


@pytest.fixture
def desk(settings, db, clock, reader, monkeypatch):
    """A desk at which Li and Wang are analysts and Qian runs the machine."""
    monkeypatch.setattr(people, "HASHER", QUICK)
    for name, role in (("li", "analyst"), ("wang", "analyst"), ("qian", "operator")):
        people.add(db, name, role=role, password=PASSWORD, clock=clock)
    with serving(settings, clock, reader) as served:
        yield served


class Caller:
    """Speaks plain HTTP to the desk, as a browser would: with cookies and an origin."""

    def __init__(self, desk):
        self.desk = desk
        self.http = httpx.Client(
            base_url=desk.address, headers={"Origin": desk.address}, timeout=60
        )

    def token(self, path="/queue"):
        """Return the CSRF token that a page carries."""
        page = self.http.get(path).text
        return page.split('name="csrf" value="')[1].split('"')[0]

    def log_in(self, name="li", password=PASSWORD, **more):
        """Log in through the form; return the answer."""
        form = {"csrf": self.token("/login"), "name": name, "password": password, **more}
        return self.http.post("/login", data=form)

    def form_of(self, listing_id):
        """Return the hidden fields of a listing's verdict form."""
        page = self.http.get(f"/listings/{listing_id}").text
        form = page.split('id="verdict"')[1].split("<fieldset>")[0]
        return {
            line.split('name="')[1].split('"')[0]: line.split('value="')[1].split('"')[0]
            for line in form.splitlines()
            if 'type="hidden"' in line
        }


@pytest.fixture
def somebody(desk):
    """Return people who have not logged in yet, each with cookies of their own."""
    with ExitStack() as open_ones:

        def come(**cookies):
            one = Caller(desk)
            open_ones.enter_context(one.http)
            for name, value in cookies.items():
                one.http.cookies.set(name, value, domain="127.0.0.1", path="/")
            return one

        yield come


@pytest.fixture
def caller(somebody):
    """Somebody who has not logged in yet."""
    return somebody()


@pytest.fixture
def li(caller):
    """Li, logged in."""
    caller.log_in("li")
    return caller


# ---- the browser -----------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(tmp_path_factory):
    """The browser of this machine, as the product finds it."""
    try:
        path = find_browser(read_settings(tmp_path_factory.mktemp("browser")))
    except BadInput as nothing:
        pytest.skip(str(nothing))
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture(scope="session")
def browser_context_args():
    """An analyst's browser."""
    return {
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
    }


@pytest.fixture
def at_desk(desk, new_context):
    """Return a page at which somebody has logged in, in a browser of their own."""

    def sit_down(name="li", **how):
        how.setdefault("viewport", {"width": 1280, "height": 860})
        page = new_context(base_url=desk.address, **how).new_page()
        page.set_default_timeout(10_000)
        page.goto("/login")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/queue")
        return page

    return sit_down
