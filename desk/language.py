"""The language of a page: Chinese first, English by a switch.

Order: ``?lang=`` for one page, the session, the cookie that the log-in page set, Chinese.
"""

import gettext

from starlette.requests import Request

from desk.security import Session, cookie_name
from pipeline.base.language import LANGUAGES, catalogue
from pipeline.base.settings import Settings


def of_request(request: Request, session: Session | None, settings: Settings) -> str:
    """Return the language to answer in: "zh" or "en"."""
    wishes = (
        request.query_params.get("lang"),
        session.language if session else None,
        request.cookies.get(cookie_name("language", settings)),
    )
    return next((wish for wish in wishes if wish in LANGUAGES), "zh")


def words(language: str) -> gettext.NullTranslations:
    """Return the messages of a language."""
    return catalogue(language)


def mark(message: str) -> str:
    """Mark a message for the catalogue, where it is written before a language is known."""
    return message
