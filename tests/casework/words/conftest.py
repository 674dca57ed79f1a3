"""A home with people and a small word list of its own, so that a change is compiled in no time."""

from functools import cache

import pytest

from casework import people, verdicts
from casework.reasons import Call
from casework.verdicts import Verdict
from casework.words import disguises, fitting, life
from keywords import tables, variants
from keywords.changes import Line, typed
from pipeline import score
from pipeline.base.settings import shipped
from pipeline.ingest import ingest
from pipeline.listing import Seller
from pipeline.score import load_reader
from pipeline.signals import SIGNALS
from pipeline.store import listings
from pipeline.weights import read_weights
from tests.casework.conftest import QUICK

_SPECIES = """\
name,latin,order,family,level,list,list_on,cites,group,lawful,liaoning,traded,note,provenance,latin_provenance
画眉,Garrulax canorus,雀形目,噪鹛科,II,名录,2021-02-01,II,songbird,,1,1,,转录,转录
金雕,Aquila chrysaetos,鹰形目,鹰科,I,名录,2021-02-01,II,raptor,,1,1,,转录,转录
蜡嘴雀,Eophona migratoria,雀形目,燕雀科,sanyou,三有名录,2023-06-26,,songbird,,1,1,,转录,转录
"""
_TERMS = """\
term,kind,species,strength,region,is_not,source
出售,sell,,strong,,,常识
活体,life,,strong,,,常识
网捕,wild,,strong,,,常识
鸟笼,cage,,medium,,,常识
"""
_EMPTY = {
    "groups.csv": "name,latin,members,source\n",
    "confusers.csv": "word,kind,source\n画眉笔,cosmetic,常识\n",
    "glyphs.csv": "glyph,reads,why\n",
    "heard.csv": "name,source\n",
    "splits.csv": "character,parts,source\n嘴,口觜,偏旁\n",
    "pictures.csv": "picture,reads,source\n",
}
_REASON = {
    Call.CONFIRMED: "wild_caught",
    Call.LAWFUL: "origin_proof_checked",
    Call.NOT_WILDLIFE: "word_only",
}
_sounds = cache(variants.Sounds)
_weights = cache(lambda: read_weights(shipped("score.yml"), [look.__name__ for look in SIGNALS]))
_simplified = cache(tables.simplified_characters)


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    """The shipped word list is this one; everything else that is shipped is the real thing."""
    place = tmp_path / "shipped"
    place.mkdir()
    for name, text in {"species.csv": _SPECIES, "terms.csv": _TERMS, **_EMPTY}.items():
        (place / name).write_text(text, encoding="utf-8")
    gold = tmp_path / "gold"
    gold.mkdir()

    def here(*parts):
        if parts[0] == "gold":
            return gold
        return place.joinpath(*parts[1:]) if parts[0] == "lexicon" else shipped(*parts)

    monkeypatch.setattr(score, "read_weights", lambda *_asked: _weights())
    for room in (score, life, disguises, fitting):
        monkeypatch.setattr(room, "shipped", here)
    monkeypatch.setattr(people, "HASHER", QUICK)
    monkeypatch.setattr(variants, "Sounds", _sounds)
    monkeypatch.setattr(tables, "simplified_characters", _simplified)
    return place


@pytest.fixture
def gold(tmp_path):
    """The folder of the gold set, empty until a test fills it."""
    return tmp_path / "gold"


@pytest.fixture(autouse=True)
def office(db, clock):
    """Li is an analyst, Zhao supervises the province."""
    people.add(db, "li", role="analyst", clock=clock)
    people.add(db, "zhao", role="supervisor", clock=clock)


@pytest.fixture
def word():
    """Return the rows of a change of one word."""

    def rows(term="黄豆眉", do="add", **more):
        plain = {"kind": "code", "species": "画眉", "strength": "strong", "source": "鞍山鸟市"}
        told = {} if do == "retire" else {**plain, **more}
        return [typed(Line(do=do, term=term, **told))]

    return rows


@pytest.fixture
def drafted(db, settings, clock, word):
    """Keep a change of one word as a draft."""

    def draft(*args, **more):
        rows = word(*args, **more)
        return life.draft(db, settings, rows, by="li", why="鸟市上听来的", clock=clock)

    return draft


@pytest.fixture
def first_reader(settings):
    """The reader of this home before any word is changed; loaded once."""
    return load_reader(settings)


@pytest.fixture
def offered(db, first_reader, clock, a_listing):
    """Keep a listing as the night would, and return it as it stands in the store."""

    def keep(site_id, text, *, seller="u77", **more):
        plain = {"title": "", "text": text, "seller": Seller(name=seller, site_id=seller)}
        listing = a_listing(site_id=site_id, **{**plain, **more})
        ingest(db, first_reader, listing, clock=clock)
        return listings.get(db, listing.id)

    return keep


@pytest.fixture
def found(db, clock):
    """Give a verdict as Li."""

    def give(stored, call):
        call = Call(call)
        seen = listings.get(db, stored.listing_id)
        verdict = Verdict(seen.listing_id, call, _REASON[call], by="li")
        return verdicts.give(db, verdict, seen_version=seen.seen_version, clock=clock)

    return give
