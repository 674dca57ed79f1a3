"""Chinese first, English second: gettext over ``data/locale``.

The source language is Chinese: every message in the code is Chinese, and
``data/locale/en/LC_MESSAGES/shouyi.po`` holds the English. Without the compiled ``.mo``
(made by ``make setup``) the Chinese is shown.
"""

import gettext
import os
from functools import cache

from pipeline.base.settings import shipped

LANGUAGES = ("zh", "en")


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of a language; unknown ones read Chinese."""
    return gettext.translation(
        "shouyi", localedir=shipped("locale"), languages=[language], fallback=True
    )


@cache
def of_process() -> str:
    """Return the language of this process: ``SHOUYI_LANGUAGE``, "zh" where not set."""
    wanted = os.environ.get("SHOUYI_LANGUAGE", "zh")[:2]  # noqa: TID251 - read before settings
    return wanted if wanted in LANGUAGES else "zh"


def _(message: str) -> str:
    """Return a message in the language of this process (command line, logs for people)."""
    return catalogue(of_process()).gettext(message)
