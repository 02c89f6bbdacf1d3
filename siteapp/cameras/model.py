"""Cameras as people list them, and what one look at a camera found. Pure."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from siteapp.errors import CameraRefused
from sync.exam.specification import Struct
from sync.words import Words

Kind = Literal["camera", "recorder"]
KINDS: tuple[Kind, ...] = ("camera", "recorder")
# What became of reaching it, of its password, and of a frame.
Reach = Literal["ok", "gone", "silent", "rubbish"]
Login = Literal["open", "digest", "basic", "refused", "unknown"]
Picture = Literal["ok", "none", "late", "undecodable", "killed", "unavailable"]

MOST_CAMERAS, MOST_SEATS, HIGHEST_SEAT = 128, 500, 9999
MOST_LABEL, MOST_PATH, MOST_SECRET = 40, 300, 64
RTSP, HTTP, MAX_PORT = 554, 80, 65_535
# A reference in a URL, without what could end the line that it is sent in.
_PATH = re.compile(r"/[!-~]*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,100}[A-Za-z0-9])?")


class Camera(Struct, frozen=True):
    """One camera or recorder of the site's list; `sealed` is its name and password, if it has any.

    It covers these `seats`, and all that are in `room`.
    """

    id: str
    label: str
    kind: Kind
    host: str
    port: int = RTSP
    path: str = "/"
    onvif_port: int = HTTP
    room: str = ""
    seats: tuple[int, ...] = ()
    sealed: bytes = b""


class Look(Struct, frozen=True):
    """What one look found; None is what nobody could find out. `at` is wall time, ms."""

    camera: str
    at: int
    reach: Reach
    login: Login = "unknown"
    codec: str = ""
    picture: Picture = "none"
    width: int = 0
    height: int = 0
    light: int | None = None
    focus: int | None = None
    change: int | None = None
    clock_off_ms: int | None = None
    days: int | None = None
    still: str = ""


def seats_of(text: str) -> tuple[int, ...]:
    """The seats of `1-20, 25`, ascending, none twice; CameraRefused if it says anything else."""
    found: set[int] = set()
    for part in filter(None, re.split(r"[\s,，、;；]+", text)):
        match = re.fullmatch(r"([0-9]{1,4})(?:[-–~]([0-9]{1,4}))?", part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= HIGHEST_SEAT:
            zh = f"座位应写作 1-20, 25，不能是 {part[:20]}"
            raise CameraRefused([Words(zh, f"seats are written 1-20, 25, not {part[:20]}")])
        found.update(range(first, last + 1))
    if len(found) > MOST_SEATS:
        raise CameraRefused([Words(f"座位超过 {MOST_SEATS} 个", f"more than {MOST_SEATS} seats")])
    return tuple(sorted(found))


def seats_text(seats: Iterable[int]) -> str:
    """The shortest text of which `seats_of` makes these seats."""
    runs: list[list[int]] = []
    for seat in sorted(seats):
        if runs and seat == runs[-1][1] + 1:
            runs[-1][1] = seat
        else:
            runs.append([seat, seat])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def checked(name: str, given: Mapping[str, Any]) -> Camera:
    """The camera of what a person wrote, without credentials; every problem is listed."""
    problems = [words for good, words in _rules(given) if not good]
    seats: tuple[int, ...] = ()
    try:
        seats = seats_of(given["seats"])
    except CameraRefused as error:
        problems += error.problems
    if problems:
        raise CameraRefused(problems)
    return Camera(
        id=name,
        label=given["label"].strip(),
        kind=given["kind"],
        host=given["host"].lower(),
        port=given["port"],
        path=given["path"],
        onvif_port=given["onvif_port"],
        room=given["room"].strip(),
        seats=seats,
    )


def _rules(given: Mapping[str, Any]) -> list[tuple[bool, Words]]:
    label, room = given["label"].strip(), given["room"].strip()
    secrets = given.get("user", ""), given.get("password", "")
    return [
        (
            _plain(label) and 0 < len(label) <= MOST_LABEL,
            Words(f"名称须有 1–{MOST_LABEL} 字", f"name: between 1 and {MOST_LABEL} characters"),
        ),
        (given["kind"] in KINDS, Words("类型", "kind")),
        (
            reachable(given["host"]),
            Words("地址须是 IP 地址或主机名", "address: an IP address or a host's name"),
        ),
        (
            all(0 < given[port] <= MAX_PORT for port in ("port", "onvif_port")),
            Words(f"端口须在 1–{MAX_PORT} 之间", f"port: between 1 and {MAX_PORT}"),
        ),
        (
            len(given["path"]) <= MOST_PATH and bool(_PATH.fullmatch(given["path"])),
            Words("路径以 / 开头，不含空格", "path: begins with / and holds no spaces"),
        ),
        (_plain(room) and len(room) <= MOST_LABEL, Words("考场", "room")),
        (
            all(_plain(one) and len(one) <= MOST_SECRET for one in secrets)
            and ":" not in secrets[0],
            Words("用户名或密码", "name or password"),
        ),
    ]


def reachable(host: str) -> bool:
    """Whether this is an address that a camera of a site can have."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host)) and not host.replace(".", "").isdigit()
    return address.version == 4 and not (
        address.is_multicast or address.is_unspecified or address.is_reserved
    )


def _plain(text: str) -> bool:
    return all(c.isprintable() for c in text)


def covers(camera: Camera, rooms: Mapping[str, Iterable[int]], seats: Iterable[int]) -> set[int]:
    """Which of these seats this camera covers; `rooms` says which seats are in a room."""
    if camera.kind != "camera":
        return set()
    return set(seats) & ({*camera.seats} | {*rooms.get(camera.room, ())})
