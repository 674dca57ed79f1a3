"""Addresses: one spelling for each, and the gate that every fetch passes.

``canonical`` gives the one spelling under which an address is compared and kept. ``Gate``
decides where we go: Scrapy, the browser and its proxy, redirects and sub-resources alike ask
it, once for the address as written and once for the machine it leads to, at the moment of
connecting, so that a name whose answer changes in between gains nothing.
"""

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NoReturn
from urllib.parse import unquote

from ruamel.yaml import YAML

from pipeline.base.errors import FetchRefused
from pipeline.base.settings import shipped

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
LONGEST = 8_000
"""Characters of an address that anybody serves; longer ones are a trap or a mistake."""

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#\\]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")
_IN_PATH = _UNRESERVED | frozenset(b"!$&'()*+,;=:@/")
_IN_QUERY = _UNRESERVED | frozenset(b"!$'()*,;:@/?")
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_DOTS = str.maketrans("。．｡", "...")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_QUAD = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is given out so far: RFC 4291, 2.4

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def canonical(url: str) -> str:
    """Return the one spelling of an address: what two ways of writing it have in common.

    Cut: fragment, tracking parameters (``data/tracking.yml``), a parameter written twice,
    session ids in the path, the default port, trailing slashes. Set: lower-case host, one way
    of escaping, parameters in order. Escaped bytes stay bytes, so a GBK query stays GBK.
    An address that is not http or https comes back stripped, otherwise as it was.
    """
    text = "".join(char for char in url.strip() if char >= " " and char != "\x7f").strip()
    parts = _ADDRESS.match(text)
    if parts is None or parts[1].lower() not in {"http", "https"}:
        return text
    scheme, authority = parts[1].lower(), parts[2].strip()
    host = _escaped(authority.translate(_DOTS).lower(), _UNRESERVED | frozenset(b":[]@"))
    host = host.removesuffix(f":{PORTS[scheme]}").removesuffix(":").removesuffix(".")
    path = _without_dots(_escaped(_SESSION.sub("", parts[3]), _IN_PATH)).rstrip("/") or "/"
    query = "&".join(_parameters(parts[4] or ""))
    return f"{scheme}://{host}{path}?{query}" if query else f"{scheme}://{host}{path}"


def _parameters(query: str) -> list[str]:
    exact, prefixes = _tracking()
    kept = set()
    for part in query.replace("+", "%20").split("&"):
        name, equals, value = part.partition("=")
        name = _escaped(name, _IN_QUERY)
        bare = name.lower()
        if not part or bare in exact or bare.startswith(prefixes):
            continue
        kept.add(f"{name}{equals}{_escaped(value, _IN_QUERY | frozenset(b'='))}")
    return sorted(kept)


@cache
def _tracking() -> tuple[frozenset[str], tuple[str, ...]]:
    facts = YAML(typ="safe").load(shipped("tracking.yml"))
    return frozenset(facts["parameters"]), tuple(facts["prefixes"])


def _escaped(text: str, plain: frozenset[int]) -> str:
    """Return ``text`` with every byte escaped that is not ``plain``; one escape for one byte."""
    if _PLAIN.fullmatch(text):
        return text  # nine addresses of ten, and a fortieth of the time of a crawl
    raw = text.encode("utf-8", "replace")
    out, at = [], 0
    while at < len(raw):
        escape = _ESCAPE.match(raw, at)
        byte, at = (int(escape[1], 16), at + 3) if escape else (raw[at], at + 1)
        is_plain = byte in _UNRESERVED or (byte in plain and not escape)
        out.append(chr(byte) if is_plain else f"%{byte:02X}")
    return "".join(out)


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept)


@dataclass(frozen=True, slots=True)
class Door:
    """Where an address leads: scheme, host as the network sees it, port."""

    scheme: str
    host: str
    port: int

    @property
    def name(self) -> str:
        """``host:port``, as ``allow_private`` in a source file writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides where we go. Public addresses only, written plainly.

    Attributes:
        allowed: ``host:port`` of private or loopback servers that a source file, or
            ``shouyi demo`` in this home, recorded. Exactly these pass, nothing beside them.
    """

    allowed: frozenset[str] = frozenset()

    def check(self, url: str) -> Door:
        """Return where an address leads, judged by how it is written; no name is looked up.

        Raises:
            FetchRefused: another scheme than http(s), a user name, an odd spelling of a
                number, a private, loopback or otherwise special address that is not allowed.
        """
        door = _door_of(url)
        if door.name in self.allowed:
            return door
        literal = _literal(door.host, url)
        if literal is not None and not is_public(literal):
            raise _refused(url, f"leads to {literal}, which is not a public address")
        if literal is None and (door.host == "localhost" or door.host.endswith(".localhost")):
            raise _refused(url, "leads to this machine")
        return door

    def check_address(self, host: str, ip: str, port: int) -> None:
        """Let a connection to ``ip`` pass, at the moment it is made.

        Raises:
            FetchRefused: the name leads to a machine that is not public and not allowed.
        """
        where = f"[{host}]" if ":" in host else host
        try:
            address = ipaddress.ip_address(ip.partition("%")[0])
        except ValueError as error:
            raise _refused(f"{where}:{port}", f"{ip} is no address") from error
        if is_public(address):
            return
        if f"{where.lower()}:{port}" not in self.allowed or not _may_be_allowed(address):
            raise _refused(f"{where}:{port}", f"leads to {ip}, which is not a public address")

    def check_resolved(self, url: str) -> Door:
        """Do both: the address as written, and every machine its name leads to now.

        Raises:
            FetchRefused: as the two others, or the name is not known.
        """
        door = self.check(url)
        try:
            answers = socket.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _refused(url, "its name is not known") from error
        for *_, address in answers:
            self.check_address(door.host, str(address[0]), door.port)
        return door


