"""Shown text to typed values: words, prices, times, places, counts.

Three rules: what was printed is kept; unknown is empty, with a reason, never a guess; and no
text, however long or strange, takes more than a moment.
"""

from crawlers.fields.count import Count, count_of
from crawlers.fields.place import place_in, place_of
from crawlers.fields.price import price_in, price_of
from crawlers.fields.time import Posted, posted_of
from crawlers.fields.words import clean, kind_of, line

__all__ = [
    "Count",
    "Posted",
    "clean",
    "count_of",
    "kind_of",
    "line",
    "place_in",
    "place_of",
    "posted_of",
    "price_in",
    "price_of",
]
