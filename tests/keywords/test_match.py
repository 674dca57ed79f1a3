from itertools import pairwise

import jieba
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keywords.context import Context
from keywords.normalise import is_han

any_text = st.text(st.characters(exclude_categories=()), max_size=80)
pieces = st.sampled_from(
    [
        "画眉",
        "红点颏",
        "百灵",
        "笔",
        "出",
        "一只",
        "，",
        " ",
        "·",
        "\u200b",
        "粉红子母扣",
        "h点颏",
        "\ud83d",
    ]
)


def surfaces(lexicon, text, kind="bird"):
    return [hit.surface for hit in lexicon.hits_in({"text": text}) if hit.kind == kind]


@given(noise=st.text(alphabet="\u200b\u00b7 *-", max_size=3))
def test_noise_between_characters_hides_no_bird(lexicon, noise):
    """Whatever is strewn between them, the hit quotes what the seller typed."""
    text = "出" + noise.join("红点颏") + "一只"

    hits = [hit for hit in lexicon.hits_in({"text": text}) if hit.kind == "bird"]

    assert [noise.join("红点颏")] == [text[hit.start : hit.end] for hit in hits]


@given(st.lists(pieces, max_size=12).map("".join) | any_text)
@example("🔴点颏")
@settings(deadline=None)
def test_every_hit_quotes_its_place(lexicon, text):
    """Offsets are those of the field as given, and no text makes the reading fall over."""
    for hit in lexicon.hits_in({"title": text, "text": text[::-1]}):
        given_text = text if hit.field == "title" else text[::-1]
        assert hit.surface == given_text[hit.start : hit.end]


@pytest.mark.parametrize(
    ("typed", "via"),
    [
        ("红点颏", "plain"),
        ("紅點頦", "traditional"),
        ("红.点.颏", "inner"),
        ("红\u200b点颏", "zero_width"),
        ("h点颏", "initials"),
        ("红点ke", "pinyin"),
        ("hongdianke", "pinyin"),
        ("🔴点颏", "emoji"),
        ("红点亥页", "split"),
    ],
)
def test_a_disguise_is_seen_and_named(lexicon, typed, via):
    """Each way of hiding a name is found by rule, and the hit says which way it was."""
    (hit,) = [hit for hit in lexicon.hits_in({"text": f"出{typed} 一只"}) if hit.kind == "bird"]

    assert (typed, via) == (hit.surface, hit.via)
    assert ("红喉歌鸲",) == hit.species


@pytest.mark.parametrize(
    "text",
    [
        "兰蔻画眉笔 防水",
        "八哥犬幼犬 疫苗齐",
        "孔雀鱼一对",
        "相思豆手串",
        "老鹰队球衣",
        "镀金雕花摆台",
        "祝你飞黄腾达",
        "黄雀牌香皂",
        "粉红子母扣",
    ],
)
def test_a_look_alike_is_no_bird(lexicon, text):
    """The word around a name decides what the name means."""
    assert [] == surfaces(lexicon, text)


def test_what_took_a_name_back_is_told(lexicon):
    """A clear listing says why it is clear."""
    found = lexicon.read({"text": "兰蔻画眉笔 画眉"})

    assert ["画眉笔"] == [hit.surface for hit in found.lookalikes]
    assert [(6, 8)] == [(hit.start, hit.end) for hit in found.hits if hit.kind == "bird"]


def test_names_side_by_side_stay_names(lexicon):
    """画眉 after 绣眼 is a bird, not a picture of one."""
    assert ["绣眼", "画眉", "红点颏"] == surfaces(lexicon, "绣眼画眉红点颏")


def test_latin_words_are_whole_words(lexicon):
    """An English name inside another word is chance."""
    assert ["owl"] == surfaces(lexicon, "baby owl for sale", kind="code")
    assert [] == surfaces(lexicon, "bowls and howling", kind="code")


def test_fields_do_not_run_into_one_another(lexicon):
    """What ends one field and begins the next makes no word."""
    assert [] == [
        hit for hit in lexicon.hits_in({"title": "今天画", "text": "眉一笔"}) if hit.kind == "bird"
    ]


@given(st.text(alphabet="出红子口粉扣画眉黄腾飞达一只母金雕花百灵生", max_size=14))
@example("粉红子母扣")
@example("飞黄腾达")
@settings(deadline=None)  # the first one loads jieba
def test_boundaries_are_those_of_jieba_over_the_whole_text(lexicon, text):
    """Looking only where it matters decides as cutting everything would."""
    context = lexicon._matcher._context
    words = context._loaded()
    whole = [0]
    for token in words.cut(text, HMM=False):
        whole.append(whole[-1] + len(token))

    for start in range(len(text) - 1):
        end = start + 2
        cut = start in whole and end in whole
        inside = any(
            before <= start and end <= behind and text[before:behind] in context._words
            for before, behind in pairwise(whole)
        )
        assert (cut or inside) == context.is_word(text, start, end)


def test_jieba_keeps_its_dictionary_in_our_folder(tmp_path):
    """Nothing is read from, or written to, the shared temp folder; loaded only when in doubt."""
    context = Context(["红子"], "0", tmp_path)
    assert not context.is_loaded

    assert not context.is_word("粉红子母扣", 1, 3)

    assert context.is_loaded
    assert ["jieba.cache"] == [file.name for file in tmp_path.iterdir()]
    assert jieba.dt.tmp_dir is None


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path):
    """A home on a disk that takes nothing: a text is still cut, and nothing is left behind."""
    (tmp_path / "home").write_text("no folder")

    assert not Context(["红子"], "0", tmp_path / "home" / "cache").is_word("粉红子母扣", 1, 3)
    assert is_han("鸟")


def test_a_text_wholly_of_terms_is_bounded(lexicon):
    """A thousand names say no more than the first hundreds."""
    hits = lexicon.hits_in({"text": "画眉，" * 5000})

    assert 0 < len(hits) <= 2000
