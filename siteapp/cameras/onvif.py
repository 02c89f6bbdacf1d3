"""What ONVIF tells: a device's clock (no password needed), its stream, how far back it recorded.

Every question goes to the listed device, whatever address its answers name.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from siteapp.cameras.login import Secret, answer
from siteapp.cameras.soap import NotXml, Texts, envelope, first, texts
from siteapp.cameras.talk import Talk, Trouble

DEVICE = "/onvif/device_service"
_TDS, _TRT = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"
_TSE, _TT = "http://www.onvif.org/ver10/search/wsdl", "http://www.onvif.org/ver10/schema"
_STREAM = (
    f'<GetStreamUri xmlns="{_TRT}"><StreamSetup><Stream xmlns="{_TT}">RTP-Unicast</Stream>'
    f'<Transport xmlns="{_TT}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
    "<ProfileToken>{}</ProfileToken></GetStreamUri>"
)
_UNITS = ("Year", "Month", "Day")
_PARTS = ("Hour", "Minute", "Second")


class Device(NamedTuple):
    """Where it listens, the password if there is one, and when we stop asking."""

    address: str
    port: int
    secret: Secret | None
    until: float


def clock_off_ms(device: Device) -> int | None:
    """How far its clock is ahead of ours; None if it does not say, or says no moment."""
    body = f'<GetSystemDateAndTime xmlns="{_TDS}"/>'
    began = time.time()
    found = _ask(device._replace(secret=None), DEVICE, body)
    ours = (began + time.time()) / 2
    theirs = _moment(found)
    # Whole seconds, so half of one is what it means.
    return round((theirs.timestamp() + 0.5 - ours) * 1000) if theirs else None


def _moment(found: Texts) -> datetime | None:
    said = [first(found, "UTCDateTime", "Date", unit) for unit in _UNITS]
    said += [first(found, "UTCDateTime", "Time", part) for part in _PARTS]
    try:
        return datetime(*(int(one) for one in said if one and len(one) <= 4), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except (TypeError, ValueError):
        return None


def stream(device: Device) -> tuple[int, str] | None:
    """Port and path of the first profile's stream; None if it does not say."""
    media = _service(device, "Media", "XAddr")
    profiles = _ask(device, media, f'<GetProfiles xmlns="{_TRT}"/>')
    token = first(profiles, "Profiles", "@token")
    if token is None or not all(c.isalnum() or c in "._-" for c in token):
        return None
    said = first(_ask(device, media, _STREAM.format(token)), "MediaUri", "Uri")
    try:
        parts = urlsplit(said or "")
        port = parts.port or 554
    except ValueError:
        return None
    if parts.scheme != "rtsp":
        return None
    return port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def recorded_days(device: Device, now: datetime) -> int | None:
    """How many days back its recordings reach; None if it does not say."""
    path = _service(device, "Search", "XAddr")
    found = _ask(device, path, f'<GetRecordingSummary xmlns="{_TSE}"/>')
    said = first(found, "Summary", "DataFrom")
    try:
        since = datetime.fromisoformat(said or "")
        since = since if since.tzinfo else since.replace(tzinfo=UTC)
        return max(timedelta(0), now - since).days
    except (ValueError, OverflowError):
        return None


def _service(device: Device, *tail: str) -> str:
    """The path of a service by the device's capabilities; the device's own where it says none."""
    body = f'<GetCapabilities xmlns="{_TDS}"><Category>All</Category></GetCapabilities>'
    said = first(_ask(device, DEVICE, body), *tail)
    try:
        path = urlsplit(said or "").path
    except ValueError:
        path = ""
    plain = path.isascii() and path.isprintable() and " " not in path
    return path if path.startswith("/") and plain else DEVICE


def _ask(device: Device, path: str, body: str) -> Texts:
    """The answer's texts; none if it does not answer, refuses, or sends something else."""
    try:
        data = envelope(body, device.secret)
        reply = _post(device, path, data, "")
        if reply[0] == 401 and device.secret:
            # Not the token of WS-Security, but the password's digest in HTTP.
            given = answer(reply[1], device.secret, "POST", path)
            if given and given.way == "digest":
                reply = _post(device, path, data, f"Authorization: {given.header}\r\n")
        return texts(reply[2]) if reply[0] == 200 else []
    except (Trouble, NotXml):
        return []


def _post(device: Device, path: str, data: bytes, header: str) -> tuple[int, list[str], bytes]:
    # HTTP/1.0: whoever answers ends with the connection, and sends nothing in pieces.
    head = (
        f"POST {path} HTTP/1.0\r\nHost: {device.address}:{device.port}\r\n{header}"
        f"Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with Talk(device.address, device.port, device.until) as talk:
        reply = talk.ask(head.encode() + data)
    return reply.status, reply.all("www-authenticate"), reply.body
