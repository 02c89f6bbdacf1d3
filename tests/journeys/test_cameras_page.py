"""Cameras listed, looked at and seen by people in a real browser; pictures for the documents."""

import os
from collections.abc import Iterator

import pytest
from album import IMAGES, shot
from browsers import Watch
from cameras import PASSWORD, USER, Ports, missing, real_cameras
from playwright.sync_api import Page, expect
from premises import Premises
from staff_page import StaffPage

# A look takes a few seconds, and the machine may be busy.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    if why := missing():
        pytest.skip(why)
    with real_cameras() as found:
        yield found


def pictured(page: Page, name: str) -> None:
    """In both languages into docs/images, when `make screenshots` asks for it."""
    if "EXAMSITE_PICTURES" not in os.environ:
        return
    page.set_viewport_size({"width": 1366, "height": 768})
    for language in ("zh", "en"):
        page.goto(f"{page.url.split('?')[0]}?lang={language}")
        page.wait_for_load_state("networkidle")
        (IMAGES / f"{name}-{language}.png").write_bytes(shot(page))
    page.goto(f"{page.url.split('?')[0]}?lang=zh")


def listed(page: Page, **fields: str) -> None:
    """Add a camera by the form."""
    page.get_by_role("button", name="添加", exact=True).click()
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.get_by_role("button", name="保存并检查").click()
    # One round at a time.
    expect(page.locator("#form")).to_be_hidden()
    expect(page.locator("#round")).to_be_hidden(timeout=PATIENCE)


def test_a_camera_is_listed_mended_and_seen_beside_the_wall(
    watch: Watch, premises: Premises, ports: Ports
) -> None:
    premises.furnish()
    premises.start_site()
    admin = StaffPage(watch.machine().new_page(), premises.address)
    admin.sign_in("admin", premises.passwords.administrator)
    page = admin.page
    page.goto(f"{premises.address}/admin/cameras")
    expect(page.locator("#none")).to_be_visible()
    common = {"host": "127.0.0.1", "path": "/good", "onvif_port": "9"}
    locked = common | {"port": str(ports.digest), "user": USER}
    listed(page, label="前门", seats="1-2", password="wrong", **locked)
    expect(page.locator(".camera.fail li.fail")).to_contain_text("密码错误")
    expect(page.locator("#sessions")).to_contain_text("4 个座位中 0 个有摄像机覆盖")
    page.get_by_role("button", name="修改: 前门").click()
    expect(page.locator("#password")).to_have_value("")
    page.fill("#user", USER)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="保存并检查").click()
    expect(page.locator(".camera img")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#sessions")).to_contain_text("4 个座位中 2 个有摄像机覆盖")
    black = common | {"path": "/black", "port": str(ports.open)}
    listed(page, label="后门", seats="3-4", **black)
    expect(page.locator(".camera.fail")).to_contain_text("画面亮度")
    pictured(page, "cameras")
    strip_is_seen(watch, premises)


def strip_is_seen(watch: Watch, premises: Premises) -> None:
    """By who watches the room, with the picture and what is wrong; there is no way to the list."""
    chief = StaffPage(watch.machine().new_page(), premises.address)
    chief.sign_in("chief", premises.passwords.chief)
    chief.page.goto(f"{premises.address}/room")
    figures = chief.page.locator(".camera-strip figure")
    expect(figures).to_have_count(2)
    expect(figures.first.locator("img")).to_be_visible()
    assert figures.first.locator("img").evaluate("one => one.decode().then(() => one.naturalWidth)")
    expect(figures.last).to_contain_text("画面亮度")
    pictured(chief.page, "cameras-room")
    chief.page.goto(f"{premises.address}/admin/readiness")
    expect(chief.page.locator(".stills img")).to_have_count(2)
    chief.page.goto(f"{premises.address}/admin/cameras")
    expect(chief.page.locator(".camera")).to_have_count(2)
    expect(chief.page.get_by_role("button", name="添加", exact=True)).to_have_count(0)
