"""Figures of a running site in Prometheus' text form; counts alone, of nobody."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from typing import NamedTuple

from siteapp.clock import wall_ms
from siteapp.site import Site
from sync.disk import MIB
from sync.progress import by_session

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PHASES = ("expected", "signed-in", "confirmed", "started", "handed-in")
STATES = ("waiting", "received", "archived", "refused")
WAYS = ("http", "stick")


class Metric(NamedTuple):
    """One metric; labels (as Prometheus writes them) → value."""

    name: str
    kind: str
    help: str
    values: Mapping[str, float]


def text(metrics: Iterable[Metric]) -> str:
    """As Prometheus reads it."""
    lines: list[str] = []
    for one in metrics:
        lines += [f"# HELP {one.name} {one.help}", f"# TYPE {one.name} {one.kind}"]
        lines += [f"{one.name}{labels} {value:g}" for labels, value in one.values.items()]
    return "\n".join([*lines, ""])


def of_site(site: Site) -> Iterator[Metric]:
    """Everything that is counted."""
    sessions = list(site.live.sessions.values())
    disk, writer = site.disk.state(sessions), site.live.writer
    version = metadata.version("examsite")
    yield _one("examsite_info", "The software.", 1, f'{{version="{version}"}}')
    yield _one("examsite_writer_alive", "1 while answers can be saved.", writer.thread.is_alive())
    yield Metric(
        "examsite_commits_total", "counter", "Durable commits since the start.",
        {"": writer.commits},
    )  # fmt: skip
    yield _one("examsite_sessions_open", "Not closed.", sum(not s.closed for s in sessions))
    yield Metric("examsite_attempts", "gauge", "Attempts of open sessions.", _attempts(site))
    yield _one("examsite_disk_free_bytes", "Free on the data disk.", disk["free_mib"] * MIB)
    yield _one("examsite_disk_missing_bytes", "Lacks for answers.", disk["missing_mib"] * MIB)
    yield Metric("examsite_batches", "gauge", "Batches by state.", _batches(site))
    yield Metric(
        "examsite_courier_contact_age_seconds", "gauge", "Since headquarters answered.",
        _contacts(site, wall_ms()),
    )  # fmt: skip
    yield Metric("examsite_alarms", "gauge", "What is wrong now.", _alarms(site))
    spare = site.standby.told()
    yield _one("examsite_spare_paired", "1 with a second server.", spare is not None)
    copies = site.copier.told()
    if copies and copies["last_ms"]:
        age = (wall_ms() - int(str(copies["last_ms"]))) / 1000
        yield _one("examsite_copy_age_seconds", "Since the last sealed copy.", age)


def _one(name: str, told: str, value: float, labels: str = "") -> Metric:
    return Metric(name, "gauge", told, {labels: value})


def _attempts(site: Site) -> dict[str, float]:
    found: Counter[str] = Counter(
        attempt.phase
        for session in list(site.live.sessions.values())
        if not session.closed
        for attempt in list(session.attempts.values())
    )
    return {f'{{phase="{phase}"}}': found[phase] for phase in PHASES}


def _batches(site: Site) -> dict[str, float]:
    told = by_session(site.spool)
    return {f'{{state="{s}"}}': sum(getattr(one, s).count for one in told) for s in STATES}


def _contacts(site: Site, now: int) -> dict[str, float]:
    found = {way: site.spool.status(way) for way in WAYS}
    return {
        f'{{way="{way}"}}': (now - told.last_contact) / 1000
        for way, told in found.items()
        if told and told.last_contact
    }


def _alarms(site: Site) -> dict[str, float]:
    on = [(one.level, bool(one.by)) for one in site.alarms.on()]
    return {
        f'{{level="{level}",seen="{str(seen).lower()}"}}': on.count((level, seen))
        for level in ("fail", "warn")
        for seen in (False, True)
    }