def is_public(address: _IP) -> bool:
    """Return whether an address is on the open internet, whatever it is wrapped in.

    IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is judged by what it wraps: the standard
    library calls several of those global though they lead home.
    """
    return all(
        inner.is_global
        and not (inner.is_multicast or inner.is_reserved or inner.is_unspecified)
        and (inner.version == 4 or inner in _GLOBAL_V6)  # noqa: PLR2004 - IPv4
        for inner in _unwrapped(address)
    )


def _unwrapped(address: _IP) -> Iterator[_IP]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64 or int(address) >> 32 == 0:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    else:
        yield address


def _may_be_allowed(address: _IP) -> bool:
    """A source file may name a private server, never a link-local or metadata address."""
    return all(
        not (inner.is_link_local or inner.is_multicast or inner.is_reserved)
        for inner in _unwrapped(address)
    )


def _door_of(url: str) -> Door:
    if len(url) > LONGEST:
        raise _refused(url[:80] + "…", f"is longer than {LONGEST} characters")
    if any(char <= " " or char in "\x7f\\" for char in url):
        raise _refused(url, "holds a blank, a control character or a backslash")
    parts = _ADDRESS.match(url)
    if parts is None or parts[1].lower() not in PORTS:
        raise _refused(url, "is not an http or https address")
    scheme, authority = parts[1].lower(), parts[2]
    if "@" in unquote(authority):
        raise _refused(url, "carries a user name before its host")
    cut = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]*)(?::([0-9]{0,5}))?", authority)
    if cut is None or not cut[1]:
        raise _refused(url, "has no host, or one that cannot be read")
    port = int(cut[2]) if cut[2] else PORTS[scheme]
    if not 0 < port <= 65535:  # noqa: PLR2004 - the highest port there is
        raise _refused(url, f"port {port} does not exist")
    host = cut[1].lower()
    if host.startswith("["):
        return Door(scheme, _ipv6(host[1:-1], url), port)
    return Door(scheme, _plain_host(host, url), port)


def _ipv6(inside: str, url: str) -> str:
    try:
        return str(ipaddress.IPv6Address(inside)) if "%" not in inside else _odd(url)
    except ValueError:
        return _odd(url)


def _plain_host(host: str, url: str) -> str:
    """Return a host in the letters the network uses; odd spellings are not for us."""
    shown = unicodedata.normalize("NFKC", unquote(host).translate(_DOTS)).lower()
    if shown.isascii() and shown != host:
        _odd(url)
    labels = shown.removesuffix(".").split(".")
    try:
        plain = labels if shown.isascii() else [_idna(label) for label in labels]
    except UnicodeError as error:
        raise _refused(url, "has a host that cannot be read") from error
    if not all(_LABEL.fullmatch(label) for label in plain):
        raise _refused(url, "has a host that cannot be read")
    return ".".join(plain)


def _idna(label: str) -> str:
    return label.encode("idna").decode("ascii")


def _literal(host: str, url: str) -> _IP | None:
    """Return the address that ``host`` is written as, None for a name.

    ``2130706433``, ``0x7f.1``, ``0177.0.0.1`` and ``127.1`` are 127.0.0.1 to a resolver:
    whoever writes a number so has a reason, and it is not ours.
    """
    if ":" in host:
        return ipaddress.IPv6Address(host)
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    if not _QUAD.fullmatch(host):
        _odd(url)
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        _odd(url)


def _odd(url: str) -> NoReturn:
    raise _refused(url, "writes its host in an odd form")


def _refused(url: str, what: str) -> FetchRefused:
    return FetchRefused(
        url, f"not fetched: the address {what}", "name host:port under allow_private if it is ours"
    )


def gate_for(allowed: Collection[str]) -> Gate:
    """Return the gate that lets the open internet and exactly these ``host:port`` pass."""
    return Gate(frozenset(name.strip().lower() for name in allowed))
