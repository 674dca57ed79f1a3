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
        constraints = ROOT / "constraints.txt"
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"),
                *("--no-deps", "--target", folder, "-c", str(constraints), "django-htmx"),
            ],
            check=True,
        )
        script = next(Path(folder).rglob("htmx-2.min.js")).read_bytes()
    found = hashlib.sha256(script).hexdigest()
    if found != HTMX_SHA256:
        typer.echo(f"htmx: SHA-256 is {found}, not the one we know; it is not used", err=True)
        raise SystemExit(2)
    HTMX.parent.mkdir(parents=True, exist_ok=True)
    fresh = HTMX.with_suffix(".new")
    fresh.write_bytes(script)
    fresh.replace(HTMX)


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
