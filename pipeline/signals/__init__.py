"""Reasons to look closer, and reasons not to. One file = one reason; SIGNALS is the list."""

from functools import lru_cache

from pipeline.reading import Look, kinds_of
from pipeline.signals.against.art import art
from pipeline.signals.against.birding import birding
from pipeline.signals.against.cage_ware import cage_ware
from pipeline.signals.against.deterrent import deterrent
from pipeline.signals.against.domestic import domestic
from pipeline.signals.against.farmed import farmed
from pipeline.signals.against.fishing import fishing
from pipeline.signals.against.group_rule import group_rule
from pipeline.signals.against.lookalike import lookalike
from pipeline.signals.against.lost_pet import lost_pet
from pipeline.signals.against.mark_named import mark_named
from pipeline.signals.against.media import media
from pipeline.signals.against.news import news
from pipeline.signals.against.nothing_alive import nothing_alive
from pipeline.signals.against.nothing_done import nothing_done
from pipeline.signals.against.only_lookalikes import only_lookalikes
from pipeline.signals.against.only_watched import only_watched
from pipeline.signals.against.permit_number import permit_number
from pipeline.signals.against.place_or_firm import place_or_firm
from pipeline.signals.against.publicity import publicity
from pipeline.signals.against.question import question
from pipeline.signals.against.rescue import rescue
from pipeline.signals.against.toy import toy
from pipeline.signals.against.wares import wares
from pipeline.signals.around.bare_claim import bare_claim
from pipeline.signals.around.cover_story import cover_story
from pipeline.signals.around.hushed import hushed
from pipeline.signals.around.hushed_maybe import hushed_maybe
from pipeline.signals.around.live_price import live_price
from pipeline.signals.around.near_place import near_place
from pipeline.signals.around.no_papers import no_papers
from pipeline.signals.around.quoted_word import quoted_word
from pipeline.signals.doing.alive_and_traded import alive_and_traded
from pipeline.signals.doing.carried import carried
from pipeline.signals.doing.carried_maybe import carried_maybe
from pipeline.signals.doing.fought import fought
from pipeline.signals.doing.goes_along import goes_along
from pipeline.signals.doing.hunted import hunted
from pipeline.signals.doing.hunted_maybe import hunted_maybe
from pipeline.signals.doing.offered import offered
from pipeline.signals.doing.offered_maybe import offered_maybe
from pipeline.signals.doing.on_offer import on_offer
from pipeline.signals.doing.released import released
from pipeline.signals.doing.slang_price import slang_price
from pipeline.signals.doing.sum_said import sum_said
from pipeline.signals.doing.swapped import swapped
from pipeline.signals.doing.wanted import wanted
from pipeline.signals.doing.wanted_maybe import wanted_maybe
from pipeline.signals.doing.wild_caught import wild_caught
from pipeline.signals.doing.wild_maybe import wild_maybe
from pipeline.signals.what.bird_likely import bird_likely
from pipeline.signals.what.bird_maybe import bird_maybe
from pipeline.signals.what.bird_meant import bird_meant
from pipeline.signals.what.bird_named import bird_named
from pipeline.signals.what.bird_word import bird_word
from pipeline.signals.what.body_part import body_part
from pipeline.signals.what.catching_gear import catching_gear
from pipeline.signals.what.counted import counted
from pipeline.signals.what.eggs import eggs
from pipeline.signals.what.falconry import falconry
from pipeline.signals.what.gear_maybe import gear_maybe
from pipeline.signals.what.hidden_spelling import hidden_spelling
from pipeline.signals.what.keepers_talk import keepers_talk
from pipeline.signals.what.life_words import life_words
from pipeline.signals.what.live_details import live_details
from pipeline.signals.what.lure import lure
from pipeline.signals.what.lure_maybe import lure_maybe
from pipeline.signals.what.meat import meat
from pipeline.signals.what.meat_maybe import meat_maybe
from pipeline.signals.what.part_maybe import part_maybe
from pipeline.signals.what.protected_bird import protected_bird
from pipeline.signals.what.several_birds import several_birds
from pipeline.signals.what.some_bird import some_bird
from pipeline.signals.what.young import young

SIGNALS: tuple[Look, ...] = (
    bird_named,
    bird_likely,
    bird_maybe,
    bird_meant,
    keepers_talk,
    live_details,
    life_words,
    young,
    falconry,
    body_part,
    part_maybe,
    eggs,
    meat,
    meat_maybe,
    catching_gear,
    gear_maybe,
    lure,
    lure_maybe,
    protected_bird,
    several_birds,
    some_bird,
    bird_word,
    hidden_spelling,
    counted,
    offered,
    offered_maybe,
    wanted,
    wanted_maybe,
    swapped,
    goes_along,
    on_offer,
    slang_price,
    sum_said,
    alive_and_traded,
    carried,
    carried_maybe,
    hunted,
    hunted_maybe,
    wild_caught,
    wild_maybe,
    released,
    fought,
    no_papers,
    hushed,
    cover_story,
    quoted_word,
    hushed_maybe,
    bare_claim,
    live_price,
    near_place,
    farmed,
    mark_named,
    cage_ware,
    deterrent,
    fishing,
    toy,
    art,
    media,
    wares,
    place_or_firm,
    news,
    rescue,
    birding,
    publicity,
    question,
    lost_pet,
    group_rule,
    nothing_alive,
    nothing_done,
    only_watched,
    lookalike,
    only_lookalikes,
    domestic,
    permit_number,
)


@lru_cache(maxsize=4096)
def listening_to(kinds: frozenset[tuple[str, str]]) -> tuple[Look, ...]:
    """Return the signals that words of these kinds can set off."""
    return tuple(look for look in SIGNALS if not kinds.isdisjoint(kinds_of(look)))
