"""The captures that a person should see first stand first."""

from evidence.ranking import newest_first, worst_first
from tests.evidence.conftest import a_capture, a_picture


def test_the_worst_capture_stands_first(keeper, clock, db):
    """Broken, then a wall, then removed, then what lacks something, then what is whole."""
    keeper.keep(listing_id="huapiao:1")
    keeper.keep(listing_id="huapiao:2", title="别的标题")
    gone = "<title>x</title><p>抱歉，商品已下架</p>"
    keeper.keep(
        a_capture(clock, text="抱歉，商品已下架", html=gone, title="x"),
        listing_id="huapiao:3",
        fields={},
    )
    keeper.keep(
        a_capture(clock, png=b"", failure="页面卡住，30 秒内未能取下"), listing_id="huapiao:4"
    )

    order = [row.listing_id for row in worst_first(db, limit=10)]

    assert ["huapiao:4", "huapiao:3", "huapiao:2", "huapiao:1"] == order
    assert ["huapiao:4", "huapiao:3"] == [row.listing_id for row in newest_first(db, limit=2)]


def test_only_the_latest_capture_of_a_listing_counts(keeper, clock, db):
    """What was a failure yesterday and is whole today needs nobody."""
    keeper.keep(a_capture(clock, png=b"", failure="页面卡住"))
    keeper.keep(a_capture(clock, png=a_picture("white")))

    (row,) = worst_first(db, limit=10)

    assert "sealed" == row.state
