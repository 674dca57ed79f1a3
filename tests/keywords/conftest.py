"""The shipped lexicon, compiled once."""

import pytest

from keywords.lexicon import Lexicon, load
from pipeline.base.settings import shipped


@pytest.fixture(scope="session")
def lexicon(tmp_path_factory) -> Lexicon:
    """The lexicon as shipped, with a cache of its own."""
    return load(shipped("lexicon"), cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def folder(tmp_path):
    """A small lexicon of its own: one bird, one term, one look-alike."""
    place = tmp_path / "lexicon"
    place.mkdir()
    tables = {
        "species.csv": (
            "name,latin,order,family,level,list,list_on,cites,group,lawful,liaoning,traded,"
            "note,provenance,latin_provenance\n"
            "画眉,Garrulax canorus,雀形目,噪鹛科,II,国家重点保护野生动物名录,2021-02-01,II,"
            "songbird,,1,1,,转录,转录\n"
        ),
        "groups.csv": "name,latin,members,source\n",
        "terms.csv": (
            "term,kind,species,strength,region,is_not,source\n话眉鸟,code,画眉,strong,,,规则\n"
        ),
        "confusers.csv": "word,kind,source\n画眉笔,cosmetic,常识\n",
        "glyphs.csv": "glyph,reads,why\n",
        "heard.csv": "name,source\n",
        "splits.csv": "character,parts,source\n",
        "pictures.csv": "picture,reads,source\n",
    }
    for name, text in tables.items():
        (place / name).write_text(text, encoding="utf-8")
    return place
