"""A source that is read with an operator's log-in, and what happens when the site minds."""

import json

from docx import Document
from typer.testing import CliRunner

from commands.source import app

ASKED = CliRunner()


def test_a_log_in_is_shown_to_its_site_and_paused_at_the_first_wall(shop, crawls):
    """Cookies go along; a wall pauses the source and drafts a letter; then nothing is asked."""
    seen = []
    healthy = shop.answer

    def answer(request):
        seen.append((request.path, request.headers.get("Cookie", "")))
        healthy(request)

    shop.answer = answer
    file = crawls.source(shop)
    (crawls.home / "sources").mkdir(parents=True)
    (crawls.home / "sources" / "shop.yml").write_text(file.read_text())
    state = crawls.folder / "state.json"
    cookies = [
        {"name": "sid", "value": "abc", "domain": "127.0.0.1", "path": "/"},
        {"name": "other", "value": "zzz", "domain": ".tracker.example", "path": "/"},
    ]
    state.write_text(json.dumps({"cookies": cookies, "origins": []}))
    words = ["session", "shop", "--import", str(state), "--json", "--home", str(crawls.home)]

    nameless = ASKED.invoke(app, words)
    done = ASKED.invoke(app, [*words, "--by", "王警官"])
    first = crawls.run(file)

    assert nameless.exit_code != 0
    line = json.loads(done.stdout.splitlines()[-1])
    assert (True, 1, "王警官") == (line["usable"], line["cookies"], line["saved_by"])
    assert "ok" == first.state
    assert {"sid=abc"} == {sent for path, sent in seen if path != "/robots.txt"}

    seen.clear()
    shop.odd["/list"] = lambda ask: ask.say(
        "<html><title>登录</title><body>请先登录<form action='/login'><input type=password>",
        status=401,
    )
    walled = crawls.run(file)
    asked = len(shop.times)
    paused = crawls.run(file)

    assert ("blocked", "blocked") == (walled.state, paused.state)
    assert asked == len(shop.times)
    assert "source session shop" in paused.because
    (letter,) = (crawls.home / "letters").glob("shop-*.docx")
    words = "\n".join(one.text for one in Document(str(letter)).paragraphs)
    assert walled.run in words
    assert "第二十五条" in words


def test_a_letter_says_what_we_ask_and_how_we_behave(tmp_path):
    """To the platform by name, with the pace of the source file; a person completes it."""
    done = ASKED.invoke(app, ["letter", "goofish", "--home", str(tmp_path)])

    assert 0 == done.exit_code, done.output
    assert "闲鱼" in done.stdout
    assert "官方接口" in done.stdout
    assert not (tmp_path / "shouyi.db").exists()
