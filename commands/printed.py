"""`make docs`: the pages of docs/ that are printed from the code, so that they cannot go stale.

``tests/house/test_docs.py`` prints them again and compares.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from ruamel.yaml import YAML

from commands import COMMANDS
from pipeline.base.settings import Settings, shipped

DOCS = Path(__file__).resolve().parent.parent / "docs"
_FROM_CODE = "<!-- printed from the code by `make docs`; change the code, not this page -->\n\n"


def pages() -> dict[str, str]:
    """Return every printed page: file name -> Markdown."""
    return {
        "settings.md": _settings(),
        "commands.md": _commands(),
        "signals.md": _signals(),
        "reasons.md": _reasons(),
    }


def main() -> None:
    """Write the printed pages into docs/."""
    DOCS.mkdir(exist_ok=True)
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        typer.echo(f"docs/{name}", err=True)


def _settings() -> str:
    rows = [
        "# Settings\n",
        (
            "One file, `<home>/settings.toml`; each line can be overruled by the environment"
            " (`SHOUYI_PORT=8800`) and by the command line (`--home`).\n"
        ),
        "| setting | default | what it is |\n|---|---|---|",
    ]
    rows += [
        f"| `{name}` | `{field.default}` | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _FROM_CODE + "\n".join(rows) + "\n\nSee also: [commands](commands.md).\n"


def _commands() -> str:
    text = [
        "# Commands\n",
        (
            "Every command has `--help`, `--home` and `--json`. Exit 0: done; 1: it ran, and"
            " something it reports failed; 2: unusable input, nothing changed; 130: interrupted,"
            " what was done is kept.\n"
        ),
    ]
    for command in COMMANDS:
        module = importlib.import_module(command.module)
        text.append(f"## {command.name}\n\n{command.help}\n")
        for words, answer in _answers(command.name, module):
            text.append(f"`shouyi {words}`\n")
            text += [f"- `{name}` {what}" for name, what in _options(answer)]
            text.append("")
    return _FROM_CODE + "\n".join(text) + "\nSee also: [settings](settings.md).\n"


def _answers(name: str, module: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(module, "run"):
        app = typer.Typer()
        app.command(name)(module.run)
        yield name, typer.main.get_command(app)
        return
    group = typer.main.get_command(module.app)
    for word, answer in getattr(group, "commands", {"": group}).items():
        yield f"{name} {word}".strip(), answer


def _options(answer: Any) -> Iterator[tuple[str, str]]:
    for parameter in answer.params:
        if parameter.name in {"help", "install_completion", "show_completion"}:
            continue
        if getattr(parameter, "hidden", False):
            continue
        what = getattr(parameter, "help", "") or ""
        names = [option for option in parameter.opts if option.startswith("-")]
        yield (" / ".join(names) if names else parameter.name.upper()), what


def _signals() -> str:
    weights = _yaml("score.yml")["signals"]
    rows = [
        "# Signals\n",
        (
            "Reasons to look closer, or to let go. Points are log-odds and add up; one table in"
            " `data/score.yml` maps the sum to 0-100.\n"
        ),
        "| signal | points | 中文 | English |\n|---|---|---|---|",
    ]
    rows += [
        f"| `{name}` | {one['points']} | {one['zh']} | {one['en']} |"
        for name, one in weights.items()
    ]
    return _FROM_CODE + "\n".join(rows) + "\n"


def _reasons() -> str:
    rows = ["# Reason codes\n", "| code | for | 中文 | English |\n|---|---|---|---|"]
    for call, reasons in _yaml("reasons.yml").items():
        if isinstance(reasons, dict):
            rows += [
                f"| `{code}` | {call} | {one['zh']} | {one['en']} |"
                for code, one in reasons.items()
            ]
    return _FROM_CODE + "\n".join(rows) + "\n"


def _yaml(name: str) -> Any:
    return YAML(typ="safe").load(shipped(name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
