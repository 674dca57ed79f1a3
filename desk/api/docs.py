"""The API described: the OpenAPI document, and a page to read it and to try it.

The page's script is taken from a package when the product is set up
(``commands/provision.py``); nothing is asked of another machine.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute

from desk.api import around, evidence, hooks, listings
from desk.language import mark as _
from desk.parts import House
from desk.security import PAGE_POLICY

router = APIRouter(prefix="/api/v1")

ROUTERS = (listings, evidence, around, hooks)
"""What the document speaks of."""

VERSION = "1"
_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""Swagger's style sheet draws its arrows from data: addresses; a picture runs nothing."""
_ABOUT = _(
    "每次调用带上令牌：`Authorization: Bearer sy_…`。令牌在“我的账号”里新建，"
    "只能做主人此刻能做的事、看主人负责的市。写操作带 `Idempotency-Key`，重发不会做两次。"
    "出错时返回一句话（application/problem+json）。"
)


def document(app_routes: list[APIRoute]) -> dict[str, Any]:
    """Return the OpenAPI document of the routes for programs."""
    told = get_openapi(title="守翼 API", version=VERSION, description=_ABOUT, routes=app_routes)
    told.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"}
    }
    told["security"] = [{"token": []}]
    problem = {"description": "一句话", "content": {"application/problem+json": {}}}
    for ways in told["paths"].values():
        for way in ways.values():
            way["responses"].pop("422", None)
            way["responses"]["4XX"] = problem
    return told


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> JSONResponse:
    """Give the document; there is no secret in it."""
    routes = [
        route for each in ROUTERS for route in each.router.routes if isinstance(route, APIRoute)
    ]
    return JSONResponse(document(routes))


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """Show the document as a page."""
    house: House = request.app.state.house
    page: HTMLResponse = house.looks.page("api_docs.html", language="zh")
    page.headers["Content-Security-Policy"] = _POLICY
    return page
