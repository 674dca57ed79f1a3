"""A word of trade or a price stands right beside the name: 出两只鹞子, 百灵谁要, 黄雀 80."""

from pipeline.offering import stands_on_offer
from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", "emoji", "anybird", "egg", "part")
def on_offer(reading: Reading) -> Signal | None:
    """Fire on the name that is offered or asked for, one piece each."""
    texts = reading.fields
    named = reading.words("bird", "code", "emoji", "anybird", "egg", "part")
    return Signal.on(
        "on_offer",
        [
            hit
            for hit in named
            if stands_on_offer(texts.get(hit.field, ""), hit.start, hit.end)
            and reading.is_name(hit)
        ],
    )
