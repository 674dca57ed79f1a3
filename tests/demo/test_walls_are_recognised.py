"""The walls of the market are those that the product must know: judged by the product itself."""

import pytest

from pipeline.page import PageKind, PageSeen, judge


def judged(visitor, shop, path):
    answer = visitor.get(shop, path, follow_redirects=True)
    return judge(
        PageSeen(
            url=str(answer.url),
            status=answer.status_code,
            content_type=answer.headers.get("content-type", ""),
            text=answer.content.decode("gbk" if shop == "classifieds" else "utf-8"),
            headers=dict(answer.headers),
        )
    ).kind


@pytest.mark.parametrize(
    ("night", "shop", "path", "kind"),
    [
        (1, "classifieds", "huaniao/", PageKind.NORMAL),
        (1, "classifieds", "xinxi/310001.html", PageKind.NORMAL),
        (3, "classifieds", "huaniao/?page=4", PageKind.CHALLENGE),
        (3, "classifieds", "xinxi/310012.html", PageKind.CHALLENGE),
        (2, "classifieds", "xinxi/310016.html", PageKind.REMOVED),
        (1, "app", "", PageKind.NORMAL),
        (1, "app", "item?id=845001000001", PageKind.NORMAL),
        (1, "app", "h5/mtop.qingzhou.search/1.0/", PageKind.CHALLENGE),
        (1, "forum", "thread-20002-1-1.html", PageKind.NORMAL),
        (2, "forum", "thread-20006-1-1.html", PageKind.REMOVED),
        (3, "forum", "thread-20003-1-1.html", PageKind.LOGIN_WALL),
        (1, "feed", "feed/", PageKind.NORMAL),
        (2, "feed", "archives/515.html", PageKind.REMOVED),
        (2, "shop", "product/3303/", PageKind.REMOVED),
        (1, "shop", "trouble/challenge", PageKind.CHALLENGE),
        (1, "shop", "trouble/login", PageKind.LOGIN_WALL),
        (1, "shop", "trouble/gone", PageKind.REMOVED),
        (1, "shop", "trouble/busy", PageKind.CHALLENGE),
        (1, "shop", "trouble/down", PageKind.ERROR),
    ],
)
def test_a_page_of_the_market_is_judged_for_what_it_is(visit, night, shop, path, kind):
    """Normal, removed, a challenge, a login wall: never one for the other."""
    assert kind == judged(visit(night), shop, path)
