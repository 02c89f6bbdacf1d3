"""Accounts of the site: who leaves, who forgot the password, and names that are taken."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from room import browser, staff_browser

from siteapp.cli import main
from siteapp.errors import EntryRefused, LastAdministrator
from siteapp.site import Site


def sign_in(site: Site, name: str, password: str) -> int:
    """The status of the answer to the form."""
    given = {"name": name, "password": password}
    return browser(site).post("/staff/sign-in", data=given).status_code


def shell(folder: Path, *words: str) -> Result:
    """A command while the service is stopped."""
    return CliRunner().invoke(main, ["--data", str(folder), "--lang", "zh", *words])


def test_who_is_removed_is_out_at_once_and_stays_on_record(site: Site) -> None:
    client, gone = staff_browser(site, "administrator"), staff_browser(site, "chief")
    assert gone.get("/room").status_code == 200
    two = {"second": "吴", "password": site.staff.add("吴", "invigilator")}
    answer = client.post("/admin/users/remove", data={"name": "chief"} | two)
    assert answer.headers["Location"] == "/admin/users"
    assert gone.get("/room").status_code == 401
    assert [one.name for one in site.staff.members()] == ["administrator", "吴"]
    removed = site.staff.log()[0]
    assert (removed["who"], removed["act"], removed["what"]) == (
        "administrator",
        "remove-user",
        "chief 吴",
    )


def test_the_last_administrator_stays(site: Site) -> None:
    client = staff_browser(site, "administrator")
    answer = client.post("/admin/users/remove", data={"name": "administrator"})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "last-administrator")
    site.staff.add("二号", "administrator")
    site.staff.remove("administrator")
    with pytest.raises(LastAdministrator):
        site.staff.remove("二号")


@pytest.mark.parametrize("role", ["chief", "invigilator"])
def test_only_an_administrator_removes(site: Site, role: str) -> None:
    site.staff.add("某人", "invigilator")
    answer = staff_browser(site, role).post("/admin/users/remove", data={"name": "某人"})
    assert answer.status_code == 403
    assert any(one.name == "某人" for one in site.staff.members())


def test_a_name_that_is_taken_says_what_to_do_and_changes_nothing(site: Site) -> None:
    client = staff_browser(site, "administrator")
    given = {"name": "administrator", "role": "invigilator"}
    answer = client.post("/admin/users", data=given)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "name-taken")
    assert "换一个用户名" in str(answer.json)
    assert [one.role for one in site.staff.members()] == ["administrator"]


def test_a_new_account_is_an_invigilator_unless_said_otherwise(site: Site) -> None:
    page = staff_browser(site, "administrator").get("/admin/users").text
    assert re.findall(r'value="([a-z]+)" selected', page) == ["invigilator"]


@pytest.mark.parametrize("name", ["", " 王", "a\nb", "长" * 41])
def test_names_that_nobody_could_type_are_refused_at_every_door(site: Site, name: str) -> None:
    with pytest.raises(EntryRefused):
        site.staff.add(name, "invigilator")


def test_a_forgotten_password_is_made_anew_at_the_shell(site_folder: Path) -> None:
    with closing(Site(site_folder)) as site:
        old = site.staff.add("王老师", "administrator")
    said = shell(site_folder, "users", "reset", "王老师").output
    new = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", said)
    assert new is not None, said
    assert "last-administrator" in shell(site_folder, "users", "remove", "王老师").output
    with closing(Site(site_folder)) as site:
        assert sign_in(site, "王老师", old) == 403
        assert sign_in(site, "王老师", new[0]) == 303
        assert ("-", "reset-password") in [(row["who"], row["act"]) for row in site.staff.log()]


def test_who_waits_at_the_staff_door_is_sent_to_the_administrator(site: Site) -> None:
    site.staff.add("王老师", "chief")
    client, given = browser(site), {"name": "王老师", "password": "falsch"}
    answers = [client.post("/staff/sign-in", data=given) for _ in range(6)]
    assert [one.status_code for one in answers] == [403] * 5 + [429]
    assert "考点管理员重设" in answers[-1].text
    assert "监考员可以解除" not in answers[-1].text
