"""Hits and signals become 0..100 points and the sentences that explain them."""

from dataclasses import dataclass

from keywords.lexicon import Lexicon, load
from pipeline.base.settings import Settings, shipped
from pipeline.listing import Listing
from pipeline.reading import Ranked, Signal


@dataclass(frozen=True)
class Reader:
    """Reads listings as a bird trader would. Built once, used for all."""

    lexicon: Lexicon

    def read(self, listing: Listing) -> Ranked:
        """Return the listing with its score; pure."""
        hits = self.lexicon.hits_in(listing.words())
        species = tuple(dict.fromkeys(name for hit in hits for name in hit.species))
        score = 60 if species else 0
        signals = (Signal("bird_named", 1.0, "提到鸟名"),) if species else ()
        return Ranked(listing, hits, species, signals, score, score >= 50, self.lexicon.version)

    def touches(self, listing: Listing) -> bool:
        """Return whether any word of the lexicon stands in the listing."""
        return bool(self.read(listing).hits)


def load_reader(settings: Settings) -> Reader:
    """Build the reader of this home: shipped lexicon, its own terms, its cache.

    Raises:
        LexiconError: a lexicon file holds what it may not.
    """
    own = settings.own_lexicon if settings.own_lexicon.is_dir() else None
    return Reader(load(shipped("lexicon"), own=own, cache=settings.cache))
