"""What verdicts say of a word: its true and false hits, the first and the last."""

from dataclasses import dataclass

from pipeline.store.open import Database

_SEEN = """
    select h.value ->> 'term', count(distinct l.listing_id) filter (where l.call = 'confirmed'),
           count(distinct l.listing_id) filter (where l.call in ('lawful', 'not_wildlife')),
           min(l.first_seen_at) filter (where l.call = 'confirmed'),
           max(l.last_seen_at) filter (where l.call = 'confirmed')
      from listings as l
      join judgements as j on j.judgement_id =
           (select max(judgement_id) from judgements as r where r.listing_id = l.listing_id),
           json_each(j.hits) as h
     where l.state = 'judged' and l.last_seen_at >= :since
       and (:term = '' or h.value ->> 'term' = :term)
     group by 1
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a word did in listings that a person judged.

    Attributes:
        true, false: listings found confirmed, and found lawful or no wildlife.
        first_true_at, last_true_at: UTC as stamped; "" where it never was.
    """

    term: str
    true: int = 0
    false: int = 0
    first_true_at: str = ""
    last_true_at: str = ""


def seen(db: Database, *, term: str = "", since: str = "") -> dict[str, Seen]:
    """Return how each word did, or one word; a word in no judged listing is left out.

    Args:
        db: the store.
        term: as the lexicon has it; "" is all.
        since: listings last seen from here on, UTC as stamped.
    """
    rows = db.conn.execute(_SEEN, {"term": term, "since": since})
    return {row[0]: Seen(row[0], row[1], row[2], row[3] or "", row[4] or "") for row in rows}
