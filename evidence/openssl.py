"""The ``openssl`` program, for what no library of ours does: SM2, and unorderly certificates.

What it is given lies as files in a folder that only we may read; nothing goes through a shell.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

_SECONDS = 20


class NoOpenSSL(Exception):  # noqa: N818 - says what is the matter
    """There is no such program on this machine."""


def openssl(*words: str, files: Mapping[str, bytes]) -> subprocess.CompletedProcess[bytes]:
    """Run it in a folder that holds these files and nothing else; return what came of it.

    Raises:
        NoOpenSSL: it is not installed.
    """
    program = shutil.which("openssl")
    if program is None:
        raise NoOpenSSL
    with tempfile.TemporaryDirectory(prefix="shouyi-") as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        return subprocess.run(
            [program, *words], cwd=folder, capture_output=True, check=False, timeout=_SECONDS
        )
