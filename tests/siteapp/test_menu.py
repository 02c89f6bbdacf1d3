import pytest

from provisioning.routes import site_routes
from siteapp.web.menu import MENU, shown

PAGES = [page for group in MENU for page in group.pages]


def test_the_menu_offers_each_role_just_the_pages_that_it_may_open() -> None:
    declared = {r.path: set(r.roles) for r in site_routes() if r.method == "GET"}
    assert {p.path: set(p.roles) for p in PAGES} == {p.path: declared[p.path] for p in PAGES}


@pytest.mark.parametrize(
    ("path", "chosen", "here"),
    [
        ("/admin", "Sessions", "Sessions"),
        ("/admin/rooms", "Preparation", "Rooms"),
        ("/admin/rooms/versions", "Preparation", "Rooms"),
        ("/admin/roomsy", "Sessions", "Sessions"),
        ("/staff/password", None, None),
    ],
)
def test_the_page_below_a_page_belongs_to_it(
    path: str, chosen: str | None, here: str | None
) -> None:
    menu = shown("administrator", path)
    assert (menu.chosen and menu.chosen.name.en, menu.here and menu.here.name.en) == (chosen, here)


def test_an_invigilator_has_the_room_alone() -> None:
    assert [group.name.en for group in shown("invigilator", "/room").groups] == ["Room"]
