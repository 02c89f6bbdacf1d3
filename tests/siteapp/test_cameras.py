"""Cameras looked at for real: good ones, and each way in which one can be bad."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cameras import (
    GIVEN,
    PASSWORD,
    USER,
    Ports,
    device,
    drips,
    missing,
    never_answers,
    real_cameras,
    says,
    sends_rubbish,
)

from siteapp.cameras import look, picture
from siteapp.cameras.login import Secret
from siteapp.cameras.picture import Facts, take
from siteapp.cameras.rtsp import speak
from siteapp.cameras.service import Cameras, wall_ms
from siteapp.config import Settings
from siteapp.errors import CamerasBusy
from siteapp.readiness.camera_checks import judge_cameras
from sync.wire.keys import OpeningKey

KEY = OpeningKey.generate()
NOBODY = 9
SHORT = Settings({"check_camera_s": 20, "check_camera_pause_s": 1})


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    if why := missing():
        pytest.skip(why)
    with real_cameras() as found:
        yield found


@pytest.fixture
def cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cameras:
    monkeypatch.setattr(look, "TALK_S", 4.0)
    return Cameras(tmp_path, "site-01", KEY, SHORT)


def found(cameras: Cameras) -> dict[str, dict[str, str]]:
    """What the last looks mean: by label, every check that is not as it should be."""
    looks = cameras.stills.looks()
    seen = judge_cameras(cameras.book.cameras(), looks, SHORT.number, wall_ms())
    # None of these tells its clock.
    other = [(one, [f for f in one.findings if f.check != "camera-clock"]) for one in seen]
    return {
        one.camera.label: {f.check: f.level for f in of if f.level != "ok"} for one, of in other
    }


def test_each_camera_is_seen_as_it_is_and_none_hinders_another(
    cameras: Cameras, ports: Ports
) -> None:
    put = cameras.book.put
    for path in ("/good", "/black", "/frozen", "/blurred", "/sound"):
        put(GIVEN | {"label": path, "path": path, "port": ports.open})
    login = {"user": USER, "password": PASSWORD}
    put(GIVEN | login | {"label": "digest", "port": ports.digest})
    put(GIVEN | login | {"label": "wrong", "port": ports.digest, "password": "other"})
    put(GIVEN | {"label": "gone", "port": NOBODY})
    with device(never_answers) as silent, device(sends_rubbish) as rubbish:
        put(GIVEN | {"label": "silent", "port": silent})
        put(GIVEN | {"label": "rubbish", "port": rubbish})
        told: list[tuple[int, int]] = []
        cameras.check(progress=lambda *at: told.append(at))
    assert told == [(n, 10) for n in range(1, 11)]
    assert found(cameras) == {
        "/good": {},
        "/black": {"camera-light": "fail"},
        "/frozen": {"camera-frozen": "fail"},
        "/blurred": {"camera-focus": "fail"},
        "/sound": {"camera-picture": "fail"},
        "digest": {},
        "wrong": {"camera-login": "fail"},
        "gone": {"camera-reach": "fail"},
        "silent": {"camera-reach": "fail"},
        "rubbish": {"camera-reach": "fail"},
    }
    kept = sorted(path.name.split("_")[0] for path in cameras.stills.folder.iterdir())
    assert kept == ["cam-1", "cam-2", "cam-3", "cam-4", "cam-6"]


def test_a_password_in_the_clear_gives_a_picture_and_a_remark(
    cameras: Cameras, ports: Ports
) -> None:
    login = {"user": USER, "password": PASSWORD, "port": ports.basic}
    cameras.book.put(GIVEN | login)
    (seen,) = cameras.check()
    assert (seen.login, seen.picture) == ("basic", "ok")
    assert found(cameras) == {"前门": {"camera-login": "warn"}}


@pytest.mark.parametrize(
    ("behaves", "expected"),
    [
        (never_answers, "silent"),
        (drips, "silent"),
        (sends_rubbish, "rubbish"),
        (says(b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n"), "rubbish"),
        (says(b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n"), "rubbish"),
        (says(b"HTTP/1.1 20x OK\r\n\r\n"), "rubbish"),
        (says(b"\r\n\r\n"), "rubbish"),
        (says(b"RTSP/1.0 401 No\r\nWWW-Authenticate: Digest algorithm=SM3\r\n\r\n"), "ok"),
    ],
)
def test_a_device_that_answers_badly_costs_one_bounded_time(behaves: Any, expected: str) -> None:
    with device(behaves) as port:
        began = time.monotonic()
        spoke = speak("127.0.0.1", port, "/", Secret("a", "b"), began + 0.5)
    assert (spoke.reach, spoke.codec) == (expected, "")
    assert time.monotonic() - began < 3


def test_the_child_is_ended_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "START_S", 0.0)
    with device(never_answers) as port:
        began = time.monotonic()
        assert take(f"rtsp://127.0.0.1:{port}/", 1, 0.3) == (Facts("killed"), b"")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("asked", [b"OPTIONS", b"DESCRIBE"])
def test_a_camera_sends_nobody_elsewhere(asked: bytes) -> None:
    called: list[str] = []

    def elsewhere(caller: socket.socket) -> None:
        called.append("elsewhere")
        caller.close()

    def redirects(caller: socket.socket) -> None:
        caller.settimeout(5)
        while said := caller.recv(4096):
            called.append("camera")
            status = b"302 Moved" if said.startswith(asked) else b"200 OK"
            count = said.split(b"CSeq: ", 1)[1].split(b"\r\n", 1)[0]
            to = b"rtsp://127.0.0.1:%d/" % other
            caller.sendall(b"RTSP/1.0 %b\r\nCSeq: %b\r\nLocation: %b\r\n\r\n" % (status, count, to))

    with device(elsewhere) as other, device(redirects) as port:
        url = picture.rtsp_url("127.0.0.1", port, "/", Secret("viewer", "s3cret"))
        assert take(url, 1, 5) == (Facts("undecodable"), b"")
    assert set(called) == {"camera"}


def test_no_process_shows_the_password(tmp_path: Path) -> None:
    shown: list[bytes] = []

    def look_round(caller: Any) -> None:
        """The child has called: what everybody on this machine can read of it."""
        for task in Path("/proc/self/task").iterdir():
            for child in (task / "children").read_text().split():
                of = Path("/proc") / child
                shown.append((of / "cmdline").read_bytes() + (of / "environ").read_bytes())
        caller.close()

    secret = Secret("viewer", "s3cret-word")
    with device(look_round) as port:
        take(picture.rtsp_url("127.0.0.1", port, "/", secret), 1, 2)
    assert any(b"siteapp.cameras.decode" in one for one in shown)
    assert not any(b"s3cret-word" in one for one in shown)
    assert "s3cret" not in repr(secret)


@pytest.mark.parametrize(
    "out",
    [
        b"",
        b"{}\n",
        b"[" * 100_000,
        b'{"picture": "ok", "width": 99999}\n\xff\xd8\xff\xff\xd9',
        b'{"picture": "ok", "light": 256}\n\xff\xd8\xff\xff\xd9',
        b'{"picture": "ok"}\n<script>',
        b'{"picture": "ok", "more": 1}\n\xff\xd8\xff\xff\xd9',
        b'{"picture": "nice"}\n',
    ],
)
def test_nothing_that_a_child_must_not_say_is_believed(out: bytes) -> None:
    assert picture._read(out) == (Facts("killed"), b"")


def test_a_child_that_talks_without_end_is_not_listened_to() -> None:
    command = [sys.executable, "-c", "import sys\nwhile 1: sys.stdout.write('x' * 65536)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        assert picture._all_of(child.stdout, time.monotonic() + 30) == b""
        child.kill()


def confined(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"from siteapp.cameras import decode\n{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_a_decoder_taken_over_opens_no_file_and_writes_none() -> None:
    reads = "print(len(open('/etc/passwd').read()) > 0)"
    assert confined(reads) == "True"
    said = confined(f"decode.confine()\n{reads}")
    if said == "True":
        pytest.skip("this kernel has no Landlock")
    assert re.match("PermissionError", said)


def calls_of(group: str) -> set[str]:
    """The system calls of one of systemd's groups, with those of the groups in it."""
    told = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", group],
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.strip() for line in told.stdout.splitlines()[1:]]
    inner = [calls_of(name) for name in names if name.startswith("@")]
    return {name for name in names if name[:1] not in ("", "#", "@")}.union(*inner)


