"""One spelling for each address, and a gate with no back door."""

import ipaddress
import socket
import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate, canonical, gate_for, is_public

HOME = """
http://127.0.0.1/
http://127.0.0.1:80/
http://127.1/
http://127.0.1/
http://127.255.255.254/
http://0/
http://0.0.0.0/
http://2130706433/
http://017700000001/
http://0177.0.0.1/
http://0x7f000001/
http://0x7f.0.0.1/
http://0x7f.1/
http://0X7F.1/
http://127.0.0.0x1/
http://127.0.0.1./
http://%31%32%37.0.0.1/
http://127%2e0%2e0%2e1/
http://127。0。0。1/
http://127．0．0．1/
http://127｡0｡0｡1/
http://①②⑦.0.0.1/
http://１２７.0.0.1/
http://𝟏𝟐𝟕.0.0.1/
http://ｌocalhost/
http://localhost/
http://LOCALHOST:8711/
http://localhost./
http://a.localhost/
http://00000000177.0.0.1/
http://127.0.0.1:0/
http://127.0.0.1:99999/
http://256.256.256.256/
http://1.2.3.4.5/
http://10.0.0.1/
http://10.1/
http://172.16.0.1/
http://172.31.255.255/
http://192.168.1.1/
http://169.254.169.254/latest/meta-data/
http://100.100.100.200/latest/meta-data/
http://100.64.0.1/
http://100.127.255.254/
http://192.0.0.1/
http://192.0.2.1/
http://198.18.0.1/
http://198.51.100.1/
http://203.0.113.9/
http://224.0.0.1/
http://239.255.255.250/
http://240.0.0.1/
http://255.255.255.255/
http://[::1]/
http://[::]/
http://[0:0:0:0:0:0:0:1]/
http://[::ffff:127.0.0.1]/
http://[::ffff:7f00:1]/
http://[::ffff:0:127.0.0.1]/
http://[::127.0.0.1]/
http://[64:ff9b::127.0.0.1]/
http://[64:ff9b::a00:1]/
http://[64:ff9b:1::7f00:1]/
http://[2002:7f00:1::]/
http://[2002:a00:1::1]/
http://[2001:0:7f00:1::80ff:fffe]/
http://[2001:db8::1]/
http://[fe80::1]/
http://[fe80::1%25eth0]/
http://[fc00::1]/
http://[fd00:ec2::254]/
http://[ff02::1]/
http://[fec0::1]/
http://[::1/
http://::1/
http://user@example.com/
http://example.com@127.0.0.1/
http://example.com%40127.0.0.1/
http://example.com\\@127.0.0.1/
http:\\\\127.0.0.1/
http:127.0.0.1/
http:///127.0.0.1/
//127.0.0.1/
http://exa mple.com/
http://example.com\t/
http://example.com:80:80/
http://exam_ple..com/
http://-x.example/
file:///etc/passwd
ftp://example.com/
gopher://127.0.0.1:6379/_INFO
data:text/html,x
javascript:alert(1)
view-source:http://127.0.0.1/
chrome://version
about:blank
blob:http://127.0.0.1/x
""".strip().splitlines()


@pytest.mark.parametrize("url", HOME)
def test_no_spelling_of_a_private_address_passes(url):
    """However it is written: numbers, wrappings, foreign digits, other schemes."""
    with pytest.raises(FetchRefused):
        Gate().check(url.encode().decode("unicode_escape") if "\\" in url else url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://Example.COM:8443/x?q=画眉",
        "http://花鸟.中国/",
        "http://花鸟。中国/",
        "http://8.8.8.8/",
        "http://[2001:4860:4860::8888]/",
        "http://[64:ff9b::808:808]/",
        "http://[2002:808:808::1]/",
        "http://1.example.com/",
        "wss://example.com/live",
    ],
)
def test_the_open_internet_passes(url):
    """A gate that refuses everything would be safe and useless."""
    assert Gate().check(url).port in {80, 443, 8443}


@pytest.mark.parametrize(
    ("url", "is_let_in"),
    [
        ("http://127.0.0.1:8711/list", True),
        ("http://127.0.0.1:8712/list", False),
        ("http://127.0.0.1/", False),
        ("http://127.1:8711/", False),
        ("http://0x7f.0.0.1:8711/", False),
        ("http://2130706433:8711/", False),
        ("http://localhost:8711/", False),
        ("http://[::1]:8711/", False),
        ("http://[::ffff:127.0.0.1]:8711/", False),
        ("http://127.0.0.1:8711@example.com/", False),
    ],
)
def test_an_allowed_server_is_that_server_and_no_other(url, is_let_in):
    """``allow_private: [127.0.0.1:8711]`` opens one port of one host, spelt like that."""
    gate = gate_for(["127.0.0.1:8711"])

    if is_let_in:
        assert "127.0.0.1:8711" == gate.check_resolved(url).name
    else:
        with pytest.raises(FetchRefused):
            gate.check(url)


