"""Rules of a group that forbid the trade."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("rule")
def group_rule(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("group_rule", reading.words("rule"))
