"""Fit the ranker on the gold set and on verdicts; refuse it where it would order worse.

Needs scikit-learn (the extra ``ml``), on this machine; nothing is asked of any other. Each
seller, and then each source, is held out in turn: what was learnt from one must hold for
others. Using a ranker needs none of this (:mod:`casework.words.ranker`).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from casework.rights import Action
from casework.words.life import check_actor, checked_why
from casework.words.ranker import SCORE, found_in
from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings, shipped
from pipeline.listing import Listing, Seller
from pipeline.reading import Ranked
from pipeline.score import Reader, load_reader
from pipeline.store import audit, listings
from pipeline.store.open import Database

FEWEST = 40
"""Listings of each side below which nothing is fitted."""
_FOLDS = 5
_KEY_WEIGHT = 3.0  # a bird of class I or II put too low costs more than a toy put too high
_KEY = frozenset({"I", "II"})
_JUDGED = """
    select content, call from listings
     where state = 'judged' and call in ('confirmed', 'lawful', 'not_wildlife') and content <> ''
     order by listing_id
"""
_ADD = """
    insert into rankers (version, state, made_by, made_at, report, model)
    values (?, ?, ?, ?, ?, ?)
    on conflict (version) do update set state = excluded.state
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled reading: what was found, whose it was, what it is."""

    found: tuple[str, ...]
    score: int
    is_flagged: bool
    is_true: bool
    is_key: bool
    seller: str
    source: str


@dataclass(frozen=True, slots=True)
class Held:
    """How the ranker did on what was held out, beside the plain score.

    Attributes:
        by: "seller" or "source".
        ours, plain: average precision, 0..1.
        key_ours, key_plain: of the true listings with a bird of class I or II, how many
            stand within as many places from the top as the plain score flags.
        folds: how many were held out.
    """

    by: str
    folds: int
    ours: float
    plain: float
    key_ours: float
    key_plain: float

    @property
    def is_worse(self) -> bool:
        """Whether it orders worse than the plain score, or brings fewer of the key birds."""
        return self.ours < self.plain or self.key_ours < self.key_plain


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of a fit.

    Attributes:
        because: why it was refused; "" where it may be used.
        strongest: the weights that say most, for people.
    """

    version: str
    lexicon: str
    gold: int
    verdicts: int
    held: tuple[Held, ...]
    because: str
    strongest: tuple[tuple[str, float], ...]
    model: dict[str, Any]

    @property
    def is_fit(self) -> bool:
        """Whether it may order the queue."""
        return not self.because

    def told(self) -> dict[str, Any]:
        """Return the report as a plain record, without the weights."""
        return {
            "version": self.version,
            "lexicon": self.lexicon,
            "accepted": self.is_fit,
            "because": self.because,
            "gold": self.gold,
            "verdicts": self.verdicts,
            "held_out": [
                {
                    "by": one.by,
                    "folds": one.folds,
                    "average_precision": one.ours,
                    "average_precision_now": one.plain,
                    "key_recall": one.key_ours,
                    "key_recall_now": one.key_plain,
                }
                for one in self.held
            ],
            "strongest": [{"what": name, "weight": weight} for name, weight in self.strongest],
        }


def fit(db: Database, settings: Settings) -> Fitted:
    """Fit on the gold set and on verdicts, and hold it against the plain score; writes nothing.

    Raises:
        BadInput: scikit-learn is missing, or there is too little to learn from.
    """
    _must_have_sklearn()
    reader = load_reader(settings)
    gold = [*_of_gold(reader)]
    cases = [*gold, *_of_verdicts(db, reader)]
    true = sum(case.is_true for case in cases)
    if min(true, len(cases) - true) < FEWEST:
        raise BadInput(
            "lexicon fit",
            _("可学的太少：属实 {true} 条，排除 {false} 条").format(
                true=true, false=len(cases) - true
            ),
            _("每一边至少 {least} 条").format(least=FEWEST),
        )
    held = tuple(_held_out(cases, by) for by in ("seller", "source"))
    model = _weights(cases)
    version = hashlib.sha256(json.dumps(model, sort_keys=True).encode()).hexdigest()[:8]
    strongest = sorted(model["weights"].items(), key=lambda one: (-abs(one[1]), one[0]))[:12]
    return Fitted(
        version,
        reader.lexicon.version,
        len(gold),
        len(cases) - len(gold),
        held,
        _because(held),
        tuple(strongest),
        model,
    )


