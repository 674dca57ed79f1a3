"""A word that verdicts propose, and who says it."""

from dataclasses import dataclass
from typing import Any

from casework.words.judged import Said
from keywords.changes import Line
from pipeline.base.language import _
from pipeline.contacts import masked

EXAMPLES = 5
_AROUND = 12


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word that a person may accept or refuse.

    Attributes:
        line: what would be done, as far as counting can tell.
        what: "trade", "honest", "lookalike", "homophone", "shape" or "retire".
        measure: standard deviations from saying nothing; 0 where it was not measured.
        confirmed, cleared: sellers who say it in listings of that verdict.
        examples: listing and quote, contacts masked; five at most.
    """

    line: Line
    what: str
    measure: float
    confirmed: int
    cleared: int
    examples: tuple[tuple[str, str], ...]

    def told(self) -> dict[str, Any]:
        """Return it as a plain record, as a draft keeps it."""
        return {
            "what": self.what,
            "measure": round(self.measure, 2),
            "confirmed": self.confirmed,
            "cleared": self.cleared,
            "examples": [{"listing": name, "quote": quote} for name, quote in self.examples],
        }


class Use:
    """Who says a word, and where."""

    __slots__ = ("cleared", "confirmed", "shown")

    def __init__(self) -> None:
        self.confirmed: set[str] = set()
        self.cleared: set[str] = set()
        self.shown: dict[bool, list[Said]] = {True: [], False: []}

    def take(self, said: Said) -> None:
        """Count a listing; each seller once."""
        sellers = self.confirmed if said.is_true else self.cleared
        if said.seller not in sellers:
            sellers.add(said.seller)
            self.shown[said.is_true].append(said)

    def source(self) -> str:
        """Return where the word was seen, for the lexicon."""
        return _("研判得出：属实卖家 {true}，排除卖家 {false}").format(
            true=len(self.confirmed), false=len(self.cleared)
        )


def proposal(line: Line, what: str, measure: float, use: Use, *, is_true: bool) -> Proposal:
    """Return a proposal with its examples."""
    examples = tuple(
        (said.listing_id, _quote(said.text, line.term)) for said in use.shown[is_true][:EXAMPLES]
    )
    return Proposal(line, what, measure, len(use.confirmed), len(use.cleared), examples)


def _quote(text: str, word: str) -> str:
    at = max(0, text.find(word))
    return masked(text)[max(0, at - _AROUND) : at + len(word) + _AROUND].replace("\n", " ")
