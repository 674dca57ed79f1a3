"""Finds the processes of a browser by the environment that only we give them."""

import time
from pathlib import Path


def browsers_of(home: Path) -> list[int]:
    """Return the processes of the browser that was started for this home."""
    mark = f"HOME={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile
    return found


def are_gone(home: Path, *, within_seconds: float = 10) -> bool:
    """Wait until no browser of this home is left; return whether that came about."""
    ends = time.monotonic() + within_seconds
    while browsers_of(home):
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True
