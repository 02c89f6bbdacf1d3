"""A package with its materials at the page: tens of MB, in bounded memory, on a disk with room."""

from pathlib import Path

import httpx
import msgspec
import pytest
import world
from faults.storage import Service, program, service
from killed import EXAMSITE
from room import staff_browser

from siteapp import disk
from siteapp.disk import MIB
from siteapp.identity import load_identity
from siteapp.site import Site
from siteapp.store import records
from siteapp.web.bodies import PACKAGE_BODY, PACKAGES, ROOM_BODY, STAFF_BODY, bounds
from siteapp.web.guard import COOKIE
from sync.wire.documents import write_package

MATERIALS_MIB = 36
# A few chunks of it and what a first request loads: 2.4 MiB were seen.
MOST_MORE_KIB = 16 * 1024
WHOLE = """
import io
from siteapp.web.arriving import Arriving
Arriving._get_file_stream = lambda *_, **__: io.BytesIO()
"""


@pytest.fixture(scope="module")
def large(hq: world.Headquarters, enrolled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with a film in it."""
    folder = tmp_path_factory.mktemp("large")
    certificate = load_identity(enrolled).certificate
    made = world.make_package(hq, certificate, folder)
    film = {"materials/film.mp4": bytes(MATERIALS_MIB * MIB)}
    papers = msgspec.structs.replace(made.papers, materials=film)
    write_package(made.path, made.plan, papers, certificate, made.codes, hq.release)
    return made.path


def send(running: Service, password: str, package: Path) -> tuple[int, int]:
    """Status of the import at the page, and by how many KiB the service's memory has peaked."""
    with httpx.Client(base_url=running.address, timeout=60) as client, package.open("rb") as file:
        client.post("/staff/sign-in", data={"name": "admin", "password": password})
        client.get("/admin")
        running.forget_peak()
        before = running.peak_kib
        answer = client.post(PACKAGES, files={"file": ("a.package", file)})
        return answer.status_code, running.peak_kib - before


def admin_of(folder: Path) -> str:
    """The password of a new administrator."""
    site = Site(folder)
    password = site.staff.add("admin", "administrator")
    site.close()
    return password


def test_a_package_of_tens_of_megabytes_is_imported_at_the_page_in_bounded_memory(
    site_folder: Path, large: Path
) -> None:
    password = admin_of(site_folder)
    with service(site_folder) as running:
        status, more = send(running, password, large)
    assert (status, more < MOST_MORE_KIB) == (303, True)
    site = Site(site_folder)
    (digest,) = records.packages(site.live).values()
    site.close()
    assert (site_folder / "packages" / f"{digest}.package").stat().st_size == large.stat().st_size
    assert list((site_folder / "spooling").glob("*.upload")) == []


def test_a_page_that_held_it_whole_would_be_noticed(site_folder: Path, large: Path) -> None:
    password = admin_of(site_folder)
    with service(site_folder, program(WHOLE)) as running:
        assert send(running, password, large)[1] > MATERIALS_MIB * 1024 > MOST_MORE_KIB


def test_what_a_killed_service_left_of_an_upload_is_gone_at_the_next_start(
    site_folder: Path,
) -> None:
    (site_folder / "spooling").mkdir(exist_ok=True)
    left = site_folder / "spooling" / "tmpabc.upload"
    left.write_bytes(b"half")
    with service(site_folder, EXAMSITE):
        assert not left.exists()


@pytest.mark.parametrize(
    ("role", "path", "free_mib", "most"),
    [
        ("administrator", PACKAGES, 10_000, PACKAGE_BODY),
        ("administrator", "/admin/rooms", 10_000, STAFF_BODY),
        ("chief", PACKAGES, 10_000, STAFF_BODY),
        ("", PACKAGES, 10_000, ROOM_BODY),
        ("administrator", PACKAGES, 210, STAFF_BODY),
    ],
)
def test_only_an_administrator_sends_so_much_and_only_where_there_is_room(
    site: Site, monkeypatch: pytest.MonkeyPatch, role: str, path: str, free_mib: int, most: int
) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: free_mib * MIB)
    token = staff_browser(site, role).get_cookie(COOKIE).value if role else ""  # type: ignore[arg-type, union-attr]
    assert bounds(site)(path, {"COOKIE": f"{COOKIE}={token}"}) == most
