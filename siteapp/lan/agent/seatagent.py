"""Seat agent: tells the exam server of its room what a browser cannot find out. One file.

    python seatagent.py            beside it lies seatagent.token, from the server's page Machines

It answers who holds the room's token and nobody else, writes no answers, starts nothing, and needs
no privilege. Python 3.8 or later, Linux or Windows. The protocol: docs/specs/seat-agent.md.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import ctypes
import functools
import hashlib
import hmac
import json
import os
import platform
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable  # noqa: UP035  (Python 3.8)

VERSION = 1
PORT = 8510
MAGIC = b"EXSA"
PROBE, ANSWER = b"?", b"!"
NONCE, MAC = 16, 32
PROBE_LENGTH = len(MAGIC) + 2 + NONCE + MAC
MOST_BODY = 1300
# A flood of probes costs no more than this.
ANSWERS_A_SECOND = 20
LOOK_S, SAY_S = 10.0, 20.0
MDNS = ("224.0.0.251", 5353)

# Programs that let somebody else see or steer this machine, by the beginning of the process name.
REMOTE = (
    ("teamviewer", "TeamViewer"),
    ("anydesk", "AnyDesk"),
    ("todesk", "ToDesk"),
    ("sunlogin", "向日葵 Sunlogin"),
    ("awesun", "向日葵 AweSun"),
    ("rustdesk", "RustDesk"),
    ("qqremote", "QQ 远程协助"),
    ("qqpcrtp", "QQ 远程协助"),
    ("raylink", "RayLink"),
    ("splashtop", "Splashtop"),
    ("parsec", "Parsec"),
    ("mstsc", "mstsc"),
    ("msra", "msra"),
    ("rdpclip", "RDP session"),
    ("xrdp", "xrdp"),
    ("winvnc", "VNC"),
    ("tvnserver", "VNC"),
    ("vncserver", "VNC"),
    ("x11vnc", "VNC"),
    ("xvnc", "VNC"),
    ("uvnc", "VNC"),
    ("remoting_host", "Chrome Remote Desktop"),
    ("chrome-remote", "Chrome Remote Desktop"),
)
VIRTUAL = ("vmware", "virtualbox", "innotek", "qemu", "kvm", "xen", "parallels", "hyper-v", "bochs")


def read(path: str) -> str:
    """A small file's text, empty if it cannot be read."""
    try:
        return Path(path).read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def remote_programs(names: list[str]) -> list[str]:
    """What of these process names is a remote-control program, each said once."""
    low = [name.lower() for name in names]
    return sorted({label for begin, label in REMOTE for name in low if name.startswith(begin)})


class Linux:
    """What Linux says of this machine."""

    def memory(self) -> tuple[int, int]:
        """All and available, MiB."""
        found = dict(line.split(":", 1) for line in read("/proc/meminfo").splitlines())
        kib = [int(found[name].split()[0]) for name in ("MemTotal", "MemAvailable")]
        return kib[0] // 1024, kib[1] // 1024

    def load(self) -> int:
        """Of all processors, per cent, over the last minute."""
        return min(100, round(100 * os.getloadavg()[0] / (os.cpu_count() or 1)))

    def battery(self) -> dict[str, Any] | None:
        """Charge and whether it is plugged in; None without a battery."""
        for supply in sorted(Path("/sys/class/power_supply").glob("BAT*")):
            charge = read(str(supply / "capacity"))
            if charge.isdecimal():
                plugged = read(str(supply / "status")) != "Discharging"
                return {"percent": min(100, int(charge)), "plugged": plugged}
        return None

    def displays(self) -> int | None:
        """How many are connected; None where that is not known."""
        states = [read(str(p)) for p in Path("/sys/class/drm").glob("card*-*/status")]
        return states.count("connected") if states else None

    def maker(self) -> str:
        """What the machine says it is made by."""
        names = [read("/sys/class/dmi/id/" + n) for n in ("sys_vendor", "product_name")]
        return " ".join(names)

    def processes(self) -> list[str]:
        """The names of all programs that run."""
        return [read(str(p)) for p in Path("/proc").glob("[0-9]*/comm")]


