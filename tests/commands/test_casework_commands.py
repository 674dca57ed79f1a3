"""queue, show, verdict, user, migrate: the names that scripts rely on."""

import pytest

from casework import people
from pipeline.base.clock import SystemClock

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def li(db):
    people.add(db, "li", role="analyst", clock=SystemClock())
    people.add(db, "wang", role="analyst", clock=SystemClock())


def test_the_queue_is_one_json_object_a_line(shouyi):
    """With the contract's names; times in Beijing's zone."""
    answer = shouyi("queue", "--json")

    (row,) = answer.lines
    assert 0 == answer.code
    assert {
        "listing": "huapiao:0",
        "score": 60,
        "title": "出只画眉",
        "species": ["画眉"],
        "source": "huapiao",
        "url": "http://127.0.0.1:8711/item/991",
        "first_seen": "2026-03-10T09:00:00+08:00",
        "status": "waiting",
    }.items() <= row.items()


@pytest.mark.parametrize(
    ("status", "listing"), [("below", "huapiao:1"), ("untouched", "huapiao:2")]
)
def test_the_queue_can_be_asked_for_the_rest(shouyi, status, listing):
    """By state."""
    assert [listing] == [
        row["listing"] for row in shouyi("queue", "--status", status, "--json").lines
    ]


def test_a_status_that_is_none_is_told(shouyi):
    """Exit 2, one sentence, nothing on standard output."""
    answer = shouyi("queue", "--status", "wating", "--json")

    assert (2, "", 1) == (answer.code, answer.out, len(answer.err.splitlines()))
    assert "waiting" in answer.err


def test_people_are_shown_a_table(shouyi):
    """Title, species and where to go on."""
    answer = shouyi("queue")

    assert 0 == answer.code
    assert "出只画眉" in answer.out
    assert "共 1 条" in answer.out


@pytest.mark.usefixtures("li")
def test_a_verdict_is_given_once(shouyi, db):
    """The same line run again by a script changes nothing."""
    words = ("verdict", "huapiao:0", "confirmed", "--reason", "wild_caught", "--by", "li", "--json")

    first, second = shouyi(*words), shouyi(*words)

    assert (0, 0) == (first.code, second.code)
    assert first.lines == second.lines
    assert {"listing": "huapiao:0", "decision": "confirmed"}.items() <= first.lines[0].items()
    assert first.lines[0]["at"].endswith("+08:00")
    assert 1 == db["verdicts"].count
    assert [] == shouyi("queue", "--json").lines
    assert ["huapiao:0"] == [
        row["listing"] for row in shouyi("queue", "--status", "confirmed", "--json").lines
    ]


@pytest.mark.usefixtures("li")
def test_who_comes_second_is_told_who_was_first(shouyi, db):
    """Exit 1; with the version that was seen it goes through."""
    shouyi("verdict", "huapiao:0", "属实", "--reason", "wild_caught", "--by", "li")
    words = ("verdict", "huapiao:0", "合法", "--reason", "farm_stock", "--by", "wang", "--json")

    refused, stale, agreed = (
        shouyi(*words),
        shouyi(*words, "--version", "1"),
        shouyi(*words, "--version", "2"),
    )

    assert [1, 1, 0] == [refused.code, stale.code, agreed.code]
    assert "li 已判为“属实”" in refused.err
    assert ["confirmed", "lawful"] == [row["call"] for row in db["verdicts"].rows]


@pytest.mark.usefixtures("li")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("huapiao:0", "confirmd", "--reason", "wild_caught", "--by", "li"), "confirmed"),
        (("huapiao:0", "confirmed", "--reason", "wild_cought", "--by", "li"), "wild_caught"),
        (("huapiao:0", "lawful", "--reason", "wild_caught", "--by", "li"), "属实"),
        (("huapiao:0", "confirmed", "--reason", "wild_caught", "--by", "lei"), "lei"),
        (("huapiao:9", "confirmed", "--reason", "wild_caught", "--by", "li"), "huapiao:9"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused(shouyi, db, words, sentence):
    """Exit 2, one sentence with the word that was meant, nothing written."""
    answer = shouyi("verdict", *words, "--json")

    assert (2, "") == (answer.code, answer.out)
    assert sentence in answer.err
    assert 1 == len(answer.err.splitlines())
    assert 0 == db["verdicts"].count


def test_show_tells_all(shouyi):
    """Text, hits at their characters, reasons, history."""
    (row,) = shouyi("show", "huapiao:0", "--json").lines

    (hit, *_more) = row["hits"]
    assert hit["surface"] == row[hit["field"]][hit["start"] : hit["end"]]
    assert ["提到鸟名"] == [signal["because"] for signal in row["signals"]]
    assert ["first_seen"] == [event["what"] for event in row["history"]["events"]]
    assert "叫口好" in row["text"]
    assert 1200 == row["price"]["yuan"]
    assert "自家养的" in shouyi("show", "huapiao:0").out


def test_a_user_is_added_and_shut_out(shouyi):
    """The password is in the one line that adds, and nowhere again."""
    (added,) = shouyi("user", "add", "zhao", "--role", "supervisor", "--json").lines
    listed = shouyi("user", "list", "--json")
    (disabled,) = shouyi("user", "disable", "zhao", "--json").lines

    assert "supervisor" == added["role"]
    assert 19 == len(added["password"])
    assert added["password"] not in listed.out
    assert ["zhao"] == [row["name"] for row in listed.lines]
    assert disabled["disabled"]


def test_a_password_of_ones_own_comes_by_standard_input(shouyi):
    """Never by the command line, where everybody on the machine can read it."""
    answer = shouyi("user", "add", "zhao", "--password-stdin", "--json", stdin="correct horse\n")

    assert 0 == answer.code
    assert "password" not in answer.lines[0]


def test_migrate_says_that_all_is_done(shouyi):
    """On a home of this version there is nothing to do."""
    (told,) = shouyi("migrate", "--json").lines

    assert ([], None) == (told["taken"], told["copy"])
