"""The machine's self-check: clock, disk and route, written into each snapshot's record.

Source: 最高人民法院关于互联网法院审理案件若干问题的规定 (2018), article 11: whether the
environment is clean, safe and reliable is looked at first.
"""

import hashlib
import os
import secrets
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evidence.captured import Captured
from evidence.machine import clocks
from pipeline.base.clock import Clock, stamp
from pipeline.base.settings import Settings

LITTLE_BYTES = 300_000_000
_HOLDS_SECONDS = 600.0


@dataclass(slots=True)
class Machine:
    """Checks the machine, its clock and its disk at most every ten minutes.

    Attributes:
        etc: where the system keeps ``hosts`` and ``resolv.conf``.
    """

    settings: Settings
    etc: Path = Path("/etc")
    _clock: dict[str, Any] = field(default_factory=dict)
    _disk: dict[str, Any] = field(default_factory=dict)
    _checked: float | None = None

    def checked(self, seen: Captured, clock: Clock) -> dict[str, Any]:
        """Return the record of the check for one capture: ``clock`` and ``self_check``."""
        now = time.monotonic()
        if self._checked is None or now - self._checked > _HOLDS_SECONDS:
            self._clock = clocks.checked(self.settings.time_sources, clock)
            self._disk = self._written_and_read(clock)
            self._checked = now
        route = self._route(urlsplit(seen.final_url or seen.url).hostname or "")
        free = shutil.disk_usage(self._folder()).free
        problems = [*clocks.problems_of(self._clock), *self._disk["problems"]]
        if free < LITTLE_BYTES:
            problems.append(f"磁盘只剩 {free // 1_000_000} MB")
        if route["host_named_in_hosts_file"]:
            problems.append("本机 hosts 文件另行指定了该网站的地址")
        if seen.cookies_before and not seen.has_session:
            problems.append("浏览器环境不清洁：访问前已有 Cookie")
        return {
            "clock": self._clock,
            "self_check": {
                "at": stamp(clock.now()),
                "problems": problems,
                "disk": {**self._disk["told"], "free_bytes": free},
                "memory_available_bytes": _memory(),
                "load_percent_one_minute": round(os.getloadavg()[0] * 100),
                "cookies_before": seen.cookies_before,
                "route": route,
            },
        }

    def _folder(self) -> Path:
        folder = self.settings.home
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _written_and_read(self, clock: Clock) -> dict[str, Any]:
        probe, bytes_ = self._folder() / f".probe-{os.getpid()}", secrets.token_bytes(4096)
        try:
            probe.write_bytes(bytes_)
            is_same = probe.read_bytes() == bytes_
            probe.unlink()
        except OSError as error:
            is_same = False
            answer = error.strerror or "error"
        else:
            answer = "as written" if is_same else "not as written"
        return {
            "told": {"written_and_read": answer, "at": stamp(clock.now())},
            "problems": [] if is_same else ["磁盘自检不通过：写入的内容读不回来"],
        }

    def _route(self, host: str) -> dict[str, Any]:
        hosts = _bytes(self.etc / "hosts")
        named = [
            words
            for line in hosts.decode("utf-8", "replace").splitlines()
            if host in (words := line.partition("#")[0].split())[1:]
        ]
        resolvers = [
            line.split()[1]
            for line in _bytes(self.etc / "resolv.conf").decode("utf-8", "replace").splitlines()
            if line.startswith("nameserver ") and len(line.split()) > 1
        ]
        return {
            "proxy": "none: the browser's own door, straight to the server",
            "name_servers": resolvers,
            "hosts_file_sha256": hashlib.sha256(hosts).hexdigest(),
            "host_named_in_hosts_file": bool(named) and host != "localhost",
        }


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _memory() -> int:
    for line in _bytes(Path("/proc/meminfo")).decode("ascii", "replace").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0