def keep(db: Database, fitted: Fitted, *, by: str, why: str, clock: Clock) -> None:
    """Keep a fit with its report; one that orders worse is kept as refused, without weights.

    Raises:
        BadInput: that person decides no words.
    """
    check_actor(db, by, Action.DECIDE_WORDS)
    why = checked_why(why)
    state = "accepted" if fitted.is_fit else "refused"
    report = fitted.told()
    model = json.dumps(fitted.model, ensure_ascii=False) if fitted.is_fit else ""
    with db.atomic():
        row = (
            fitted.version,
            state,
            by,
            stamp(clock.now()),
            json.dumps(report, ensure_ascii=False),
            model,
        )
        db.conn.execute(_ADD, row)
        did, what = f"ranker.{state}", f"ranker {fitted.version}"
        audit.write(db, clock=clock, who=by, did=did, what=what, details={"why": why, **report})


def put_off(db: Database, *, by: str, why: str, clock: Clock) -> int:
    """Take every ranker out of use: the plain score orders again; return how many there were.

    Raises:
        BadInput: that person decides no words.
    """
    check_actor(db, by, Action.DECIDE_WORDS)
    why = checked_why(why)
    with db.atomic():
        done = db.conn.execute("update rankers set state = 'put_off' where state = 'accepted'")
        db.conn.execute("delete from ranks")
        audit.write(
            db, clock=clock, who=by, did="ranker.put_off", what="rankers", details={"why": why}
        )
    return done.rowcount


def _must_have_sklearn() -> None:
    try:
        import sklearn  # noqa: F401, PLC0415 - an extra; the ranker works without it
    except ImportError:
        raise BadInput(
            "lexicon fit", _("没有安装 scikit-learn"), 'pip install "shouyi[ml]"'
        ) from None


