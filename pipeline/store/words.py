"""The index of words: every two neighbouring characters of a listing, in the queue's order.

``listing_search`` is an FTS5 table of our own segmentation. A text is cut into pairs of
neighbouring characters (出只画眉 -> 出只 只画 画眉); two characters and up are looked for as a
phrase of pairs, which finds exactly what LIKE finds. FTS5's own ``trigram`` finds nothing for
two characters, and ``unicode61`` nothing inside a sentence.

The number of a row in it is made of state, score and age, so that the index itself gives its
finds best first and stops when a page is full:

    row_id = state << 56 | (100 - score) << 48 | (2**48 - 1 - number)

Beside the words stand marks, one token each: source, bird, place, verdict, kind and disguise
of the words found, who it is assigned to. A filter is one more token of the same question.

Triggers note what changes (``search_due``); :meth:`Database.atomic` settles it before it
commits, in the order of the row numbers, which FTS5 takes three times faster than any other.
"""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from pipeline.store.text import storable

SHORTEST = 2
"""Characters that the index needs; one alone is looked for in every row."""

STATE_NUMBERS = {
    "waiting": 0,
    "judged": 1,
    "below": 2,
    "untouched": 3,
    "faded": 4,
    "postponed": 5,
}

NUMBER_MASK = 2**48 - 1
_STATE, _SCORE = 56, 48

# FTS5's ascii tokenizer cuts at ASCII signs and folds ASCII letters, as LIKE does: signs move
# to a private place, so that "a-b" and "¥1,200" are found as typed
_MOVED = {code: chr(0xE000 + code) for code in range(128) if not chr(code).isalnum()}
_BACK = {moved: chr(code) for code, moved in _MOVED.items()}
_BETWEEN_FIELDS = " 0 "
"""No pair is one character long: no phrase reaches over it."""

_DUE = """
    select d.listing_id, d.content, r.number, r.row_id, r.marks, l.listing_id is not null,
           l.content, l.state, l.score, l.source, l.species, l.place_code, l.call, l.assigned_to,
           (select hits from judgements where listing_id = d.listing_id
             order by judgement_id desc limit 1)
      from search_due as d
      left join search_rows as r on r.listing_id = d.listing_id
      left join listings as l on l.listing_id = d.listing_id
     limit 5000
"""
_ANY_DUE = "select 1 from search_due limit 1"
_NEW_ROW = "insert into search_rows (listing_id, row_id, marks) values (?, 0, '') returning number"
_SET_ROW = "update search_rows set row_id = ?, marks = ? where number = ?"
_NO_ROW = "delete from search_rows where number = ?"
_OUT = "insert into listing_search (listing_search, rowid, words, marks) values ('delete', ?, ?, ?)"
_IN = "insert into listing_search (rowid, words, marks) values (?, ?, ?)"
_DONE = "delete from search_due where listing_id = ?"


def row_id(state: str, score: int, number: int) -> int:
    """Return where a listing stands in the index; the best and newest of a state come first."""
    return STATE_NUMBERS.get(state, 7) << _STATE | (100 - score) << _SCORE | (NUMBER_MASK - number)


def range_of(state: str) -> tuple[int, int]:
    """Return the first row of a state, and the first that is no more of it."""
    start = STATE_NUMBERS.get(state, 7) << _STATE
    return start, start + (1 << _STATE)


def phrase(text: str) -> str:
    """Return the question for a text of two characters and up."""
    return f'words : "{_pairs(storable(text))}"'


def marked(*marks: str) -> str:
    """Return the question for rows that bear any of these marks; see :func:`mark`."""
    return "marks : (" + " OR ".join(f'"{mark}"' for mark in marks) + ")"


def mark(kind: str, value: str) -> str:
    """Return one token: ``kind`` is a letter (s source, b bird, p place, c call, t trick ...)."""
    return kind + _moved(value)


def typed(token: str) -> str:
    """Return what a mark was made from; ASCII letters come back small."""
    return "".join(_BACK.get(char, char) for char in token)


def settle(connection: sqlite3.Connection) -> None:
    """Take over what is due into the index, inside the caller's transaction."""
    if connection.execute(_ANY_DUE).fetchone() is None:
        return
    while due := connection.execute(_DUE).fetchall():
        out: list[tuple[int, str, str]] = []
        into: list[tuple[int, str, str]] = []
        for row in due:
            listing_id, known, number, old_row, old_marks, is_there, content = row[:7]
            told = row[7:]
            if number is not None:
                out.append((old_row, _words_of(known), old_marks))
            if not is_there:
                connection.execute(_NO_ROW, (number,))
                continue
            if number is None:
                (number,) = connection.execute(_NEW_ROW, (listing_id,)).fetchone()
            place, marks = row_id(told[0], told[1], number), " ".join(_each_mark(told[2:]))
            connection.execute(_SET_ROW, (place, marks, number))
            into.append((place, _words_of(content), marks))
        connection.executemany(_OUT, sorted(out))
        connection.executemany(_IN, sorted(into))
        connection.executemany(_DONE, [(row[0],) for row in due])


def texts_of(content: str) -> Iterator[str]:
    """Yield the texts of a listing, as kept, in which words are looked for."""
    if not content:
        return
    told: dict[str, Any] = json.loads(content)
    yield from (told.get("title", ""), told.get("text", ""), told.get("ocr", ""))
    for name in ("tags", "comments", "reviews"):
        yield from told.get(name, ())
    yield from (
        told.get("seller", {}).get("name", ""),
        told.get("price", {}).get("raw", ""),
        told.get("place", {}).get("raw", ""),
    )


def _words_of(content: str) -> str:
    return _BETWEEN_FIELDS.join(_pairs(text) for text in texts_of(content) if len(text) > 1)


def _pairs(text: str) -> str:
    moved = _moved(text)
    return " ".join(map(str.__add__, moved, moved[1:]))


def _moved(text: str) -> str:
    return text.translate(_MOVED)


def _each_mark(told: tuple[str, ...]) -> Iterator[str]:
    source, species, place, call, assigned_to, hits = told
    yield mark("s", source)
    for bird in json.loads(species):
        yield mark("b", bird)
    # "" stands for a place unknown
    yield from dict.fromkeys(mark("p", place[:length]) for length in (2, 4, 6))
    if call:
        yield mark("c", call)
    if assigned_to:
        yield mark("a", assigned_to)
    if hits:
        tricks = {part for hit in json.loads(hits) for part in (hit["kind"], hit["via"]) if part}
        yield from (mark("t", trick) for trick in sorted(tricks))
