"""Docs name every command, setting, signal and reason code, or this fails."""

import pytest

from commands import printed


@pytest.mark.parametrize("name", ["settings.md", "commands.md", "signals.md", "reasons.md"])
def test_a_printed_page_is_what_the_code_prints_today(name):
    """Somebody changed the code and did not run `make docs`."""
    expected = printed.pages()[name]

    assert expected == (printed.DOCS / name).read_text(encoding="utf-8")
