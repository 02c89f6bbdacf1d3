"""A camera by RTSP (RFC 2326): does it answer, does it take the password, has it video?"""

import re
from typing import NamedTuple

from siteapp.cameras.login import Secret, answer
from siteapp.cameras.model import Login, Reach
from siteapp.cameras.talk import Reply, Talk, Trouble

_MAP = re.compile(r"a=rtpmap:[0-9]{1,3} ([A-Za-z0-9.-]{1,20})/", re.ASCII)
_STATIC = {"26": "JPEG", "32": "MPV"}


class Spoke(NamedTuple):
    """How far the talk went; `codec` is that of the video, empty if there is none."""

    reach: Reach
    login: Login
    codec: str


def speak(address: str, port: int, path: str, secret: Secret | None, until: float) -> Spoke:
    """OPTIONS, then DESCRIBE with the password if it is asked for; ends at `until`."""
    try:
        with Talk(address, port, until) as talk:
            return _Dialogue(talk, f"rtsp://{address}:{port}{path}", secret).go()
    except Trouble as trouble:
        how: Reach = {"gone": "gone", "silent": "silent"}.get(trouble.how, "rubbish")  # type: ignore[assignment]
        return Spoke(how, "unknown", "")


class _Dialogue:
    def __init__(self, talk: Talk, uri: str, secret: Secret | None) -> None:
        self._talk, self._uri, self._secret = talk, uri, secret
        self._count = 0

    def _ask(self, method: str, header: str = "") -> Reply:
        self._count += 1
        lines = [f"{method} {self._uri} RTSP/1.0", f"CSeq: {self._count}", "User-Agent: examsite"]
        if method == "DESCRIBE":
            lines.append("Accept: application/sdp")
        if header:
            lines.append(f"Authorization: {header}")
        return self._talk.ask(("\r\n".join(lines) + "\r\n\r\n").encode())

    def go(self) -> Spoke:
        self._ask("OPTIONS")
        reply, way = self._ask("DESCRIBE"), "open"
        if reply.status == 401:
            given = self._secret and answer(
                reply.all("www-authenticate"), self._secret, "DESCRIBE", self._uri
            )
            if not given:
                return Spoke("ok", "refused", "")
            reply, way = self._ask("DESCRIBE", given.header), given.way
        if reply.status in (401, 403):
            return Spoke("ok", "refused", "")
        login: Login = way  # type: ignore[assignment]
        return Spoke("ok", login, _codec(reply.body) if reply.status == 200 else "")


def _codec(sdp: bytes) -> str:
    """The first video's encoding by its SDP; empty if there is none."""
    _, video, rest = sdp.decode("utf-8", "replace").partition("m=video ")
    if not video:
        return ""
    ours = rest.split("\nm=", 1)[0]
    found = _MAP.search(ours)
    words = ours.split()
    return found[1] if found else _STATIC.get(words[2] if len(words) > 2 else "", "")
