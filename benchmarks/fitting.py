"""Points fitted anew on some rows, to see what a fit is worth on rows it never saw.

The model is the one in ``data/score.yml``: log-odds, a figure for each further piece of evidence,
signs kept, no figure smaller than the one before. The fit starts from one point a piece, not from
the shipped points: those have seen every row.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.goldset import Judged
from pipeline.weights import Weights

_PULL = 1.0  # towards one point a piece: a signal seen twice is not believed much
_ROUNDS = 400
_START = -3.0
_FURTHER = 0.5  # what a second and third piece add, before anything is seen

Floats = npt.NDArray[np.float64]


class Features(NamedTuple):
    """What the signals of each row say, a column for each further piece of each signal."""

    matrix: Floats
    speaks: npt.NDArray[np.bool_]
    suspicious: Floats
    signs: Floats
    prior: Floats


def features_of(judged: Sequence[Judged], weights: Weights) -> Features:
    """Return the rows as a matrix of ones and zeros."""
    columns = {
        (name, piece): at
        for at, (name, piece) in enumerate(
            (name, piece)
            for name, weight in weights.signals.items()
            if not weight.orders_only
            for piece in range(len(weight.points))
        )
    }
    matrix = np.zeros((len(judged), len(columns)))
    for at, one in enumerate(judged):
        for signal in one.ranked.signals:
            for piece in range(signal.pieces):
                column = columns.get((signal.name, piece))
                if column is not None:
                    matrix[at, column] = 1
    signs = np.array([np.sign(weights.signals[name].points[-1]) for name, _ in columns])
    sizes = np.array([1.0 if piece == 0 else _FURTHER for _, piece in columns])
    return Features(
        matrix,
        np.array([any(signal.points > 0 for signal in one.ranked.signals) for one in judged]),
        np.array([float(one.row.is_suspicious) for one in judged]),
        signs,
        signs * sizes,
    )


def flagged(features: Features, learn: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Fit on the rows to learn from; return which of all rows are flagged by that fit."""
    start, points = _fitted(features, learn & features.speaks)
    return features.speaks & (features.matrix @ points + start >= 0)


def _fitted(features: Features, learn: npt.NDArray[np.bool_]) -> tuple[float, Floats]:
    """Return start and points: ridge logistic regression, steps that keep every sign."""
    matrix, wanted = features.matrix[learn], features.suspicious[learn]
    start, points = _START, features.prior.copy()
    step = 1 / (0.25 * np.linalg.norm(matrix, 2) ** 2 + 0.25 * len(wanted) + _PULL)
    ahead, ahead_start, momentum = points, start, 1.0
    for _ in range(_ROUNDS):
        off = _odds(matrix @ ahead + ahead_start) - wanted
        moved = ahead - step * (matrix.T @ off + _PULL * (ahead - features.prior))
        moved = features.signs * np.maximum(0.0, features.signs * moved)
        moved_start = float(ahead_start - step * off.sum())
        further = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = moved + (momentum - 1) / further * (moved - points)
        ahead_start = moved_start + (momentum - 1) / further * (moved_start - start)
        points, start, momentum = moved, moved_start, further
    return start, points


def _odds(totals: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(totals, -30, 30)))
