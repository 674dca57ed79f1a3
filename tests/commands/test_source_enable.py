"""A source goes on with a legal basis written down, and off again; the shipped file stays."""

import pytest

from casework import people, tokens
from commands import source_enable, user_token
from crawlers.sources import load_source, shipped_sources
from pipeline.base.errors import BadInput


def test_a_source_is_enabled_on_a_basis_and_disabled_again(settings):
    """The home's own file says so, with its comments; pace and hours where they were given."""
    source_enable.enable(
        "tieba", basis="辽林网巡〔2026〕3号", pace=6.5, hours="23:00-05:00", home=settings.home
    )
    own = settings.own_sources / "tieba.yml"
    on = load_source(own)
    source_enable.disable("tieba", home=settings.home)

    assert on.enabled
    assert ("辽林网巡〔2026〕3号", 6.5) == (on.basis, on.manners.seconds_between)
    assert not load_source(own).enabled
    assert not load_source(shipped_sources() / "tieba.yml").enabled
    assert own.read_text(encoding="utf-8").count("#") > 0
    assert ["tieba.yml"] == [path.name for path in settings.own_sources.iterdir()]


@pytest.mark.parametrize(
    ("basis", "hours"), [("依据", ""), ("      ", ""), ("辽林网巡〔2026〕3号", "25:00-99:00")]
)
def test_without_a_basis_or_with_odd_hours_nothing_is_written(settings, basis, hours):
    """Refused before a byte is changed."""
    with pytest.raises(BadInput):
        source_enable.enable("tieba", basis=basis, hours=hours, home=settings.home)

    assert not settings.own_sources.exists()


def test_a_token_is_made_listed_and_ended_on_the_command_line(db, clock, settings, capsys):
    """Shown once; gone when it is ended."""
    people.add(db, "zhou", password="correct-horse-9", clock=clock)  # noqa: S106 - of nobody
    user_token.add("zhou", label="看板", scope=["read"], home=settings.home)
    secret = capsys.readouterr().out.split("：")[1].split()[0]
    user_token.end(1, home=settings.home)
    user_token.list_("zhou", home=settings.home)

    assert not tokens.find(db, secret, clock=clock).is_open
    assert "已失效" in capsys.readouterr().out
