import pytest

from keywords.lexicon import LexiconError, load
from pipeline.base.settings import shipped

TERM = "term,kind,species,strength,region,is_not,source\n"


def broken(folder, file, line):
    with (folder / file).open("a", encoding="utf-8") as table:
        table.write(line + "\n")
    with pytest.raises(LexiconError) as caught:
        load(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "line", "where", "says"),
    [
        ("terms.csv", "眉子,brid,画眉,weak,,,x", "terms.csv:3:2", 'did you mean "bird"'),
        ("terms.csv", "眉子,bird,画梅,weak,,,x", "terms.csv:3:3", 'did you mean "画眉"'),
        ("terms.csv", "眉子,bird,画眉,storng,,,x", "terms.csv:3:4", 'did you mean "strong"'),
        ("terms.csv", "眉,bird,画眉,strong,,,x", "terms.csv:3:4", "one character"),
        ("terms.csv", "·-·,bird,画眉,weak,,,x", "terms.csv:3:1", "never match"),
        ("terms.csv", r"画\w+,bird,画眉,weak,,,x", "terms.csv:3:1", "is a pattern"),
        ("terms.csv", "話眉鳥,code,画眉,weak,,,x", "terms.csv:3:1", "already stands"),
        ("terms.csv", "话眉鸟,sell,,weak,,,x", "terms.csv:3:1", "contradicts"),
        ("terms.csv", "眉子,bird,,weak,,,x", "terms.csv:3:3", "is empty"),
        ("terms.csv", "眉子,bird,画眉", "terms.csv:3:3", "has 3 values"),
        ("confusers.csv", "话眉鸟,word,x", "confusers.csv:3:1", "its own confuser"),
        ("confusers.csv", "洗衣粉,word,x", "confusers.csv:3:1", "holds no term"),
        ("confusers.csv", "画眉毛,makeup,x", "confusers.csv:3:2", "write one of"),
        ("species.csv", "百灵,,,,III,,,,,,,,,,", "species.csv:3:5", "write one of I, II"),
        ("species.csv", "百灵,,,,II,,2021-2-30,,,,,,,,", "species.csv:3:7", "2021-02-01"),
        ("species.csv", "画眉,,,,none,,,,,,,,,,", "species.csv:3:1", "stands twice"),
        ("groups.csv", "鸟类,Aves,百令,x", "groups.csv:2:3", "no such bird"),
        ("glyphs.csv", "ab,c,x", "glyphs.csv:2:1", "one character"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_write(folder, file, line, where, says):
    """File, line, column, and the way out, in one sentence."""
    sentence = broken(folder, file, line)

    assert where in sentence
    assert says in sentence
    assert "\n" not in sentence


def test_an_empty_lexicon_is_refused(folder):
    """A lexicon that finds nothing would call every night clear."""
    (folder / "terms.csv").write_text(TERM, encoding="utf-8")

    with pytest.raises(LexiconError, match="the lexicon is empty"):
        load(folder)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"term,kind\n", "the columns are"),
        (TERM.encode() + "画眉".encode("gbk"), "not UTF-8"),
        (TERM.encode() + b"a\0b,bird,,weak,,,\n", "NUL"),
    ],
)
def test_a_file_that_is_no_table_is_refused(folder, content, says):
    """Whatever lies there instead of a table, one sentence says so."""
    (folder / "terms.csv").write_bytes(content)

    with pytest.raises(LexiconError, match=says):
        load(folder)


@pytest.mark.parametrize("term", ["Accipiter gentilis", "鹩哥·手养", "3-5月龄"])
def test_a_term_of_any_shape_is_found(folder, term):
    """Latin names, middle dots and figures are words like any other."""
    with (folder / "terms.csv").open("a", encoding="utf-8") as table:
        table.write(f"{term},bird,画眉,strong,,,x\n")

    hits = load(folder).hits_in({"text": f"出 {term} 一只"})

    assert [term] == [hit.surface for hit in hits if hit.kind == "bird"]


def test_a_bureaus_own_term_replaces_a_shipped_one(folder, tmp_path):
    """The own folder adds words, and the last word on a word is the bureau's."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "terms.csv").write_text(
        TERM + "话眉鸟,code,画眉,weak,,,本局\n虎眉子,bird,画眉,medium,,,本局\n", encoding="utf-8"
    )

    lexicon = load(folder, own=own)

    assert {"话眉鸟": "weak", "虎眉子": "medium", "画眉": "medium"} == {
        entry.term: entry.strength
        for entry in lexicon.terms()
        if entry.kind in {"bird", "code"} and "Garrulax" not in entry.term
    }
    assert lexicon.version != load(folder).version


def test_the_cache_gives_the_same_lexicon(folder, tmp_path):
    """What was kept reads as what was compiled; a torn cache is made again."""
    fresh = load(folder, cache=tmp_path / "cache")
    kept = load(folder, cache=tmp_path / "cache")
    (file,) = (tmp_path / "cache").glob("lexicon-*.json")
    file.write_text("{", encoding="utf-8")
    again = load(folder, cache=tmp_path / "cache")

    assert fresh.version == kept.version == again.version
    assert list(fresh.entries()) == list(kept.entries()) == list(again.entries())
    assert fresh.species == kept.species == again.species


def test_the_shipped_lists_hold_the_official_numbers(lexicon):
    """92 birds of class I, 302 of class II, 1,028 三有, each with the words of its source."""
    birds = [bird for bird in lexicon.species.values() if not bird.members]
    levels = [bird.level for bird in birds]

    assert (92, 302, 1028) == tuple(levels.count(level) for level in ("I", "II", "sanyou"))
    assert all(bird.provenance for bird in birds)
    assert 7 == sum(bird.is_inferred for bird in birds)
    assert "II" == lexicon.species["画眉"].level
    assert "2021-02-01" == lexicon.species["画眉"].list_on.isoformat()
    assert shipped("lexicon").is_dir()
