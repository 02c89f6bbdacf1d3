"""The room's CA on the disk: made once, its front renewed, its kit laid out for the pages.

KEEP/root.pem  issuer.pem  issuer.key     (root alone; never in the data folder or its copies)
FRONT                                     certificate, issuer and key as HAProxy reads them
DATA/trust/ca.crt  kit.zip  trust.json    what anybody in the room may have
"""

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from provisioning.errors import AddressOutside, CertificateRefused, NoAuthority
from provisioning.handing import lay_open
from provisioning.trust import authority
from provisioning.trust.authority import Address, Limits
from provisioning.trust.kit import Told, kit
from siteapp.trust import Statement, statement_path
from sync.errors import AlreadyThere
from sync.wire.files import write_durably
from sync.words import Words

# A certificate that ends within a season is renewed.
RENEW_DAYS = 60


class Places(NamedTuple):
    """Where the parts lie."""

    data: Path
    keep: Path
    front: Path


class Wanted(NamedTuple):
    """What the front is to be certified as; the first name is the one that people use."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]


def make(
    places: Places,
    site: str,
    wanted: Wanted,
    networks: Sequence[authority.Network],
    now: datetime.datetime,
) -> Statement:
    """Make the CA, its front and the kit; AlreadyThere if there is a CA."""
    if (places.keep / "issuer.key").exists():
        raise AlreadyThere(what=Words("考点根证书", "the room's CA"))
    limits = Limits(wanted.names, tuple(networks))
    _refuse_outside(limits, wanted)
    made = authority.make_authority(f"Exam room {site}", limits, now)
    places.keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(places.keep / "root.pem", made.root)
    write_durably(places.keep / "issuer.pem", made.issuer)
    # Last: it is what says that there is a CA.
    write_durably(places.keep / "issuer.key", made.issuer_key, 0o600)
    return _certify(places, wanted, now)


def renew(
    places: Places, wanted: Wanted, now: datetime.datetime, force: bool = False
) -> tuple[Statement, bool]:
    """A new certificate for the front if it ends soon or is of other names; and whether it was."""
    root = _root(places)
    _refuse_outside(authority.read_limits(root), wanted)
    if not force and _still_good(places, root, wanted, now):
        return publish(places, now), False
    return _certify(places, wanted, now), True


def good(places: Places, wanted: Wanted, now: datetime.datetime) -> bool:
    """The front is certified as all that is wanted, and for a season to come."""
    return _still_good(places, _root(places), wanted, now)


def within(places: Places, wanted: Wanted) -> Wanted:
    """What of it the CA may speak for: one address outside must not keep the rest from renewal."""
    limits = authority.read_limits(_root(places))
    inside = (a for a in wanted.addresses if any(a in network for network in limits.networks))
    return wanted._replace(addresses=tuple(inside))


def show(places: Places) -> Statement:
    """What is there; NoAuthority if nothing is."""
    _root(places)
    return _statement(places)


def publish(places: Places, now: datetime.datetime) -> Statement:
    """Lay statement, certificate and kit out for the pages, and verify what they promise."""
    root, front = _root(places), places.front.read_bytes()
    said = authority.read_front(front)
    for name in (*said.names, *said.addresses):
        authority.verify_front(root, front, name, now)
    told = _statement(places)
    place = statement_path(places.data)
    contents = {
        "ca.crt": root,
        "kit.zip": kit(Told(root, authority.der(root), told)),
        place.name: msgspec.json.encode(told),
    }
    lay_open(place.parent, contents)
    return told


def _certify(places: Places, wanted: Wanted, now: datetime.datetime) -> Statement:
    issuer = (places.keep / "issuer.pem").read_bytes()
    key = (places.keep / "issuer.key").read_bytes()
    front = authority.certify_front(issuer, key, wanted.names, wanted.addresses, now)
    places.front.parent.mkdir(parents=True, exist_ok=True)
    write_durably(places.front, front, 0o600)
    return publish(places, now)


def _root(places: Places) -> bytes:
    if not (places.keep / "issuer.key").exists():
        raise NoAuthority(folder=places.keep)
    return (places.keep / "root.pem").read_bytes()


def _still_good(places: Places, root: bytes, wanted: Wanted, now: datetime.datetime) -> bool:
    try:
        front = places.front.read_bytes()
        said = authority.read_front(front)
        later = now + datetime.timedelta(days=RENEW_DAYS)
        for name in (*wanted.names, *wanted.addresses):
            authority.verify_front(root, front, name, later)
    except (FileNotFoundError, ValueError, CertificateRefused):
        return False
    # Of a cable that is out the address stays in the certificate until it is needed no longer.
    return set(said.names) >= set(wanted.names) and set(said.addresses) >= set(wanted.addresses)


def _refuse_outside(limits: Limits, wanted: Wanted) -> None:
    for name in wanted.names:
        if not any(name == one or name.endswith(f".{one}") for one in limits.names):
            raise AddressOutside(address=name)
    for address in wanted.addresses:
        if not any(address in network for network in limits.networks):
            raise AddressOutside(address=address)


def _statement(places: Places) -> Statement:
    root = _root(places)
    front = authority.read_front(places.front.read_bytes())
    limits = authority.read_limits(root)
    return Statement(
        name=authority.common_name(root),
        fingerprint=authority.fingerprint(root),
        until=authority.ends(root).date().isoformat(),
        names=front.names,
        addresses=tuple(str(one) for one in front.addresses),
        front_until=front.until.date().isoformat(),
        limits=(*limits.names, *(str(one) for one in limits.networks)),
    )
