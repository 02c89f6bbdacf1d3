"""The room's CA in a folder, for tests."""

import datetime
import ipaddress
from pathlib import Path

from provisioning.trust import keeping
from provisioning.trust.authority import PRIVATE
from provisioning.trust.keeping import Places, Wanted
from siteapp.trust import Statement

NOW = datetime.datetime(2026, 11, 22, 8, tzinfo=datetime.UTC)
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


def places(folder: Path) -> Places:
    return Places(folder / "data", folder / "keep", folder / "front.pem")


def wanted(*addresses: str, names: tuple[str, ...] = ("exam.local",)) -> Wanted:
    return Wanted(names, tuple(ipaddress.ip_address(one) for one in addresses))


def made(at: Places, *addresses: str) -> Statement:
    (at.data).mkdir(exist_ok=True)
    return keeping.make(at, "sz-001", wanted(*addresses), (*PRIVATE, LOOPBACK), NOW)
