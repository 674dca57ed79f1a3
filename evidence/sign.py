"""Signatures over a manifest: Ed25519 by our own key, SM2 beside it where the bureau has one.

SM2 is done by the ``openssl`` program: none of the libraries we stand on signs with it. Where
there is no such program an SM2 signature is left unchecked and said to be, never waved through.

Source: SM2 is GB/T 32918.2-2016; the signer's distinguishing name is the standard's default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.keys import ALGORITHM, Keys, Signing
from evidence.openssl import NoOpenSSL, openssl
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings

SIGNATURE = "manifest.sig"
SM2_SIGNATURE = "manifest.sm2.sig"
KEYS = "signing-keys.json"
_SM2 = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")


@dataclass(frozen=True, slots=True)
class Seal:
    """What signs a manifest."""

    keys: Keys
    sm2_key: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Seal":
        """Return the seal of a home."""
        return cls(Keys(settings.keys, settings.passphrase_of_keys()), settings.sm2_key)

    def ready(self, clock: Clock) -> "Ready":
        """Return the seal with its keys at hand; the first time they are made.

        Raises:
            BadInput: a key cannot be used.
        """
        return Ready(self.keys.signing(clock), _sm2_pair(self.sm2_key) if self.sm2_key else None)


@dataclass(frozen=True, slots=True)
class Ready:
    """A seal with its keys at hand."""

    ed25519: Signing
    sm2: tuple[bytes, str] | None

    @property
    def about(self) -> dict[str, Any]:
        """What the manifest says of its signatures, before it is signed."""
        return {
            "algorithm": ALGORITHM,
            "key_id": self.ed25519.key_id,
            "sm2_public_key": self.sm2[1] if self.sm2 else "",
        }

    def signatures(self, data: bytes) -> Mapping[str, bytes]:
        """Return file name -> signature over a manifest's bytes."""
        signed = {SIGNATURE: self.ed25519.sign(data)}
        if self.sm2:
            signed[SM2_SIGNATURE] = _by_sm2(self.sm2[0], data)
        return signed


def is_sm2_signed(public_pem: str, data: bytes, signature: bytes) -> bool | None:
    """Tell whether an SM2 key signed those bytes; None where this machine cannot tell."""
    files = {"key.pem": public_pem.encode(), "data": data, "sig": signature}
    words = ("-verify", "-pubin", "-inkey", "key.pem", "-in", "data", "-sigfile", "sig")
    try:
        return openssl("pkeyutl", *words, *_SM2, files=files).returncode == 0
    except NoOpenSSL:
        return None


def _sm2_pair(file: Path) -> tuple[bytes, str]:
    try:
        private = file.read_bytes()
        made = openssl("pkey", "-in", "key.pem", "-pubout", files={"key.pem": private})
        kind = openssl("pkey", "-in", "key.pem", "-noout", "-text", files={"key.pem": private})
    except OSError as error:
        raise BadInput(str(file), _("读不到 SM2 私钥")) from error
    except NoOpenSSL as error:
        raise BadInput(
            str(file), _("没有 openssl 程序，签不了 SM2"), "apt-get install openssl"
        ) from error
    if made.returncode or b"SM2" not in kind.stdout:
        raise BadInput(str(file), _("不是 SM2 私钥"))
    return private, made.stdout.decode("ascii")


def _by_sm2(private: bytes, data: bytes) -> bytes:
    made = openssl(
        *("pkeyutl", "-sign", "-inkey", "key.pem", "-in", "data", *_SM2),
        files={"key.pem": private, "data": data},
    )
    if made.returncode:
        raise BadInput("sm2_key", made.stderr.decode("utf-8", "replace").strip()[:200])
    return made.stdout
