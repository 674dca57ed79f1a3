import json
import os
import subprocess
import sys
import time

import pytest


def test_a_text_is_judged_with_every_reason(shouyi):
    """The names that scripts rely on, and a Chinese sentence for each point."""
    answer = shouyi("match", "出自家笼养红点颏一只，叫口好，大连自提", "--json")

    (line,) = answer.lines
    assert 0 == answer.code
    assert ["id", "score", "suspicious", "species", "hits", "signals", "lexicon"] == list(line)
    assert (True, ["红喉歌鸲"]) == (line["suspicious"], line["species"])
    bird = next(hit for hit in line["hits"] if hit["kind"] == "bird")
    assert {
        "term": "红点颏",
        "surface": "红点颏",
        "field": "text",
        "start": 5,
        "end": 8,
        "via": "plain",
        "kind": "bird",
        "species": ["红喉歌鸲"],
    } == bird
    assert all(set(signal) == {"name", "points", "because"} for signal in line["signals"])


def test_a_clear_text_says_why_it_is_clear(shouyi):
    """Brow pencils, dogs and fish: the words that only look like birds are told."""
    (line,) = shouyi("match", "兰蔻画眉笔 八哥犬毛绒玩具 孔雀鱼一对", "--json").lines

    assert not line["suspicious"]
    assert "画眉笔、八哥犬、孔雀鱼" in "".join(signal["because"] for signal in line["signals"])


def test_people_read_words_not_json(shouyi):
    """Without --json the verdict, the bird, its level and the points are shown."""
    answer = shouyi("match", "懂的来，红·点·壳 8米一只，生口，沈阳面交")

    assert 0 == answer.code
    assert "可疑" in answer.out
    assert "红喉歌鸲（国家二级）" in answer.out
    assert "+" in answer.out


def test_lines_keep_their_order_and_unknown_keys_do_no_harm(shouyi, tmp_path):
    """A file of listings comes back line by line."""
    file = tmp_path / "listings.jsonl"
    rows = [
        {"id": "b", "title": "洗衣机", "colour": "white"},
        {"id": "a", "ocr": "画眉 5 只 面交"},
        {"id": 7, "text": "收红子", "tags": ["鸟友", "沈阳"], "price": {"yuan": 8, "raw": "8元"}},
        {"text": "鹩哥 一只", "seller": {"name": "老王"}, "region": None, "price": 800},
    ]
    file.write_text("".join(json.dumps(row) + "\n\n" for row in rows), encoding="utf-8")

    lines = shouyi("match", "--jsonl", str(file), "--json").lines

    assert ["b", "a", "7", "7"] == [line["id"] for line in lines]
    assert ["画眉"] == lines[1]["species"]
    assert {"tags"} == {hit["field"] for hit in lines[2]["hits"] if hit["term"] == "鸟友"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds no listing"),
        (b"\n \n", "holds no listing"),
        (b'{"title": "a"}\n[1]\n', ":2: is not a JSON object"),
        (b"null\n", ":1: is not a JSON object"),
        (b"{broken\n", ":1: is not JSON"),
        (b"[" * 100_000 + b"\n", ":1: is not JSON"),
        (b'{"price": "8"}\n', ":1: has no title, text or ocr"),
        (b'{"title": ["a"]}\n', ":1: title is no text"),
        ("{'title': '画眉'}".encode("utf-16"), ":1: is not JSON"),
    ],
)
def test_unusable_input_is_one_sentence(shouyi, tmp_path, content, says):
    """File and line, what is wrong there, what to write; nothing else."""
    file = tmp_path / "listings.jsonl"
    file.write_bytes(content)

    answer = shouyi("match", "--jsonl", str(file), "--json")

    assert 2 == answer.code
    assert says in answer.err
    assert 1 == len(answer.err.strip().splitlines())


@pytest.mark.parametrize("arguments", [(), ("画眉", "--jsonl", "x"), ("--jsonl", "/nowhere/x")])
def test_asking_for_nothing_or_for_two_things_is_refused(shouyi, arguments):
    """One text or one file."""
    answer = shouyi("match", *arguments)

    assert 2 == answer.code
    assert 1 == len(answer.err.strip().splitlines())


def test_damaged_text_is_read_all_the_same(shouyi, tmp_path):
    """NUL, invalid UTF-8, half an emoji: offsets stay those of the field as given."""
    file = tmp_path / "listings.jsonl"
    file.write_bytes(
        b'{"title": "\\ud83d\xe9\xb9\xa9\xe5\x93\xa5"}\n'
        b'{"title": "\xff\xe9\xb9\xa9\xe5\x93\xa5"}\n'
        b'{"title": "\xe9\xb9\xa9\x00\xe5\x93\xa5 \xe4\xb8\x80\xe5\x8f\xaa"}\n'
        b'\xef\xbb\xbf{"title": "\xe9\xb9\xa9\xe5\x93\xa5"}'
    )

    lines = shouyi("match", "--jsonl", str(file), "--json").lines

    birds = [next(hit for hit in line["hits"] if hit["kind"] == "bird") for line in lines]
    assert [(1, 3), (1, 3), (0, 3), (0, 2)] == [(bird["start"], bird["end"]) for bird in birds]
    assert ["鹩哥"] * 4 == [bird["term"] for bird in birds]


def test_a_title_of_five_megabytes_is_read(shouyi, tmp_path):
    """What stands at its end is found."""
    file = tmp_path / "listings.jsonl"
    file.write_text(json.dumps({"title": "好" * 1_600_000 + "，出红点颏一只"}), encoding="utf-8")

    (line,) = shouyi("match", "--jsonl", str(file), "--json").lines

    assert line["suspicious"]
    assert 1_600_002 == next(hit["start"] for hit in line["hits"] if hit["kind"] == "bird")


def test_a_pipe_is_answered_while_it_is_open(settings):
    """A line is judged when it comes, not when the stream ends."""
    command = [sys.executable, "-m", "commands", "match", "--jsonl", "-", "--json"]
    with subprocess.Popen(
        [*command, "--home", str(settings.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        process.stdin.write('{"id": "1", "title": "画眉"}\n'.encode())
        process.stdin.flush()
        began = time.monotonic()
        first = json.loads(process.stdout.readline())
        assert "1" == first["id"]
        assert time.monotonic() - began < 60
        process.stdin.close()
        assert 0 == process.wait(60)
