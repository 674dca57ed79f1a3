import json

from demo.shops.app import APP_KEY, TOKEN, digest
from demo.stock import shelf


def ask(visitor, api, data, *, token=TOKEN):
    """Call the app's interface as its own script does."""
    text = json.dumps(data)
    sign = digest(f"{token}&1767288973000&{APP_KEY}&{text}")
    query = {"appKey": APP_KEY, "t": "1767288973000", "sign": sign, "data": text}
    path = f"h5/mtop.qingzhou.{api}/1.0/"
    cookies = {"cookie": f"_qz_h5_tk={token}_1999999999999"}
    return visitor.get("app", path, params=query, headers=cookies).json()


def search(visitor, page=1, keyword=""):
    return ask(visitor, "search", {"keyword": keyword, "pageNumber": page})


def test_the_page_itself_holds_no_listing(visit):
    """Who reads only the HTML sees nothing: the script asks for it."""
    html = visit().get("app").text

    assert '<div id="root"' in html
    assert "蓝靛颏" not in html


def test_an_unsigned_call_is_refused_with_status_200(visit):
    """The refusal stands in the answer's ``ret``, as the field has it."""
    bare = visit().get("app", "h5/mtop.qingzhou.search/1.0/", params={"data": "{}"})
    stale = ask(visit(), "search", {"pageNumber": 1}, token="0" * 16)

    assert 200 == bare.status_code
    assert ["FAIL_SYS_ILLEGAL_ACCESS::非法请求"] == bare.json()["ret"] == stale["ret"]


def test_the_answers_hold_every_listing_once(visit):
    """Twelve an answer, ``hasNextPage`` true until the last; one row is an advert."""
    ids, adverts, page, more = [], 0, 1, True
    while more:
        answer = search(visit(), page)
        assert ["SUCCESS::调用成功"] == answer["ret"]
        for row in answer["data"]["resultList"]:
            main = row["data"]["item"]["main"]
            adverts += main.get("isAliMaMaAD", False)
            if not main.get("isAliMaMaAD"):
                ids.append(main["exContent"]["itemId"])
        more, page = answer["data"]["resultInfo"]["hasNextPage"], page + 1

    assert 1 == adverts
    assert len(ids) == len(set(ids))
    assert {ware.id for ware in shelf("app", 1).shown} == set(ids)


def test_a_card_carries_the_traps_of_the_real_one(visit):
    """The title is the whole text, the price comes in parts, the counts contradict each other."""
    rows = search(visit(), keyword="蓝靛颏")["data"]["resultList"]
    main = rows[0]["data"]["item"]["main"]

    assert main["exContent"]["title"].startswith("蓝靛颏一只 带笼衣\n养了一年半")
    assert "¥900" == "".join(part["text"] for part in main["exContent"]["price"])
    assert "0" == main["clickParam"]["args"]["wantNum"]
    assert "人想要" in json.dumps(main["exContent"]["fishTags"], ensure_ascii=False)
    assert main["clickParam"]["args"]["publishTime"].isdecimal()


def test_a_search_without_result_is_a_success_with_no_rows(visit):
    """Empty is not refused."""
    answer = search(visit(), keyword="zzzz")

    assert ["SUCCESS::调用成功"] == answer["ret"]
    assert [] == answer["data"]["resultList"]


def test_the_detail_answer_holds_text_pictures_and_seller(visit):
    """What the item page draws."""
    data = ask(visit(), "detail", {"itemId": "845001000001"})["data"]

    assert "蓝靛颏一只 带笼衣" == data["itemDO"]["title"]
    assert 2 == len(data["itemDO"]["imageInfos"])
    assert "晨起遛弯" == data["sellerDO"]["nick"]


def test_on_the_third_night_the_answer_says_refused(visit):
    """The first page comes, the second is refused: with HTTP 200, in the answer's words."""
    first, second = search(visit(3)), search(visit(3), page=2)

    assert ["SUCCESS::调用成功"] == first["ret"]
    assert second["ret"][0].startswith("RGV587_ERROR::SM::")
    assert "punish" in second["data"]["url"]
