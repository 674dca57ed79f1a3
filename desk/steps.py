"""What happened to a listing and who decided what, newest first, as a page tells it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework.differences import Piece
from casework.history import Known, differences
from casework.reasons import Call
from casework.reasons import load as load_reasons
from casework.verdicts import Papers
from desk.parts import AtDesk
from desk.wording import CALLS, EVENTS, FIELDS
from pipeline.contacts import masked

_AROUND = 40
"""Characters of what stayed, shown on each side of a change."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history."""

    at: datetime
    kind: str
    what: str
    who: str = ""
    note: str = ""
    changes: list[Any] = field(default_factory=list)


def of(desk: AtDesk, known: Known) -> list[Step]:
    """Return the steps of a listing's life: what was seen of it, and each verdict."""
    versions = {each.version: each for each in known.versions}
    steps = []
    for event in known.events:
        changes = []
        if event.what == "changed" and event.version in versions:
            before = versions.get(event.version - 1)
            changes = [
                {"name": desk.say(FIELDS.get(name, name)), "pieces": _told(desk, pieces)}
                for name, pieces in differences(
                    before.listing if before else None,
                    versions[event.version].listing,
                    shown=masked,
                ).items()
            ]
        steps.append(
            Step(event.at, "event", desk.say(EVENTS.get(event.what, event.what)), changes=changes)
        )
    for given in known.verdicts:
        reason = next(
            (each for each in load_reasons()[given.call] if each.code == given.reason), None
        )
        words = reason.in_language(desk.language) if reason else given.reason
        what = f"{desk.say(CALLS[given.call])} · {words}"
        told = [given.note, _papers(desk, known.papers.get(given.verdict_id), given.call)]
        note = " · ".join(each for each in told if each)
        steps.append(Step(given.at, "verdict", what, given.by, note))
        if given.undone_at is not None:
            undone = desk.say("撤销“%(call)s”") % {"call": desk.say(CALLS[given.call])}
            steps.append(Step(given.undone_at, "verdict", undone, given.undone_by))
    for each in known.notes:
        said = (
            desk.say("退回给 %(who)s") % {"who": each.sent_to}
            if each.did == "sent_back"
            else desk.say("延期到 %(day)s") % {"day": each.look_again_on}
        )
        steps.append(Step(each.at, "verdict", said, each.by, each.note))
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _papers(desk: AtDesk, papers: Papers | None, call: Call) -> str:
    """Return what was seen of the papers of a lawful trade, or that nothing was noted."""
    if call is not Call.LAWFUL:
        return ""
    if papers is None:
        return desk.say("没有记下证明")
    named = (
        (desk.say("许可证号"), papers.permit),
        (desk.say("脚环号"), papers.ring),
        (desk.say("繁育单位或个人"), papers.breeder),
    )
    told = "；".join(f"{name} {value}" for name, value in named if value)
    return desk.say("证明：%(papers)s") % {"papers": told}


def _told(desk: AtDesk, pieces: Sequence[Piece]) -> list[Piece]:
    if all(piece.kind == "same" for piece in pieces):
        # what differs is under the mask
        return [Piece("added", desk.say("联系方式有改动（已遮盖）"))]
    return _near(pieces)


def _near(pieces: Sequence[Piece]) -> list[Piece]:
    return [
        Piece(piece.kind, _middle(piece.text)) if piece.kind == "same" else piece
        for piece in pieces
    ]


def _middle(text: str) -> str:
    return text if len(text) <= 2 * _AROUND else f"{text[:_AROUND]}…{text[-_AROUND:]}"
