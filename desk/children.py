"""Work that the desk does not do itself: a command of ours in a process of its own.

The desk never loads a crawler. What ``shouyi source`` gives on the command line is asked of
it there, word by word, and read back as JSON lines.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from pipeline.base.errors import BadInput, Conflict
from pipeline.base.language import _
from pipeline.base.settings import Settings

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 120.0
_MOST_BYTES = 2_000_000
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed: its JSON lines, and how it ended."""

    lines: tuple[dict[str, Any], ...]
    code: int
    sentence: str


def ask(settings: Settings, *words: str, seconds: float = _SECONDS) -> Said:
    """Run ``shouyi WORDS --json`` on this home and return what it printed.

    Raises:
        Conflict: somebody else's is still running.
        BadInput: it took too long.
    """
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Conflict("source", _("另一项来源操作正在进行"), _("请稍候再试"))
    try:
        command = [sys.executable, "-m", "commands", *words, "--home", str(settings.home)]
        done = subprocess.run(
            command,
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput("source", _("没有在时限内做完"), _("网站可能打不开，请稍后再试")) from error
    finally:
        _ONE_AT_A_TIME.release()
    lines = tuple(_objects(done.stdout[:_MOST_BYTES].decode("utf-8", "replace").splitlines()))
    told = done.stderr[-4000:].decode("utf-8", "replace").strip().splitlines()
    return Said(lines, done.returncode, told[-1][:400] if told and done.returncode else "")


def _objects(lines: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            found.append(told)
    return found
