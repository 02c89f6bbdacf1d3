"""Photos at the site: shown to whom they concern, nowhere in clear on its disk."""

from pathlib import Path

import photographed
import pytest
import world
from room import Page, browser, staff_browser

from siteapp.site import Site
from sync.errors import PlanRefused
from sync.exam.photos import Photos
from sync.headquarters.content.portrait import portrait
from sync.wire.documents import write_package

PHOTO = portrait(photographed.picture())


def with_photos(hq: world.Headquarters, site: Site, folder: Path, photos: dict[str, bytes]) -> Path:
    """The package of `make_package` with photos in it."""
    package = world.make_package(hq, site.identity.certificate, folder)
    write_package(
        package.path,
        package.plan,
        package.papers,
        site.identity.certificate,
        package.codes,
        hq.release,
        Photos(photos),
    )
    return package.path


def test_a_candidate_sees_the_own_photo_and_staff_see_all(hq, site: Site, tmp_path: Path) -> None:
    plan = site.shelf.receive(with_photos(hq, site, tmp_path, {"2026000001": PHOTO}))
    first, second, *_ = plan.candidates
    page, other = Page(browser(site), first), Page(browser(site), second)
    client = page.client
    assert client.get("/api/candidate/photo").status_code == 401
    for one, status in ((page, 200), (other, 404)):
        one.sign_in()
        answer = client.get(
            "/api/candidate/photo", headers={"Authorization": f"Bearer {one.token}"}
        )
        assert answer.status_code == status
    address = "/api/room/am-1121/photos/2026000001"
    assert client.get(address).status_code == 401
    shown = staff_browser(site, "invigilator").get(address)
    assert (shown.data, shown.mimetype) == (PHOTO, "image/jpeg")
    assert shown.headers["Cache-Control"] == "no-store"


def test_no_photo_lies_in_clear_on_the_disk(hq, site: Site, tmp_path: Path) -> None:
    site.shelf.receive(with_photos(hq, site, tmp_path, {"2026000001": PHOTO}))
    assert site.shelf.photo(site.live.session("am-1121"), "2026000001") == PHOTO
    files = [path for path in site.identity.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not any(PHOTO[200:300] in path.read_bytes() for path in files)


def test_a_package_with_a_strangers_photo_is_not_taken_in(hq, site: Site, tmp_path: Path) -> None:
    with pytest.raises(PlanRefused):
        site.shelf.receive(with_photos(hq, site, tmp_path, {"2099000001": PHOTO}))
    assert list(site.live.sessions) == []


def test_a_package_that_cannot_be_read_again_keeps_nobody_from_the_paper(
    open_site: Site, open_package: world.Package
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    (kept,) = open_site.shelf.folder.glob("*.package")
    kept.write_bytes(b"damaged")
    assert page.sign_in()[0] == 200
    assert page.call("GET", "photo")[0] == 422
    assert page.call("POST", "confirm", {})[0] == 200
