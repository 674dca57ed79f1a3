"""Words that verdicts propose. A person decides about each; a refused one stays refused."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from casework.words import changes
from casework.words.changes import Change, State
from casework.words.disguises import Disguises
from casework.words.judged import Said, judged, others
from casework.words.life import draft
from casework.words.proposal import Proposal, Use, proposal
from casework.words.retiring import idle
from casework.words.separating import separating
from keywords.changes import Line, typed
from keywords.context import Context
from keywords.lexicon import Lexicon
from pipeline.base.clock import Clock
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.score import load_reader
from pipeline.store.open import Database

__all__ = ["Proposal", "keep", "propose"]

NEW_EVIDENCE = 3
"""Sellers more than when it was refused, before a word is proposed again."""
_NEVER = 1 << 30
_FEWEST_DISGUISED = 2
"""Sellers: a name that sounds or looks like one is no chance when two write it."""

Progress = Callable[[int, int], None]


def propose(
    db: Database,
    settings: Settings,
    *,
    clock: Clock,
    most: int = 20,
    on_progress: Progress = lambda _done, _of: None,
) -> list[Proposal]:
    """Return what verdicts propose, the surest first; nothing is written.

    Words that stand in the lexicon or in a draft are left out, and refused ones until more
    sellers say them.

    Raises:
        BadInput: the lexicon holds what it may not.
    """
    reader = load_reader(settings)
    every = list(judged(db, reader))
    on_progress(1, 3)
    everybody = list(others(db, reader))
    on_progress(2, 3)
    lexicon = reader.lexicon
    cut = Context((), "proposing", settings.product_cache)
    found = [*_disguises(every, lexicon), *separating(every, everybody, lexicon, cut)]
    found = [*_once(_wanted(found, db, lexicon))][:most]
    found += [*_wanted(idle(db, lexicon, clock), db, lexicon)][:most]
    on_progress(3, 3)
    return found


def keep(
    db: Database, settings: Settings, proposals: Sequence[Proposal], *, by: str, clock: Clock
) -> list[Change]:
    """Keep proposals as drafts, each a change of its own.

    Raises:
        BadInput: that person proposes no words.
    """
    return [
        draft(
            db,
            settings,
            [typed(each.line)],
            by=by,
            why=_("由研判结论得出"),
            clock=clock,
            origin="proposal",
            because=each.told(),
        )
        for each in proposals
    ]


def _disguises(every: Sequence[Said], lexicon: Lexicon) -> Iterator[Proposal]:
    disguises = Disguises(lexicon)
    uses: dict[str, Use] = defaultdict(Use)
    meant = {}
    for said in every:
        for clause in said.clauses:
            for word, disguise in disguises.in_clause(clause):
                uses[word].take(said)
                meant[word] = disguise
    for word, use in sorted(uses.items(), key=lambda one: (-len(one[1].confirmed), one[0])):
        if len(use.confirmed) >= _FEWEST_DISGUISED and not use.cleared:
            disguise = meant[word]
            line = Line(
                do="add",
                term=word,
                kind="code",
                species=";".join(disguise.species),
                strength="weak",
                source=use.source(),
            )
            yield proposal(line, disguise.way, 0.0, use, is_true=True)


def _wanted(found: Iterable[Proposal], db: Database, lexicon: Lexicon) -> Iterator[Proposal]:
    """Leave out what stands in a change already, or a part of it.

    What was refused comes back with new evidence.
    """
    decided: dict[str, int] = {}
    for change in changes.all_of(db):
        for line in change.lines:
            form = lexicon.fold(line.term)
            if change.state is State.REFUSED:
                told = change.because
                there = int(told.get("confirmed", 0)) + int(told.get("cleared", 0))
                decided[form] = max(decided.get(form, 0), there + NEW_EVIDENCE)
            elif change.state in {State.DRAFT, State.SHADOW}:
                decided[form] = _NEVER
    for each in found:
        form = lexicon.fold(each.line.term)
        asked = [least for other, least in decided.items() if form in other or other in form]
        if each.confirmed + each.cleared >= max(asked, default=0):
            yield each


def _once(found: Iterable[Proposal]) -> Iterator[Proposal]:
    """Leave out a word that is a part of, or holds, one that comes before it.

    Look-alikes hold a bird's name and are held against one another alone.
    """
    before: list[tuple[bool, str]] = []
    for each in found:
        word, is_lookalike = each.line.term, each.what == "lookalike"
        if not any(
            is_lookalike == other_is and (word in other or other in word)
            for other_is, other in before
        ):
            before.append((is_lookalike, word))
            yield each
