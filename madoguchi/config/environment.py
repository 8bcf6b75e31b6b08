"""Settings from the environment: each named, explained and checked in one place.

`docs/operations.md` holds the table that `table()` prints; a house test keeps them equal.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from madoguchi.japan.check_digits import is_local_government_code

ROOT = Path(__file__).resolve().parents[2]


# A page waits no longer for a connection: there is one for each thread, so the database is away.
POOL_SECONDS = 5.0


class BadSetting(Exception):
    """A setting that cannot be used; the text says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: str
    meaning: str
    secret: bool = False
    required_in_production: bool = False


SETTINGS = (
    Setting(
        "MADOGUCHI_ENV",
        "demo",
        "`demo` (synthetic city; to be written out when HOST is open to other machines) or `production`"
        " (refuses unsafe defaults)",
    ),
    Setting("MADOGUCHI_VAR", "var", "Folder for the embedded database, files, mail and keys"),
    Setting(
        "DATABASE_URL",
        "",
        "`sqlite:///path` or `postgresql://user:password@host/name`; empty: SQLite in MADOGUCHI_VAR",
        secret=True,
    ),
    Setting(
        "FILES_URL", "", "`file:///folder` or `s3://bucket/prefix?endpoint=…`; empty: MADOGUCHI_VAR/files"
    ),
    Setting(
        "SECRET_KEY",
        "",
        "At least 50 random characters; in the demo one is made and kept",
        secret=True,
        required_in_production=True,
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "",
        "Keys that SECRET_KEY replaced, newest first, with commas between: what they made still opens",
        secret=True,
    ),
    Setting(
        "BASE_URL",
        "http://127.0.0.1:8000",
        "The address people see, in mails and on paper",
        required_in_production=True,
    ),
    Setting(
        "EMAIL_URL",
        "",
        "`smtp://user:password@host:587?tls=starttls`, `smtps://…` or, in the demo, `folder:///path`;"
        " empty: MADOGUCHI_VAR/mail",
        secret=True,
        required_in_production=True,
    ),
    Setting("EMAIL_FROM", "窓口 <noreply@localhost>", "Sender of mails", required_in_production=True),
    Setting("CLAMD_URL", "", "`tcp://host:3310` or `unix:///path` of clamd; empty: files are not scanned"),
    Setting(
        "TRUSTED_PROXIES",
        "0",
        "How many proxies of yours stand before the web process (X-Forwarded-For, X-Forwarded-Proto);"
        " in production at least 1, which ends TLS",
    ),
    Setting("WEB_WORKERS", "2", "Web processes of one machine"),
    Setting("WEB_THREADS", "4", "Threads of each web process"),
    Setting("PORT", "8000", "Port of `madoguchi serve` and `make run`"),
    Setting("HOST", "127.0.0.1", "Address of `madoguchi serve` and `make run`"),
    Setting("DRAFT_DAYS", "30", "Days a draft is kept after the last change"),
    Setting(
        "HANDOVER_FOLDER",
        "",
        "Folder into which files for core systems are put as well, by procedure; empty: they are only downloaded",
    ),
    Setting(
        "CITY_NAME", "盛岡市", "The city, as it stands on every page and paper", required_in_production=True
    ),
    Setting(
        "CITY_CODE",
        "032018",
        "Its 全国地方公共団体コード, six digits with the last for checking",
        required_in_production=True,
    ),
    Setting(
        "CITY_PHONE",
        "019-000-1000",
        "Telephone of the city hall's general desk; the demo's is invented and rings nowhere",
        required_in_production=True,
    ),
    Setting(
        "CITY_EMAIL",
        "madoguchi@city.example",
        "Mail address of the general desk, for people who cannot telephone; the demo's is invented",
        required_in_production=True,
    ),
    Setting("CITY_HOURS", "08:30-17:15", "Opening hours of the city hall on working days"),
    Setting(
        "SECURITY_CONTACT",
        "",
        "`mailto:…`, `tel:…` or `https://…` for whoever finds a weakness; empty: CITY_EMAIL",
    ),
    Setting(
        "BACKUP_PASSPHRASE",
        "",
        "At least 16 characters that seal and open `madoguchi backup`; keep them apart from the backups",
        secret=True,
    ),
    Setting("ATTEMPT_LIMITS", "on", "`off` lifts the limits on guessing codes; refused in production"),
)

_KNOWN = {s.name: s for s in SETTINGS}


def read(name: str) -> str:
    """The text of a setting that `SETTINGS` names, or its default."""
    return os.environ.get(name, "").strip() or _KNOWN[name].default


def whole_number(name: str, *, low: int, high: int) -> int:
    """A setting as a whole number. Raises `BadSetting` outside `low`…`high`."""
    text = read(name)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadSetting(f"{name} must be a whole number from {low} to {high}, not “{text}”.")
    return int(text)


def city_code() -> str:
    """CITY_CODE. Raises `BadSetting` when its check digit does not fit."""
    code = read("CITY_CODE")
    if not is_local_government_code(code):
        raise BadSetting(f"CITY_CODE must be the six digits of a city, like 032018, not “{code}”.")
    return code


def city_hours() -> tuple[time, time]:
    """CITY_HOURS as the times of opening and closing. Raises `BadSetting`."""
    text = read("CITY_HOURS")
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise BadSetting(f"CITY_HOURS must be two times like 08:30-17:15, not “{text}”.") from None
    if closes <= opens:
        raise BadSetting(f"CITY_HOURS must end after they begin, not “{text}”.")
    return opens, closes


