"""Each circumstance, made false once: the record changes with it."""

import base64
import contextlib
import hashlib
import json
import socket
import ssl
import struct
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer

from evidence.chromium import browser as browser_module
from evidence.machine import clocks, selfcheck, software
from evidence.machine.selfcheck import Machine
from evidence.snapshot import Wanted, of_listing, take_all
from evidence.verify import verify
from pipeline.base.clock import SystemClock, stamp
from pipeline.base.urls import gate_for
from pipeline.store.open import open_store
from tests.evidence.conftest import a_capture
from tests.evidence.market_of_pages import page

FAR = timedelta(hours=1)


def kept(settings, server, path="/plain", **wanted):
    """Keep one page; return the snapshot, its manifest and its circumstances."""
    gate = gate_for([f"127.0.0.1:{server.port}"])
    one = Wanted(url=server.url_for(path), **{"asked_by": "li", **wanted})
    (snapshot,) = take_all(settings, [one], gate=gate, clock=SystemClock())
    read = [
        json.loads((snapshot.folder / name).read_bytes())
        for name in ("manifest.json", "environment.json")
    ]
    return snapshot, *read


@pytest.fixture
def machine(settings):
    """This machine, as a capture looks at it."""
    return Machine(settings)


@contextmanager
def time_server(ahead=timedelta()):
    """An NTP server on loopback whose clock is so far ahead."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.1)
        ends = threading.Event()

        def serve():
            while not ends.is_set():
                with contextlib.suppress(TimeoutError):
                    _, address = line.recvfrom(512)
                    seconds = (datetime.now(UTC) + ahead).timestamp() + 2_208_988_800
                    told = struct.pack("!II", int(seconds), int(seconds % 1 * 2**32))
                    line.sendto(b"\x24" + 39 * b"\0" + told, address)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"ntp://127.0.0.1:{line.getsockname()[1]}"
        finally:
            ends.set()
            thread.join()


def checked(settings, clock=None, **changes):
    changed = settings.model_copy(update=changes)
    clock = clock or SystemClock()
    return Machine(changed).checked(a_capture(clock), clock)


def test_a_clock_that_nobody_checked_is_said_to_be_so(settings):
    """No source is configured: nothing is asked, and nothing is claimed."""
    told = checked(settings)

    assert ("not checked", []) == (
        told["clock"]["offset_against_time_server"],
        told["clock"]["asked"],
    )
    assert [] == told["self_check"]["problems"]


def test_a_clock_that_is_right_is_said_to_be_so(settings):
    """By an NTP server beside us: some milliseconds, and no problem."""
    with time_server() as source:
        told = checked(settings, time_sources=(source,))

    assert abs(int(told["clock"]["offset_against_time_server"].removesuffix(" ms"))) < 2_000
    assert [] == told["self_check"]["problems"]


@pytest.mark.parametrize(("ahead", "way"), [(FAR, "慢"), (-FAR, "快")])
def test_a_clock_that_is_off_is_marked(settings, ahead, way):
    """An hour: the record says by how much, and in which direction."""
    with time_server(ahead) as source:
        told = checked(settings, time_sources=(source,))

    (problem,) = told["self_check"]["problems"]
    assert f"本机时钟比校时源{way} 3" in problem


@pytest.fixture
def hour_ahead(monkeypatch):
    """Every web server of this test tells a Date that is an hour ahead."""
    monkeypatch.setattr(
        BaseHTTPRequestHandler,
        "date_time_string",
        lambda _self: format_datetime(datetime.now(UTC) + FAR, usegmt=True),
    )


@pytest.mark.usefixtures("hour_ahead")
def test_a_clock_is_held_against_the_date_of_a_web_server_too():
    """Where no NTP gets through: to the second."""
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/").respond_with_data("")
        told = clocks.checked([server.url_for("/")], SystemClock())

    assert 3_590_000 < int(told["offset_against_time_server"].removesuffix(" ms")) < 3_610_000


def test_sources_that_all_keep_silent_are_marked(settings):
    """Configured and unreachable is not the same as checked."""
    told = checked(settings, time_sources=("http://127.0.0.1:9/",))

    assert ["校时源都没有应答，本机时钟未经核对"] == told["self_check"]["problems"]
    assert "ConnectError" == told["clock"]["asked"][0]["problem"]


@pytest.mark.browser
def test_a_snapshot_made_by_a_wrong_clock_is_not_like_the_others(settings, site):
    """It is kept, and its manifest says in words what is wrong with it."""
    with time_server(FAR) as source:
        off = settings.model_copy(update={"time_sources": (source,)})
        snapshot, manifest, told = kept(off, site.server)

    assert ("sealed", False) == (snapshot.state, manifest["is_complete"])
    assert "本机时钟比校时源慢" in manifest["reason"]
    assert told["clock"]["asked"][0]["source"] == source
    assert verify(snapshot.folder).is_ok


def a_certificate():
    """Return a self-signed certificate for 127.0.0.1, and a context that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    return key, certificate


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    """An HTTPS server on loopback whose certificate nobody vouches for."""
    key, certificate = a_certificate()
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with HTTPServer(host="127.0.0.1", ssl_context=context, threaded=True) as server:
        server.expect_request("/plain").respond_with_data(
            page(""), content_type="text/html; charset=utf-8"
        )
        yield server, certificate


