"""What stands beside a listing: its masked contacts, and what else its seller put up."""

import json
from typing import Any

from casework import contacts, rights, sellers
from casework.reasons import Call
from desk import asked as asked_of
from desk.marking import shorten
from desk.parts import AtDesk
from desk.wording import CALLS, FIELDS, REVEAL_WHY
from pipeline.contacts import masked
from pipeline.listing import Listing
from pipeline.store.listings import Stored


def hidden(desk: AtDesk, listing: Listing, revealed: str) -> dict[str, Any]:
    """Return what is masked, by field, and why it might be shown."""
    hidden = [name for name in contacts.hidden_in(listing) if name != revealed]
    return {
        "hidden": [{"name": name, "shown": desk.say(FIELDS[name])} for name in hidden],
        "names": "、".join(desk.say(FIELDS[name]) for name in hidden),
        "revealed": desk.say(FIELDS[revealed]) if revealed in FIELDS else "",
        "why": [{"code": code, "shown": desk.say(REVEAL_WHY[code])} for code in contacts.WHY],
        "may": bool(hidden) and desk.may("contact.reveal"),
    }


def same_seller(desk: AtDesk, stored: Stored) -> dict[str, Any]:
    """Return the seller's other listings, as far as this person may see them."""
    cities = rights.cities_of(desk.person) if desk.person else ()
    others = sellers.others_of(desk.db, stored, cities=json.dumps(cities))
    return {
        "count": others.count,
        "waiting": others.waiting,
        "calls": [
            {"name": call.value, "shown": desk.say(word), "count": others.calls[call.value]}
            for call, word in CALLS.items()
            if others.calls.get(call.value)
        ],
        "rows": [
            {
                "url": asked_of.listing_path(other.listing_id),
                "title": shorten(masked(other.title), 60),
                "score": other.score,
                "call": other.call,
                "call_name": desk.say(CALLS[Call(other.call)]) if other.call else "",
                "first_seen_at": other.first_seen_at,
            }
            for other in others.newest
        ],
    }
