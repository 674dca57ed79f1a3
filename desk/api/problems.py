"""Errors as a program reads them (RFC 9457) and its operator too: one plain sentence."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from desk.language import mark as _
from pipeline.base.errors import FetchRefused, ShouyiError

MEDIA_TYPE = "application/problem+json"
PATHS = "/api/"

NO_TOKEN = _("没有令牌，或令牌已到期、已收回。请在“我的账号”里新建一个。")
OUT_OF_SCOPE = _("这个令牌没有这项权限：{scope}。请另建一个。")
REFUSED_ADDRESS = _("这个地址不能用：只能是公网的 http(s) 地址，或设置里记下的内部接收端。")


class NoToken(Exception):  # noqa: N818 - an answer, not a fault
    """Nobody is known by what was sent."""


class OutOfScope(Exception):  # noqa: N818 - an answer, not a fault
    """The token is good, but not for this."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(scope)


def tell(app: FastAPI) -> None:
    """Answer who comes without a token, or with one that is not for this."""

    @app.exception_handler(NoToken)
    def _unknown(_request: Request, _error: NoToken) -> JSONResponse:
        return problem(401, NO_TOKEN)

    @app.exception_handler(OutOfScope)
    def _out_of_scope(_request: Request, error: OutOfScope) -> JSONResponse:
        return problem(403, OUT_OF_SCOPE.format(scope=error.scope))


def problem(status: int, sentence: str) -> JSONResponse:
    """Return a problem with its sentence."""
    told = {"type": "about:blank", "status": status, "title": sentence.partition("。")[0]}
    answer = JSONResponse({**told, "detail": sentence}, status, media_type=MEDIA_TYPE)
    if status == 401:  # noqa: PLR2004 - RFC 9110 wants the way in named
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def sentence_of(error: Exception, otherwise: str) -> str:
    """Return the sentence for an error; ``otherwise`` where it says nothing of its own."""
    if isinstance(error, RequestValidationError):
        places = [".".join(str(part) for part in each["loc"]) for each in error.errors()]
        return "请求里这些地方不对或多余：" + "、".join(places[:5])[:300] + "。"
    if isinstance(error, FetchRefused):
        return REFUSED_ADDRESS
    if isinstance(error, ShouyiError) and error.what:
        return f"{error.what}；{error.mend}。" if error.mend else f"{error.what}。"
    return otherwise
