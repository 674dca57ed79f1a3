import json
import signal
import subprocess
import sys

import pytest

from commands.demo import open_market
from crawlers.sources import load_source
from demo.market import PORTS


def test_the_sources_are_written_where_the_market_stands(settings):
    """Each file loads, allows exactly its own host and port, and says why it is so brisk."""
    with open_market(settings, 1) as market:
        for name in PORTS:
            shop = market.shops[name]
            source = load_source(settings.own_sources / f"demo-{name}.yml")
            assert (shop.key, name) == (source.key, source.family)
            assert source.search.url.startswith(shop.url)
            assert (f"127.0.0.1:{shop.port}",) == source.allow_private
            assert (0.05, "our own server") == (
                source.manners.seconds_between,
                source.manners.reason,
            )
            assert source.expect.listings[0] <= market.count(shop)

    assert (settings.own_sources / "demo-app.yml").is_file()


def test_a_home_finds_its_market_where_and_when_it_was(settings):
    """The same dates and the same addresses on the next night: only what changed is changed."""
    with open_market(settings, 1) as first:
        places = {name: shop.url for name, shop in first.shops.items()}
        began = json.loads((settings.home / "demo-market.json").read_text(encoding="utf-8"))

    with open_market(settings, 2) as second:
        again = {name: shop.url for name, shop in second.shops.items()}

    assert places == again
    assert began == json.loads((settings.home / "demo-market.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("note", ["", "[]", '{"began_at": 3}', '{"began_at": "x", "ports": []}'])
def test_a_broken_note_costs_nothing_but_dates(settings, note):
    """The market opens all the same."""
    settings.home.mkdir(parents=True)
    (settings.home / "demo-market.json").write_text(note, encoding="utf-8")

    with open_market(settings, 1) as market:
        assert 5 == len(market.shops)


def test_the_command_serves_until_ctrl_c(tmp_path):
    """One JSON object a line for each shop; then it waits; Ctrl-C ends it cleanly."""
    command = [sys.executable, "-m", "commands", "demo", "--night", "2", "--json"]
    command += ["--home", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        lines = [json.loads(run.stdout.readline()) for _ in PORTS]
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=20)

    assert [f"demo-{name}" for name in PORTS] == [line["source"] for line in lines]
    assert all(line["url"] == f"http://127.0.0.1:{line['port']}/" for line in lines)
    assert 130 == run.returncode
    assert "Traceback" not in said


@pytest.mark.parametrize("night", ["0", "4", "x"])
def test_a_night_that_nobody_wrote_is_refused(tmp_path, night):
    """Exit 2, nothing written."""
    command = [sys.executable, "-m", "commands", "demo", "--night", night]
    command += ["--home", str(tmp_path / "home")]

    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)

    assert 2 == ended.returncode
    assert not (tmp_path / "home").exists()
