"""Everything that can be set, read once in ``commands/`` and handed down.

Order of precedence: command line, ``SHOUYI_*`` in the environment,
``<home>/settings.toml``, the defaults here. ``docs/settings.md`` is printed from
the fields below.
"""

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.base.errors import BadInput

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")


class Settings(BaseSettings):
    """The settings of one home. Frozen; each default works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="SHOUYI_", frozen=True, extra="forbid")

    home: Path = Field(Path("data/run"), description="where all that the product writes is kept")
    host: str = Field("127.0.0.1", description="address the desk listens on")
    port: int = Field(8700, ge=0, le=65535, description="port the desk listens on; 0: any free")
    night_at: str = Field(
        "02:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="when the night begins, Asia/Shanghai",
    )
    queue_from: int = Field(50, ge=1, le=100, description="score from which a listing waits")
    keep_untouched_days: int = Field(
        90, ge=0, le=3650, description="days that the text of a listing no word touches is kept"
    )
    chromium: str = Field("", description="path of the browser; empty: looked for on the PATH")
    page_timeout_seconds: float = Field(
        30.0, gt=0, le=600, description="how long the browser may take over one page"
    )
    time_sources: tuple[str, ...] = Field(
        (),
        description="clocks that ours is held against, as ntp://host or https://host; empty: none",
    )
    shared_cache: Path | None = Field(
        None,
        description="where several homes keep together what is made of the product itself"
        " (checked word lists, jieba's dictionary, hash of the browser); empty: in each home",
    )
    redis_url: str = Field(
        "",
        pattern=r"^((redis|rediss)://[^\s@]+|unix://[^\s@]+)?$",
        description="address of the Redis that several crawling machines share, as"
        " redis://host:6379/0, without a password; empty: this machine works alone",
    )
    redis_password: SecretStr = Field(
        SecretStr(""), description="its password; give it as `SHOUYI_REDIS_PASSWORD`"
    )
    redis_password_file: Path | None = Field(
        None, description="a file that holds the same, in place of the environment"
    )
    worker_lease_seconds: float = Field(
        60.0, ge=1, le=3600, description="a worker silent for this long is dead; others take over"
    )
    worker_sources_at_once: int = Field(
        8, ge=1, le=100, description="sources that one crawling worker reads side by side"
    )
    snapshots_at_once: int = Field(2, ge=1, le=16, description="snapshots taken side by side")
    secure_cookies: bool = Field(
        default=False, description="true behind TLS: cookies travel only over https"
    )
    session_hours: float = Field(10.0, gt=0, le=168, description="a log-in ends after this long")
    session_idle_minutes: float = Field(
        120.0, gt=0, le=1440, description="a log-in that nobody uses ends after this long"
    )

    webhook_receivers: tuple[str, ...] = Field(
        (),
        description="receivers of webhooks inside the bureau's own network, each as `host:port`;"
        " all others must be public addresses",
    )
    key_passphrase: SecretStr = Field(
        SecretStr(""),
        description="closes the private signing key; give it as `SHOUYI_KEY_PASSPHRASE`",
    )
    key_passphrase_file: Path | None = Field(
        None, description="a file that holds the same, in place of the environment"
    )
    sm2_key: Path | None = Field(
        None, description="the bureau's SM2 private key (PEM); signs beside our own, by openssl"
    )
    time_stamp_authorities: tuple[str, ...] = Field(
        (),
        description="addresses of RFC 3161 authorities; their root certificates lie as PEM in"
        " `<home>/authorities/`",
    )

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.home / "shouyi.db"

    @property
    def evidence(self) -> Path:
        """The folder of sealed snapshots."""
        return self.home / "evidence"

    @property
    def keys(self) -> Path:
        """The folder of signing keys; nobody else may read it."""
        return self.home / "keys"

    def passphrase_of_keys(self) -> str:
        """Return what closes the private signing key; empty where nothing does.

        Raises:
            BadInput: the file that should hold it cannot be read.
        """
        what = "the passphrase of the keys cannot be read"
        return _secret(self.key_passphrase, self.key_passphrase_file, what)

    def password_of_redis(self) -> str:
        """Return the password of the Redis that workers share; empty where it asks for none.

        Raises:
            BadInput: the file that should hold it cannot be read.
        """
        what = "the password of Redis cannot be read"
        return _secret(self.redis_password, self.redis_password_file, what)

    @property
    def authorities(self) -> Path:
        """The root certificates of the time stamp authorities that this bureau trusts."""
        return self.home / "authorities"

    @property
    def templates(self) -> Path:
        """The bureau's own document templates, in place of the shipped ones."""
        return self.home / "templates"

    @property
    def own_sources(self) -> Path:
        """The bureau's own source files, beside the shipped ones."""
        return self.home / "sources"

    @property
    def own_lexicon(self) -> Path:
        """The bureau's own terms, beside the shipped ones."""
        return self.home / "lexicon"

    @property
    def cache(self) -> Path:
        """What can be thrown away and made again."""
        return self.home / "cache"

    @property
    def product_cache(self) -> Path:
        """What is made of the product itself, and says nothing of any listing."""
        return self.shared_cache or self.cache

    @property
    def logs(self) -> Path:
        """The log files."""
        return self.home / "logs"


def _secret(given: SecretStr, file: Path | None, what: str) -> str:
    if file is None:
        return given.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(file), what) from error


def shipped(*parts: str) -> Path:
    """Return a path inside ``data/`` as shipped: it lies beside the rooms, wherever they are."""
    return Path(__file__).resolve().parents[2].joinpath("data", *parts)


def read_settings(home: Path | None = None, **changes: Any) -> Settings:
    """Read the settings of a home; nothing is created.

    Raises:
        BadInput: ``settings.toml`` or a ``SHOUYI_*`` variable holds what it may not.
    """
    folder = home or Path(os.environ.get("SHOUYI_HOME") or "data/run")  # noqa: TID251 - the door
    file = folder / "settings.toml"
    values: dict[str, Any] = {}
    if file.is_file():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(str(file), f"is not TOML: {error}", "mend that line") from error
    from_environment = {
        name
        for name in Settings.model_fields
        if f"SHOUYI_{name.upper()}" in os.environ  # noqa: TID251 - the door
    }
    values = {key: value for key, value in values.items() if key not in from_environment}
    try:
        return Settings(**{**values, **changes, "home": folder.absolute()})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        where = f"SHOUYI_{name.upper()}" if name in from_environment else str(file)
        raise BadInput(where, f"{name}: {first['msg']}", "see docs/settings.md") from error


def find_browser(settings: Settings) -> str:
    """Return the path of a Chromium to drive.

    Raises:
        BadInput: none is found; the sentence holds the line that installs one.
    """
    wanted = settings.chromium
    if wanted:
        if Path(wanted).is_file():
            return wanted
        raise BadInput("settings chromium", f"{wanted} is not a file", "give the browser's path")
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    playwrights_own = sorted(Path.home().glob(".cache/ms-playwright/chromium*/*/*chrom*shell"))
    playwrights_own = [path for path in playwrights_own if path.is_file()]
    if playwrights_own:
        return str(playwrights_own[-1])
    raise BadInput(
        "browser",
        "no Chromium is found",
        "run `apt-get install chromium-headless-shell`, or set SHOUYI_CHROMIUM to its path",
    )
