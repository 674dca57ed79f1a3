"""Reason codes: one file, checked when it is read."""

import pytest

from casework import reasons
from casework.reasons import Call
from pipeline.base.errors import BadInput

_WHOLE = """
confirmed:
  a: {zh: 甲, en: a}
lawful:
  b: {zh: 乙, en: b}
not_wildlife:
  c: {zh: 丙, en: c}
unsure:
  d: {zh: 丁, en: d}
"""


def test_every_decision_has_its_reasons():
    """In Chinese and in English."""
    for call, offered in reasons.load().items():
        assert offered
        for reason in offered:
            assert reason.zh
            assert reason.en
            assert reason == reasons.check(call, reason.code) == reasons.find(reason.code)


def test_the_words_of_the_bureau():
    """属实, 合法, 无关, 存疑."""
    assert ["属实", "合法", "无关", "存疑"] == [call.shown for call in Call]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("confirmed:", "confirmd:", "confirmd is no decision"),
        ("b: {zh: 乙, en: b}", "a: {zh: 乙, en: b}", "code a stands twice"),
        ("{zh: 丙, en: c}", "{zh: 丙}", ":7: en is missing"),
        ("{zh: 丙, en: c}", "{zh: 丙, en: c, zz: 1}", ":7: zz is not known"),
        ("{zh: 丙, en: c}", "x", ":7: c is no reason"),
        ("{zh: 丙, en: c}", "{zh: 丙", "is not YAML"),
        ("unsure:\n  d: {zh: 丁, en: d}", "", "unsure has no reason"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_line(tmp_path, old, new, sentence):
    """File, line, what, and what to write instead."""
    file = tmp_path / "reasons.yml"
    file.write_text(_WHOLE.replace(old, new), encoding="utf-8")

    with pytest.raises(BadInput, match=sentence) as told:
        reasons.load(file)

    assert str(file) in str(told.value)
