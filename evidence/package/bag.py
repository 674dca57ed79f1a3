"""The bag around the payload: lists, keys, certificates, how to check it, and the signature.

Source: BagIt is RFC 8493. The signature is over the list of lists, so it covers every byte.
"""

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import bagit
from cryptography.hazmat.primitives.serialization import Encoding

from evidence import manifest
from evidence.keys import Signing, read_history
from evidence.stamped import read_roots
from pipeline.base.settings import shipped

LIST = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
SIGNATURE = "package.sig"
CUSTODY = "custody.jsonl"
_CHECKS = ("check-it-yourself.sh", "check-it-yourself.txt", "verify.py")


def bag(making: Path, *, title: str, unit: str, made_on: str) -> None:
    """Turn a folder into a bag: what lies in it becomes the payload, listed by SHA-256."""
    about = {
        "Source-Organization": unit or "-",
        "External-Description": " ".join(title.split()),
        "Bagging-Date": made_on,
        "Bag-Software-Agent": "shouyi",
    }
    bagit.make_bag(str(making), about, checksums=["sha256"])


def add_checks(making: Path, authorities: Path, signing: Signing) -> None:
    """Add the keys, the authorities' certificates and what one needs to check it."""
    keys = making / "keys"
    keys.mkdir()
    (keys / "signing-keys.json").write_bytes(signing.history)
    for key in read_history(signing.history):
        (keys / f"{key.key_id}.pem").write_text(key.pem, "ascii")
    (keys / "package.pem").write_text(read_history(signing.history)[-1].pem, "ascii")
    (keys / "package-key-id.txt").write_text(f"{signing.key_id}\n", "ascii")
    roots = read_roots(authorities)
    if roots:
        (making / "authorities").mkdir()
        pem = b"".join(root.public_bytes(Encoding.PEM) for root in roots)
        (making / "authorities" / "roots.pem").write_bytes(pem)
    for name in _CHECKS:
        shutil.copyfile(shipped("package", name), making / name)
        (making / name).chmod(0o644 if name.endswith(".txt") else 0o755)


def seal(making: Path, signing: Signing) -> None:
    """List everything by SM3 too, list the lists, and sign the list of lists."""
    lines = (
        f"{manifest.digests_of_file(file).sm3}  {file.relative_to(making).as_posix()}\n"
        for file in _files(making / "data")
    )
    (making / "sm3-list.txt").write_text("".join(lines), "utf-8")
    listed = (
        f"{manifest.digests_of_file(file).sha256}  {file.relative_to(making).as_posix()}\n"
        for file in _files(making)
        if file.name != TAGS and (making / "data") not in file.parents
    )
    (making / TAGS).write_text("".join(listed), "utf-8")
    (making / SIGNATURE).write_bytes(signing.sign((making / TAGS).read_bytes()))


def _files(folder: Path) -> Iterable[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def zip_up(making: Path, name: str, zipped: Path) -> None:
    """Write the same once more as one file, under one folder's name."""
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for file in _files(making):
            archive.write(file, f"{name}/{file.relative_to(making).as_posix()}")
