"""Words that had no true hit for a season: proposed for retirement, never retired by themselves."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from casework.words import changes
from casework.words.changes import State
from casework.words.proposal import EXAMPLES, Proposal
from casework.words.seen import Seen, seen
from keywords.changes import Line
from keywords.kinds import KINDS, Part
from keywords.lexicon import Lexicon
from pipeline.base.clock import Clock, stamp
from pipeline.base.language import _
from pipeline.store.open import Database

SEASON_DAYS = 180
"""From one passage of the birds to the next."""
FEWEST_FALSE = 5
_FALSE = """
    select l.listing_id, h.value ->> 'surface' from listings as l
      join judgements as j on j.judgement_id =
           (select max(judgement_id) from judgements as r where r.listing_id = l.listing_id),
           json_each(j.hits) as h
     where l.state = 'judged' and l.call in ('lawful', 'not_wildlife')
       and h.value ->> 'term' = ? limit ?
"""


def idle(db: Database, lexicon: Lexicon, clock: Clock) -> Iterator[Proposal]:
    """Give words that were only wrong for a season; never a name of a bird of class I or II."""
    since = stamp(clock.now() - timedelta(days=SEASON_DAYS))
    lately, own = seen(db, since=since), _own_since(db, since, lexicon)
    for entry in lexicon.terms():
        if KINDS[entry.kind] is Part.AGAINST or _is_guarded(entry.species, lexicon):
            continue
        did = lately.get(entry.term, Seen(entry.term))
        if did.true or (did.false < FEWEST_FALSE and entry.form not in own):
            continue
        source = _("一季无真命中，误命中 {n} 条").format(n=did.false)
        line = Line(do="retire", term=entry.term, source=source)
        yield Proposal(line, "retire", 0.0, 0, did.false, _false_hits(db, entry.term))


def _is_guarded(birds: Sequence[str], lexicon: Lexicon) -> bool:
    species = lexicon.species
    return any(
        species[each].level in {"I", "II"}
        for bird in birds
        for each in (species[bird].members or (bird,))
    )


def _own_since(db: Database, since: str, lexicon: Lexicon) -> set[str]:
    """Return the own words that have stood for a season."""
    return {
        lexicon.fold(line.term)
        for change in changes.all_of(db, State.ACCEPTED)
        if change.state_at < since
        for line in change.lines
        if line.do == "add"
    }


def _false_hits(db: Database, term: str) -> tuple[tuple[str, str], ...]:
    return tuple(db.conn.execute(_FALSE, (term, EXAMPLES)).fetchall())
