"""Nobody is two people: an administrator alone makes no second one, nor takes another's account."""

import re
from contextlib import closing

import pytest
from click.testing import CliRunner
from deciding import staff
from werkzeug.test import Client

from siteapp.cli import main
from siteapp.errors import WrongStaffSignIn
from siteapp.site import Site

ADD = {"name": "x", "role": "chief"}
RESET = {"name": "王丽"}


@pytest.fixture
def admin(site: Site) -> Client:
    return staff(site, "admin", "administrator")[0]


@pytest.fixture
def chief(site: Site) -> str:
    """The chief's password."""
    return staff(site, "王丽", "chief")[1]


@pytest.mark.parametrize(
    ("path", "form"),
    [("/admin/users", ADD), ("/admin/users/reset", RESET), ("/admin/users/remove", RESET)],
    ids=["add", "reset", "remove"],
)
@pytest.mark.parametrize(
    ("second", "password"), [("", ""), ("admin", "own"), ("王丽", "guessed"), ("nobody", "x")]
)
def test_one_alone_neither_adds_nor_removes_an_account_nor_resets_anothers_password(
    site: Site, path: str, form: dict[str, str], second: str, password: str
) -> None:
    admin, own = staff(site, "admin", "administrator")
    kept = staff(site, "王丽", "chief")[1]
    given = {"second": second, "password": own if password == "own" else password}
    assert admin.post(path, data=form | given).status_code == 403
    assert [one.name for one in site.staff.members()] == ["admin", "王丽"]
    assert site.staff.sign_in("王丽", kept, "127.0.0.1")


def test_with_a_second_both_are_done_and_the_audit_names_them(
    site: Site, admin: Client, chief: str
) -> None:
    two = {"second": "王丽", "password": chief}
    assert admin.post("/admin/users", data=ADD | two).status_code == 200
    assert admin.post("/admin/users/reset?as=envelope", data={"name": "x"} | two).status_code == 200
    acts = [(row["act"], row["what"]) for row in site.staff.log()]
    assert ("add-user", "x chief 王丽") in acts
    assert ("reset-password", "x 王丽") in acts


def test_ones_own_password_and_the_first_accounts_need_nobody_else(
    site: Site, admin: Client, chief: str
) -> None:
    assert admin.post("/admin/users/reset", data={"name": "admin"}).status_code == 200
    assert chief


def test_who_is_alone_at_the_site_makes_the_first_other_account(site: Site, admin: Client) -> None:
    assert admin.post("/admin/users", data=ADD).status_code == 200
    assert admin.post("/admin/users", data=ADD | {"name": "y"}).status_code == 403


def test_return_in_a_field_of_the_page_resets_nobody(admin: Client, chief: str) -> None:
    page = admin.get("/admin/users").text
    form = re.search(r'<form id="reset".*?</form>', page, re.DOTALL)
    assert form
    assert "<button disabled hidden>" in form[0]
    assert page.index('<form id="reset"') < page.index('name="name" value="admin"')
    assert chief


def test_where_nobody_can_confirm_it_the_shell_gives_a_new_password(site: Site, chief: str) -> None:
    folder = site.folder
    site.close()
    done = CliRunner().invoke(main, ["--data", str(folder), "users", "reset", "王丽"])
    found = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", done.output)
    assert found, done.output
    with closing(Site(folder)) as again:
        assert again.staff.log()[0]["act"] == "reset-password"
        with pytest.raises(WrongStaffSignIn):
            again.staff.sign_in("王丽", chief, "127.0.0.1")
        assert again.staff.sign_in("王丽", found[0], "127.0.0.1")
