"""Structured logs: an event is ``noun.verb`` in the past tense, with keys that carry units.

Nothing of a seller (phone, name, text) is ever logged.
"""

import logging
import sys
from typing import TextIO

import structlog


def set_up(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send events to ``stream`` (standard error unless given), one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """Return the log of a room."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return log
