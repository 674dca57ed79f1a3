import pytest

from demo.stock import SHOPS, shelf

ADDRESS = {
    "classifieds": "xinxi/{}.html",
    "forum": "thread-{}-1-1.html",
    "feed": "archives/{}.html",
    "shop": "product/{}/",
}
GONE = {
    "classifieds": "该信息已被发布者删除",
    "forum": "指定的主题不存在或已被删除",
    "feed": "这篇文章已被作者删除",
    "shop": "商品已下架",
}


def ids(name, night):
    return {ware.id for ware in shelf(name, night).shown}


@pytest.mark.parametrize("name", SHOPS)
def test_each_later_night_brings_something_new(name):
    """Something is added to and taken from every shop between the first and the third night."""
    assert ids(name, 3) - ids(name, 1)
    assert ids(name, 1) - ids(name, 2) or ids(name, 2) - ids(name, 3)


@pytest.mark.parametrize("name", ["classifieds", "app"])
def test_the_shops_crawled_now_show_every_kind_of_change(name):
    """New, edited in price, edited in text, removed, returned, removed again, behind a wall."""
    one, two, three = (shelf(name, night) for night in (1, 2, 3))
    both = [(one.ware(ware.id), ware) for ware in two.shown if one.ware(ware.id)]

    assert len(ids(name, 2) - ids(name, 1)) >= 4
    assert [after for before, after in both if before.price != after.price]
    assert [after for before, after in both if before.text != after.text]
    assert len(ids(name, 1) - ids(name, 2)) >= 3
    assert (ids(name, 1) & ids(name, 3)) - ids(name, 2)
    assert ids(name, 2) - ids(name, 3)
    assert three.walls
    assert not two.walls


@pytest.mark.parametrize("name", sorted(ADDRESS))
def test_what_was_removed_is_gone_in_the_shops_own_words(visit, name):
    """404, and a sentence that a person would understand."""
    lost = next(iter(shelf(name, 2).gone))
    path = ADDRESS[name].format(lost)

    assert 200 == visit(1).get(name, path).status_code
    answer = visit(2).get(name, path)
    assert 404 == answer.status_code
    assert GONE[name] in answer.content.decode("gbk" if name == "classifieds" else "utf-8")


def test_an_edit_is_seen_on_the_page(visit):
    """The same address, another price on each night."""
    prices = [
        visit(night).get("classifieds", "xinxi/310003.html").content.decode("gbk")
        for night in (1, 2, 3)
    ]

    assert all(
        price in page for price, page in zip(("1000/只", "800/只", "700/只"), prices, strict=True)
    )


def test_a_repost_stands_under_a_new_number():
    """Removed on the second night, put up again on the third with a word changed."""
    old, new = (shelf("classifieds", night) for night in (1, 3))

    assert old.ware("310016").title[:10] == new.ware("310073").title[:10]
    assert new.ware("310016") is None


def test_the_third_night_puts_a_challenge_before_the_classifieds(visit):
    """Three pages of the list pass, the fourth and some listings ask for a code."""
    night = visit(3)

    assert 200 == night.get("classifieds", "huaniao/?page=3").status_code
    for path in ("huaniao/?page=4", "xinxi/310012.html"):
        answer = night.get("classifieds", path, follow_redirects=True)
        assert answer.url.path == "/antibot/verifycode"
        assert "请输入验证码" in answer.content.decode("gbk")
    assert 200 == night.get("classifieds", "xinxi/310011.html").status_code


def test_the_third_night_asks_for_a_login_in_the_forum(visit):
    """A refusal that wears the forum's own marks, with status 200."""
    answer = visit(3).get("forum", "thread-20003-1-1.html")

    assert 200 == answer.status_code
    assert "<title>提示信息" in answer.text
    assert "您尚未登录，没有权限访问该版块" in answer.text
    assert "postmessage" not in answer.text
