import csv
from itertools import pairwise

import pytest

from benchmarks.fitting import features_of, flagged
from benchmarks.gold import (
    changed_by_swaps,
    counts,
    interval,
    key_species_recall,
    left_out,
)
from benchmarks.goldset import FOLDER, TUNED, UNSEEN, judge, rows_of
from pipeline.base.settings import read_settings
from pipeline.score import load_reader

RECORDED = FOLDER / "recorded.csv"
FIGURES = ("recall", "precision", "key_recall", "unseen_recall", "unseen_precision")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    return load_reader(read_settings(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def tuned(reader):
    return judge(rows_of(*TUNED), reader)


@pytest.fixture(scope="module")
def unseen(reader):
    return judge(rows_of(*UNSEEN), reader)


@pytest.fixture(scope="module")
def recorded():
    with RECORDED.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_gold_set_is_read_as_well_as_before(tuned, unseen, reader, recorded):
    """A change that finds fewer birds of class I or II, or calls more honest folk, fails here."""
    least = {name: float(recorded[-1][name]) for name in FIGURES}

    true, false, missed = counts(tuned)
    assert key_species_recall(tuned, dict(reader.lexicon.species)) >= least["key_recall"]
    assert true / (true + missed) >= least["recall"]
    assert true / (true + false) >= least["precision"]
    true, false, missed = counts(unseen)
    assert true / (true + missed) >= least["unseen_recall"]
    assert true / (true + false) >= least["unseen_precision"]


def test_what_is_recorded_only_rises(recorded):
    """Each line names its day and reason; the recall on class I and II never goes down."""
    days = [line["on"] for line in recorded]
    key = [float(line["key_recall"]) for line in recorded]

    assert sorted(days) == days
    assert all(line["why"] for line in recorded)
    assert all(before <= after for before, after in pairwise(key))


def test_price_place_and_seller_swapped_between_rows_change_nothing(reader):
    """Who sells, where and for how much stands beside honest goods as well."""
    assert 0 == changed_by_swaps(rows_of(*TUNED, *UNSEEN), reader)


def test_points_fitted_without_a_platform_serve_it(tuned, reader):
    """Leaving a platform out of the fit costs at most five points of recall."""
    parts = list(left_out(tuned, reader, lambda row: row.platform))

    known = sum(told[0] for _, told, _ in parts)
    new = sum(without[0] for _, _, without in parts)
    of = sum(told[0] + told[2] for _, told, _ in parts)
    assert 7 == len(parts)
    assert (known - new) / of <= 0.05


def test_a_fit_keeps_the_sign_of_every_signal(tuned, reader):
    """Rows alone could make a rescue speak for an offer; a fit may not."""
    features = features_of(tuned[:200], reader.weights)

    said = flagged(features, features.suspicious >= 0)

    assert (features.signs * features.prior >= 0).all()
    assert (said == (features.suspicious > 0)).mean() > 0.9


def test_the_gold_set_is_sound():
    """Every row has an id of its own, something to read, and a label."""
    rows = rows_of(*TUNED, *UNSEEN)
    listings = [row.listing for row in rows]

    assert len(rows) == len({listing.site_id for listing in listings})
    assert all(listing.title or listing.text or listing.ocr or listing.tags for listing in listings)
    assert {True, False} == {row.is_suspicious for row in rows}


def test_an_interval_holds_its_share():
    """Wilson's interval, at the ends too."""
    assert [0.0, 1.0] == interval(0, 0)
    assert interval(10, 10)[1] == 1.0
    low, high = interval(90, 100)
    assert low < 0.9 < high
