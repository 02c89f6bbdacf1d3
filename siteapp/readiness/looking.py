"""The room's network for a report: as the service sees it, or as it was kept beside the service."""

from collections.abc import Sequence
from pathlib import Path

from siteapp.lan.announce import OtherServer
from siteapp.lan.kept import NAME, kept
from siteapp.lan.service import Lan
from siteapp.lan.sightings import merge
from siteapp.readiness.machine import Checked
from siteapp.readiness.network import Network, sightings_of


def seen_by(lan: Lan, checked: Sequence[Checked], look: bool) -> Network:
    """As the service sees it now; with `look` it looks through the network again."""
    view = lan.view(sightings_of(checked), look)
    servers = tuple(map(_named, view.servers)) if view.listens else None
    sharers = view.sharers if view.listens else None
    return Network(view.machines, view.swept_at, view.now, servers, sharers)


def kept_beside(folder: Path, checked: Sequence[Checked], now: int) -> Network:
    """As the service last kept it; of other servers a file tells nothing."""
    found = kept(folder / NAME, now)
    machines = merge([*found.sightings, *sightings_of(checked)], now)
    return Network(machines, found.looked_at, now)


def _named(one: OtherServer) -> str:
    return " ".join(part for part in (one.site, one.name, one.address, one.version) if part)
