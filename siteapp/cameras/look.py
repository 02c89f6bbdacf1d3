"""One look at one camera, from the network to a picture, in a time that it cannot make longer."""

import socket
import time
from datetime import UTC, datetime

from siteapp.cameras.login import Secret
from siteapp.cameras.model import Camera, Look
from siteapp.cameras.onvif import Device, clock_off_ms, recorded_days, stream
from siteapp.cameras.picture import rtsp_url, take
from siteapp.cameras.rtsp import Spoke, speak

# Of the talk; the clock and a stream's name may be asked for beside it.
TALK_S, ASIDE_S = 5.0, 3.0


def look_at(
    camera: Camera, secret: Secret | None, pause_s: float, seconds: float, now: int
) -> tuple[Look, bytes]:
    """What was found, and a still or nothing. Costs the talks and `seconds`, and never fails."""
    try:
        address = socket.gethostbyname(camera.host)
    except OSError:
        return Look(camera.id, now, "gone"), b""
    device = Device(address, camera.onvif_port, secret, time.monotonic() + ASIDE_S)
    off = clock_off_ms(device)
    if camera.kind == "recorder":
        return _recorder(camera, device, off, now), b""
    port, path, spoke = _spoken(camera, address, secret)
    common = {"clock_off_ms": off, "login": spoke.login, "codec": spoke.codec[:20]}
    if not spoke.codec:
        return Look(camera.id, now, spoke.reach, **common), b""  # type: ignore[arg-type]
    given = secret if spoke.login in ("digest", "basic") else None
    facts, still = take(rtsp_url(address, port, path, given), pause_s, seconds)
    seen = {name: getattr(facts, name) for name in facts.__struct_fields__}
    return Look(camera.id, now, spoke.reach, **common, **seen), still  # type: ignore[arg-type]


def _spoken(camera: Camera, address: str, secret: Secret | None) -> tuple[int, str, Spoke]:
    """Where its video is, and how far the talk went; where nobody wrote a path, ONVIF is asked."""
    port, path = camera.port, camera.path
    if path == "/":
        aside = Device(address, camera.onvif_port, secret, time.monotonic() + ASIDE_S)
        port, path = stream(aside) or (port, path)
    return port, path, speak(address, port, path, secret, time.monotonic() + TALK_S)


def _recorder(camera: Camera, device: Device, off: int | None, now: int) -> Look:
    """A recorder is there if any of its two doors answers; days are asked for by ONVIF."""
    spoke = speak(
        device.address, camera.port, camera.path, device.secret, time.monotonic() + TALK_S
    )
    aside = device._replace(until=time.monotonic() + 2 * ASIDE_S)
    days = recorded_days(aside, datetime.fromtimestamp(now / 1000, UTC)) if device.secret else None
    answered = off is not None or days is not None
    reach = "ok" if answered else spoke.reach
    return Look(camera.id, now, reach, login=spoke.login, clock_off_ms=off, days=days)
