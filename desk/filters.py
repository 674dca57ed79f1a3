"""The form that narrows a list; drawn once for each address and set of choices."""

from markupsafe import Markup

from casework import cities
from desk.asked import Asked
from desk.kept_parts import KeptParts
from desk.parts import AtDesk
from desk.wording import KINDS, VIAS

_KEPT = KeptParts(500)


def filters(desk: AtDesk, asked: Asked) -> Markup:
    """Return the form of a list."""
    assert desk.person is not None, "nobody is at the desk"
    home = str(desk.settings.database)
    choices = desk.house.choices.of(desk.db, desk.wanted(Asked(asked.status)), (home,))
    key = (home, desk.language, asked, desk.person.cities, choices)
    (kept,) = _KEPT.find([key])
    if kept is None:
        sources = [{"key": each, "name": desk.source_name(each)} for each in choices.sources]
        kept = desk.house.looks.part("filters.html", language=desk.language).render(
            filter=asked,
            sources=sources,
            species_names=choices.species,
            places=_places(desk.person.cities),
            tricks=[*_named(desk, VIAS), *_named(desk, KINDS)],
        )
        _KEPT.keep({key: kept})
    return Markup(kept)  # noqa: S704 - drawn by our template


def _places(mine: tuple[str, ...]) -> list[tuple[str, str]]:
    here = {code[:4] for code in mine}
    return [
        (code, name) for code, name in cities.all_of_them().items() if not here or code[:4] in here
    ]


def _named(desk: AtDesk, words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, desk.say(word)) for code, word in words.items() if word]