class Windows:
    """What Windows says of this machine."""

    def memory(self) -> tuple[int, int]:
        """All and available, MiB."""
        room = ctypes.create_string_buffer(64)
        struct.pack_into("<I", room, 0, 64)
        _windows().kernel32.GlobalMemoryStatusEx(room)
        whole, free = struct.unpack_from("<QQ", room, 8)
        return whole >> 20, free >> 20

    def load(self) -> int:
        """Of all processors, per cent, over a tenth of a second."""
        before = self._times()
        time.sleep(0.1)
        idle, busy = (b - a for a, b in zip(before, self._times()))  # noqa: B905  (Python 3.8)
        return max(0, min(100, round(100 * (busy - idle) / busy))) if busy else 0

    def _times(self) -> tuple[int, int]:
        rooms = [ctypes.create_string_buffer(8) for _ in range(3)]
        _windows().kernel32.GetSystemTimes(*rooms)
        idle, kernel, user = (struct.unpack("<Q", room)[0] for room in rooms)
        return idle, kernel + user

    def battery(self) -> dict[str, Any] | None:
        """Charge and whether it is plugged in; None without a battery."""
        room = ctypes.create_string_buffer(12)
        _windows().kernel32.GetSystemPowerStatus(room)
        plugged, state, percent = struct.unpack_from("<BBB", room)
        known = not state & 128 and percent <= 100
        return {"percent": percent, "plugged": plugged == 1} if known else None

    def displays(self) -> int | None:
        """How many are connected."""
        return int(_windows().user32.GetSystemMetrics(80))

    def maker(self) -> str:
        """What the machine says it is made by."""
        key = "HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS"
        return _run(["reg", "query", key])

    def processes(self) -> list[str]:
        """The names of all programs that run."""
        return [
            row[0] for row in csv.reader(_run(["tasklist", "/fo", "csv", "/nh"]).split("\n")) if row
        ]


def _windows() -> Any:
    return getattr(ctypes, "windll")  # noqa: B009  (not there on Linux)


def _run(words: list[str]) -> str:
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.run(
        words, capture_output=True, text=True, errors="replace", timeout=10, creationflags=flags,
        check=False,
    ).stdout  # fmt: skip


def known(ask: Callable[[], Any]) -> Any:
    """What a question gives, None if this machine cannot answer it."""
    try:
        return ask()
    except (OSError, ValueError, KeyError, AttributeError, subprocess.SubprocessError):
        return None


def look() -> dict[str, Any]:
    """What is so at this moment; null is what this machine cannot say."""
    here: Any = Windows() if os.name == "nt" else Linux()
    memory = known(here.memory) or (None, None)
    maker = (known(here.maker) or "").lower()
    processes = known(here.processes)
    disk = known(lambda: shutil.disk_usage(str(Path.home())).free >> 20)
    return {
        "host": "".join(c for c in socket.gethostname() if c.isprintable())[:64],
        "system": f"{platform.system()} {platform.release()}"[:64],
        "cores": os.cpu_count(),
        "memory_mib": memory[0],
        "memory_free_mib": memory[1],
        "disk_free_mib": disk,
        "load_percent": known(here.load),
        "battery": known(here.battery),
        "displays": known(here.displays),
        "virtual": next((name for name in VIRTUAL if name in maker), ""),
        "zone_minutes": time.localtime().tm_gmtoff // 60,
        "remote": remote_programs(processes)[:16] if processes is not None else None,
    }


def name_of(folder: Path) -> str:
    """This machine's own name, kept beside the program; a new one where nothing can be kept."""
    path = folder / "seatagent.id"
    kept = read(str(path))
    if len(kept) == 16 and all(c in "0123456789abcdef" for c in kept):
        return kept
    made = secrets.token_hex(8)
    try:
        path.write_text(made, "ascii")
    except OSError:
        print("seatagent.id could not be written: another name at the next start")
    return made


class Agent:
    """Answers probes; knows nothing of sockets."""

    def __init__(self, token: bytes, name: str, facts: Callable[[], dict[str, Any]]) -> None:
        self.token, self.name, self.facts = token, name, facts
        self.version = VERSION
        self._second, self._answers = 0, 0

    def answer(self, datagram: bytes) -> bytes | None:
        """What to send back; None for all that is not a probe by a holder of the token."""
        if len(datagram) != PROBE_LENGTH or datagram[:4] != MAGIC or datagram[5:6] != PROBE:
            return None
        if not hmac.compare_digest(self._mac(datagram[:-MAC]), datagram[-MAC:]):
            return None
        if not self._in_time():
            return None
        # Whatever version asks: the frame is the same for all, and the answer says its own.
        told = dict(self.facts(), agent=self.name, clock_ms=int(time.time() * 1000))
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) > MOST_BODY:
            return None
        head = MAGIC + bytes([self.version]) + ANSWER + datagram[6 : 6 + NONCE]
        return head + body + self._mac(head + body)

    def _mac(self, content: bytes) -> bytes:
        return hmac.new(self.token, content, hashlib.sha256).digest()

    def _in_time(self) -> bool:
        second = int(time.monotonic())
        self._answers = self._answers + 1 if second == self._second else 1
        self._second = second
        return self._answers <= ANSWERS_A_SECOND


