"""Cameras for people: who may see what, what the report says, and the shell."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cameras import GIVEN
from click.testing import CliRunner
from room import browser, staff_browser

from siteapp.cameras import look, service
from siteapp.cameras.model import Camera, Look
from siteapp.cli import main
from siteapp.config import Settings
from siteapp.readiness.report import kept_report
from siteapp.site import Site

AM = "am-1121"
STILL = b"\xff\xd8\xff picture \xff\xd9"
LOGIN = {"user": "admin", "password": "s3cret-word"}
SECRETS = (b"s3cret-word", b"10.0.0.77")


def seen(camera: Camera, *_: Any) -> tuple[Look, bytes]:
    """A camera as good as can be, at the network's edge."""
    now = service.wall_ms()
    good = Look(camera.id, now, "ok", "digest", "H264", "ok", 640, 360, 120, 300, 500, 900)
    return good, STILL


@pytest.fixture
def with_camera(site: Site, package: Any, monkeypatch: pytest.MonkeyPatch) -> Site:
    site.shelf.receive(package.path)
    site.cameras.book.put(GIVEN | LOGIN | {"host": "10.0.0.77", "seats": "1-3"})
    monkeypatch.setattr(service, "look_at", seen)
    site.cameras.check()
    return site


def test_staff_see_pictures_and_nobody_else_does(with_camera: Site) -> None:
    paths = ("/api/cameras/cam-1/still", f"/api/room/{AM}/cameras", "/api/cameras")
    invigilator, chief = (staff_browser(with_camera, w) for w in ("invigilator", "chief"))
    for client, expected in ((invigilator, [200, 200, 403]), (chief, [200] * 3)):
        assert [client.get(path).status_code for path in paths] == expected
    client = browser(with_camera)
    assert [client.get(path).status_code for path in paths] == [401] * 3
    picture = invigilator.get(paths[0])
    assert (picture.data, picture.mimetype) == (STILL, "image/jpeg")
    assert picture.headers["Cache-Control"] == "no-store"
    strip = invigilator.get(paths[1]).data
    assert not any(secret in strip for secret in SECRETS)


def test_only_the_administrator_changes_the_list_and_no_password_comes_back(
    with_camera: Site,
) -> None:
    body = GIVEN | LOGIN | {"label": "后门"}
    chief = staff_browser(with_camera, "chief")
    for path in ("", "/cam-1", "/cam-1/remove", "/discover"):
        assert chief.post(f"/api/cameras{path}", json=body).status_code == 403
    admin = staff_browser(with_camera, "administrator")
    assert admin.post("/api/cameras", json=body).json == {"id": "cam-2"}
    refused = admin.post("/api/cameras", json=body | {"host": "10.0.0.1/x", "port": 0})
    assert (refused.status_code, len(refused.json["error"]["problems"])) == (422, 2)
    told = admin.get("/api/cameras")
    assert SECRETS[0] not in told.data
    assert [one["secret"] for one in told.json["cameras"]] == [True, True]
    assert admin.post("/api/cameras/discover").json == {"found": []}
    assert admin.post("/api/cameras/cam-1/remove").json == {}
    assert admin.get("/api/cameras/cam-1/still").status_code == 404
    acts = [(line["act"], line["what"]) for line in with_camera.staff.log()[:2]]
    assert acts == [("camera-remove", "cam-1"), ("camera", "cam-2 127.0.0.1")]


def test_the_report_has_the_pictures_hash_and_neither_address_nor_password(
    with_camera: Site,
) -> None:
    admin = staff_browser(with_camera, "administrator")
    admin.post(f"/api/readiness/{AM}/sign")
    kept = kept_report(with_camera.folder, AM, with_camera.identity.sign.public)
    assert kept is not None
    assert kept.cameras is not None
    (line,) = kept.cameras
    assert (line.name, line.level, line.seats) == ("前门", "ok", (1, 2, 3))
    assert line.still == hashlib.sha256(STILL).hexdigest()
    assert kept.premises.cameras == 1
    cover = next(one for one in kept.findings if one.check == "camera-cover")
    assert (cover.level, cover.value, cover.seats) == ("warn", 3, (4, 5))
    state = admin.get(f"/api/readiness/{AM}").json
    assert "/api/cameras/cam-1/still?" in state["drawn"]
    said = json.dumps(state).encode()
    assert not any(secret in said for secret in SECRETS)


@pytest.mark.parametrize("required", ["on", "off"])
def test_uncovered_seats_keep_from_a_start_only_where_the_setting_says_so(
    with_camera: Site, required: str
) -> None:
    with_camera.settings = Settings({"cameras_required": required})
    chief = staff_browser(with_camera, "chief")

    def level() -> str:
        said = chief.get(f"/api/readiness/{AM}").json["report"]["findings"]
        return str(next(one["level"] for one in said if one["check"] == "camera-cover"))

    assert level() == {"on": "fail", "off": "warn"}[required]
    with_camera.cameras.book.put(GIVEN | {"seats": "1-9"}, "cam-1")
    assert level() == "ok"


def test_a_damaged_list_stops_no_report(with_camera: Site) -> None:
    (with_camera.folder / "cameras" / "cameras.json").write_bytes(b"[")
    admin = staff_browser(with_camera, "administrator")
    said = admin.get(f"/api/readiness/{AM}").json["report"]
    cover = next(one for one in said["findings"] if one["check"] == "camera-cover")
    assert (cover["level"], cover["said"]) == ("unknown", "camera-list-damaged")
    assert admin.get("/api/cameras").json["error"]["code"] == "camera-list-damaged"


def test_pictures_give_way_when_the_disk_runs_low(
    with_camera: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(with_camera.cameras, "begin", lambda *of, **more: begun.append(of))
    monkeypatch.setattr(with_camera.cameras, "_every_ms", 0)
    chief = staff_browser(with_camera, "chief")
    for low, expected in ((True, 507), (False, 200)):
        monkeypatch.setattr(with_camera.disk, "stops", lambda work, low=low: low)
        assert chief.get(f"/api/room/{AM}/cameras").status_code == 200
        assert chief.post("/api/cameras/check", json={"cameras": []}).status_code == expected
        assert len(begun) == (0 if low else 2)


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", "en", "cameras", *words])


def test_the_shell_lists_checks_and_removes_beside_the_service(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "ASIDE_S", 0.5)
    secret = tmp_path / "secret"
    secret.write_text("s3cret-word\n")
    given = ["127.0.0.1", "--label", "Front", "--port", "9", "--onvif-port", "9", "--seats", "1-3"]
    login = ["--user", "admin", "--password-file", str(secret)]
    assert "cam-1" in run(site.folder, "add", *given, *login).output
    listed = run(site.folder, "list", "--json")
    assert "s3cret" not in listed.output
    assert [json.loads(listed.output)[0][name] for name in ("seats", "sealed")] == [[1, 2, 3], True]
    kept = site.cameras.book.secret(site.cameras.book.camera("cam-1"))
    assert kept is not None
    assert kept.password == "s3cret-word"
    checked = run(site.folder, "check")
    assert (checked.exit_code, "refused" in checked.output) == (3, True)
    assert run(site.folder, "check", "cam-7").exit_code == 9
    assert run(site.folder, "add", "10.0.0.1/x", "--label", "x").exit_code == 6
    assert run(site.folder, "remove", "cam-1").exit_code == 0
    assert run(site.folder, "check").exit_code == 0
