"""How each format of a snapshot is read. A format once written stays here for ever.

A new format is a new file and a new line; an old one is never edited, so that what was sealed
years ago is verified by the rules under which it was sealed.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evidence.formats import format_1

FORMATS: Mapping[int, Callable[[Path, Mapping[str, Any], bytes], list[str]]] = {
    1: format_1.problems,
}
"""Format number -> what is wrong with a folder, its manifest and the manifest's bytes."""
