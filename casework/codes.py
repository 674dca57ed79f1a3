"""Codes that change every thirty seconds: the second proof at the door.

Source: RFC 6238 (TOTP) on RFC 4226 (HOTP): HMAC-SHA-1, six digits, steps of 30 seconds,
which every authenticator app knows.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
_SLACK = 1
"""Steps that a telephone's clock may be off, either way."""


def new_secret() -> str:
    """Return 160 random bits in base 32, as apps ask for them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """Return the code of one step."""
    key = base64.b32decode(secret)
    seal = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    place = seal[-1] & 0x0F
    number = struct.unpack(">I", seal[place : place + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(moment: datetime) -> int:
    """Return the number of the step that a moment falls in."""
    return int(moment.timestamp()) // STEP_SECONDS


def matching(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """Return the step whose code this is, None where it is none of now.

    ``after``: the last step that was used; a code that was seen over a shoulder opens nothing.
    """
    given = re.sub(r"\s", "", code)
    try:
        steps = range(step_of(now) - _SLACK, step_of(now) + _SLACK + 1)
        right = [step for step in steps if _same(code_at(secret, step), given)]
    except binascii.Error:
        return None
    return next((step for step in right if step > after), None)


def address_of(secret: str, *, name: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that a QR code holds for an app."""
    label = f"{quote(issuer)}:{quote(name)}"
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
