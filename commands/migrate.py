"""``shouyi migrate``: bring the database of a home up to this version."""

from rich.console import Console

from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.language import _
from pipeline.store.open import before_migration, open_store, steps_taken

EXAMPLE = _("例：shouyi migrate --home data/run")


def run(*, as_json: AsJson = False, home: Home = None) -> None:
    """Take the steps still to be taken; the database is copied aside before the first."""
    path = settings_of(home).database
    before = steps_taken(path)
    open_store(path, create=False).conn.close()
    taken = [step for step in steps_taken(path) if step not in before]
    copy = before_migration(path, taken[0]) if taken and before else None
    if as_json:
        emit({"database": str(path), "taken": taken, "copy": str(copy) if copy else None})
        return
    console = Console()
    if not taken:
        console.print(_("{path} 已是本版本。").format(path=path), markup=False)
        return
    console.print(
        _("{path} 已升级：{steps}").format(path=path, steps=", ".join(taken)), markup=False
    )
    if copy:
        console.print(_("升级前的副本：{copy}").format(copy=copy), markup=False)
