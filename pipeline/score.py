"""Hits and signals become 0..100 points and the sentences that explain them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from keywords.hits import Hit
from keywords.lexicon import Lexicon, LexiconError, load
from keywords.match import Found
from pipeline.base.errors import BadInput
from pipeline.base.settings import Settings, shipped
from pipeline.listing import Listing
from pipeline.naming import birds_meant
from pipeline.reading import Ranked, Reading
from pipeline.signals import SIGNALS, listening_to
from pipeline.weights import Weights, read_weights

_EVIDENCE = frozenset({"title", "text", "ocr", "tags", "comments", "reviews"})
"""Fields that count. Words in seller, price, place and suggestions are shown, no more."""
_NO_MORE = (*("",) * 4, *((),) * 4)
"""What most listings have besides title and text."""
_TITLE = re.compile("《[^《》]{1,40}》")


@dataclass(frozen=True)
class Reader:
    """Reads listings as a bird trader would. Built once, used for all."""

    lexicon: Lexicon
    weights: Weights

    def read(self, listing: Listing) -> Ranked:
        """Return the listing with its score and every point explained; pure."""
        return self.read_many([listing])[0]

    def read_many(self, listings: Sequence[Listing]) -> list[Ranked]:
        """Return what :meth:`read` gives for each; most of them go after one cheap look."""
        told = self.telling(listings)
        closely = [listing for listing, tells in zip(listings, told, strict=True) if tells]
        read = map(self._judged, closely, self.lexicon.read_many(list(map(_fields_of, closely))))
        version, none, not_ = self.lexicon.version, (), False
        return [
            next(read) if tells else Ranked(listing, none, none, none, 0, not_, version)
            for listing, tells in zip(listings, told, strict=True)
        ]

    def telling(self, listings: Sequence[Listing]) -> list[bool]:
        """Return, for each listing, whether it is worth a full reading: the one cheap look."""
        return self.lexicon.telling([_evidence_of(listing) for listing in listings])

    def touches(self, listing: Listing) -> bool:
        """Return whether any word of the lexicon tells something in the listing."""
        return self.telling([listing])[0]

    def _let_go(self, listing: Listing) -> Ranked:
        return Ranked(listing, (), (), (), 0, is_suspicious=False, lexicon=self.lexicon.version)

    def _judged(self, listing: Listing, found: Found) -> Ranked:
        if not found.hits and not found.lookalikes:
            return self._let_go(listing)
        evidence = _of_evidence(found.hits)
        if "《" in listing.title + listing.text:
            evidence = outside_titles(evidence, _fields_of(listing))
        reading = Reading(
            listing,
            evidence,
            vetoed=_of_evidence(found.vetoed),
            lookalikes=_of_evidence(found.lookalikes),
            species=self.lexicon.species,
        )
        weights = self.weights
        seen = [
            signal for look in listening_to(reading.kinds) if (signal := look(reading)) is not None
        ]
        score = weights.score_of(map(weights.points_of, seen))
        return Ranked(
            listing,
            found.hits,
            lambda: birds_meant(evidence, _fields_of(listing), self.lexicon),
            lambda: tuple(map(weights.weighed, seen)),
            score,
            score >= weights.suspicious_from,
            self.lexicon.version,
        )


def _of_evidence(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return the hits in fields that count."""
    return tuple([hit for hit in hits if hit.field in _EVIDENCE])


def _fields_of(listing: Listing) -> dict[str, str]:
    """Return what ``listing.words()`` gives; most listings are a title and a text."""
    if (
        *(listing.ocr, listing.seller.name, listing.price.raw, listing.place.raw),
        *(listing.tags, listing.comments, listing.reviews, listing.suggestions),
    ) != _NO_MORE:
        return listing.words()
    return {"title": listing.title, "text": listing.text}


def _evidence_of(listing: Listing) -> str:
    """Return the texts that count, joined."""
    if listing.ocr or listing.tags or listing.comments or listing.reviews:
        further = (*listing.tags, *listing.comments, *listing.reviews)
        return " ".join((listing.title, listing.text, listing.ocr, *further))
    return f"{listing.title} {listing.text}"


def outside_titles(hits: tuple[Hit, ...], fields: dict[str, str]) -> tuple[Hit, ...]:
    """Return the hits that are no part of a 《title》: a book named after a bird is none."""
    titles = {
        name: [range(*title.span()) for title in _TITLE.finditer(text)]
        for name, text in fields.items()
    }
    return tuple(
        hit for hit in hits if not any(hit.start in span for span in titles.get(hit.field, ()))
    )


def load_reader(settings: Settings) -> Reader:
    """Build the reader of this home: shipped lexicon, its own terms, its cache.

    Raises:
        BadInput: a lexicon file or ``data/score.yml`` holds what it may not.
    """
    return Reader(
        load_lexicon(settings),
        read_weights(shipped("score.yml"), [look.__name__ for look in SIGNALS]),
    )


def load_lexicon(settings: Settings) -> Lexicon:
    """Load the lexicon of this home.

    Raises:
        BadInput: a lexicon file holds what it may not.
    """
    try:
        return load(shipped("lexicon"), own=settings.own_lexicon, cache=settings.product_cache)
    except LexiconError as error:
        raise BadInput(error.where, error.what, error.mend) from error
