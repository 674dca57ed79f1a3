"""The certificates a server showed: asked of the browser; of the server where it refused them."""

import asyncio
import base64
import hashlib
import socket
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from pipeline.base.clock import stamp
from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

_SECONDS = 5.0


async def chain_of(cdp: CDPSession, url: str) -> list[bytes]:
    """Return the chain that the browser saw and accepted, the server's own first, as DER."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return []
    try:
        told = await cdp.send("Network.getCertificate", {"origin": f"https://{parts.netloc}"})
    except PlaywrightError:
        return []
    return [base64.b64decode(one) for one in told["tableNames"]]


async def refused_by_browser(url: str, gate: Gate) -> list[bytes]:
    """Return what the server shows to somebody who asks without judging; for the record alone."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        return [await asyncio.to_thread(_shown, host, port, gate)]
    except (OSError, ValueError, FetchRefused):
        return []


def _shown(host: str, port: int, gate: Gate) -> bytes:
    unjudged = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unjudged.check_hostname = False
    unjudged.verify_mode = ssl.CERT_NONE
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    gate.check_address(host, address, port)
    with (
        socket.create_connection((address, port), timeout=_SECONDS) as plain,
        unjudged.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def described(chain: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return subject, issuer, serial number, validity and SHA-256 of each certificate."""
    told = []
    for der in chain:
        about: dict[str, Any] = {"sha256": hashlib.sha256(der).hexdigest()}
        try:
            certificate = x509.load_der_x509_certificate(der)
            about |= {
                "subject": certificate.subject.rfc4514_string(),
                "issuer": certificate.issuer.rfc4514_string(),
                "serial_number": f"{certificate.serial_number:x}",
                "valid_from": stamp(certificate.not_valid_before_utc),
                "valid_until": stamp(certificate.not_valid_after_utc),
            }
        except ValueError:
            about["problem"] = "cannot be read"
        told.append(about)
    return told


def as_pem(chain: Sequence[bytes]) -> bytes:
    """Return the chain as one PEM file, as openssl reads it."""
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in chain).encode()