def announcement(name: str, address: str) -> bytes:
    """An mDNS answer that nobody asked for: `_examseat._tcp` is at this address (RFC 6762)."""
    kind, me, host = "_examseat._tcp.local", name + "._examseat._tcp.local", name + ".local"
    records = (
        (kind, 12, 1, _labels(me)),
        (me, 33, 0x8001, struct.pack(">HHH", 0, 0, PORT) + _labels(host)),
        (me, 16, 0x8001, b"\x09version=" + str(VERSION).encode()),
        (host, 1, 0x8001, socket.inet_aton(address)),
    )
    packet = struct.pack(">HHHHHH", 0, 0x8400, 0, len(records), 0, 0)
    for owner, kind_number, of_class, data in records:
        packet += (
            _labels(owner) + struct.pack(">HHIH", kind_number, of_class, 120, len(data)) + data
        )
    return packet


def _labels(name: str) -> bytes:
    parts = [part.encode() for part in name.split(".")]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def own_addresses() -> list[str]:
    """The IPv4 addresses of this machine, without loopback."""
    lines = [line.split() for line in read("/proc/net/fib_trie").splitlines()]
    pairs = zip(lines, lines[1:])  # noqa: B905, RUF007  (Python 3.8)
    found = {one[-1] for one, after in pairs if after[-2:] == ["host", "LOCAL"]}
    if os.name == "nt":
        found = {
            str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        }
    return sorted(one for one in found if not one.startswith("127."))


def announce(name: str) -> None:
    """Say once on the room's network that this machine has an agent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            # A strict listener hears only what comes from this port.
            out.bind(("", MDNS[1]))
        except OSError:
            out.bind(("", 0))
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        for address in own_addresses():
            # By this card: a room without a gateway has no route to a group.
            out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
            known(functools.partial(out.sendto, announcement(name, address), MDNS))


def listen() -> socket.socket:
    """The socket on which probes come."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("", PORT))
    return made


def serve(agent: Agent, door: socket.socket) -> None:
    """Answer until the socket is closed."""
    while True:
        try:
            datagram, asker = door.recvfrom(2048)
            answer = agent.answer(datagram)
            if answer:
                door.sendto(answer, asker)
        except ConnectionResetError:
            # Windows says so when an earlier answer found nobody.
            continue
        except OSError:
            if door.fileno() < 0:
                return
            time.sleep(0.2)


class Looking:
    """The facts, looked at now and then: a probe never waits for a slow machine."""

    def __init__(self) -> None:
        self.facts = look()

    def go_on(self, name: str) -> None:
        """Look and announce until the program ends."""
        said = -SAY_S
        while True:
            if time.monotonic() - said >= SAY_S:
                said = time.monotonic()
                known(lambda: announce(name))
            time.sleep(LOOK_S)
            self.facts = look()


def main() -> int:
    """Run until stopped."""
    here = Path(__file__).resolve().parent
    arguments = argparse.ArgumentParser(description="seat agent of examsite")
    arguments.add_argument("--token", type=Path, default=here / "seatagent.token")
    given = arguments.parse_args()
    text = read(str(given.token))
    if len(text) != 64 or any(c not in "0123456789abcdef" for c in text):
        print(f"缺少考场令牌文件 · no room token in {given.token}", file=sys.stderr)
        return 3
    looking, name = Looking(), name_of(here)
    door = listen()
    threading.Thread(target=looking.go_on, args=(name,), daemon=True).start()
    print(f"seat agent {name} version {VERSION} on UDP {PORT}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        serve(Agent(bytes.fromhex(text), name, lambda: looking.facts), door)
    return 0


if __name__ == "__main__":
    sys.exit(main())
