"""``shouyi match``: read listings as a bird trader would, without storing anything."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from commands import match_shown
from commands.edge import AsJson, Home, emit, settings_of
from commands.match_lines import listing_of_text, listings_in
from pipeline.base.clock import SystemClock
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.listing import Listing
from pipeline.reading import Ranked
from pipeline.score import Reader, load_reader

EXAMPLE = _(
    '例：shouyi match "出自家笼养红点颏一只，叫口好" --json；shouyi match --jsonl 清单.jsonl'
)
_CHUNK_BYTES = 1 << 20


def run(
    text: Annotated[str | None, typer.Argument(help=_("要判读的文字"), show_default=False)] = None,
    jsonl: Annotated[
        str | None,
        typer.Option(help=_("每行一个 JSON 对象的文件，- 为标准输入"), show_default=False),
    ] = None,
    *,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Judge a text, or every listing of a file, in their order."""
    if (text is None) == (jsonl is None):
        raise BadInput("match", "give either a text or --jsonl", "see shouyi match --help")
    reader = load_reader(settings_of(home))
    show = _print_lines if as_json else match_shown.show
    if text is not None:
        show([reader.read(listing_of_text(text, seen_at=SystemClock().now()))], reader)
        return
    for batch in _batches(jsonl or "-"):
        show(reader.read_many(batch), reader)


def _batches(name: str) -> Iterator[list[Listing]]:
    """Give the listings of a file as they come in: a slow pipe is answered line by line."""
    now = SystemClock().now()
    where = "stdin" if name == "-" else name
    if name == "-":
        yield from listings_in(_as_it_comes(sys.stdin.buffer), where, seen_at=now)
        return
    try:
        with Path(name).open("rb", buffering=_CHUNK_BYTES) as file:
            yield from listings_in(_as_it_comes(file), where, seen_at=now)
    except FileNotFoundError as error:
        raise NotFound(name, "there is no such file", "give the path of a .jsonl file") from error
    except IsADirectoryError as error:
        raise BadInput(name, "is a folder", "give the path of a .jsonl file") from error


def _as_it_comes(stream: BinaryIO) -> Callable[[int], bytes]:
    """Return the reading that gives what is there and does not wait for more."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    return read


def _print_lines(ranked: list[Ranked], _reader: Reader) -> None:
    for one in ranked:
        emit(as_line(one))


def as_line(ranked: Ranked) -> dict[str, Any]:
    """Return what contract.md promises of one listing."""
    return {
        "id": ranked.listing.site_id,
        "score": ranked.score,
        "suspicious": ranked.is_suspicious,
        "species": list(ranked.species),
        "hits": [
            {
                "term": hit.term,
                "surface": hit.surface,
                "field": hit.field,
                "start": hit.start,
                "end": hit.end,
                "via": hit.via,
                "kind": hit.kind,
                "species": list(hit.species),
            }
            for hit in ranked.hits
        ],
        "signals": [
            {"name": signal.name, "points": signal.points, "because": signal.because}
            for signal in ranked.signals
        ],
        "lexicon": ranked.lexicon,
    }
