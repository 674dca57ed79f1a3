"""A third party's time stamp (RFC 3161), checked offline against certificates we hold.

``rfc3161-client`` reads strict DER; an authority that sends its certificates out of order is
read by ``openssl ts`` instead. The local clock never stands in for a stamp: without one the
record says 无第三方时间戳.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import TimeStampResponse

from evidence.openssl import NoOpenSSL, openssl
from pipeline.base.clock import unstamp
from pipeline.base.errors import BrokenSeal
from pipeline.base.language import _

TOLERANCE = timedelta(minutes=5)
"""How far a stamp may lie before the end of the capture that it is of: clocks differ."""

_TEXT_TIME = re.compile(rb"Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT")
_TEXT_NONCE = re.compile(rb"Nonce: 0x([0-9A-Fa-f]+)")
_ANSWER = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}(\.\d+)?\.tsr")
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Token:
    """What an authority testified: the time, and the name in its certificate."""

    at: datetime
    authority: str


def check(
    answer: bytes, data: bytes, roots: Sequence[x509.Certificate], *, nonce: int | None = None
) -> Token:
    """Return what a raw answer testifies of ``data``.

    Args:
        answer: as the authority sent it (``.tsr``).
        data: what it is to be of: the bytes of a manifest.
        roots: the certificates that we trust.
        nonce: of our question, where it was asked just now.

    Raises:
        BrokenSeal: it testifies nothing of the kind; says why in Chinese.
    """
    if len(answer) > _MOST_BYTES:
        raise BrokenSeal("", _("时间戳过长，不可能是时间戳"))
    if not roots:
        raise BrokenSeal("", _("没有时间戳机构的根证书，无从核对"))
    try:
        response = decode_timestamp_response(answer)
        return _by_library(response, data, roots, nonce)
    except ValueError:  # not strict DER: some authorities send certificates out of order
        return _by_openssl(answer, data, roots, nonce)


def read_roots(folder: Path) -> list[x509.Certificate]:
    """Return the certificates of a folder of PEM files; what is none is passed over."""
    return [root for file in sorted(folder.glob("*.pem")) for root in _certificates(file)]


def is_answer(entry: Path) -> bool:
    """Tell whether a file is called like the raw answer beside a snapshot."""
    return _ANSWER.fullmatch(entry.name) is not None and entry.is_file() and not entry.is_symlink()


def answers_beside(folder: Path) -> list[Path]:
    """Return the raw answers that lie beside a sealed folder."""
    if folder.is_symlink() or not folder.parent.is_dir():
        return []
    return sorted(one for one in folder.parent.glob(f"{folder.name}.*") if is_answer(one))


def token_of(answer: Path, listing: Path, roots: Sequence[x509.Certificate]) -> Token:
    """Return what the answer beside a snapshot testifies of its manifest.

    Raises:
        BrokenSeal: nothing, or a time before the capture ended.
    """
    try:
        data = listing.read_bytes()
        ended = unstamp(str(json.loads(data)["taken"]["ended_utc"]))
        read = answer.read_bytes()
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenSeal("", _("清单读不出来，时间戳无从核对")) from error
    token = check(read, data, roots)
    if token.at < ended - TOLERANCE:
        raise BrokenSeal("", _("时间戳早于固定的时间，必有一个时钟不准"))
    return token


def _certificates(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return []


def _by_library(
    response: TimeStampResponse,
    data: bytes,
    roots: Sequence[x509.Certificate],
    nonce: int | None,
) -> Token:
    builder = VerifierBuilder(roots=[*dict.fromkeys(roots)], nonce=nonce)
    try:
        builder.build().verify_message(response, data)
    except (VerificationError, ValueError) as error:
        raise BrokenSeal("", _in_words(str(error))) from error
    return Token(response.tst_info.gen_time.astimezone(UTC), _signer(response))


def _signer(response: TimeStampResponse) -> str:
    for der in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        for info in response.signed_data.signer_infos:
            if certificate.serial_number == info.serial_number:
                return certificate.subject.rfc4514_string()
    return ""


def _in_words(said: str) -> str:
    for mark, words in _words():
        if mark in said:
            return words
    return _("时间戳核对不通过：{why}").format(why=said[:200])


def _words() -> Iterator[tuple[str, str]]:
    yield "messages", _("时间戳不是这份清单的")
    yield "Nonce", _("时间戳不是对这次询问的回答")
    yield "GRANTED", _("时间戳机构没有给出时间戳")
    yield "certificate", _("时间戳的证书不出自我们信任的根证书，或当时无效")
    yield "EKU", _("时间戳的证书不是用来签时间戳的")


def _by_openssl(
    answer: bytes, data: bytes, roots: Sequence[x509.Certificate], nonce: int | None
) -> Token:
    files = {
        "answer": answer,
        "data": data,
        "roots": b"".join(root.public_bytes(Encoding.PEM) for root in dict.fromkeys(roots)),
    }
    try:
        told = openssl("ts", "-reply", "-in", "answer", "-text", files=files)
        when, asked = _TEXT_TIME.search(told.stdout), _TEXT_NONCE.search(told.stdout)
        if told.returncode or when is None:
            raise BrokenSeal("", _("不是时间戳"))
        moment = _moment(when)
        # checked as of then: a certificate that ended since does not undo what it signed
        words = ("-in", "answer", "-data", "data", "-CAfile", "roots")
        at = ("-attime", str(int(moment.timestamp())))
        checked = openssl("ts", "-verify", *words, *at, files=files)
    except NoOpenSSL as error:
        raise BrokenSeal("", _("证书次序不合规范，而本机没有 openssl 程序，未能核对")) from error
    if checked.returncode:
        said = checked.stderr.decode("utf-8", "replace")
        is_other = "message imprint mismatch" in said
        raise BrokenSeal("", _in_words("messages" if is_other else "certificate"))
    if nonce is not None and (asked is None or int(asked[1], 16) != nonce):
        raise BrokenSeal("", _in_words("Nonce"))
    return Token(moment, "")


def _moment(found: re.Match[bytes]) -> datetime:
    text = f"{found[1].decode()} {found[2].decode()}"
    return datetime.strptime(" ".join(text.split()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
