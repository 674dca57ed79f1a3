"""What every command shares: ``--home``, ``--json``, and how results leave the process."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.base.language import _
from pipeline.base.settings import Settings, read_settings

Home = Annotated[
    Path | None, typer.Option("--home", help=_("数据目录，默认 ./data/run"), show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help=_("标准输出每行一个 JSON 对象"))]


def settings_of(home: Path | None, **changes: Any) -> Settings:
    """Read the settings of the home that was named.

    Raises:
        BadInput: the settings hold what they may not.
    """
    return read_settings(home, **changes)


def emit(value: dict[str, Any]) -> None:
    """Write one JSON object as one line on standard output."""
    line = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    # a lone surrogate cannot be written: it becomes U+FFFD
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
