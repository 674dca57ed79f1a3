import pytest

from benchmarks.gold import counts, interval, judge, key_species_recall
from benchmarks.texts import gold
from pipeline.base.settings import read_settings
from pipeline.score import load_reader

RECALL, PRECISION, KEY_RECALL = 0.93, 0.98, 0.92
"""Recorded 2026-11 on the 675 rows of part 1. They may only rise."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    return load_reader(read_settings(tmp_path_factory.mktemp("home")))


def test_the_gold_set_is_read_as_well_as_before(reader):
    """A change that finds fewer birds of class I or II, or calls more honest folk, fails here."""
    judged = judge(gold(), reader)

    true, false, missed = counts(judged)
    assert true / (true + missed) >= RECALL
    assert true / (true + false) >= PRECISION
    assert key_species_recall(judged, reader) >= KEY_RECALL


def test_the_gold_set_is_sound():
    """Every row has an id of its own, something to read, and a label."""
    rows = gold()

    assert len(rows) == len({row["id"] for row in rows})
    assert all(row.get("title") or row.get("text") or row.get("ocr") for row in rows)
    assert {True, False} == {row["suspicious"] for row in rows}


def test_an_interval_holds_its_share():
    """Wilson's interval, at the ends too."""
    assert [0.0, 1.0] == interval(0, 0)
    assert interval(10, 10)[1] == 1.0
    low, high = interval(90, 100)
    assert low < 0.9 < high