def allowed_by(unit: Path) -> set[str]:
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit.read_text("utf-8"), re.M):
        for name in line.removeprefix("~").split():
            of = calls_of(name) if name.startswith("@") else {name}
            allowed = allowed - of if line.startswith("~") else allowed | of
    return allowed


def test_the_units_let_the_child_make_every_system_call_that_it_makes(
    ports: Ports, tmp_path: Path
) -> None:
    if not (shutil.which("strace") and shutil.which("systemd-analyze")):
        pytest.skip("strace or systemd-analyze is not installed")
    order = {"url": f"rtsp://127.0.0.1:{ports.open}/good", "pause_s": 0.2, "seconds": 30}
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-o", str(trace), sys.executable, "-I", "-m"]
    said = subprocess.run(
        [*command, "siteapp.cameras.decode"],
        input=json.dumps(order).encode() + b"\n",
        capture_output=True,
        check=True,
    )
    assert picture._read(said.stdout)[0].picture == "ok"
    made = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", trace.read_text("utf-8", "replace"), re.M))
    assert "setpriority" in made
    for unit in ("examsite-web.service", "examsite-spare.service"):
        assert made - allowed_by(Path(__file__).parents[2] / "systemd" / unit) == set()


def test_only_one_round_at_a_time(cameras: Cameras) -> None:
    with device(never_answers) as port:
        cameras.book.put(GIVEN | {"port": port})
        cameras.begin()
        with pytest.raises(CamerasBusy):
            cameras.begin()
        assert cameras._thread is not None
        cameras._thread.join()
    cameras.begin()
    cameras.stop()
    assert cameras.round is None
