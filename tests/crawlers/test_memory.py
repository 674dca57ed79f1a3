"""A crawl is held to its own memory, whoever started it."""

import subprocess
import sys

STARTER = """
import resource, subprocess, sys
held = bytearray(400_000_000)
held[::4096] = b"x" * len(held[::4096])
subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
"""
CRAWL = """
import resource
from scrapy.utils.test import get_crawler
from crawlers.memory import OwnMemory
told = OwnMemory(get_crawler(settings_dict={"MEMUSAGE_LIMIT_MB": 1500})).get_virtual_size()
print(told, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_a_crawl_is_not_charged_for_the_program_that_started_it():
    """A desk of gigabytes starts a crawl: what the system hands on is not what the crawl took."""
    done = subprocess.run(
        [sys.executable, "-c", STARTER, CRAWL], capture_output=True, text=True, check=True
    )

    own, handed_on = map(int, done.stdout.split())
    assert own < 300_000_000
    assert handed_on >= 400_000_000, "the trap is gone: Scrapy's own watch would do"
