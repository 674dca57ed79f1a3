"""A change of the own word list: each wrong line is told where it stands; applied, it comes off."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keywords.changes import COLUMNS, Line, apply, checked, read_lines, staged, undoing
from keywords.lexicon import load
from keywords.rows import LexiconError

HEAD = ",".join(COLUMNS) + "\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """One bird, one term, one look-alike; loaded once."""
    place = tmp_path_factory.mktemp("words")
    tables = {
        "species.csv": "name,latin,order,family,level,list,list_on,cites,group,lawful,liaoning,"
        "traded,note,provenance,latin_provenance\n画眉,Garrulax canorus,雀形目,噪鹛科,II,名录,"
        "2021-02-01,II,songbird,,1,1,,转录,转录\n",
        "groups.csv": "name,latin,members,source\n",
        "terms.csv": "term,kind,species,strength,region,is_not,source\n"
        "话眉鸟,code,画眉,strong,,,规则\n",
        "confusers.csv": "word,kind,source\n画眉笔,cosmetic,常识\n",
        "glyphs.csv": "glyph,reads,why\n",
        "heard.csv": "name,source\n",
        "splits.csv": "character,parts,source\n",
        "pictures.csv": "picture,reads,source\n",
    }
    for name, text in tables.items():
        (place / name).write_text(text, encoding="utf-8")
    return load(place)


@pytest.mark.parametrize(
    ("line", "where", "mend"),
    [
        ("ad,黄豆眉,code,画眉,weak,,,市场", "2:1", "write one of add"),
        ("add,黄豆眉,cod,画眉,weak,,,市场", "2:3", 'did you mean "code"'),
        ("add,黄豆眉,code,画梅,weak,,,市场", "2:4", 'did you mean "画眉"'),
        ("add,黄豆眉,code,画眉,weka,,,市场", "2:5", 'did you mean "weak"'),
        ("add,黄豆眉,code,画眉,weak,,,", "2:8", "say where"),
        ("add,话眉鸟,code,画眉,weak,,,市场", "2:2", "write alter"),
        ("alter,黄豆眉,code,画眉,weak,,,市场", "2:2", "write add"),
        ("retire,黄豆眉,,,,,,", "2:2", "nothing to retire"),
        ("add,画眉笔,code,画眉,weak,,,市场", "2:2", "retire it first"),
        ("add,黄豆眉,code,画眉,weak,,,市场\nadd,黄·豆眉,code,画眉,weak,,,市场", "3:2", "keep one"),
    ],
)
def test_a_wrong_line_is_told_with_file_line_and_column(small, tmp_path, line, where, mend):
    """And what to write instead."""
    file = tmp_path / "change.csv"
    file.write_text(HEAD + line + "\n", encoding="utf-8")

    with pytest.raises(LexiconError) as told:
        checked(read_lines(file), small)

    assert f"{file}:{where}" == told.value.where
    assert mend in str(told.value)


def test_a_yaml_change_points_at_the_value(small, tmp_path):
    """Each value has its own line and column."""
    file = tmp_path / "change.yml"
    file.write_text(
        "- do: add\n  term: 黄豆眉\n  kind: cod\n  strength: weak\n  source: 市场\n",
        encoding="utf-8",
    )

    with pytest.raises(LexiconError, match=rf"{file.name}:3:9: .*did you mean"):
        checked(read_lines(file), small)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", HEAD),
        ("a.csv", "do,term\n"),
        ("a.yml", "do: add"),
        ("a.yml", "- [1]"),
        ("a.yml", "- {do: add, trem: x}"),
        ("a.yml", "{"),
        ("missing.csv", None),
    ],
)
def test_what_is_no_change_is_told_in_one_sentence(tmp_path, name, text):
    """Never a trace of ours."""
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(LexiconError):
        read_lines(tmp_path / name)


words = st.sampled_from(["黄豆眉", "黄.豆眉", "蓝靛", "画眉笔", "话眉鸟"])
lines = st.lists(
    st.builds(
        lambda do, term: Line(
            do=do,
            term=term,
            kind={"add": "code", "alter": "code", "lookalike": "word"}.get(do, ""),
            species="画眉" if do in {"add", "alter"} else "",
            strength="weak" if do in {"add", "alter"} else "",
            source="市场, “花鸟”" if do != "retire" else "",
        ),
        st.sampled_from(["add", "alter", "lookalike", "retire"]),
        words,
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda line: line.term.replace(".", ""),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=lines, second=lines)
@example(
    first=[Line(do="retire", term="话眉鸟")],
    second=[
        Line(do="add", term="话眉鸟", kind="code", species="画眉", strength="weak", source="a")
    ],
)
def test_what_a_change_wrote_its_undoing_takes_off_again(small, tmp_path_factory, first, second):
    """Whatever stood in the own list before stands in it after, word for word."""
    own = tmp_path_factory.mktemp("own")
    apply(first, own, small.fold)
    before = _rows(own)
    undo = undoing(second, own, small.fold)

    apply(second, own, small.fold)
    apply(second, own, small.fold)
    twice = _rows(own)
    with staged(undo, own, small.fold) as aside:
        assert before == _rows(aside)
    assert twice == _rows(own)
    apply(undo, own, small.fold)

    assert before == _rows(own)


def _rows(own):
    return {
        (file.name, row)
        for file in own.glob("*.csv")
        for row in file.read_text(encoding="utf-8").splitlines()
    }
