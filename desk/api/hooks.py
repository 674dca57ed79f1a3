"""Who is told of new listings with a high score."""

from fastapi import APIRouter

from casework import webhooks
from casework.people import Person
from casework.webhooks import Webhook
from desk.api.door import Answer, Caller, OnceKey, write_once
from desk.api.shapes import HookBody, HookTold
from desk.parts import AtDesk
from pipeline.base.urls import gate_for

router = APIRouter(prefix="/api/v1/webhooks", default_response_class=Answer, tags=["推送"])


@router.get("", summary="自己登记的接收地址")
def show(desk: Caller) -> list[HookTold]:
    """The receivers of the owner; a dead one says why."""
    return [HookTold.model_validate(_told(desk, each)) for each in _own(desk)]


@router.post("", summary="登记一个接收地址", status_code=201)
def add(desk: Caller, body: HookBody, key: OnceKey = "") -> HookTold:
    """Tell a receiver of what is found from now on; its secret is shown this once."""

    def do() -> dict[str, object]:
        made = webhooks.add(
            desk.db,
            body.url,
            owner=_who(desk),
            score_from=body.score_from,
            gate=gate_for(desk.settings.webhook_receivers),
            clock=desk.clock,
        )
        return _told(desk, made) | {"secret": made.secret}

    return HookTold.model_validate(write_once(desk, key, body.model_dump_json(), do))


@router.delete("/{webhook_id}", summary="停用一个接收地址")
def remove(desk: Caller, webhook_id: int) -> dict[str, int]:
    """Tell a receiver nothing more."""

    def do() -> dict[str, object]:
        webhooks.remove(desk.db, webhook_id, by=_who(desk), clock=desk.clock)
        return {"webhook_id": webhook_id}

    write_once(desk, "", "", do)
    return {"webhook_id": webhook_id}


def _own(desk: AtDesk) -> list[Webhook]:
    return webhooks.all_of(desk.db, _who(desk).name)


def _told(desk: AtDesk, hook: Webhook) -> dict[str, object]:
    counts = webhooks.counts_of(desk.db, hook.webhook_id)
    return {
        "webhook_id": hook.webhook_id,
        "url": hook.url,
        "score_from": hook.score_from,
        "state": hook.state,
        "because": hook.because,
        "failures": hook.failures,
        "sent": counts["sent"],
        "due": counts["due"],
    }


def _who(desk: AtDesk) -> Person:
    assert desk.person is not None, "a token has an owner"
    return desk.person
