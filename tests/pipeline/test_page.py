"""Pages judged before anything is read out of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.page import PageKind, PageSeen, json_of, judge, shown

WALLS = {
    "address": ("https://callback.58.com/antibot/verifycode?url=x", 200, "<p>x</p>", "challenge"),
    "tmall_punish": ("https://x.taobao.com/a/_____tmd_____/punish?x", 200, "<p>x</p>", "challenge"),
    "passport": ("https://passport.weibo.com/visitor/visitor", 200, "<p>x</p>", "login_wall"),
    "status_403": ("https://a.cn/", 403, "<p>x</p>", "challenge"),
    "status_429": ("https://a.cn/", 429, "<p>x</p>", "challenge"),
    "status_461": ("https://a.cn/", 461, "{}", "challenge"),
    "status_401": ("https://a.cn/", 401, "", "login_wall"),
    "status_404": ("https://a.cn/", 404, "<p>x</p>", "removed"),
    "status_502": ("https://a.cn/", 502, "<p>x</p>", "error"),
    "title": ("https://a.cn/", 200, "<title> 百度安全验证 </title>", "challenge"),
    "title_before_dash": ("https://a.cn/", 200, "<title>登录 - 某站</title><p>x</p>", "login_wall"),
    "words": ("https://a.cn/", 200, "<p>网络不给力，请稍后重试</p>", "challenge"),
    "words_apart": ("https://a.cn/", 200, "<p>请 先 登录</p>", "login_wall"),
    "gone": ("https://a.cn/", 200, "<h2>链接已过期</h2>", "removed"),
    "sold": ("https://a.cn/", 200, "<h2>宝贝不存在或已被删除</h2>", "removed"),
    "slider": ("https://a.cn/", 200, '<div class="baxia-dialog-mask"></div>', "challenge"),
    "closed": ("https://a.cn/", 200, "<title>提示信息 - 坛</title><p>升级</p>", "error"),
    "bare_word": ("https://a.cn/", 200, "blocked", "challenge"),
    "nothing": ("https://a.cn/", 200, "  \n", "error"),
    "mtop": ("https://a.cn/", 200, '{"ret":["RGV587_ERROR::SM::x"]}', "challenge"),
    "jsonp": ("https://a.cn/", 200, 'j1({"ret":["FAIL_SYS_USER_VALIDATE"]})', "challenge"),
    "token": ("https://a.cn/", 200, '{"ret":["FAIL_SYS_TOKEN_EMPTY::x"]}', "login_wall"),
    "bilibili": ("https://a.cn/", 200, '{"code":-352}', "challenge"),
    "xhs_gone": ("https://a.cn/", 200, '{"code":-510000}', "removed"),
    "weibo": ("https://a.cn/", 200, '{"ok":-100}', "login_wall"),
}  # fmt: skip


@pytest.mark.parametrize("story", WALLS)
def test_what_a_page_shows_of_a_refusal_is_seen(story):
    """By address, status, title, words, markup or code."""
    url, status, text, kind = WALLS[story]

    assert kind == judge(PageSeen(url=url, status=status, text=text)).kind


ORDINARY = {
    "login_in_the_header": "<title>画眉吧</title><a href='/login'>登录</a><p>出一只画眉</p>",
    "login_in_a_script": "<script>var tip='请先登录';</script><p>出一只画眉，沈阳自提</p>",
    "login_in_a_comment": "<!-- 扫码登录 --><p>出一只画眉</p>",
    "words_in_a_long_page": "<p>请先登录</p>" + "<p>出一只画眉，叫口好，沈阳自提。</p>" * 60,
    "title_that_only_begins_so": "<title>登录火星的鸟：一本书</title><p>旧书</p>",
    "address_in_the_query": "<p>出一只画眉</p>",
    "json": '{"ret":["SUCCESS::调用成功"],"data":{}}',
    "json_code_zero": '{"code":0,"data":{"notes":[]}}',
}  # fmt: skip


@pytest.mark.parametrize("story", ORDINARY)
def test_an_ordinary_page_is_not_called_a_wall(story):
    """The word 登录 stands in the header of every site."""
    seen = PageSeen(url="https://a.cn/p?url=passport.weibo.com/x", text=ORDINARY[story])

    assert PageKind.NORMAL == judge(seen).kind


def test_a_503_that_names_an_hour_is_a_refusal_and_a_bare_one_a_site_that_is_down():
    """Retry-After is what tells them apart."""
    busy = PageSeen(url="https://a.cn/", status=503, headers={"retry-after": "7"})

    assert PageKind.CHALLENGE == judge(busy).kind
    assert PageKind.ERROR == judge(PageSeen(url="https://a.cn/", status=503)).kind


def test_numbers_of_an_answer_stay_as_they_are_written():
    """A long id loses no digit, a price no zero."""
    answer = json_of('{"id":12345678901234567890123,"price":1.10}')

    assert {"id": "12345678901234567890123", "price": "1.10"} == answer


@pytest.mark.parametrize(
    "text",
    [part * 400_000 for part in ("<", "<script", "<!--", "[", "{", "<title", "<p>画", "a(")],
)
def test_a_hostile_page_is_judged_in_a_moment(text):
    """Whatever is repeated, the work grows with the length alone."""
    started = time.process_time()

    judge(PageSeen(url="https://a.cn/", text=text[:399_999]))
    shown(text[:399_999])

    assert time.process_time() - started < 5


@given(st.text(max_size=300), st.text(max_size=80), st.integers(100, 599))
def test_any_page_gets_a_verdict(text, url, status):
    """No address and no text breaks the judge; only a normal page has no reason."""
    verdict = judge(PageSeen(url=url, status=status, text=text))

    assert (verdict.kind is PageKind.NORMAL) == (verdict.because == "")
