"""``data/score.yml``: how many points each signal is worth, and what a sum of them means."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from pipeline.base.errors import BadInput
from pipeline.reading import Signal

_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Weight:
    """What one signal is worth.

    Attributes:
        points: log-odds for one piece of evidence, for two, and so on; the last one stays.
        orders_only: moves a listing within its side of the line, never across it.
        zh, en: the sentence shown; ``{quote}`` stands for the words of the listing.
        around: the Chinese sentence parted at the words of the listing.
    """

    points: tuple[float, ...]
    zh: str
    en: str
    orders_only: bool = False
    around: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """All weights, and the one monotone table from the sum of points to 0..100.

    ``line`` is the sum at which a listing becomes suspicious.
    """

    start: float
    suspicious_from: int
    sums: tuple[float, ...]
    scores: tuple[float, ...]
    signals: dict[str, Weight]
    line: float

    def weighed(self, signal: Signal) -> Signal:
        """Return the signal with its points and its sentence."""
        name, points = self.points_of(signal)
        because = signal.quote.join(self.signals[name].around)
        return Signal(name, points, because, signal.quote, signal.pieces)

    def score(self, signals: Iterable[Signal]) -> int:
        """Return 0..100 for a listing with these signals; 0 where nothing speaks for it."""
        return self.score_of([(signal.name, signal.points) for signal in signals])

    def points_of(self, signal: Signal) -> tuple[str, float]:
        """Return the name of a signal and what it is worth."""
        name, _, _, _, pieces = signal
        points = self.signals[name].points
        return name, points[pieces - 1 if pieces < len(points) else -1]

    def score_of(self, points: Iterable[tuple[str, float]]) -> int:
        """Return the score for names of signals and what each is worth."""
        deciding = self.start
        ordering = 0.0
        speaks = False
        for name, worth in points:
            if worth > 0:
                speaks = True
            if self.signals[name].orders_only:
                ordering += worth
            else:
                deciding += worth
        if not speaks:
            return 0
        line = self.line
        whole = deciding + ordering
        if deciding < line:
            return min(self._mapped(min(whole, line - _LEAST)), self.suspicious_from - 1)
        return max(self._mapped(max(whole, line)), self.suspicious_from)

    def _mapped(self, total: float) -> int:
        if total <= self.sums[0]:
            return round(self.scores[0])
        if total >= self.sums[-1]:
            return round(self.scores[-1])
        at = bisect_right(self.sums, total)
        low, high = self.sums[at - 1], self.sums[at]
        share = (total - low) / (high - low)
        return round(self.scores[at - 1] + share * (self.scores[at] - self.scores[at - 1]))


def read_weights(file: Path, names: Sequence[str]) -> Weights:
    """Read and check the weights; every signal has one, and nothing else has.

    Raises:
        BadInput: the file holds what it may not.
    """
    try:
        data: dict[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    except (MarkedYAMLError, UnicodeDecodeError) as error:
        raise BadInput(str(file), f"is not YAML: {error}", "mend that line") from error
    signals = {name: _weight(file, name, values) for name, values in data["signals"].items()}
    missing = [name for name in names if name not in signals]
    unknown = [name for name in signals if name not in names]
    if missing:
        raise BadInput(str(file), f"signal {missing[0]} has no points", "add it under signals")
    if unknown:
        raise BadInput(str(file), f"{unknown[0]} is no signal", "delete it, or name it in SIGNALS")
    sums, scores = zip(*data["table"], strict=True)
    if any(low >= high for low, high in pairwise(sums)) or any(
        low >= high for low, high in pairwise(scores)
    ):
        raise BadInput(str(file), "table does not rise", "order it by sum, with rising scores")
    start, least = float(data["start"]), int(data["suspicious_from"])
    return Weights(start, least, sums, scores, signals, _sum_of(least, sums, scores))


def _sum_of(score: float, sums: Sequence[float], scores: Sequence[float]) -> float:
    """Return the sum that the table maps to a score."""
    at = min(max(bisect_right(scores, score), 1), len(scores) - 1)
    low, high = scores[at - 1], scores[at]
    return sums[at - 1] + (score - low) / (high - low) * (sums[at] - sums[at - 1])


def _weight(file: Path, name: str, values: dict[str, Any]) -> Weight:
    points = tuple(float(value) for value in values["points"])
    if not points or any(abs(value) < abs(before) for before, value in pairwise(points)):
        raise BadInput(
            str(file), f"{name}.points {list(points)} fall", "give as much or more for each piece"
        )
    around = tuple(values["zh"].split("{quote}"))
    return Weight(points, values["zh"], values["en"], bool(values.get("orders_only")), around)
