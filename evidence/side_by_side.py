"""Several pages at once in one browser, driven from a thread of its own.

The caller may have an asyncio loop already (tests and the desk do), and stays free to be
interrupted; results come back to its own thread, one by one.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Generic, TypeVar

from evidence.chromium.browser import Browser
from evidence.wanted import Wanted
from pipeline.base import log
from pipeline.base.errors import ShouyiError
from pipeline.base.settings import Settings
from pipeline.store.open import Database, open_store

Result = TypeVar("Result")

_log = log.get("evidence")


class SideBySide(Generic[Result]):
    """Takes pages side by side; iterate over it once to get each result as it is there."""

    def __init__(
        self,
        settings: Settings,
        wanted: Sequence[Wanted],
        one: Callable[[Database, Browser, Wanted], Awaitable[Result]],
    ) -> None:
        self._settings = settings
        self._waiting = iter(wanted)
        self._at_once = min(settings.snapshots_at_once, len(wanted))
        self._one = one
        self._told: queue.SimpleQueue[Result | BaseException | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None

    def __iter__(self) -> Iterator[Result]:
        thread = threading.Thread(target=self._run, name="snapshots")
        thread.start()
        try:
            while (told := self._told.get()) is not None:
                if isinstance(told, BaseException):
                    raise told
                yield told
        finally:
            # whoever stops listening stops the work; what is sealed stays sealed
            if thread.is_alive():
                self._loop.call_soon_threadsafe(self._leave_off)
            thread.join()
            self._loop.close()

    def _leave_off(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _run(self) -> None:
        self._task = self._loop.create_task(self._all())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseExceptionGroup as errors:
            self._told.put(errors.exceptions[0])
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            self._told.put(error)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._told.put(None)

    async def _all(self) -> None:
        db = open_store(self._settings.database, check_thread=False)
        try:
            async with Browser(self._settings) as browser, asyncio.TaskGroup() as group:
                for _ in range(self._at_once):
                    group.create_task(self._one_after_another(db, browser))
        finally:
            db.conn.close()

    async def _one_after_another(self, db: Database, browser: Browser) -> None:
        for wanted in self._waiting:
            try:
                result = await self._one(db, browser, wanted)
            except (ShouyiError, OSError, sqlite3.Error):
                raise  # the disk, the database or the browser: the next page fares no better
            except Exception:  # noqa: BLE001 - one page must not cost the others theirs
                _log.exception("snapshot.broke", listing_id=wanted.listing_id)
            else:
                self._told.put(result)
