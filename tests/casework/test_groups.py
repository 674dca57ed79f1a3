"""The queue by seller: kept by the database, and right whatever happens to its members."""

import random

from casework import groups, queue
from casework.asking import ALL_WAITING

_SCORE = "update listings set score = ? where listing_id = ?"
_STATE = "update listings set state = ? where listing_id = ? and state <> 'faded'"
_FADE = "update listings set state = 'faded', content = '' where listing_id = ?"
_SIGHTING = "update listings set sightings = sightings + 1 where listing_id = ?"


def test_groups_are_what_the_listings_make_of_them(db, stored, a_listing):
    """After any change of state or score, and after a listing has faded or gone."""
    dice = random.Random(7)  # noqa: S311 - a fixed seed, no secret
    sellers = ("", "a", "b", "c")
    for number in range(24):
        listing = a_listing(site_id=str(number))
        seller = listing.seller.__class__(name="", site_id=sellers[number % 4])
        stored(site_id=str(number), seller=seller)
    names = [row.listing_id for row in queue.waiting(db, None, 100)]
    assert 24 == len(names)

    for step in range(60):
        name = dice.choice(names)
        with db.atomic():
            match step % 4:
                case 0 | 1:
                    db.conn.execute(_SCORE, (dice.randrange(101), name))
                case 2:
                    state = dice.choice(["waiting", "judged", "postponed"])
                    db.conn.execute(_STATE, (state, name))
                case _:
                    db.conn.execute(_FADE if step == 3 else _SIGHTING, (name,))

        waiting = queue.waiting(db, None, 100)
        expected = {}
        for row in waiting:
            told = queue.told(db, [row.listing_id])[row.listing_id].listing.seller.site_id
            expected.setdefault(told or row.listing_id, []).append(row.listing_id)
        found = groups.page(db, None, 100)
        assert [each[0] for each in expected.values()] == [row.listing_id for row in found]
        assert [len(each) for each in expected.values()] == [row.members for row in found]
        assert groups.count(db) == len(found)
        assert sum(row.members for row in found) == queue.count(db, ALL_WAITING)
        for each in expected.values():
            assert each == [row.listing_id for row in groups.members(db, each[-1], limit=50)]