def test_a_link_local_address_cannot_be_allowed():
    """A source file cannot open the way to a machine's metadata service."""
    gate = gate_for(["meta.example:80"])

    gate.check_address("meta.example", "10.0.0.9", 80)
    with pytest.raises(FetchRefused):
        gate.check_address("meta.example", "169.254.169.254", 80)


def test_a_name_that_leads_home_is_refused_when_it_is_looked_up(monkeypatch):
    """A name has two answers, one of them ours: the whole name is refused."""
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(FetchRefused, match=r"127\.0\.0\.1"):
        Gate().check_resolved("http://two-faced.example/")


def test_a_refusal_says_which_address_why_and_what_to_do():
    """One sentence a person can act on."""
    with pytest.raises(FetchRefused) as refusal:
        Gate().check("http://192.168.1.1/admin")

    assert str(refusal.value) == (
        "http://192.168.1.1/admin: not fetched: the address leads to 192.168.1.1, which is not "
        "a public address; name host:port under allow_private if it is ours"
    )


@given(number=st.integers(min_value=0, max_value=2**32 - 1))
@example(number=0x7F000001)
@example(number=0x64404001)
def test_an_ipv4_address_is_judged_the_same_in_every_wrapping(number):
    """Mapped, NAT64 and 6to4 change nothing."""
    plain = ipaddress.IPv4Address(number)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ]

    assert {is_public(plain)} == {is_public(address) for address in wrapped}


def test_the_canary_sees_nobody():
    """A real server on loopback: none of the spellings of its own address reaches it."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        port = canary.getsockname()[1]
        seen = []

        def watch():
            while True:
                try:
                    seen.append(canary.accept())
                except OSError:
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "0"]
        for host in [*hosts, "[::ffff:127.0.0.1]", "127。0。0。1", "①②⑦.0.0.1", "127.0.0.1."]:
            with pytest.raises(FetchRefused):
                Gate().check_resolved(f"http://{host}:{port}/")
        canary.shutdown(socket.SHUT_RDWR)
        watcher.join(5)

    assert [] == seen


PIECES = st.text(alphabet="abz019-_.~%/?#&=+;:@! 画é\u200b", max_size=30)


@given(path=PIECES, query=PIECES, fragment=PIECES)
def test_a_canonical_address_is_its_own_canonical_address(path, query, fragment):
    """Twice is as good as once, whatever is strewn in."""
    once = canonical(f"http://Shop.example:80/{path}?{query}#{fragment}")

    assert once == canonical(once)
    assert "#" not in once
    assert once.startswith("http://shop.example/")


@given(text=st.text(max_size=80))
@example(text="http://[")
@example(text="http://\ud800/")
def test_any_text_has_a_canonical_form(text):
    """Nobody can break the crawl with an address."""
    once = canonical(text)

    assert once == canonical(once)


@pytest.mark.parametrize(
    "written",
    [
        "http://shop.example/item?id=1&page=2",
        "HTTP://SHOP.example:80/item?page=2&id=1",
        "http://shop.example/item/?id=1&page=2",
        "http://shop.example/item?id=1&page=2#reply",
        "http://shop.example/item?id=1&id=1&page=2",
        "http://shop.example/item?id=1&page=2&spm=a.b.c",
        "http://shop.example/item?utm_source=x&id=1&page=2&utm_medium=y",
        "http://shop.example/item;jsessionid=ABC123?id=1&page=2",
        "http://shop.example/a/../item?id=1&page=2",
        "http://shop.example/./item?id=%31&page=2",
        "http://shop.example./item?&id=1&&page=2&",
        "  http://shop.example/item?id=1&page=2\n",
    ],
)
def test_one_item_has_one_address(written):
    """Eleven ways in which sites and share buttons write the same address."""
    assert "http://shop.example/item?id=1&page=2" == canonical(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://shop.example/item?id=1", "http://shop.example/item?id=2"),
        ("http://shop.example/item/1", "http://shop.example/item/10"),
        ("http://shop.example/a%2Fb", "http://shop.example/a/b"),
        ("http://shop.example/s?q=%BB%AD", "http://shop.example/s?q=%E7%94%BB"),
        ("http://shop.example/Item", "http://shop.example/item"),
        ("http://shop.example:8080/", "http://shop.example/"),
        ("http://shop.example/s?id=1&id=2", "http://shop.example/s?id=1"),
    ],
)
def test_two_items_keep_two_addresses(one, other):
    """What may be another page is never folded away."""
    assert canonical(one) != canonical(other)
