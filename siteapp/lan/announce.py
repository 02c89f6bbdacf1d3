"""This server on mDNS: `_examsite._tcp` and a host name; what else is announced in the room.

Nothing heard here is believed: a seat agent is asked itself, another server is only shown.
"""

import ipaddress
import logging
import secrets
import socket
import threading
from contextlib import suppress

from zeroconf import (
    Error,
    IPVersion,
    ServiceBrowser,
    ServiceInfo,
    ServiceListener,
    Zeroconf,
    current_time_millis,
)
from zeroconf._dns import DNSAddress, DNSQuestion
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf._services.info import AddressResolverIPv4

from sync.exam.specification import Struct

log = logging.getLogger("examsite.lan")

SITE_KIND, SEAT_KIND = "_examsite._tcp.local.", "_examseat._tcp.local."
# More than any room has; who announces more is heard no further.
MOST_SEATS, MOST_SITES = 1024, 16
LONGEST = 64
ASK_MS = 700
# Bytes of an address; and how DNS calls the question for one.
V4, TYPE_A, CLASS_IN = 4, 1, 1
# Who answers to our name is asked so often, and was heard no longer ago than this.
ASK_AGAIN_MS, SHARED_MS = 15_000, 120_000


class About(Struct, frozen=True):
    """What this server says of itself, on mDNS and at /.well-known/examsite alike."""

    site: str
    name: str
    version: str
    fingerprint: str
    host: str
    scheme: str
    port: int
    path: str = "/"


class OtherServer(Struct, frozen=True):
    """Another server that announces itself here: what it says, none of it proved."""

    site: str
    name: str
    address: str
    version: str
    same_site: bool
    same_host: bool


