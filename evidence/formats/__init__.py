"""How each format of a snapshot is read. A format once written stays here for ever.

A new format is a new file and a new line; what an old one demands is never changed, so that
what was sealed years ago is verified by the rules under which it was sealed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.formats import format_1, format_2


@dataclass(frozen=True, slots=True)
class Format:
    """One way of keeping a snapshot.

    Attributes:
        problems: what is wrong with a folder, told its manifest and the manifest's bytes.
        signed_by: who signed a folder that has no problems; None: nobody.
    """

    problems: Callable[[Path, Mapping[str, Any], bytes], list[str]]
    signed_by: Callable[[Mapping[str, Any]], str | None]


FORMATS: Mapping[int, Format] = {
    1: Format(format_1.problems, lambda _: None),
    2: Format(format_2.problems, format_2.signed_by),
}
"""By number."""
