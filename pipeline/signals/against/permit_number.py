"""A permit or mark with its number: what a lawful breeder shows.

It lowers the score; whether it is genuine is for the analyst to ask.
"""

import re

from pipeline.reading import Reading, Signal, listens_to

_NUMBERED = re.compile(
    r"(?:许可证|批准文|批准书|林护|林驯|林动|专用标识|文号|标识号|备案)[^，。；\n]{0,14}?[0-9０-９xXｘ＊*]{3,}"
)


@listens_to("lawfulmark", "claim", "bird", "domestic", "farm")
def permit_number(reading: Reading) -> Signal | None:
    """Fire when a number of the right form follows the name of a permit or mark."""
    seen = _NUMBERED.search(reading.text)
    return Signal("permit_number", quote=seen.group()) if seen else None
