"""Many texts at once are read as each alone, and every form is found where it stands."""

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.texts import GOLD
from keywords.forms import is_head
from keywords.scan import AT_ONCE

odd_text = st.text(st.characters(exclude_categories=()), max_size=20)
words = st.sampled_from(
    [
        *("画眉", "红点颏", "画眉笔", "百灵", "捕鸟网", "放生鸟", "hwamei", "hongdianke", "🔴点颏"),
        *("出", "收", "一只", "紅點頦", "㎏", "㎡", "½", "\x1f", "\x1e", "\u200b", "·", "，", " "),
        *("\ud83d", "粉红子母扣", "沈阳面交", "包活", "懂的来", "ＶＸ：①②", "e\u0301"),
    ]
)
texts = st.lists(words | odd_text, max_size=10).map("".join)


def gold_texts(every):
    rows = GOLD.read_text(encoding="utf-8").splitlines()[::every]
    return [f"{row.get('title', '')}\n{row.get('text', '')}" for row in map(json.loads, rows)]


@pytest.fixture(scope="module")
def numbers(lexicon):
    return {form: number for number, form in enumerate(lexicon.entries().forms)}


@given(texts)
@example("㎏画眉·出画眉")
@example("收收收")
@settings(deadline=None)
def test_every_form_is_found_where_it_stands(lexicon, numbers, text):
    """The tables and the trie find what looking up every piece of the folded text finds."""
    longest = max(map(len, numbers))
    folded = lexicon.fold(text.replace("\x1f", " "))
    pieces = (
        (start, end, numbers.get(folded[start:end]))
        for start in range(len(folded))
        for end in range(start + 1, min(start + longest, len(folded)) + 1)
    )
    standing = {piece for piece in pieces if piece[2] is not None}

    (scan,) = lexicon._matcher._scanner.scans([text.replace("\x1f", " ")])

    found = {
        (a - 2, b - 2, form) for a, b, form in zip(scan.starts, scan.ends, scan.forms, strict=True)
    }
    heads = {match for match in standing - found if is_head(lexicon.entries()[match[2]])}
    assert standing - heads == found
    assert folded == scan.folded[2:-2]
    assert all(folded[start:end] in numbers for start, end, _ in found)


@given(st.lists(texts, max_size=6))
@example(["\x1f", "", "画眉\x1f一只", "㎏", "🔴点颏"])
@settings(deadline=None)
def test_a_text_is_read_the_same_in_any_company(lexicon, many):
    """Neither what stands before a text nor what stands behind it changes its reading."""
    fields = [{"title": text, "text": text[::-1]} for text in many]

    together = list(lexicon.read_many(fields))

    assert [lexicon.read_closely(one) for one in fields] == together
    assert lexicon.telling(many) == [lexicon.telling([text])[0] for text in many]


def test_real_texts_are_read_the_same_in_any_company(lexicon):
    """The same over texts of the gold set, and over more than is looked at in one go."""
    many = [*gold_texts(every=9), "哈" * (AT_ONCE + 5), "出画眉一只"]
    fields = [{"text": text} for text in many]

    together = list(lexicon.read_many(fields))

    assert [lexicon.read_closely(one) for one in fields] == together
    assert lexicon.telling(many) == [lexicon.telling([text])[0] for text in many]
    assert ["画眉"] == [hit.term for hit in together[-1].hits if hit.kind == "bird"]


@given(st.text(alphabet="出红子口粉扣画眉黄腾飞达一只母金雕花百灵生的了不是人民法院", max_size=24))
@settings(deadline=None)  # the first one loads jieba
def test_runs_are_cut_as_jieba_cuts_them(lexicon, run):
    """Our one loop over jieba's dictionary gives the words that jieba gives."""
    context = lexicon._matcher._context

    assert tuple(context._loaded().cut(run, HMM=False)) == context._cut(run)


def test_runs_of_real_texts_are_cut_as_jieba_cuts_them(lexicon):
    """The same over every run of Chinese characters in a part of the gold set."""
    context = lexicon._matcher._context
    runs = {run for text in gold_texts(every=4) for run in re.findall("[㐀-鿿]+", text)}

    assert 500 < len(runs)
    assert [] == [
        run for run in runs if tuple(context._loaded().cut(run, HMM=False)) != context._cut(run)
    ]
