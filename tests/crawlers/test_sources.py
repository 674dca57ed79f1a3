"""Source files: sixty that somebody got wrong, and what they are told."""

import re
import resource
import runpy
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import patterns
from crawlers.sources import gate_of, load_source, load_sources, search_terms, shipped_sources
from pipeline.base.errors import BadInput, FetchRefused
from pipeline.base.yaml_file import parse_yaml

_TABLE = runpy.run_path(str(Path(__file__).with_name("hostile_sources.py")))
GOOD, HOSTILE, BOMB = _TABLE["GOOD"], _TABLE["HOSTILE"], _TABLE["BOMB"]


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "huapiao.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return path

    return write


def test_a_good_file_is_read_whole(written):
    """Ten words, three pages, and every rule compiled."""
    source = load_source(written(GOOD))

    assert "huapiao" == source.key
    assert search_terms()["trade"] == tuple(start.term for start in source.starts())
    assert source.index_url(source.starts()[0], 1).endswith("q=%E7%94%BB%E7%9C%89&p=2")
    assert "detail" == source.reads("http://www.huapiao.example.com/item/991")
    assert "" == source.reads("https://elsewhere.example.com/item/991")


@pytest.mark.parametrize("story", HOSTILE)
def test_a_wrong_file_is_told_its_line_and_how_to_mend_it(written, story):
    """One sentence, at once, whatever somebody wrote."""
    text, line, said = HOSTILE[story]
    path = written(text)
    started = time.process_time()

    with pytest.raises(BadInput) as caught:
        load_source(path)

    sentence = str(caught.value)
    assert said in sentence
    assert re.match(rf"{re.escape(str(path))}:{line}:\d+: ", sentence), sentence
    assert "\n" not in sentence
    assert len(sentence) < 600
    assert time.process_time() - started < 5
    assert text.encode("utf-8", "surrogatepass") == path.read_bytes()


def test_sixty_ways_of_being_wrong_are_told():
    """The table does not shrink."""
    assert len(HOSTILE) >= 60


def test_a_file_saved_as_gbk_is_told_so(written):
    """Editors on Chinese machines do that."""
    with pytest.raises(BadInput, match="save it as UTF-8"):
        load_source(written(GOOD.encode("gbk")))


def test_a_file_with_a_byte_order_mark_is_read(written):
    """Editors on Windows write one."""
    assert "huapiao" == load_source(written(b"\xef\xbb\xbf" + GOOD.encode())).key


def test_a_bomb_takes_no_memory(written):
    """387 million values are refused after eight thousand."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(BadInput):
        load_source(written(BOMB))

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_what_yaml_would_make_of_it_is_left_as_written():
    """no, 0123, 12:30:45, 1_000 and a date are text; true, 12 and 1.5 are what they look like."""
    text = "a: no\nb: 0123\nc: 12:30:45\nd: 1_000\ne: 2026-11-25\nf: true\ng: 12\nh: 1.5\ni: ~\n"

    value = parse_yaml(text, "x.yml").value

    assert {
        "a": "no", "b": "0123", "c": "12:30:45", "d": "1_000", "e": "2026-11-25",
        "f": True, "g": 12, "h": 1.5, "i": None,
    } == value  # fmt: skip


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@,?\n \t0159~<", max_size=120))
def test_any_text_is_yaml_or_told_its_line(text):
    """Nothing but one sentence ever comes out."""
    try:
        parse_yaml(text, "x.yml")
    except BadInput as error:
        sentence = str(error)
    else:
        return
    assert re.match(r"x\.yml:\d+:\d+: ", sentence)


def test_every_shipped_source_is_right_and_disabled():
    """Until an operator writes down on what ground it may be read."""
    sources = load_sources(shipped_sources())

    assert len(sources) >= 9
    assert {(False, "")} == {(source.enabled, source.basis) for source in sources.values()}
    assert all(source.checked.on and source.checked.against for source in sources.values())


def test_ones_own_file_replaces_a_shipped_one_and_two_of_a_key_are_refused(tmp_path):
    """By key, not by file name."""
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    shipped.mkdir()
    own.mkdir()
    (shipped / "a.yml").write_text(GOOD, encoding="utf-8")
    (own / "b.yml").write_text(GOOD.replace("花票网", "自己的"), encoding="utf-8")

    assert "自己的" == load_sources(shipped, own)["huapiao"].name

    (own / "c.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadInput, match=r"has the key huapiao, as b\.yml has"):
        load_sources(shipped, own)


def test_a_private_address_passes_for_exactly_the_port_that_a_file_names(written):
    """Nothing beside it."""
    text = GOOD.replace("https://huapiao.example.com", "http://127.0.0.1:8711")

    gate = gate_of([load_source(written(text + 'allow_private: ["127.0.0.1:8711"]\n'))])

    gate.check("http://127.0.0.1:8711/item/1")
    with pytest.raises(FetchRefused):
        gate.check("http://127.0.0.1:8712/item/1")


BLOW_UPS = [
    r"^(\w+\s?)*$", r"(a+)+b", r"(a|aa)+b", r"(a|a)*b", r"(a*)*b", r"(?:a?){40}a{40}",
    r"(.*)*x", r"(x+x+)+y", r"((ab)*)*c", r"(\d+)+$", r"(?:a{1,60}){1,60}", r"(a)\1+b",
    r".*.*.*x", r"\w+\w+\w+x", r"(?=(a+))\1b", r"(\s*,\s*)+x", r"([a-z]+)*\d",
]  # fmt: skip


@pytest.mark.parametrize("pattern", BLOW_UPS)
def test_a_pattern_that_can_blow_up_is_refused_by_its_shape(pattern):
    """``re`` cannot be interrupted."""
    with pytest.raises(ValueError, match=r"ever|repeat"):
        patterns.compiled(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(\d+)x\.shtml", r".*.*x", r"(a|b)*c", r"(.+?)=(.+)", r"a{0,500}b"]
)
@pytest.mark.parametrize("text", ["a" * 1_000_000, "=" * 1_000_000, "9" * 1_000_000])
def test_a_pattern_that_is_let_in_ends_in_a_moment(pattern, text):
    """It looks at the beginning of a value alone."""
    compiled = patterns.compiled(pattern)
    started = time.process_time()

    patterns.first_match(compiled, text)

    assert time.process_time() - started < 1


@given(st.text(alphabet="ab*/.", max_size=30), st.text(alphabet="ab/.", max_size=60))
def test_a_glob_means_what_a_shell_means_by_it(glob, rest):
    """Whatever stands for a star is matched."""
    address = glob.replace("*", rest.replace("*", ""))

    assert patterns.is_like(f"https://x{address}", f"x{glob}")


def test_the_example_of_the_manual_is_a_right_source(written):
    """What docs/sources.md shows can be copied."""
    manual = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    example = re.search(r"```yaml\n(key: .*?)```", manual, re.DOTALL)

    source = load_source(written(example[1]))

    assert ("huapiao", 20) == (source.key, len(source.starts()))
