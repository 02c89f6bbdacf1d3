"""Machines that report, and sites with a fresh report that says ready."""

import json
from typing import Any

import msgspec
from werkzeug.test import Client, TestResponse

from siteapp.readiness.report import keep_report
from siteapp.site import Site
from sync.wire.readiness import TRIP_GROUPS, Place, Premises, ReadinessReport, Room, Server

FINE: dict[str, Any] = {
    "seat": 1,
    "marker": "m1",
    "visit": "v1",
    "width": 1366,
    "height": 768,
    "cores": 4,
    "memory_mib": 8192,
    "storage_mib": 4000,
    "secure": True,
    "worker": True,
    "trips": [2.0, 2.5, 3.0],
    "lost": 0,
    "down_kbit": 90_000,
    "up_kbit": 40_000,
    "clock_ms": 120,
    "input_method": True,
    "load": {"round": 1, "ms": 800.5},
}
CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) Chrome/96.0.4664.45 Safari/537.36"


def report(
    client: Client, raw: bytes | None = None, at: str = "10.0.0.1", **given: Any
) -> TestResponse:
    """A machine tells what it measured; `raw` in place of it."""
    body = raw if raw is not None else json.dumps(FINE | given).encode()
    return client.post(
        "/api/check/result",
        data=body,
        headers={"User-Agent": CHROMIUM, "Content-Type": "application/json"},
        environ_overrides={"REMOTE_ADDR": at},
    )


def keep_ready(site: Site, session: str, at: int | None = None, ready: bool = True) -> None:
    """As if somebody had checked everything: a signed report of this site."""
    when = site.live.clock.wall() if at is None else at
    serial = site.identity.certificate.serial
    said = said_report(site.identity.site, session, serial=serial, at=when, ready=ready)
    keep_report(site.folder, said, site.identity.sign)


def said_report(site: str, session: str, **change: Any) -> ReadinessReport:
    """What a site with five candidates' seats and a spare says, but for what is changed."""
    places = tuple(Place(n, 1, n, n > 5) for n in range(1, 7))
    server = Server("main", 4, 8000, 50_000)
    said = ReadinessReport(
        site=site,
        session=session,
        serial=1,
        at=0,
        ready=True,
        candidates=5,
        seats_ready=5,
        spares=1,
        premises=Premises(1, (server,), 6, None),
        rooms=(Room("", True, 5, 5, 1, places),),
        trips=(0,) * TRIP_GROUPS,
        findings=(),
        machines=(),
        cameras=None,
        rehearsal=None,
    )
    return msgspec.structs.replace(said, **change)
