"""What `make setup` fetches beside the Python packages: browser, fonts, front-end files.

Idempotent: what is there is left alone, and then it takes a fraction of a second.
Nothing it fetches is committed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from pipeline.base.errors import BadInput
from pipeline.base.settings import find_browser, read_settings, shipped

ROOT = Path(__file__).resolve().parent.parent
HTMX = ROOT / "desk" / "static" / "vendor" / "htmx.min.js"
HTMX_SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
SWAGGER = {
    "swagger-ui-bundle.js": "4b5a9b35a1adf37f00d39c0bae23cdb37007e2946240ef035137cc85b4d55349",
    "swagger-ui.css": "ca238f7d7c2cf4480c1e77a9c3b9da915ab216e96ffd354e69076560c650c6de",
}
"""File of the API's page -> its SHA-256, as the wheel of fastapi-offline 1.7.7 holds it."""

FONTS = {
    "Noto Sans CJK SC": "fonts-noto-cjk",
    "HanaMinB": "fonts-hanazono",
    "Noto Color Emoji": "fonts-noto-color-emoji",
}
"""Family that must be there -> Debian package that brings it (rare characters, emoji)."""


def main() -> None:
    """Bring what is missing; say in one sentence what could not be had."""
    _debian_packages()
    _browser()
    _htmx()
    _swagger()
    _translations()


def _debian_packages() -> None:
    missing = [package for family, package in FONTS.items() if not _has_font(family)]
    try:
        find_browser(read_settings())
    except BadInput:
        missing.insert(0, "chromium-headless-shell")
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        fonts = [name for name in missing if name.startswith("fonts-")]
        if fonts:
            typer.echo(
                "fonts: some characters will be drawn as boxes; "
                f"have root run `apt-get install {' '.join(fonts)}`",
                err=True,
            )
        return
    typer.echo(f"installing {' '.join(missing)} ...", err=True)
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    for words in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        subprocess.run([*apt, *words], stdout=subprocess.DEVNULL, check=False)


def _has_font(family: str) -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    found = subprocess.run([lister, family], capture_output=True, check=False)
    return bool(found.stdout.strip())


def _browser() -> None:
    try:
        find_browser(read_settings())
    except BadInput as nothing:
        fetched = subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"],
            capture_output=True,
            check=False,
        )
        if fetched.returncode != 0:
            typer.echo(str(nothing), err=True)
            raise SystemExit(2) from nothing


def _htmx() -> None:
    if HTMX.is_file() and hashlib.sha256(HTMX.read_bytes()).hexdigest() == HTMX_SHA256:
        return
    with tempfile.TemporaryDirectory() as folder:
        _unpack("django-htmx", folder)
        _take(next(Path(folder).rglob("htmx-2.min.js")), HTMX, HTMX_SHA256)


def _swagger() -> None:
    wanted = {HTMX.with_name(name): known for name, known in SWAGGER.items()}
    if all(path.is_file() and _sha256(path) == known for path, known in wanted.items()):
        return
    with tempfile.TemporaryDirectory() as folder:
        _unpack("fastapi-offline", folder)
        for path, known in wanted.items():
            _take(next(Path(folder).rglob(path.name)), path, known)


def _unpack(package: str, folder: str) -> None:
    constraints = ROOT / "constraints.txt"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"),
            *("--no-deps", "--target", folder, "-c", str(constraints), package),
        ],
        check=True,
    )


def _take(found: Path, path: Path, known: str) -> None:
    told = _sha256(found)
    if told != known:
        typer.echo(f"{path.name}: SHA-256 is {told}, not the one we know; not used", err=True)
        raise SystemExit(2)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(found.read_bytes())
    fresh.replace(path)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _translations() -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in shipped("locale").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if compiled.is_file() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        with compiled.open("wb") as file:
            write_mo(file, catalogue)


if __name__ == "__main__":
    main()
