"""What the answers hold; the OpenAPI document is printed from these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from casework.reasons import Call

Line = Annotated[str, StringConstraints(max_length=200)]


class Closed(BaseModel):
    """A body that holds these fields and nothing more."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(BaseModel):
    """A listing as it stands in a list; contacts are covered."""

    listing_id: str = Field(examples=["demo-huapiao:991"])
    score: int
    title: str
    species: list[str]
    source: str
    url: str
    state: str
    call: str
    place_code: str
    first_seen_at: str
    last_seen_at: str
    gone_at: str | None
    seen_version: int = Field(description="结论要带回这个数：看过之后有变化，就不会记错")


class Page(BaseModel):
    """A part of a list; ``next`` is empty on the last."""

    rows: list[Row]
    next: str = Field(description="下一页的 after；空：没有了")


class Pulled(BaseModel):
    """What was pulled for one alone; ``row`` is null where nothing waits."""

    row: Row | None


class Hit(BaseModel):
    """A word found, with its place in the field."""

    term: str
    surface: str
    field: str
    start: int
    end: int
    via: str
    kind: str
    species: list[str]


class Signal(BaseModel):
    """A reason to look closer, or to look away."""

    name: str
    points: float
    because: str
    quote: str


class Given(BaseModel):
    """A verdict, and whether it was taken back."""

    verdict_id: int
    listing_id: str
    version: int
    call: Call
    reason: str
    note: str
    by: str
    at: str
    is_undone: bool


class Whole(Row):
    """All of a listing; contacts are covered in every text."""

    words: dict[str, str]
    hits: list[Hit]
    signals: list[Signal]
    verdicts: list[Given]
    versions: int
    lexicon: str


class VerdictBody(Closed):
    """A verdict on what was seen."""

    call: Call
    reason: str = Field(max_length=60, description="理由代码，见 docs/reasons.md")
    note: str = Field("", max_length=4000)
    seen_version: int


class PostponeBody(Closed):
    """Until when a listing is put off."""

    look_again_on: str = Field(max_length=10, examples=["2026-12-01"])
    note: str = Field("", max_length=2000)
    seen_version: int


class PullBody(Closed):
    """From which list is pulled: the query of ``/api/v1/queue``."""

    query: str = Field("", max_length=2000, examples=["place=210200&level=I"])


class MatchBody(Closed):
    """A text as it would be listed."""

    title: str = Field("", max_length=2000)
    text: str = Field("", max_length=20_000)


class Matched(BaseModel):
    """What the lexicon makes of it."""

    score: int
    is_suspicious: bool
    species: list[str]
    hits: list[Hit]
    signals: list[Signal]
    lexicon: str


class Snapshot(BaseModel):
    """A sealed page, or the record of one that could not be kept."""

    snapshot_id: str
    state: str
    reason: str
    taken_at: str
    is_complete: bool
    manifest_sha256: str
    manifest_sm3: str
    size_bytes: int
    files: list[dict[str, Any]]


class Verified(BaseModel):
    """What verifying found; no problem: every byte is as it was sealed."""

    snapshot_id: str
    is_ok: bool
    files: int
    problems: list[str]
    signed_by: str | None
    timestamp: str | None
    notes: list[str]


class SourceTold(BaseModel):
    """A source after its last run."""

    source: str
    name: str
    light: Literal["green", "amber", "red"]
    state: str
    cause: str
    because: str
    at: str
    night_on: str


class RunTold(BaseModel):
    """One run of one source."""

    run_id: str
    source: str
    night_on: str
    state: str
    cause: str
    because: str
    started_at: str | None
    ended_at: str | None
    counts: dict[str, Any]


class Me(BaseModel):
    """The token of the call, and what its owner may see."""

    owner: str
    role: str
    cities: list[str]
    label: str
    scopes: list[str]
    ends_at: str


class HookBody(Closed):
    """Whom to tell of new listings."""

    url: str = Field(max_length=2000, examples=["https://alerts.example.gov.cn/shouyi"])
    score_from: int = Field(80, ge=1, le=100)


class HookTold(BaseModel):
    """A receiver; ``secret`` is shown only when it is made."""

    webhook_id: int
    url: str
    score_from: int
    state: Literal["on", "dead", "off"]
    because: str
    failures: int
    sent: int
    due: int
    secret: str = ""
