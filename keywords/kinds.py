"""What a word can say. Four parts that only count together, and the words under each."""

from enum import StrEnum


class Part(StrEnum):
    """The four parts of the lexicon."""

    WHAT = "what"
    DOING = "doing"
    AGAINST = "against"
    AROUND = "around"


KINDS: dict[str, Part] = {
    # what: something alive, or a part of it, or what it is caught with
    "bird": Part.WHAT,
    "code": Part.WHAT,
    "emoji": Part.WHAT,
    "anybird": Part.WHAT,
    "part": Part.WHAT,
    "egg": Part.WHAT,
    "meat": Part.WHAT,
    "gear": Part.WHAT,
    "lure": Part.WHAT,
    "hawk": Part.WHAT,
    "keep": Part.WHAT,
    "life": Part.WHAT,
    "gift": Part.DOING,
    # doing: what is done with it
    "sell": Part.DOING,
    "buy": Part.DOING,
    "swap": Part.DOING,
    "ship": Part.DOING,
    "hunt": Part.DOING,
    "wild": Part.DOING,
    "release": Part.DOING,
    "fight": Part.DOING,
    # around: who, where, how they talk
    "nopapers": Part.AROUND,
    "claim": Part.AROUND,
    "hush": Part.AROUND,
    "contact": Part.AROUND,
    "place": Part.AROUND,
    # against: what speaks for an honest reading
    "domestic": Part.AGAINST,
    "farm": Part.AGAINST,
    "lawfulmark": Part.AGAINST,
    "cage": Part.AGAINST,
    "deter": Part.AGAINST,
    "fishing": Part.AGAINST,
    "toy": Part.AGAINST,
    "art": Part.AGAINST,
    "media": Part.AGAINST,
    "wares": Part.AGAINST,
    "sport": Part.AGAINST,
    "org": Part.AGAINST,
    "person": Part.AGAINST,
    "news": Part.AGAINST,
    "rescue": Part.AGAINST,
    "birding": Part.AGAINST,
    "public": Part.AGAINST,
    "ask": Part.AGAINST,
    "lost": Part.AGAINST,
    "rule": Part.AGAINST,
}
STRENGTHS = ("strong", "medium", "weak")
CONFUSER = "confuser"
BIRD_SLOT = "{鸟}"
"""Stands for any name of a bird in ``confusers.csv``: ``{鸟}牌`` is a brand."""
