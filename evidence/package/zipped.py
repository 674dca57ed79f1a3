"""Reads a package that is still one file: unpacked aside, with bounds, and verified there.

Source: a name that leads out of the folder, a name twice and a link are how an archive that
was made by somebody else harms or deceives whoever opens it.
"""

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from evidence.package.check import is_package, verify_package
from evidence.verify import Verdict
from pipeline.base.errors import BadInput
from pipeline.base.language import _

_END = b"PK\x05\x06"
_END_BYTES = 22
_TORN = (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError)


def is_zip(path: Path) -> bool:
    """Tell whether a path is to be read as a zipped package."""
    return path.is_file() and (path.suffix.lower() == ".zip" or zipfile.is_zipfile(path))


def verify_zip(path: Path, *, authorities: Path | None = None) -> Verdict:
    """Verify a package that was handed over as a zip.

    Args:
        path: the zip.
        authorities: the folder of root certificates that we trust; None: those in the package.

    Raises:
        BadInput: there is no room to unpack it.
    """
    try:
        with (
            zipfile.ZipFile(path) as archive,
            tempfile.TemporaryDirectory(prefix="shouyi-") as aside,
        ):
            problems = [*_around(path, archive), *_odd_names(archive)]
            if problems:
                return Verdict(path, len(archive.namelist()), tuple(problems))
            _must_have_room(path, archive, Path(aside))
            torn = list(_unpack(archive, Path(aside)))
            return _inside(path, Path(aside), torn, authorities)
    except _TORN:
        return Verdict(path, 0, (_("{file}：不是完整的 zip").format(file=path.name),))


def _inside(path: Path, aside: Path, torn: list[str], authorities: Path | None) -> Verdict:
    tops = sorted(aside.iterdir())
    packages = [one for one in tops if is_package(one)]
    if len(packages) != 1:
        problem = _("{file}：里面不是一个证据包").format(file=path.name)
        return Verdict(path, 0, (*torn, problem))
    found = verify_package(packages[0], authorities=authorities)
    strangers = [one for one in aside.rglob("*") if packages[0] not in (one, *one.parents)]
    problems = (
        *torn,
        *(
            _("{file}：多出来的文件，清单里没有").format(
                file=_shown(one.relative_to(aside).as_posix())
            )
            for one in sorted(strangers)
        ),
        *found.problems,
    )
    return replace(
        found,
        path=path,
        problems=problems,
        signed_by=None if problems else found.signed_by,
        timestamp=None if problems else found.timestamp,
    )


def _around(path: Path, archive: zipfile.ZipFile) -> Iterator[str]:
    """Nothing before the first file and nothing after the last: ours have neither."""
    with path.open("rb") as read:
        read.seek(max(0, path.stat().st_size - _END_BYTES))
        if not read.read().startswith(_END):
            yield _("{file}：zip 末尾多出内容").format(file=path.name)
    if min((one.header_offset for one in archive.infolist()), default=0):
        yield _("{file}：zip 开头多出内容").format(file=path.name)


def _odd_names(archive: zipfile.ZipFile) -> Iterator[str]:
    for name, times in Counter(archive.namelist()).items():
        if times > 1:
            yield _("{file}：zip 里同名的文件不止一个").format(file=_shown(name))
    for one in archive.infolist():
        parts = PurePosixPath(one.filename).parts
        if one.filename.startswith("/") or ".." in parts or "\\" in one.filename or not parts:
            yield _("{file}：zip 里的名称指到文件夹之外").format(file=_shown(one.filename))
        elif stat.S_ISLNK(one.external_attr >> 16):
            yield _("{file}：不是普通文件（可能是链接）").format(file=_shown(one.filename))


def _must_have_room(path: Path, archive: zipfile.ZipFile, aside: Path) -> None:
    needed = sum(one.file_size for one in archive.infolist())
    if needed > shutil.disk_usage(aside).free:
        what = _("解开要 {n} MB，临时文件夹放不下").format(n=needed // 1_000_000)
        raise BadInput(str(path), what, _("腾出空间，或自行解开后校验那个文件夹"))


def _unpack(archive: zipfile.ZipFile, aside: Path) -> Iterator[str]:
    """Unpack what can be; name what cannot. Reads no more of a file than its entry says."""
    for one in archive.infolist():
        to = aside / one.filename
        try:
            if one.is_dir():
                to.mkdir(parents=True, exist_ok=True)
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(one) as read, to.open("xb") as out:
                shutil.copyfileobj(read, out)
        except _TORN:
            yield _("{file}：zip 里的这个文件读不出来或被改动").format(file=_inner(one.filename))


def _inner(name: str) -> str:
    """The name as the package's own lists have it, without the folder on top."""
    return _shown(name.partition("/")[2] or name)


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)
