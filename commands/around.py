"""What stands around a listing: the first it is a copy of, its copies, who brought it in."""

from dataclasses import dataclass
from typing import Any

from rich.text import Text

from pipeline import repost
from pipeline.base.clock import beijing_iso, unstamp
from pipeline.base.language import _
from pipeline.repost import Repost
from pipeline.store import imports
from pipeline.store.imports import Brought
from pipeline.store.open import Database


@dataclass(frozen=True, slots=True)
class Around:
    """A listing's copies, and the files it came in."""

    first: Repost | None
    copies: list[Repost]
    brought: list[Brought]

    @classmethod
    def of(cls, db: Database, listing_id: str) -> "Around":
        """Return what stands around a listing."""
        return cls(
            repost.first_of(db, listing_id),
            repost.copies_of(db, listing_id),
            imports.of(db, listing_id),
        )

    def told(self) -> dict[str, Any]:
        """Return it by the names that scripts rely on."""
        return {
            "repost_of": _copy(self.first) if self.first else None,
            "reposts": [_copy(one) for one in self.copies],
            "brought": [
                {"file": one.file_name, "sha256": one.sha256, "by": one.brought_by,
                 "note": one.note, "at": beijing_iso(unstamp(one.at))}
                for one in self.brought
            ],
        }  # fmt: skip

    def lines(self) -> list[Text]:
        """Return it as a person reads it; nothing where there is nothing."""
        said = []
        if self.first:
            words = _("重复发布：与 {first} 相同 {alike:.0%}（{because}）")
            said.append(_line(words, self.first, first=self.first.listing_id))
        said += [
            _line(_("又发布为 {copy}，相同 {alike:.0%}（{because}）"), one, copy=one.listing_id)
            for one in self.copies
        ]
        said += [
            Text(_("由 {by} 带来：{file}").format(by=one.brought_by, file=one.file_name), "dim")
            for one in self.brought
        ]
        return said


def _copy(one: Repost) -> dict[str, Any]:
    return {"listing": one.listing_id, "alike": one.alike, "because": [*one.because]}


def _line(words: str, one: Repost, **more: str) -> Text:
    names = {
        "seller": _("卖家"),
        "picture": _("图片"),
        "place": _("地点"),
        "price": _("价格"),
        "words": _("文字"),
    }
    because = "、".join(names.get(word, word) for word in one.because)
    return Text(words.format(alike=one.alike, because=because, **more), "yellow")