@pytest.mark.browser
def test_a_certificate_that_nobody_vouches_for_is_a_failure_with_its_digest(settings, secured):
    """The page is not passed off as the site's; what the server showed is in the record."""
    server, certificate = secured

    snapshot, manifest, told = kept(settings, server)

    assert ("failed", False) == (snapshot.state, told["tls"]["is_trusted"])
    assert "证书" in manifest["reason"]
    (shown,) = told["tls"]["chain"]
    assert certificate.fingerprint(hashes.SHA256()).hex() == shown["sha256"]
    assert ("CN=127.0.0.1", "4d") == (shown["subject"], shown["serial_number"])


@pytest.mark.browser
def test_a_certificate_that_is_accepted_is_kept_whole(settings, secured, monkeypatch):
    """Chain, protocol and cipher in the record; the chain as PEM beside it."""
    server, certificate = secured
    public = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    known = base64.b64encode(hashlib.sha256(public).digest()).decode()
    flags = (*browser_module._FLAGS, f"--ignore-certificate-errors-spki-list={known}")
    monkeypatch.setattr(browser_module, "_FLAGS", flags)

    snapshot, _, told = kept(settings, server)

    assert ("sealed", True) == (snapshot.state, told["tls"]["is_trusted"])
    assert told["tls"]["protocol"].startswith("TLS")
    assert certificate.fingerprint(hashes.SHA256()).hex() == told["tls"]["chain"][0]["sha256"]
    assert b"BEGIN CERTIFICATE" in (snapshot.folder / "certificates.pem").read_bytes()


@pytest.mark.browser
def test_a_page_without_tls_says_so(settings, site):
    """And no session, no click, nothing looked at before: each in words."""
    snapshot, _, told = kept(settings, site.server)

    assert "none: the connection was not secured" == told["tls"]
    assert "none: public page, not logged in" == told["session"]
    assert ([], []) == (told["clicks"], told["looks_before"])
    assert not (snapshot.folder / "certificates.pem").exists()
    program = told["browser"]["path"]
    with Path(program).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == told["browser"]["sha256"]
    assert {"width": 1280, "height": 1000} == told["browser"]["viewport_px"]


@pytest.mark.browser
def test_a_session_that_was_used_is_recorded(settings, site, tmp_path):
    """Whose log-in, by its digest; the cookie went out, and the environment says there was one."""
    session = tmp_path / "huapiao.json"
    cookie = {"name": "uid", "value": "7", "domain": "127.0.0.1", "path": "/", "expires": -1}
    cookie |= {"httpOnly": False, "secure": False, "sameSite": "Lax"}
    session.write_text(json.dumps({"cookies": [cookie], "origins": []}))

    _, _, told = kept(settings, site.server, session=session)

    assert "huapiao.json" == told["session"]["used"]
    assert hashlib.sha256(session.read_bytes()).hexdigest() == told["session"]["sha256"]
    assert 1 == told["self_check"]["cookies_before"]
    assert [] == told["self_check"]["problems"]
    asked = [request for request, _ in site.server.log if request.path == "/plain"][-1]
    assert "7" == asked.cookies.get("uid")


@pytest.mark.browser
@pytest.mark.usefixtures("hour_ahead")
def test_a_server_whose_own_clock_is_off_is_seen(settings, site):
    """Its Date is an hour ahead of ours."""
    _, _, ahead = kept(settings, site.server, "/plain")

    assert 3_500 < ahead["clock"]["server_ahead_seconds"] < 3_700


def test_a_name_that_this_machine_itself_redirects_is_marked(settings, clock, tmp_path):
    """Who edits the hosts file decides what the camera sees."""
    (tmp_path / "hosts").write_text("10.0.0.7  huapiao.example www.huapiao.example\n")
    (tmp_path / "resolv.conf").write_text("nameserver 192.0.2.53\n")
    seen = a_capture(clock, final_url="https://www.huapiao.example/item/991")
    clean, bent = Machine(settings), Machine(settings, etc=tmp_path)

    told = bent.checked(seen, clock)["self_check"]

    assert [] == clean.checked(seen, clock)["self_check"]["problems"]
    assert ["本机 hosts 文件另行指定了该网站的地址"] == told["problems"]
    assert ["192.0.2.53"] == told["route"]["name_servers"]
    assert (
        hashlib.sha256((tmp_path / "hosts").read_bytes()).hexdigest()
        == (told["route"]["hosts_file_sha256"])
    )


