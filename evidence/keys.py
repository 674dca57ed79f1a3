"""The bureau's own signing keys: made at first run, turned over, and their history told.

``<home>/keys/`` (nobody else may read it) holds the private key that signs today and
``history.json``: every public key there ever was, each entry signed by the key before it and by
its own. A copy of the history lies in every sealed folder, so that a signature of years ago
is checked without the home. A private key that was turned over is destroyed: it signs no more.

Source: Ed25519 is RFC 8032; a key is named by the SHA-256 of its SubjectPublicKeyInfo.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from evidence.manifest import canonical
from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _

HISTORY = "history.json"
ALGORITHM = "Ed25519"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of the history, as anybody may know it."""

    key_id: str
    pem: str
    made_at: str

    def signed(self, data: bytes, signature: bytes) -> bool:
        """Tell whether this key made that signature over those bytes."""
        return is_signed(self.pem, data, signature)


@dataclass(frozen=True, slots=True)
class Signing:
    """The key that signs today, and the history as it stands."""

    key_id: str
    private: Ed25519PrivateKey
    history: bytes

    def sign(self, data: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self.private.sign(data)


@dataclass(frozen=True, slots=True)
class Keys:
    """The folder of keys. One process at a time makes or turns keys (the shelf's lock)."""

    folder: Path
    passphrase: str = ""

    def signing(self, clock: Clock) -> Signing:
        """Return the key that signs; the very first time, make it.

        Raises:
            BadInput: the key is gone, open to others, or the passphrase is not the one.
        """
        if not (self.folder / HISTORY).is_file():
            self._begin(clock)
        history = self.history()
        current = read_history(history)[-1]
        return Signing(current.key_id, self._private(current.key_id), history)

    def history(self) -> bytes:
        """Return the public history; empty where no key was made yet."""
        file = self.folder / HISTORY
        return file.read_bytes() if file.is_file() else b""

    def turn(self, clock: Clock) -> PublicKey:
        """Make a new key, have the old one sign for it, and destroy the old one."""
        old = self.signing(clock)
        listed = json.loads(old.history)["keys"]
        private = self._made()
        entry = _entry(private, number=len(listed) + 1, clock=clock, before=listed[-1])
        entry["signed_by_the_one_before"] = old.sign(_signable(entry)).hex()
        self._write(HISTORY, canonical({"keys": [*listed, entry]}))
        (self.folder / f"{old.key_id}.pem").unlink()
        return read_history(self.history())[-1]

    def _begin(self, clock: Clock) -> None:
        private = self._made()
        self._write(HISTORY, canonical({"keys": [_entry(private, number=1, clock=clock)]}))

    def _made(self) -> Ed25519PrivateKey:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, self._closed())
        self._write(f"{_id_of(private.public_key())}.pem", pem)
        return private

    def _closed(self) -> KeySerializationEncryption:
        return (
            BestAvailableEncryption(self.passphrase.encode()) if self.passphrase else NoEncryption()
        )

    def _private(self, key_id: str) -> Ed25519PrivateKey:
        file = self.folder / f"{key_id}.pem"
        if not file.is_file():
            raise BadInput(
                str(file),
                _("签名私钥不见了"),
                _("从备份恢复 keys/；或把它移开另立新钥，校验时会说明签名换了人"),
            )
        if file.stat().st_mode & 0o077:
            raise BadInput(str(file), _("签名私钥别人也能读"), f"chmod 600 {file}")
        word = self.passphrase.encode() or None
        try:
            private = load_pem_private_key(file.read_bytes(), word)
        except (TypeError, ValueError) as error:
            mend = _("见 docs/settings.md 的 key_passphrase")
            raise BadInput(str(file), _("口令不对，或私钥已损坏"), mend) from error
        assert isinstance(private, Ed25519PrivateKey), "no other key is ever written here"
        return private

    def _write(self, name: str, data: bytes) -> None:
        """Write a file that only we may read, whole or not at all."""
        aside = self.folder / f".{name}"
        aside.unlink(missing_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / name)


def read_history(data: bytes) -> tuple[PublicKey, ...]:
    """Return the keys of a history, first made first.

    Raises:
        ValueError: an entry was changed, or the key before it did not sign for it.
    """
    if len(data) > _MOST_BYTES:
        raise ValueError("too long")
    entries = json.loads(data)["keys"]
    if not entries or canonical({"keys": entries}) != data:
        raise ValueError("not in canonical spelling")
    known: list[PublicKey] = []
    before: Mapping[str, Any] | None = None
    for number, entry in enumerate(entries, start=1):
        known.append(_checked(entry, number, before, known[-1] if known else None))
        before = entry
    return tuple(known)


def _checked(
    entry: Mapping[str, Any],
    number: int,
    before: Mapping[str, Any] | None,
    older: PublicKey | None,
) -> PublicKey:
    key = PublicKey(str(entry["key_id"]), str(entry["public_key"]), str(entry["made_at"]))
    said = _signable(entry)
    whole = (
        entry["number"] == number
        and entry["algorithm"] == ALGORITHM
        and key.key_id == _id_of(_public(key.pem))
        and entry["before_sha256"] == _digest(before)
        and key.signed(said, bytes.fromhex(entry["signed_by_itself"]))
        and (
            entry["signed_by_the_one_before"] == ""
            if older is None
            else older.signed(said, bytes.fromhex(entry["signed_by_the_one_before"]))
        )
    )
    if not whole:
        raise ValueError(f"key {number}")
    return key


def is_signed(pem: str, data: bytes, signature: bytes) -> bool:
    """Tell whether the Ed25519 key in ``pem`` made that signature over those bytes."""
    try:
        _public(pem).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _public(pem: str) -> Ed25519PublicKey:
    public = load_pem_public_key(pem.encode())
    if not isinstance(public, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")  # noqa: TRY004 - a value read from a file
    return public


def _entry(
    private: Ed25519PrivateKey,
    *,
    number: int,
    clock: Clock,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    public = private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    entry: dict[str, Any] = {
        "number": number,
        "key_id": _id_of(public),
        "algorithm": ALGORITHM,
        "public_key": pem,
        "made_at": stamp(clock.now()),
        "before_sha256": _digest(before),
        "signed_by_the_one_before": "",
    }
    return {**entry, "signed_by_itself": private.sign(_signable(entry)).hex()}


def _signable(entry: Mapping[str, Any]) -> bytes:
    return canonical({name: said for name, said in entry.items() if not name.startswith("signed_")})


def _digest(entry: Mapping[str, Any] | None) -> str:
    return hashlib.sha256(canonical(entry)).hexdigest() if entry else ""


def _id_of(public: Ed25519PublicKey) -> str:
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:32]
