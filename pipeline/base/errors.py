"""What can go wrong, said in one sentence a person can act on.

::

    ShouyiError
    ├── BadInput      unusable input or state, found before anything was changed (exit 2)
    │   └── NotFound  a thing that was named does not exist
    ├── Conflict      somebody else changed it first: look again
    ├── PageChanged   a page is no longer the page its source file describes
    ├── FetchRefused  an address that we do not go to
    └── BrokenSeal    evidence that is not what was sealed
"""


class ShouyiError(Exception):
    """One clear sentence: where, what, and how to mend it.

    ``str(error)`` is ``"where: what; mend"``; ``mend`` may be empty.
    """

    def __init__(self, where: str, what: str, mend: str = "") -> None:
        self.where = where
        self.what = what
        self.mend = mend
        super().__init__(where, what, mend)

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}; {self.mend}" if self.mend else sentence


class BadInput(ShouyiError):  # noqa: N818 - the house names errors for what they say
    """Unusable input or state, found before anything was changed."""


class NotFound(BadInput):
    """A thing that was named does not exist."""


class Conflict(ShouyiError):  # noqa: N818 - see BadInput
    """Somebody else changed it since it was read."""


class PageChanged(ShouyiError):  # noqa: N818 - see BadInput
    """A page is no longer the page its source file describes."""


class FetchRefused(ShouyiError):  # noqa: N818 - see BadInput
    """An address that we do not go to: private, loopback, odd, or not named by a source."""


class BrokenSeal(ShouyiError):  # noqa: N818 - see BadInput
    """Evidence that is not what was sealed."""
