"""A listing goes into a row and comes out as it was."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.errors import NotFound
from pipeline.listing import Listing, Place, Price, Seller
from pipeline.store import listings

words = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
sums = st.none() | st.decimals(min_value=0, max_value=10**9, places=2)
any_listing = st.builds(
    Listing,
    source=words,
    site_id=words,
    url=words,
    seen_at=moments,
    title=words,
    text=words,
    price=st.builds(
        Price, raw=words, yuan=sums, high_yuan=sums, per=words, is_placeholder=st.booleans()
    ),
    place=st.builds(Place, raw=words, code=words),
    seller=st.builds(Seller, name=words, site_id=words, url=words),
    posted_at=st.none() | moments,
    images=st.lists(words).map(tuple),
    tags=st.lists(words).map(tuple),
    is_damaged=st.booleans(),
    notes=st.dictionaries(words, words),
)


@given(listing=any_listing)
def test_what_goes_in_comes_out(listing):
    """Every field, to the fen and to the millisecond."""
    assert listing == listings.from_json(listings.to_json(listing))


def test_a_name_that_is_not_there_is_told(db):
    """Also one that no row could have."""
    with pytest.raises(NotFound, match="nobody:1"):
        listings.get(db, "nobody:1")
    with pytest.raises(NotFound):
        listings.get(db, "\ud83d\0")
