"""Format 2: as format 1, and signed; the history of the keys lies in the folder.

The manifest may say more than is named here: all it says is under its digests and signature.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, ValidationError

from evidence.formats import format_1
from evidence.keys import ALGORITHM, read_history
from evidence.manifest import NAME
from evidence.sign import KEYS, SIGNATURE, SM2_SIGNATURE, is_sm2_signed
from pipeline.base.language import _

_MOST_BYTES = 4096
_SIGNATURE_BYTES = 64

OWN = format_1.OWN | {SIGNATURE, SM2_SIGNATURE}


class Signing(format_1.Part):
    """Which keys signed it; ``sm2_public_key`` is PEM, empty where the bureau has none."""

    algorithm: Literal["Ed25519"]
    key_id: str
    sm2_public_key: str


class Manifest(format_1.Common):
    """The manifest of format 2."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    format: Literal[2]
    missing: list[dict[str, Any]]
    signing: Signing


def problems(folder: Path, told: Mapping[str, Any], data: bytes) -> list[str]:
    """Return what is wrong with a folder of format 2, in Chinese sentences."""
    try:
        manifest = Manifest.model_validate(told)
    except ValidationError as error:
        return [format_1.unfit(error)]
    return [
        *format_1.differing(folder, manifest, data, missing=len(manifest.missing), own=OWN),
        *_signature(folder, manifest.signing, data),
        *_sm2(folder, manifest.signing, data),
    ]


def signed_by(told: Mapping[str, Any]) -> str:
    """Return who signed, as a person may compare it with what the bureau made public."""
    signing = told["signing"]
    return f"{signing['algorithm']} {signing['key_id']}" + (
        " + SM2" if signing["sm2_public_key"] else ""
    )


def _signature(folder: Path, signing: Signing, data: bytes) -> Iterator[str]:
    try:
        key = read_history((folder / KEYS).read_bytes())[-1]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        yield _("{file}：密钥沿革缺失或对不上").format(file=KEYS)
        if len(_read(folder / SIGNATURE) or b"") != _SIGNATURE_BYTES:
            yield _("{file}：不是签名").format(file=SIGNATURE)
        return
    if key.key_id != signing.key_id:
        yield _("{file}：清单 {manifest} 说由另一把密钥签名").format(file=KEYS, manifest=NAME)
        return
    signature = _read(folder / SIGNATURE)
    if signature is None:
        yield _("{file}：签名缺失").format(file=SIGNATURE)
        return
    if not key.signed(data, signature):
        yield _("{file}：{algorithm} 签名与 {manifest} 不符，两者之一被改动").format(
            file=SIGNATURE, algorithm=ALGORITHM, manifest=NAME
        )


def _read(file: Path) -> bytes | None:
    """A signature of more than a page is none; neither is a link to one that lies elsewhere."""
    if file.is_symlink() or not file.is_file():
        return None
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES)


def _sm2(folder: Path, signing: Signing, data: bytes) -> Iterator[str]:
    file = folder / SM2_SIGNATURE
    if not signing.sm2_public_key:
        if file.exists() or file.is_symlink():
            yield _("{file}：多出来的文件，清单里没有").format(file=SM2_SIGNATURE)
        return
    signature = _read(file)
    if signature is None:
        yield _("{file}：签名缺失").format(file=SM2_SIGNATURE)
        return
    is_signed = is_sm2_signed(signing.sm2_public_key, data, signature)
    if is_signed is None:
        yield _("{file}：本机没有 openssl 程序，SM2 签名未能核对").format(file=SM2_SIGNATURE)
    elif not is_signed:
        yield _("{file}：{algorithm} 签名与 {manifest} 不符，两者之一被改动").format(
            file=SM2_SIGNATURE, algorithm="SM2", manifest=NAME
        )
