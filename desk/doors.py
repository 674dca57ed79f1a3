"""Which right opens which door. A route that does not stand here opens to nobody.

The matrix of ``tests/desk/matrix.csv`` tells for each route, role and city what must come of
it; a new route needs its line here and its rows there.
"""

from casework import people, rights
from casework.rights import Action
from desk.parts import AtDesk, Clerk, Desk
from pipeline.base.errors import NotFound
from pipeline.store import listings, snapshots

DOORS: dict[tuple[str, str], Action] = {
    ("GET", "/"): Action.OWN,
    ("POST", "/language"): Action.OWN,
    ("GET", "/queue"): Action.SEE,
    ("POST", "/queue/pull"): Action.JUDGE,
    ("GET", "/queue/bulk"): Action.JUDGE,
    ("POST", "/queue/bulk"): Action.JUDGE,
    ("POST", "/views"): Action.SEE,
    ("POST", "/views/remove"): Action.SEE,
    ("GET", "/second"): Action.JUDGE,
    ("POST", "/second"): Action.JUDGE,
    ("POST", "/second/settle"): Action.SETTLE,
    ("POST", "/listings/{listing_id:path}/postpone"): Action.JUDGE,
    ("GET", "/queue.csv"): Action.SEE,
    ("GET", "/queue.xlsx"): Action.SEE,
    ("GET", "/queue.json"): Action.SEE,
    ("GET", "/queue.atom"): Action.SEE,
    ("GET", "/listings/{listing_id:path}"): Action.SEE,
    ("GET", "/evidence/{snapshot_id}/{name:path}"): Action.SEE,
    ("POST", "/listings/{listing_id:path}/verdict"): Action.JUDGE,
    ("POST", "/listings/{listing_id:path}/send-back"): Action.JUDGE,
    ("POST", "/listings/{listing_id:path}/reveal"): Action.REVEAL,
    ("POST", "/listings/{listing_id:path}/package"): Action.REVEAL,
    ("POST", "/verdicts/undo"): Action.JUDGE,
    ("GET", "/account"): Action.OWN,
    ("POST", "/account/password"): Action.OWN,
    ("POST", "/account/codes"): Action.OWN,
    ("POST", "/account/codes/confirm"): Action.OWN,
    ("POST", "/account/codes/stop"): Action.OWN,
    ("POST", "/account/pictures"): Action.OWN,
    ("POST", "/account/sessions/end"): Action.OWN,
    ("GET", "/overview"): Action.COUNT,
    ("GET", "/figures"): Action.COUNT,
    ("GET", "/log"): Action.LOG,
    ("GET", "/sources"): Action.SOURCES,
    ("POST", "/sources/draft"): Action.SOURCES,
    ("POST", "/sources/try"): Action.SOURCES,
    ("POST", "/sources/mend"): Action.SOURCES,
    ("POST", "/sources/enable"): Action.SOURCES,
    ("POST", "/sources/disable"): Action.SOURCES,
    ("POST", "/account/tokens"): Action.OWN,
    ("POST", "/account/tokens/end"): Action.OWN,
    ("GET", "/api/v1/me"): Action.OWN,
    ("GET", "/api/v1/queue"): Action.SEE,
    ("GET", "/api/v1/queue.atom"): Action.SEE,
    ("GET", "/api/v1/search"): Action.SEE,
    ("GET", "/api/v1/counts"): Action.SEE,
    ("POST", "/api/v1/queue/pull"): Action.JUDGE,
    ("GET", "/api/v1/listings/{listing_id:path}"): Action.SEE,
    ("POST", "/api/v1/listings/{listing_id:path}/verdict"): Action.JUDGE,
    ("POST", "/api/v1/listings/{listing_id:path}/postpone"): Action.JUDGE,
    ("POST", "/api/v1/verdicts/undo"): Action.JUDGE,
    ("GET", "/api/v1/evidence/of/{listing_id:path}"): Action.SEE,
    ("GET", "/api/v1/evidence/{snapshot_id}/verify"): Action.SEE,
    ("GET", "/api/v1/evidence/{snapshot_id}/files/{name:path}"): Action.REVEAL,
    ("GET", "/api/v1/sources"): Action.COUNT,
    ("GET", "/api/v1/runs"): Action.COUNT,
    ("POST", "/api/v1/match"): Action.SEE,
    ("GET", "/api/v1/webhooks"): Action.HOOKS,
    ("POST", "/api/v1/webhooks"): Action.HOOKS,
    ("DELETE", "/api/v1/webhooks/{webhook_id}"): Action.HOOKS,
    ("GET", "/people"): Action.PEOPLE,
    ("POST", "/people"): Action.PEOPLE,
    ("GET", "/people/{name}"): Action.PEOPLE,
    ("POST", "/people/{name}/rights"): Action.PEOPLE,
    ("POST", "/people/{name}/password"): Action.PEOPLE,
    ("POST", "/people/{name}/disable"): Action.PEOPLE,
    ("POST", "/people/{name}/enable"): Action.PEOPLE,
    ("POST", "/people/{name}/sessions/end"): Action.PEOPLE,
}
"""Method and path as the page's file names them -> what a person must be allowed to do."""


async def may_enter(desk: Desk, clerk: Clerk) -> None:
    """Let who is logged in through the door of a route.

    Raises:
        NotFound: not for this person, or not there: the answer is the same.
    """
    walk_in(desk)
    assert clerk.name  # who is not logged in came no further than the first lock


def walk_in(desk: AtDesk) -> None:
    """Let a person through the door of a route, to the listing that its address names.

    Raises:
        NotFound: not for this person, or not there: the answer is the same.
    """
    route = getattr(desk.request.scope.get("route"), "path", "")
    action = DOORS.get((desk.request.method, route))
    if action is None or not rights.allowed(desk.person, action):
        raise rights.Denied(desk.request.url.path)
    given = desk.request.path_params
    if "listing_id" in given:
        see_listing(desk, action, given["listing_id"])
    elif "snapshot_id" in given:
        _see_snapshot(desk, action, given["snapshot_id"])
    elif route.startswith("/people/"):
        rights.check(desk.person, action, people.get(desk.db, given["name"]), given["name"])


def see_listing(desk: AtDesk, action: Action, listing_id: str) -> None:
    """Let a person on to one listing.

    Raises:
        NotFound: there is none, or not for this person.
    """
    rights.check(desk.person, action, listings.get(desk.db, listing_id), listing_id)


def _see_snapshot(desk: AtDesk, action: Action, snapshot_id: str) -> None:
    row = snapshots.named(desk.db, snapshot_id)
    if row is None:
        raise NotFound(snapshot_id, "没有这个固定文件")
    if row.listing_id:
        see_listing(desk, action, row.listing_id)
    elif desk.person is None or desk.person.cities:
        # a page that somebody asked for by its address is of no city
        raise rights.Denied(snapshot_id)
