"""Reads a package and believes nothing: the lists, the signature, and every snapshot in it."""

import json
from collections.abc import Iterator
from pathlib import Path

from evidence import custody, manifest
from evidence.keys import read_history
from evidence.links import chain_problems
from evidence.package import disclosure
from evidence.package.bag import CUSTODY, LIST, SIGNATURE, TAGS
from evidence.verify import Verdict, inside, with_stamps
from pipeline.base.language import _

_LISTS = (LIST, TAGS)
_MUST = frozenset({"bagit.txt", "bag-info.txt", "index.html", SIGNATURE, *_LISTS})
_UNLISTED = frozenset({TAGS, SIGNATURE})
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError)


def is_package(path: Path) -> bool:
    """Tell whether a folder is a package, or was one."""
    marks = ("bagit.txt", "bag-info.txt", SIGNATURE, *_LISTS)
    return path.is_dir() and sum((path / mark).exists() for mark in marks) > 1


def verify_package(path: Path, *, authorities: Path | None = None) -> Verdict:
    """Verify a package, wherever it lies.

    Args:
        path: its folder.
        authorities: the folder of root certificates that we trust; None: those in the package.
    """
    files = {one.relative_to(path).as_posix(): one for one in sorted(path.rglob("*"))}
    snapshots = [
        with_stamps(inside(folder), authorities or path / "authorities")
        for folder in _folders(path / "data" / "snapshots")
    ]
    signed_by, problems = _signature(path)
    problems = [*_listed(path, files), *_odd(files), *problems]
    for one in snapshots:
        problems += [f"data/snapshots/{one.path.name}/{problem}" for problem in one.problems]
    problems += chain_problems([one.path for one in snapshots], has_gaps=True)
    for folder in _folders(path / "data" / "disclosure"):
        problems += _of_copy(folder)
    problems += _touches(path / "data" / CUSTODY)
    stamps = [one.timestamp for one in snapshots if one.timestamp]
    return Verdict(
        path,
        sum(1 for one in files.values() if one.is_file()),
        tuple(dict.fromkeys(problems)),
        None if problems else signed_by,
        None if problems or len(stamps) < len(snapshots) or not stamps else "；".join(stamps),
        tuple(note for one in snapshots for note in one.notes),
    )


def _folders(folder: Path) -> list[Path]:
    return sorted(one for one in folder.glob("*") if one.is_dir() and not one.is_symlink())


def _listed(path: Path, files: dict[str, Path]) -> Iterator[str]:
    """Compare the lists with what lies there."""
    listed: dict[str, str] = {}
    for name in _LISTS:
        try:
            lines = (path / name).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            yield _("{file}：缺失或读不出来").format(file=name)
        else:
            listed |= {of: digest for digest, _gap, of in (line.partition("  ") for line in lines)}
    there = {name for name, file in files.items() if file.is_file() and not file.is_symlink()}
    for name in sorted((_MUST | set(listed)) - there):
        yield _("{file}：文件缺失或被改名").format(file=_shown(name))
    for name in sorted(there - _UNLISTED):
        if name not in listed:
            yield _("{file}：多出来的文件，清单里没有").format(file=_shown(name))
        elif manifest.digests_of_file(files[name]).sha256 != listed[name]:
            yield _("{file}：校验值不符，内容被改动").format(file=_shown(name))


def _odd(files: dict[str, Path]) -> Iterator[str]:
    """Nothing but files and the folders that they lie in."""
    for name, file in files.items():
        if file.is_symlink():
            yield _("{file}：不是普通文件（可能是链接）").format(file=_shown(name))
        elif not file.is_file() and (not file.is_dir() or not any(file.iterdir())):
            yield _("{file}：多出来的空文件夹").format(file=_shown(name))


def _signature(path: Path) -> tuple[str, list[str]]:
    try:
        key = read_history((path / "keys" / "signing-keys.json").read_bytes())[-1]
    except _UNREADABLE:
        return "", [_("{file}：密钥沿革缺失或对不上").format(file="keys/signing-keys.json")]
    try:
        data, signature = (path / TAGS).read_bytes(), (path / SIGNATURE).read_bytes()
    except OSError:
        return "", [_("{file}：签名缺失").format(file=SIGNATURE)]
    if not key.signed(data, signature):
        return "", [
            _("{file}：{algorithm} 签名与 {manifest} 不符，两者之一被改动").format(
                file=SIGNATURE, algorithm="Ed25519", manifest=TAGS
            )
        ]
    return f"Ed25519 {key.key_id}", []


def _of_copy(folder: Path) -> Iterator[str]:
    """A copy for disclosure holds less than was sealed; what it holds must be as it was."""
    try:
        data = (folder / manifest.NAME).read_bytes()
        told = json.loads(data)
        found = [*disclosure.problems(folder)]
        if told["format"] > 1:
            key = read_history((folder / "signing-keys.json").read_bytes())[-1]
            if not key.signed(data, (folder / "manifest.sig").read_bytes()):
                found.append(_("{file}：签名缺失").format(file="manifest.sig"))
    except _UNREADABLE:
        found = [_("{file}：读不出来或被改动").format(file=manifest.NAME)]
    for problem in found:
        yield f"data/disclosure/{folder.name}/{problem}"


def _touches(file: Path) -> Iterator[str]:
    """Look at the rows of the custody log that came with the package; a copy has none."""
    if file.is_file():
        lines = file.read_bytes().decode("utf-8", "replace")
        for problem in custody.line_problems(lines):
            yield f"data/{CUSTODY} {problem}"


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)