def test_a_disk_that_is_nearly_full_is_marked(machine, clock, monkeypatch):
    """The record says how many bytes were left."""
    monkeypatch.setattr(selfcheck, "LITTLE_BYTES", 1 << 60)

    told = machine.checked(a_capture(clock), clock)["self_check"]

    assert told["problems"][0].startswith("磁盘只剩")
    assert "as written" == told["disk"]["written_and_read"]


def test_a_disk_that_keeps_nothing_is_marked(machine, clock, monkeypatch):
    """What was written cannot be read back."""
    monkeypatch.setattr(selfcheck.Path, "read_bytes", lambda _self: b"")

    assert (
        "磁盘自检不通过：写入的内容读不回来"
        in (machine.checked(a_capture(clock), clock)["self_check"]["problems"])
    )


def test_a_profile_that_is_not_fresh_is_marked(machine, clock):
    """Cookies before the first request, though no session is used."""
    told = machine.checked(a_capture(clock, cookies_before=2), clock)["self_check"]

    assert ["浏览器环境不清洁：访问前已有 Cookie"] == told["problems"]


def test_another_program_or_another_code_has_another_digest(tmp_path, monkeypatch):
    """One byte of either is enough."""
    program = tmp_path / "browser"
    program.write_bytes(b"one")
    first = software.digest_of_program(program, tmp_path)
    program.write_bytes(b"another")
    (tmp_path / "evidence").mkdir()
    code = tmp_path / "evidence" / "capture.py"
    monkeypatch.setattr(software, "shipped", lambda: tmp_path / "data")
    code.write_text("a = 1")
    before = software.software.__wrapped__()["code_sha256"]
    code.write_text("a = 2")

    assert first != software.digest_of_program(program, tmp_path)
    assert before != software.software.__wrapped__()["code_sha256"]


RUN = """
    insert into runs (run_id, source, night_on, number, asked_by, state, manners)
    values ('huapiao-2026-03-10-1', 'huapiao', '2026-03-10', 1, 'schedule', 'ok', ?)
"""
PAGE = """
    insert into run_pages (run_id, key, url, kind, state, at)
    values ('huapiao-2026-03-10-1', ?, ?, ?, 'done', '2026-03-10T01:00:00.000Z')
"""


@pytest.mark.parametrize(
    ("manners", "robots", "basis"),
    [
        (
            {"robots": "obey", "robots_said": "allowed", "seconds_between": 4, "basis": "巡查职责"},
            {"rule": "obey", "said": "allowed", "reason": ""},
            "巡查职责",
        ),
        (
            {"robots": "override", "reason": "局领导批准", "seconds_between": 4, "basis": ""},
            {"rule": "override", "said": "not recorded", "reason": "局领导批准"},
            "not recorded",
        ),
    ],
)
def test_the_way_to_the_page_is_that_of_the_patrol(  # noqa: PLR0917 - fixtures
    settings, a_listing, waiting, manners, robots, basis
):
    """Search word, list pages read before it, robots decision, pace, legal basis: as they were."""
    db = open_store(settings.database)
    with closing(db.conn):
        waiting(db, a_listing())
        with db.atomic():
            db.conn.execute(RUN, [json.dumps(manners)])
            db.conn.execute(PAGE, ["l1", "http://h.example/s?q=%E7%94%BB%E7%9C%89&p=1", "index"])
            db.conn.execute(PAGE, ["item:991", "http://h.example/item/991", "listing"])
            db.conn.execute(PAGE, ["l2", "http://h.example/s?q=%E5%85%AB%E5%93%A5", "index"])
            db.conn.execute("update listings set last_run_id = 'huapiao-2026-03-10-1'")

        way = of_listing(db, "huapiao:991", asked_by="schedule").way

    (before,) = way["lists_read_before"]
    assert ["画眉"] == before["words"]
    assert (robots, basis, 4_000) == (
        way["robots"],
        way["legal_basis"],
        way["milliseconds_between"],
    )
    assert "schedule" == way["patrol_asked_by"]


def test_start_and_end_are_told_in_both_zones(keeper, clock):
    """Eight hours apart, and the same moment."""
    began = clock.now()
    clock.move(seconds=3)
    snapshot = keeper.keep(a_capture(clock, started_at=began), asked_by="wang")
    told = json.loads((snapshot.folder / "environment.json").read_bytes())

    assert (stamp(began), stamp(clock.now())) == (
        told["taken"]["started_utc"],
        told["taken"]["ended_utc"],
    )
    assert "2026-03-10T09:00:00+08:00" == told["taken"]["started_beijing"]
    assert "wang" == told["asked_by"]


def test_an_address_that_no_patrol_found_says_so(keeper):
    """A person gave it."""
    snapshot = keeper.keep(listing_id="", listing_version=0)
    told = json.loads((snapshot.folder / "environment.json").read_bytes())

    assert "no patrol led to it" in told["way"]
