"""How Scrapy is set up for one source: every default that is unfit for us, changed here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tldextract
from scrapy.downloadermiddlewares import cookies

from crawlers.manners import USER_AGENT
from crawlers.source import Source
from pipeline.base.urls import Gate

FULL_SPEED_SECONDS = 0.01
"""A pause below this is no pause: a server of our own, which needs no throttle."""

MEMORY_MB = 1500


def scrapy_settings(source: Source, *, gate: Gate, log_file: Path | None) -> dict[str, Any]:
    """Return the settings of a run over one source, without a browser.

    Scrapy's own defaults read 8 pages at once without pause, take a gigabyte for a page, ask
    no robots.txt, and open a port that runs any code it is sent (2.19).
    """
    manners, limits = source.manners, source.limits
    is_throttled = manners.seconds_between >= FULL_SPEED_SECONDS
    return {
        **_closed_doors(log_file),
        "SHOUYI_GATE": gate,
        "SHOUYI_UNPACKED_MAXSIZE": limits.unpacked_bytes,
        "USER_AGENT": manners.user_agent or USER_AGENT,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
        },
        "ROBOTSTXT_OBEY": manners.robots == "obey",
        "DOWNLOAD_DELAY": manners.seconds_between if is_throttled else 0,
        "CONCURRENT_REQUESTS": 16,
        # a task for each item that a page might give, made for each page: ours gives none
        # (a sixth of the time of a run, cProfile 2026-03)
        "CONCURRENT_ITEMS": 1,
        "DOWNLOADER_STATS": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": manners.at_once,
        "AUTOTHROTTLE_ENABLED": is_throttled,
        "AUTOTHROTTLE_START_DELAY": manners.seconds_between,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(manners.at_once),
        "DOWNLOAD_MAXSIZE": limits.bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": limits.seconds,
        "REDIRECT_MAX_TIMES": limits.redirects,
        "MEMUSAGE_LIMIT_MB": MEMORY_MB,
        "TWISTED_DNS_RESOLVER": "crawlers.door.GatedResolver",
        "DOWNLOAD_HANDLERS": _handlers("crawlers.door.Door"),
        "DOWNLOADER_MIDDLEWARES": _middlewares(),
        "SPIDER_MIDDLEWARES": dict.fromkeys(_SPIDER_MIDDLEWARES),
    }


def _closed_doors(log_file: Path | None) -> Mapping[str, Any]:
    return {
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "HTTPPROXY_ENABLED": False,  # a proxy of the environment would lead round the gate
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,  # the spider tries again itself, and the ledger counts
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "LOG_ENABLED": log_file is not None,
        "LOG_FILE": str(log_file) if log_file else None,
        "LOG_LEVEL": "WARNING",
        "STATS_DUMP": False,
        "EXTENSIONS": {
            **dict.fromkeys(
                (
                    "scrapy.extensions.telnet.TelnetConsole",
                    "scrapy.extensions.memdebug.MemoryDebugger",
                    "scrapy.extensions.memusage.MemoryUsage",
                    "scrapy.extensions.feedexport.FeedExporter",
                    "scrapy.extensions.logstats.LogStats",
                    "scrapy.extensions.spiderstate.SpiderState",
                    "scrapy.extensions.remote_control.RemoteControl",
                )
            ),
            "crawlers.memory.OwnMemory": 0,
        },
    }


def _handlers(door: str) -> dict[str, str | None]:
    closed: dict[str, str | None] = dict.fromkeys(("data", "file", "ftp", "s3"))
    return {**closed, "http": door, "https": door}


def _middlewares() -> dict[str, int | None]:
    scrapys = "scrapy.downloadermiddlewares"
    return {
        f"{scrapys}.offsite.OffsiteMiddleware": None,  # whose page it is, Site says
        f"{scrapys}.robotstxt.RobotsTxtMiddleware": None,
        f"{scrapys}.httpauth.HttpAuthMiddleware": None,
        f"{scrapys}.httpcompression.HttpCompressionMiddleware": None,
        f"{scrapys}.redirect.RedirectMiddleware": None,
        f"{scrapys}.httpcache.HttpCacheMiddleware": None,
        "crawlers.robots.ObeyRobots": 100,
        "crawlers.door.Unpacking": 590,
        "crawlers.door.Redirects": 600,
    }


_SPIDER_MIDDLEWARES = (
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware",  # every status is judged
    "scrapy.spidermiddlewares.referer.RefererMiddleware",
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
    "scrapy.spidermiddlewares.depth.DepthMiddleware",
)


def stay_offline() -> None:
    """Give Scrapy's cookies the suffix list that comes with the package.

    Its own object asks the internet for a newer one at the first cookie (seen in 2.19).
    """
    cookies._split_domain = tldextract.TLDExtract(  # noqa: SLF001 - there is no other way in
        include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None
    )
