"""The check of identity by eye: the candidate's own photo beside name and seat."""

import pytest
from browsers import kept
from candidate_page import Sit
from playwright.sync_api import expect
from premises import Premises

WIDTH = "image => image.naturalWidth"


def test_a_candidate_confirms_beside_the_photo_and_the_machine_keeps_none(
    site: Premises, sit: Sit
) -> None:
    paper = sit(site.people["live"][0])
    paper.sign_in()
    photo = paper.page.locator("img.photo")
    expect(photo).to_have_attribute("alt", f"照片：{paper.person.name}")
    expect(photo).to_have_js_property("complete", True)
    assert photo.evaluate(WIDTH) == 240
    assert "/9j/" not in kept(paper.page) and "JFIF" not in kept(paper.page)
    paper.page.click("#language-switch")
    expect(photo).to_have_attribute("alt", f"Photo of {paper.person.name}")


@pytest.mark.long
def test_who_has_no_photo_is_told_so_and_goes_on(site: Premises, sit: Sit) -> None:
    paper = sit(site.people["live"][1])
    paper.sign_in()
    expect(paper.page.locator(".photo")).to_contain_text("无照片")
    paper.press("信息无误，确认")
    paper.expect_title("考场规则")