class Announcer(ServiceListener):
    """On the network between `begin` and `end`; both wait for it, and may be called again."""

    def __init__(self, about: About) -> None:
        self.about = about
        self.host = about.host
        self._run = secrets.token_hex(8)
        self._zeroconf: Zeroconf | None = None
        self._info: ServiceInfo | None = None
        self._names: dict[str, set[str]] = {SITE_KIND: set(), SEAT_KIND: set()}
        self._sharers: dict[str, float] = {}
        self._asked_at = 0.0
        self._lock = threading.Lock()

    def begin(self, addresses: list[str]) -> None:
        """Announce at these addresses; under another host name if somebody else has ours."""
        self._zeroconf = Zeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
        self.host = self._free_host(self._zeroconf, set(addresses))
        self._info = self._described(addresses)
        ServiceBrowser(self._zeroconf, list(self._names), listener=self)
        self._zeroconf.register_service(self._info, allow_name_change=True)

    def end(self) -> None:
        """Say goodbye and leave the network."""
        zeroconf, self._zeroconf = self._zeroconf, None
        self._sharers, self._asked_at = {}, 0.0
        with self._lock:
            for names in self._names.values():
                names.clear()
        if zeroconf is not None:
            with suppress(OSError, Error):
                zeroconf.close()

    def servers(self) -> list[OtherServer]:
        """Every other server that is announced now."""
        found = [self._read(name) for name in self._heard(SITE_KIND)]
        return [one for one in found if one is not None]

    def sharers(self, own: set[str]) -> tuple[str, ...]:
        """Who else answers to the name that this server is to have, by address."""
        zeroconf, now = self._zeroconf, current_time_millis()
        if zeroconf is None:
            return ()
        name = f"{self.about.host}."
        for record in zeroconf.cache.entries_with_name(name):
            if isinstance(record, DNSAddress) and len(record.address) == V4:
                self._sharers[socket.inet_ntoa(record.address)] = record.created
        lately = [(at, a) for a, at in self._sharers.items() if now - at < SHARED_MS]
        self._sharers = {a: at for at, a in sorted(lately)[-MOST_SITES:]}
        if now - self._asked_at >= ASK_AGAIN_MS:
            self._asked_at = now
            question = DNSOutgoing(0)
            question.add_question(DNSQuestion(name, TYPE_A, CLASS_IN))
            with suppress(OSError, Error):
                zeroconf.send(question)
        return tuple(sorted(self._sharers.keys() - own))

    def seats(self) -> set[str]:
        """Addresses at which a seat agent is said to be."""
        found: set[str] = set()
        for name in self._heard(SEAT_KIND):
            if info := self._known(SEAT_KIND, name, ask=False):
                found.update(info.parsed_addresses(IPVersion.V4Only)[:2])
        return found

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Called by the browser; what is said is read later, by who asks."""
        most = MOST_SITES if type_ == SITE_KIND else MOST_SEATS
        with self._lock:
            if len(self._names[type_]) < most:
                self._names[type_].add(name)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """The same: the newest is in the cache."""
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """It said goodbye, or its time ran out."""
        with self._lock:
            self._names[type_].discard(name)

    def _described(self, addresses: list[str]) -> ServiceInfo:
        about = self.about
        text = {
            "site": about.site,
            "version": about.version,
            "path": about.path,
            "scheme": about.scheme,
            "fingerprint": about.fingerprint,
            "run": self._run,
        }
        return ServiceInfo(
            SITE_KIND,
            f"{instance_name(about)}.{SITE_KIND}",
            port=about.port,
            properties=text,
            server=f"{self.host}.",
            addresses=[ipaddress.IPv4Address(one).packed for one in addresses],
        )

    def _free_host(self, zeroconf: Zeroconf, own: set[str]) -> str:
        stem, _, rest = self.about.host.partition(".")
        for host in (self.about.host, *(f"{stem}-{n}.{rest}" for n in (2, 3, 4))):
            asked = AddressResolverIPv4(f"{host}.")
            answered = asked.request(zeroconf, ASK_MS)
            if not answered or set(asked.parsed_addresses()) <= own:
                return host
            log.warning("another machine of this network is called %s", host)
        return f"{stem}-{self._run[:4]}.{rest}"

    def _heard(self, kind: str) -> list[str]:
        with self._lock:
            return sorted(self._names[kind])

    def _known(self, kind: str, name: str, ask: bool = True) -> ServiceInfo | None:
        """What the cache has of it; asked for once if it has too little."""
        zeroconf = self._zeroconf
        if zeroconf is None:
            return None
        try:
            info = ServiceInfo(kind, name)
            if info.load_from_cache(zeroconf):
                return info
            return info if ask and info.request(zeroconf, ASK_MS) else None
        except (OSError, ValueError, Error):
            # Text of no shape; whoever announces it is not shown, and stops nobody else.
            return None

    def _read(self, name: str) -> OtherServer | None:
        info = self._known(SITE_KIND, name)
        if info is None:
            return None
        text = info.properties
        if _text(text, "run") == self._run:
            return None
        addresses = info.parsed_addresses(IPVersion.V4Only)
        site, host = _text(text, "site"), (info.server or "").rstrip(".").lower()
        return OtherServer(
            site=site,
            name=_clean(name.removesuffix(f".{SITE_KIND}")),
            address=addresses[0] if addresses else "",
            version=_text(text, "version"),
            same_site=site == self.about.site,
            same_host=host == self.about.host.lower(),
        )


def instance_name(about: About) -> str:
    """What the service is called in a list: an mDNS label, 63 bytes at most."""
    whole = f"{about.site} {about.name}".replace(".", " ").encode()[:56]
    return whole.decode("utf-8", "ignore").strip()


def _text(properties: dict[bytes, bytes | None], name: str) -> str:
    return _clean((properties.get(name.encode()) or b"").decode("utf-8", "replace"))


def _clean(text: str) -> str:
    """At most so much, and nothing that would break a line or a table."""
    return "".join(c for c in text if c.isprintable())[:LONGEST]


def reachable_by(host: str, front: str) -> bool:
    """False for a service that only this machine can reach: there is nothing to announce."""
    if front:
        return True
    with suppress(ValueError):
        return not ipaddress.ip_address(host).is_loopback
    return host != "localhost"
