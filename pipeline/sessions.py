"""Sessions of sites: what an operator's own log-in left behind, encrypted, and for how long.

One store for crawl and evidence. ``<home>/sessions/KEY.session`` is a Fernet token (AES-128-CBC
with HMAC); its key lies in ``<home>/keys/sessions.key``, which nobody else may read, and where a
passphrase closes the keys of this home it closes this one too (scrypt). What lies there is a
Playwright storage state: cookies and the local storage of the site, nothing of any other site.

A session is never used to get past a refusal: the first wall that it meets pauses it, and with
it the source, until a person has logged in again.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings

SOON = timedelta(days=3)
"""A session that ends within this long is told of."""

OLD = timedelta(days=30)
"""One that was saved longer ago is told of as well: many sites end theirs without saying when."""

LARGEST = 2_000_000
MOST_COOKIES = 1_000
_KEY_FILE = "sessions.key"
_SALT_BYTES = 32
_COOKIE = ("name", "value", "domain", "path", "expires", "httpOnly", "secure", "sameSite")
_NETSCAPE_FIELDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A log-in at one site.

    Attributes:
        state: as Playwright's ``storage_state``: ``cookies`` and ``origins``.
        paused_because: why it is not used any more; empty while it is.
    """

    source: str
    state: Mapping[str, Any]
    saved_at: str
    saved_by: str
    paused_at: str = ""
    paused_because: str = ""

    @property
    def ends_at(self) -> datetime | None:
        """When the site lets it end, as far as its cookies say: the first that carries a log-in."""
        cookies = self.state["cookies"]
        lasting = [cookie for cookie in cookies if float(cookie.get("expires", -1)) > 0]
        carrying = [cookie for cookie in lasting if cookie.get("httpOnly")] or lasting
        ends = [float(cookie["expires"]) for cookie in carrying]
        return datetime.fromtimestamp(min(ends), UTC) if ends else None

    def trouble(self, now: datetime) -> str:
        """Return why it cannot be used, or soon not; empty where nothing is wrong."""
        if self.paused_because:
            return _("已暂停：{why}").format(why=self.paused_because)
        if self.ends_at is not None and self.ends_at <= now:
            return _("已过期")
        if self.ends_at is not None and self.ends_at <= now + SOON:
            days = (self.ends_at - now).total_seconds() / 86_400
            return _("{n} 天后过期").format(n=f"{days:.1f}")
        if unstamp(self.saved_at) <= now - OLD:
            return _("已存 {n} 天，请确认仍然有效").format(n=(now - unstamp(self.saved_at)).days)
        return ""

    def is_usable(self, now: datetime) -> bool:
        """Return whether it may be shown to the site."""
        return not self.paused_because and (self.ends_at is None or self.ends_at > now)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one home."""

    folder: Path
    keys: Path
    passphrase: str = ""

    def save(self, session: Session) -> None:
        """Keep a session, whole or not at all."""
        text = json.dumps(asdict(session), ensure_ascii=False).encode()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self._file(session.source), self._fernet(may_make=True).encrypt(text))

    def of(self, source: str) -> Session | None:
        """Return the session of a source, None where there is none.

        Raises:
            BadInput: it cannot be decrypted: another key, another passphrase, a damaged file.
        """
        file = self._file(source)
        if not file.is_file():
            return None
        try:
            told = json.loads(self._fernet().decrypt(file.read_bytes()))
        except InvalidToken as error:
            what = _("会话文件解不开：钥匙或口令不对，或文件已损坏")
            mend = _("用 shouyi source session {name} 重新登录或导入").format(name=source)
            raise BadInput(str(file), what, mend) from error
        return Session(**told)

    def pause(self, source: str, because: str, *, clock: Clock) -> None:
        """Use a session no more until a person has seen to it."""
        session = self.of(source)
        if session is not None:
            self.save(replace(session, paused_at=stamp(clock.now()), paused_because=because[:300]))

    def forget(self, source: str) -> bool:
        """Delete a session; True where there was one."""
        file = self._file(source)
        was_there = file.is_file()
        file.unlink(missing_ok=True)
        return was_there

    def names(self) -> list[str]:
        """Return the sources that have one."""
        return sorted(file.stem for file in self.folder.glob("*.session"))

    def _file(self, source: str) -> Path:
        return self.folder / f"{source}.session"

    def _fernet(self, *, may_make: bool = False) -> Fernet:
        file = self.keys / _KEY_FILE
        if not file.is_file():
            if not may_make:
                raise BadInput(
                    str(file), _("会话的钥匙不见了"), _("从备份恢复 keys/，或重新登录各来源")
                )
            self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(file, base64.urlsafe_b64encode(os.urandom(_SALT_BYTES)))
        if file.stat().st_mode & 0o077:
            raise BadInput(str(file), _("会话的钥匙别人也能读"), f"chmod 600 {file}")
        secret = file.read_bytes().strip()
        if self.passphrase:
            salt = base64.urlsafe_b64decode(secret)
            made = Scrypt(salt=salt, length=_SALT_BYTES, n=2**14, r=8, p=1)
            secret = base64.urlsafe_b64encode(made.derive(self.passphrase.encode()))
        return Fernet(secret)


def sessions_of(settings: Settings) -> Sessions:
    """Return the sessions of a home."""
    return Sessions(settings.home / "sessions", settings.keys, settings.passphrase_of_keys())


def state_of_file(file: Path) -> dict[str, Any]:
    """Read a saved Playwright state, or a ``cookies.txt`` as browsers export it.

    Raises:
        BadInput: it is neither, or too large.
    """
    where = str(file)
    mend = _("给一个 Playwright 的 storage_state JSON，或 Netscape 格式的 cookies.txt")
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(where, _("文件太大"), mend)
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(where, _("读不了这个文件"), mend) from error
    try:
        state = _from_json(text) if text.lstrip().startswith("{") else _from_netscape(text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadInput(where, _("不是登录状态"), mend) from error
    if not state["cookies"] and not state["origins"]:
        raise BadInput(where, _("里面没有 cookie"), mend)
    return state


def only_of_site(
    state: Mapping[str, Any], is_ours: Callable[[str], bool]
) -> tuple[dict[str, Any], int]:
    """Return a state with what belongs to the site alone, and how much was left out."""
    cookies = [
        cookie for cookie in state["cookies"] if is_ours(f"https://{cookie['domain'].lstrip('.')}/")
    ]
    origins = [one for one in state["origins"] if is_ours(str(one.get("origin", "")) + "/")]
    left = len(state["cookies"]) - len(cookies) + len(state["origins"]) - len(origins)
    return {"cookies": cookies, "origins": origins}, left


def _from_json(text: str) -> dict[str, Any]:
    told = json.loads(text)
    cookies = [
        {name: one[name] for name in _COOKIE if name in one}
        for one in told["cookies"][:MOST_COOKIES]
        if str(one["name"]) and str(one["domain"]) and isinstance(one["value"], str)
    ]
    origins = [one for one in told.get("origins", []) if isinstance(one, dict)]
    for cookie in cookies:
        cookie["expires"] = float(cookie.get("expires", -1))
        cookie.setdefault("path", "/")
    return {"cookies": cookies, "origins": origins}


def _from_netscape(text: str) -> dict[str, Any]:
    cookies = []
    for line in text.splitlines()[:MOST_COOKIES]:
        is_http_only = line.startswith("#HttpOnly_")
        plain = line.removeprefix("#HttpOnly_")
        if not plain.strip() or plain.startswith("#"):
            continue
        fields = plain.split("\t")
        if len(fields) != _NETSCAPE_FIELDS:
            raise ValueError(line[:40])
        domain, _subs, path, secure, expires, name, value = fields
        cookies.append(
            {
                "name": name,
                "value": value,
                "domain": domain,
                "path": path,
                "expires": float(expires) or -1.0,
                "httpOnly": is_http_only,
                "secure": secure.upper() == "TRUE",
            }
        )
    return {"cookies": cookies, "origins": []}


def _write(file: Path, data: bytes) -> None:
    """Write a file that only we may read, whole or not at all."""
    aside = file.with_name(f".{file.name}")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
