"""What a site tells headquarters when it asks for help: by an allow-list, sealed.

Nothing is copied and then blacked out. Each fact is named here and is a number, a choice out of a
list of ours, a version or a moment: no text that a person typed, no name, answer or secret.
"""

import json
import platform
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from siteapp.clock import wall_ms
from siteapp.config import SETTINGS, SHAPES, Settings
from siteapp.identity import Identity
from siteapp.readiness import server
from siteapp.readiness.report import SPOOL, kept_report
from siteapp.standby.folder import PairFolder
from siteapp.store import checked, tallies
from siteapp.store.database import SQLITE_VERSION
from sync.exam.journal import KINDS
from sync.progress import by_session
from sync.readiness.catalogue import CATALOGUE
from sync.spool import CourierStatus, Spool
from sync.wire.keys import VerifyKey
from sync.wire.support import write_support

UNITS = ("examsite-web", "examsite-courier", "examsite-spare", "haproxy")
MOST_LINES = 2000
WAYS = ("http", "stick")
# Of a line of the log: our loggers, classes of errors, and where in our code. What was said stays.
_NAME = re.compile(
    r"\b(?:examsite(?:\.[a-z]+)+|[A-Z][A-Za-z]{2,40}(?:Error|Exception|Failed|Full))\b"
)
_WHERE = re.compile(r'File "[^"]*/((?:siteapp|sync|provisioning)/[a-z_/]+\.py", line \d{1,5})')
_CODE = re.compile(r"[a-z]+(?:-[a-z]+){0,6}\Z")
Ask = Callable[[list[str]], str | None]


def write_bundle(path: Path, identity: Identity, ask: Ask = server.ask) -> str:
    """Seal the facts of a site to headquarters, also while it serves; the digest."""
    told = facts(identity, ask)
    clear: dict[str, str | int] = {"site": identity.site, "at": told["at"]}
    return write_support(path, told, clear, identity.sign, identity.recipients())


def facts(identity: Identity, ask: Ask = server.ask) -> dict[str, Any]:
    """Everything that is told, and nothing else."""
    folder, settings = identity.folder, Settings.load(identity.folder)
    peer = PairFolder(folder).peer()
    return {
        "at": wall_ms(),
        "serial": identity.certificate.serial,
        "versions": {
            "examsite": metadata.version("examsite"),
            "python": platform.python_version(),
            "sqlite": SQLITE_VERSION,
            "kernel": platform.release(),
        },
        "settings": {one.name: _setting(settings, one.name) for one in SETTINGS},
        "machine": _machine(),
        "bytes": {name: _bytes(folder / name) for name in ("site.db", "packages", "files", SPOOL)},
        "role": peer.role if peer else "alone",
        "database": _database(identity),
        "delivery": _delivery(Spool(folder / SPOOL)),
        "log": log_lines(ask),
    }


def _setting(settings: Settings, name: str) -> str | int:
    """Numbers and choices as they are; of a text only whether it was set."""
    default = next(one.default for one in SETTINGS if one.name == name)
    if isinstance(default, int):
        return settings.number(name)
    value = settings.text(name)
    chosen = name in SHAPES and value in SHAPES[name][0].split("|")
    return value if chosen else "default" if value == default else "set"


def _machine() -> dict[str, int | bool | None]:
    found = server.look()
    names = ("memory_mib", "memory_total_mib", "load_percent", "processors", "temperature_c",
             "on_mains", "link_mbit", "clock_synchronised")  # fmt: skip
    return {name: getattr(found, name) for name in names}


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())


def _database(identity: Identity) -> dict[str, Any] | None:
    path = identity.folder / "site.db"
    if not path.exists():
        return None
    with checked.beside(path) as rows:
        sessions = [
            dict(one)
            | {"events": _known(tallies.events(rows, one["id"])),
               "batches": tallies.batches(rows, one["id"]),
               "readiness": _readiness(identity, one["id"])}
            for one in tallies.sessions(rows)
        ]  # fmt: skip
        return {"rows": tallies.tables(rows), "sessions": sessions, "alarms": tallies.alarms(rows)}


def _known(events: dict[str, int]) -> dict[str, int]:
    return {kind: count for kind, count in events.items() if kind in KINDS}


def _readiness(identity: Identity, session: str) -> dict[str, Any] | None:
    """Each check's level and figures; what was said beside them stays here."""
    key: VerifyKey = identity.sign.public
    report = kept_report(identity.folder, session, key)
    if report is None:
        return None
    found = [
        {"check": f.check, "level": f.level, "value": f.value, "limit": f.limit, "seats": f.seats}
        for f in report.findings
        if f.check in CATALOGUE
    ]
    return {"at": report.at, "ready": report.ready, "findings": found}


def _delivery(spool: Spool) -> dict[str, Any]:
    sessions = {
        one.session: {
            state: getattr(one, state).count
            for state in ("packed", "waiting", "received", "archived", "refused")
        }
        for one in by_session(spool)
    }
    ways = {way: _courier(told) for way in WAYS if (told := spool.status(way))}
    return {"sessions": sessions, "couriers": ways}


def _courier(told: CourierStatus) -> dict[str, Any]:
    codes = [str(error.get("code", "")) for error in told.errors]
    held = [(one.tries, str(one.error.get("code", ""))) for one in told.held.values()]
    return {
        "round_at": told.round_at,
        "last_contact": told.last_contact,
        "errors": [code for code in codes if _CODE.match(code)],
        "held": [[tries, code] for tries, code in held if _CODE.match(code)],
    }


def log_lines(ask: Ask) -> list[dict[str, Any]]:
    """The newest warnings of our units: when, how grave, which of our loggers, errors and lines."""
    words = [word for unit in UNITS for word in ("-u", unit)]
    told = ask(["journalctl", "-o", "json", "-p", "warning", "-n", str(MOST_LINES), *words])
    return [line for raw in (told or "").splitlines() if (line := _line(raw))]


def _line(raw: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(raw)
        at, grave = int(entry["__REALTIME_TIMESTAMP"]) // 1000, int(entry["PRIORITY"])
        unit = str(entry["_SYSTEMD_UNIT"]).partition(".")[0]
    except (ValueError, KeyError, TypeError):
        return None
    said = str(entry.get("MESSAGE", ""))
    names = sorted({*_NAME.findall(said), *_WHERE.findall(said)})
    return {"at": at, "priority": grave, "unit": unit, "names": names} if unit in UNITS else None