def security_contact() -> str:
    """SECURITY_CONTACT as an address (RFC 9116 2.5.3), else the city's mail address. Raises `BadSetting`."""
    given = read("SECURITY_CONTACT")
    if given and not re.fullmatch(r"(mailto:|tel:|https://)\S+", given):
        raise BadSetting(f"SECURITY_CONTACT must begin with mailto:, tel: or https://, not “{given}”.")
    return given or f"mailto:{read('CITY_EMAIL')}"


def is_production() -> bool:
    """Whether a real city runs this. Raises `BadSetting` for an unknown word."""
    word = read("MADOGUCHI_ENV")
    if word not in ("demo", "production"):
        raise BadSetting(f"MADOGUCHI_ENV must be “demo” or “production”, not “{word}”.")
    return word == "production"


def check_production() -> None:
    """Refuse to start a real city with what only a demo may use. Raises `BadSetting` naming every fault."""
    faults = [
        f"{s.name} is not set: {s.meaning}"
        for s in SETTINGS
        if s.required_in_production and not os.environ.get(s.name, "").strip()
    ]
    if not read("BASE_URL").startswith("https://"):
        faults.append("BASE_URL must begin with https://")
    if len(read("SECRET_KEY")) < 50:
        faults.append("SECRET_KEY is shorter than 50 characters")
    if any(len(key) < 50 for key in secret_key_fallbacks()):
        faults.append("SECRET_KEY_FALLBACKS holds a key that is shorter than 50 characters")
    if read("ATTEMPT_LIMITS") != "on":
        faults.append("ATTEMPT_LIMITS must be on")
    if urlsplit(read("EMAIL_URL")).scheme == "folder":
        faults.append("EMAIL_URL names a folder: mails would be written there and reach nobody")
    if read("BASE_URL").startswith("https://") and whole_number("TRUSTED_PROXIES", low=0, high=10) == 0:
        faults.append(
            "TRUSTED_PROXIES is 0, but `madoguchi serve` speaks no TLS: set it to the number of your proxies that"
            " stand before it; they end TLS for BASE_URL and send X-Forwarded-Proto"
        )
    if faults:
        raise BadSetting("This installation may not start as production:\n- " + "\n- ".join(faults))


def check_start() -> None:
    """What a process asks before it serves or works: production is safe, and no demo is opened by accident.

    Raises `BadSetting`.
    """
    if is_production():
        check_production()
    elif not os.environ.get("MADOGUCHI_ENV", "").strip() and not _is_loopback(read("HOST")):
        raise BadSetting(
            f"HOST={read('HOST')} would open the demo, whose log-ins everybody can read, to other machines: set"
            " MADOGUCHI_ENV=production for a real city, or MADOGUCHI_ENV=demo when this is meant."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def var() -> Path:
    """The folder for embedded data, absolute; made when it is missing."""
    folder = Path(read("MADOGUCHI_VAR"))
    folder = folder if folder.is_absolute() else ROOT / folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key() -> str:
    """SECRET_KEY, or in the demo one that is made once and kept beside the database."""
    given = read("SECRET_KEY")
    if given:
        return given
    path = var() / "secret_key"
    if not path.exists():
        candidate = path.with_name(f"secret_key.{os.getpid()}")
        candidate.write_text(secrets.token_urlsafe(48))
        candidate.chmod(0o600)
        try:
            os.link(candidate, path)  # the first process wins, the others read what it wrote
        except FileExistsError:
            pass
        candidate.unlink()
    return path.read_text()


def secret_key_fallbacks() -> list[str]:
    """SECRET_KEY_FALLBACKS one by one; SECRET_KEY itself may stand among them while processes change over."""
    keys = (key.strip() for key in read("SECRET_KEY_FALLBACKS").split(","))
    return [key for key in keys if key and key != read("SECRET_KEY")]


def database(*, pooled: bool) -> dict[str, object]:
    """Django's description of the database of DATABASE_URL. Raises `BadSetting`."""
    url = read("DATABASE_URL") or f"sqlite:///{var() / 'madoguchi.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path[1:]))  # three slashes: from the project's folder; four: absolute
        path = path if path.is_absolute() else ROOT / path
        path.parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
                    " PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                    " PRAGMA secure_delete=ON;"  # what was erased is overwritten, not only let go
                ),
            },
            "TEST": {"NAME": str(path.with_name(f"test-{path.name}"))},
        }
    if parts.scheme in ("postgresql", "postgres"):
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise BadSetting("DATABASE_URL names no database: postgresql://user:password@host/name")
        most = max(16, whole_number("WEB_THREADS", low=1, high=64))
        pool = {"min_size": 1, "max_size": most, "timeout": POOL_SECONDS}
        # Without a threshold psycopg prepares nothing, not even what asks for it (`common.prepared`).
        options: dict[str, object] = {"prepare_threshold": 5}
        if pooled:
            options["pool"] = pool
        host = dict(p.split("=", 1) for p in parts.query.split("&") if "=" in p).get("host", "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(host) or parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": True,  # the pool asks a connection before it hands it out
            "OPTIONS": options,
        }
    raise BadSetting("DATABASE_URL must begin with sqlite:/// or postgresql://")


def table() -> str:
    """The settings as a Markdown table, for `docs/operations.md`."""
    lines = ["| Setting | Default | Meaning | Production |", "|---|---|---|---|"]
    for s in SETTINGS:
        need = "required" if s.required_in_production else ""
        lines.append(f"| `{s.name}` | {f'`{s.default}`' if s.default else ''} | {s.meaning} | {need} |")
    return "\n".join(lines)