def _of_gold(reader: Reader) -> Iterator[Case]:
    """Give the gold set where it is there (a checkout has it); written by hand, not seen."""
    for file in sorted(shipped("gold").glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        read = reader.read_many([_listing_of(row) for row in rows])
        for row, ranked in zip(rows, read, strict=True):
            true = bool(row["suspicious"] if "suspicious" in row else row["label"] == "suspicious")
            named = row.get("birds") or row.get("species") or ()
            seller = f"gold:{row.get('seller') or row['id']}"
            source = f"gold:{row['platform']}"
            yield _case(ranked, reader, named, is_true=true, seller=seller, source=source)


def _listing_of(row: dict[str, Any]) -> Listing:
    return Listing(
        source="gold",
        site_id=row["id"],
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        title=row.get("title", ""),
        text=row.get("text", ""),
        ocr=row.get("ocr", ""),
        tags=tuple(row.get("tags", ())),
        seller=Seller(name=row.get("seller", "")),
    )


def _of_verdicts(db: Database, reader: Reader) -> Iterator[Case]:
    rows = db.conn.execute(_JUDGED).fetchall()
    read = reader.read_many([listings.from_json(content) for content, _call in rows])
    for (_content, call), ranked in zip(rows, read, strict=True):
        listing = ranked.listing
        name = listing.seller.site_id or listing.seller.name or listing.site_id
        seller = f"{listing.source}:{name}"
        yield _case(
            ranked,
            reader,
            ranked.species,
            is_true=call == "confirmed",
            seller=seller,
            source=listing.source,
        )


def _case(
    ranked: Ranked,
    reader: Reader,
    named: Sequence[str],
    *,
    is_true: bool,
    seller: str,
    source: str,
) -> Case:
    species = reader.lexicon.species
    return Case(
        tuple(
            found_in(
                [hit._asdict() for hit in ranked.hits],
                [signal._asdict() for signal in ranked.signals],
            )
        ),
        ranked.score,
        ranked.is_suspicious,
        is_true,
        is_true and any(bird in species and species[bird].level in _KEY for bird in named),
        seller,
        source,
    )


def _held_out(cases: Sequence[Case], by: str) -> Held:
    from sklearn.metrics import average_precision_score  # noqa: PLC0415 - an extra
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - the same

    groups = [getattr(case, by) for case in cases]
    folds = min(_FOLDS if by == "seller" else 12, len(set(groups)))
    if folds < 2:  # noqa: PLR2004 - one group alone cannot be held out
        return Held(by, 0, 0.0, 0.0, 0.0, 0.0)
    sums: list[tuple[float, float, int, int, int, int]] = []
    for learnt, tried in GroupKFold(folds).split(cases, groups=groups):
        model = _weights([cases[at] for at in learnt])
        there = [cases[at] for at in tried]
        truth = [case.is_true for case in there]
        if len(set(truth)) < 2:  # noqa: PLR2004 - nothing to order
            continue
        ours = [_told(model, case) for case in there]
        plain = [float(case.score) for case in there]
        depth = sum(case.is_flagged for case in there)
        keys = [case.is_key for case in there]
        sums.append(
            (
                average_precision_score(truth, ours),
                average_precision_score(truth, plain),
                _within(ours, keys, depth),
                _within(plain, keys, depth),
                sum(keys),
                len(there),
            )
        )
    whole, key = sum(row[5] for row in sums), max(1, sum(row[4] for row in sums))
    return Held(
        by,
        len(sums),
        round(sum(row[0] * row[5] for row in sums) / max(1, whole), 4),
        round(sum(row[1] * row[5] for row in sums) / max(1, whole), 4),
        round(sum(row[2] for row in sums) / key, 4),
        round(sum(row[3] for row in sums) / key, 4),
    )


def _within(told: Sequence[float], keys: Sequence[bool], depth: int) -> int:
    """Return how many of the key birds stand in the first places; of equals, the worst case."""
    order = sorted(range(len(told)), key=lambda at: (-told[at], keys[at]))
    return sum(keys[at] for at in order[:depth])


def _told(model: dict[str, Any], case: Case) -> float:
    weights = model["weights"]
    told = model["start"] + weights.get(SCORE, 0.0) * case.score / 100
    return float(told + sum(weights.get(name, 0.0) for name in case.found))


def _weights(cases: Sequence[Case]) -> dict[str, Any]:
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the same

    table = DictVectorizer()
    rows = table.fit_transform(
        [{SCORE: case.score / 100, **dict.fromkeys(case.found, 1.0)} for case in cases]
    )
    fitted = LogisticRegression(C=0.3, max_iter=400)
    weight = [_KEY_WEIGHT if case.is_key else 1.0 for case in cases]
    fitted.fit(rows, [case.is_true for case in cases], sample_weight=weight)
    names = table.get_feature_names_out()
    weights = {
        str(name): round(float(weight), 4)
        for name, weight in zip(names, fitted.coef_[0], strict=True)
        if abs(weight) >= 1e-4  # noqa: PLR2004 - rounds to nothing
    }
    return {"start": round(float(fitted.intercept_[0]), 4), "weights": weights}


def _because(held: Sequence[Held]) -> str:
    for one in held:
        whose = _("按卖家留出") if one.by == "seller" else _("按来源留出")
        if one.key_ours < one.key_plain:
            return _("{whose}：一、二级鸟的召回从 {plain} 降到 {ours}").format(
                whose=whose, plain=one.key_plain, ours=one.key_ours
            )
        if one.is_worse:
            return _("{whose}：排序不如现在，{ours} 对 {plain}").format(
                whose=whose, ours=one.ours, plain=one.plain
            )
    return ""
