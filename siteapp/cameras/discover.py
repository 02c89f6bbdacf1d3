"""Cameras that answer a WS-Discovery probe in the room's networks (ONVIF core, chapter 7).

What one says of itself is shown and not believed: its address is where the answer came from.
"""

import select
import socket
import time
import uuid
from collections.abc import Iterable
from contextlib import ExitStack
from urllib.parse import unquote, urlsplit

from siteapp.cameras.model import HTTP
from siteapp.cameras.soap import NotXml, first, texts
from sync.exam.specification import Struct

GROUP = ("239.255.255.250", 3702)
LISTEN_S, AGAIN_S = 2.5, 0.8
MOST_FOUND, MOST_DATAGRAM, MOST_TEXT = 256, 8192, 60
_SCOPE = "onvif://www.onvif.org/"
_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>{}</w:MessageID>'
    "<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>"
    "<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>"
    "<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"
)


class Found(Struct, frozen=True):
    """A device that answered: from where, its ONVIF port, and what it calls itself."""

    address: str
    port: int
    name: str
    hardware: str
    recorder: bool


def discover(own: Iterable[str], seconds: float = LISTEN_S) -> list[Found]:
    """Ask in the network of each of these addresses of ours; each device once, by address."""
    message = f"urn:uuid:{uuid.uuid4()}"
    found: dict[str, Found] = {}
    with ExitStack() as stack:
        sockets = [stack.enter_context(one) for address in own if (one := _socket(address))]
        begun, sent = time.monotonic(), 0
        while sockets and (left := begun + seconds - time.monotonic()) > 0:
            # Twice: a datagram may be lost.
            if sent < 2 and time.monotonic() >= begun + sent * AGAIN_S:
                _send(sockets, message)
                sent += 1
            for one in select.select(sockets, [], [], min(left, 0.1))[0]:
                device = heard(one, message)
                if device and len(found) < MOST_FOUND:
                    found.setdefault(device.address, device)
    return sorted(found.values(), key=lambda one: socket.inet_aton(one.address))


def heard(one: socket.socket, message: str) -> Found | None:
    """The device whose answer to this question waits there; None for anything else."""
    try:
        datagram, source = one.recvfrom(MOST_DATAGRAM)
    except OSError:
        # It was damaged on its way, and the kernel has dropped it; or the network has just gone.
        return None
    return read_match(datagram, source[0], message)


def _socket(address: str) -> socket.socket | None:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.bind((address, 0))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        made.setblocking(False)
    except OSError:
        # An address that has just gone.
        made.close()
        return None
    return made


def _send(sockets: list[socket.socket], message: str) -> None:
    for one in sockets:
        try:
            one.sendto(_PROBE.format(message).encode(), GROUP)
        except OSError:
            continue


def read_match(datagram: bytes, source: str, message: str) -> Found | None:
    """The device of an answer to this question; None for anything else."""
    try:
        said = texts(datagram)
    except NotXml:
        return None
    types = first(said, "ProbeMatch", "Types") or ""
    if first(said, "RelatesTo") != message or "NetworkVideo" not in types:
        return None
    scopes = (first(said, "ProbeMatch", "Scopes") or "").split()
    return Found(
        address=source,
        port=_port(first(said, "ProbeMatch", "XAddrs") or "", source),
        name=_scope(scopes, "name/"),
        hardware=_scope(scopes, "hardware/"),
        recorder="NetworkVideoStorage" in types
        or any("type/NetworkVideoRecorder" in s for s in scopes),
    )


def _port(addresses: str, source: str) -> int:
    """The port that it names at its own address; the usual one otherwise."""
    for one in addresses.split():
        try:
            parts = urlsplit(one)
            if parts.hostname == source:
                return parts.port or HTTP
        except ValueError:
            continue
    return HTTP


def _scope(scopes: list[str], kind: str) -> str:
    said = next((one[len(_SCOPE + kind) :] for one in scopes if one.startswith(_SCOPE + kind)), "")
    return "".join(c for c in unquote(said) if c.isprintable())[:MOST_TEXT]
