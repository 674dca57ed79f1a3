"""A reader that finds what it is told to find: the store's tests are about keeping."""

from dataclasses import dataclass, replace

from keywords.hits import Hit
from pipeline.reading import Ranked, Signal


@dataclass(frozen=True)
class ToldReader:
    """Knows a few words and what each is worth; everything else is the real thing."""

    words: tuple[tuple[str, int], ...] = (("画眉", 60), ("鸟笼", 20))
    version: str = "lexicon-1"
    kind: str = "bird"

    def read(self, listing):
        """Return the listing with the worth of its dearest word."""
        hits, score = [], 0
        for word, worth in self.words:
            for field, text in listing.words().items():
                start = text.find(word)
                if start >= 0:
                    end = start + len(word)
                    hits.append(
                        Hit(word, word, field, start, end, "plain", self.kind, (word,), "strong")
                    )
                    score = max(score, worth)
        signals = (Signal("bird_named", 1.0, "提到鸟名", "画眉"),) if hits else ()
        species = tuple(dict.fromkeys(name for hit in hits for name in hit.species))
        return Ranked(listing, tuple(hits), species, signals, score, score >= 50, self.version)

    def read_many(self, listings):
        """Return each with its worth, in their order."""
        return [self.read(listing) for listing in listings]

    def knowing(self, *words, version="lexicon-2"):
        """Return a reader of a later lexicon."""
        return replace(self, words=words, version=version)
