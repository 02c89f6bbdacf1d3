"""The list of cameras: sealed passwords, pictures, and how a look is judged."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cameras import GIVEN

from siteapp.cameras.book import Book
from siteapp.cameras.login import Secret, answer
from siteapp.cameras.model import Camera, Look, covers, seats_of, seats_text
from siteapp.cameras.stills import DAY_MS, Stills
from siteapp.config import Settings
from siteapp.errors import CameraListDamaged, CameraRefused, NoSuchCamera
from siteapp.readiness.camera_checks import (
    Seen,
    gathered_cameras,
    judge_cameras,
    judge_cover,
    reported,
)
from siteapp.readiness.checks import worst
from sync.readiness.catalogue import CATALOGUE
from sync.wire.keys import OpeningKey

KEY = OpeningKey.generate()
NUMBER = Settings({}).number
NOW = 1_000_000_000_000
GOOD = Look(
    "cam-1", NOW, "ok", "digest", "H264", "ok", 1920, 1080, 120, 300, 500, 2_000, None, "ab" * 32
)
LOGIN = {"user": "admin", "password": "s3cret-word"}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path, "site-01", KEY)


def test_seats_are_written_as_people_write_them() -> None:
    assert seats_of("1-3，5; 2 0007") == (1, 2, 3, 5, 7)
    assert seats_text(seats_of("9, 1-3, 5-6")) == "1-3, 5-6, 9"
    assert seats_of(" ") == ()
    for wrong in ("0", "3-1", "a", "1-", "10000", "1-501", "-3"):
        with pytest.raises(CameraRefused):
            seats_of(wrong)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", " "),
        ("label", "x" * 41),
        ("label", "a\nb"),
        ("kind", "phone"),
        ("host", "10.0.0.1/x"),
        ("host", "a@b"),
        ("host", "239.1.1.1"),
        ("host", "0.0.0.0"),
        ("host", "300.1.1.1"),
        ("host", "::1"),
        ("port", 0),
        ("onvif_port", 65_536),
        ("path", "live"),
        ("path", "/a b"),
        ("path", "/a\r\nX: y"),
        ("user", "a:b"),
        ("password", "x" * 65),
        ("seats", "one"),
    ],
)
def test_what_is_no_camera_is_refused_and_nothing_is_kept(
    book: Book, field: str, value: Any
) -> None:
    with pytest.raises(CameraRefused) as refused:
        book.put(GIVEN | {field: value})
    assert len(refused.value.problems) == 1
    assert book.cameras() == []


def test_a_password_lies_sealed_and_goes_to_no_other_address(book: Book) -> None:
    made = book.put(GIVEN | LOGIN)
    written = b"".join(path.read_bytes() for path in book.folder.rglob("*") if path.is_file())
    assert b"s3cret-word" not in written
    assert b"admin" not in written
    assert book.secret(book.camera(made.id)) == Secret("admin", "s3cret-word")
    # Another name keeps the password; another address, port or key does not.
    assert book.secret(book.put(GIVEN | {"label": "后门"}, made.id)) is not None
    assert book.secret(book.put(GIVEN | {"host": "10.0.0.9"}, made.id)) is None
    again = book.put(GIVEN | LOGIN, made.id)
    assert book.secret(msgspec.structs.replace(again, port=8554)) is None
    assert Book(book.folder.parent, "site-01", OpeningKey.generate()).secret(again) is None


def test_the_list_is_only_for_the_service_and_a_damaged_one_is_said(book: Book) -> None:
    names = [book.put(GIVEN | {"label": f"门 {n}"}).id for n in range(3)]
    book.remove(names[1])
    assert [book.put(GIVEN).id, *names] == ["cam-2", "cam-1", "cam-2", "cam-3"]
    with pytest.raises(NoSuchCamera):
        book.remove("cam-9")
    with pytest.raises(NoSuchCamera):
        book.put(GIVEN, "cam-9")
    path = book.folder / "cameras.json"
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b'[{"id": 1}]')
    with pytest.raises(CameraListDamaged):
        book.cameras()


def test_pictures_are_few_and_not_for_long(tmp_path: Path) -> None:
    stills = Stills(tmp_path, most=2, days=7)
    for n in range(4):
        stills.keep([(Look("cam-1", NOW + n, "ok"), b"picture %d" % n)])
    stills.keep([(Look("cam-2", NOW, "ok"), b"other"), (Look("cam-3", NOW, "gone"), b"")])
    stills.prune(["cam-1", "cam-2", "cam-3"], NOW)
    newest = stills.latest("cam-1")
    assert newest is not None
    assert newest.read_bytes() == b"picture 3"
    assert newest.stat().st_mode & 0o077 == 0
    assert len(list(stills.folder.iterdir())) == 3
    assert stills.looks()["cam-1"].still == hashlib.sha256(b"picture 3").hexdigest()
    stills.prune(["cam-1"], NOW)
    assert stills.latest("cam-2") is None
    stills.prune(["cam-1"], NOW + 7 * DAY_MS + 2)
    assert [stills.latest("cam-1") is not None, len(list(stills.folder.iterdir()))] == [True, 1]
    stills.prune(["cam-1"], NOW + 8 * DAY_MS)
    assert list(stills.folder.iterdir()) == []


# RFC 7616, 3.9.1.
RFC = 'realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, nonce="{}", opaque="{}"'
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
MUFASA = Secret("Mufasa", "Circle of Life")
MD5, SHA256 = (f"Digest {RFC.format(name, NONCE, 'FQhe')}" for name in ("MD5", "SHA-256"))


def test_the_strongest_challenge_is_answered_as_the_standard_says() -> None:
    def given(*challenges: str) -> str:
        found = answer(challenges, MUFASA, "GET", "/dir/index.html", CNONCE)
        return found.header if found else ""

    assert 'response="8ca523f5e9506fed4657c9700eebdbec"' in given(MD5, 'Basic realm="x"')
    best = 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"'
    assert best in given(MD5, SHA256)
    assert given('Basic realm="x"') == "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"
    assert given("Digest algorithm=SM3", "Negotiate") == ""


def judged(kind: str = "camera", **given: Any) -> dict[str, str]:
    """Every check and its level of a good look that differs in this."""
    camera = Camera("cam-1", "前门", kind, "10.0.0.5", seats=(1, 2))
    looks = {"cam-1": msgspec.structs.replace(GOOD, **given)}
    (seen,) = judge_cameras([camera], looks, NUMBER, NOW + 60_000)
    return {one.check: one.level for one in seen.findings}


@pytest.mark.parametrize(
    ("given", "check", "level"),
    [
        ({}, "camera-reach", "ok"),
        ({"light": 40}, "camera-light", "ok"),
        ({"light": 39}, "camera-light", "warn"),
        ({"light": 19}, "camera-light", "fail"),
        ({"focus": 19}, "camera-focus", "warn"),
        ({"focus": 9}, "camera-focus", "fail"),
        ({"change": 19}, "camera-frozen", "fail"),
        ({"change": None}, "camera-frozen", "unknown"),
        ({"clock_off_ms": -30_999}, "camera-clock", "ok"),
        ({"clock_off_ms": -31_000}, "camera-clock", "warn"),
        ({"clock_off_ms": 1_801_000}, "camera-clock", "fail"),
        ({"clock_off_ms": None}, "camera-clock", "unknown"),
        ({"picture": "unavailable"}, "camera-picture", "unknown"),
        ({"picture": "late"}, "camera-picture", "fail"),
        ({"login": "basic"}, "camera-login", "warn"),
        ({"at": NOW + 120_000}, "camera-reach", "unknown"),
        ({"at": NOW - 25 * 3_600_000}, "camera-reach", "unknown"),
        ({"kind": "recorder", "days": 29}, "recorder-days", "warn"),
        ({"kind": "recorder", "days": 30}, "recorder-days", "ok"),
        ({"kind": "recorder", "reach": "gone"}, "recorder-reach", "fail"),
    ],
)
def test_a_camera_is_judged_at_each_threshold(
    given: dict[str, Any], check: str, level: str
) -> None:
    found = judged(**given)
    assert found[check] == level
    assert set(found) <= set(CATALOGUE)


def seen_of(*cameras: tuple[Camera, Look | None]) -> list[Seen]:
    looks = {camera.id: look for camera, look in cameras if look}
    return judge_cameras([camera for camera, _ in cameras], looks, NUMBER, NOW)


def test_seats_without_a_working_camera_are_named() -> None:
    front = Camera("cam-1", "前门", "camera", "h", seats=(1, 2, 3))
    back = Camera("cam-2", "后门", "camera", "h", room="301")
    dark = msgspec.structs.replace(GOOD, camera="cam-2", light=3)
    rooms = {"301": {3, 4}}
    seen = seen_of((front, GOOD), (back, dark))
    assert covers(back, rooms, range(1, 6)) == {3, 4}
    bare = judge_cover(seen, rooms, range(1, 6), required=False)
    assert (bare.level, bare.value, bare.limit, bare.seats) == ("warn", 3, 5, (4, 5))
    assert judge_cover(seen, rooms, range(1, 6), required=True).level == "fail"
    assert judge_cover(seen, rooms, (1, 2, 3), required=True).level == "ok"
    assert judge_cover([], rooms, (1,), required=False).level == "unknown"
    lines = reported(seen, rooms, range(1, 6))
    assert lines is not None
    assert [(one.name, one.level, one.seats) for one in lines] == [
        ("前门", "ok", (1, 2, 3)),
        ("后门", "fail", (3, 4)),
    ]
    assert reported([], rooms, (1,)) is None


def test_findings_of_many_cameras_name_them_within_bounds() -> None:
    listed = [
        (Camera(f"cam-{n}", "长" * 40, "camera", "h"), Look(f"cam-{n}", NOW, "silent"))
        for n in range(9)
    ]
    (one,) = gathered_cameras(seen_of(*listed))
    assert (one.check, one.level, len(one.said)) == ("camera-reach", "fail", 200)
    assert worst([one]) == "fail"
