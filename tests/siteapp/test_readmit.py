"""Another machine while a candidate is writing: a number at the seat, a code from the console."""

from itertools import count
from pathlib import Path

import pytest
import world
from conducted import Room
from deciding import act, code, staff
from room import Page, browser, journal

from siteapp.conduct import acts
from siteapp.conduct.readmit import AGAIN_MS, Readmissions, needed
from siteapp.site import Site
from sync.errors import NotReady

AM = "am-1121"


@pytest.fixture
def asking(open_folder: Path) -> None:
    """The site asks for codes."""
    (open_folder / "settings.toml").write_text('readmit = "on"\n')


def test_a_code_fits_its_number_once_and_again_only_from_the_same_machine_at_once() -> None:
    room, known = Room(), Readmissions(b"s" * 32, count(7).__next__)
    mine, other = room.attempt(1), room.attempt(2)
    number = known.challenge("am", mine)
    assert known.challenge("am", mine) == number
    given = known.answer("am", mine, number)
    assert not known.fits("am", mine, "000000", "m1", 0)
    assert not known.fits("am", other, given, "m1", 0)
    assert known.fits("am", mine, given, "m1", 0)
    assert known.fits("am", mine, given, "m1", AGAIN_MS)
    assert not known.fits("am", mine, given, "m2", 1)
    assert not known.fits("am", mine, given, "m1", AGAIN_MS + 1)
    with pytest.raises(NotReady):
        known.answer("am", mine, number)
    assert known.challenge("am", mine) != number


def test_a_right_guess_is_no_code_before_the_console_has_given_it() -> None:
    mine, secret = Room().attempt(1), b"s" * 32
    known, twin = (Readmissions(secret, lambda: 7) for _ in range(2))
    number = known.challenge("am", mine)
    guess = twin.answer("am", mine, twin.challenge("am", mine))
    # From many addresses no wait keeps somebody from guessing on.
    assert not known.fits("am", mine, guess, "m1", 0)
    assert known.challenge("am", mine) == number
    assert known.answer("am", mine, number) == guess
    assert known.fits("am", mine, guess, "m2", 1)


def test_the_code_depends_on_the_sites_secret_and_on_the_seat_term() -> None:
    mine = Room().attempt(1)
    codes = set()
    for secret, term in ((b"a" * 32, 1), (b"b" * 32, 1), (b"a" * 32, 2)):
        known, mine.seat_term = Readmissions(secret, lambda: 7), term
        codes.add(known.answer("am", mine, known.challenge("am", mine)))
    assert len(codes) == 3


def test_it_is_asked_for_at_another_machine_but_not_after_a_move_nor_at_the_same_one() -> None:
    room = Room()
    room.open()
    mine = room.attempt(1)
    room.begin(mine, "one")
    assert (needed(mine, "one"), needed(mine, "two")) == (False, True)
    room.happen(acts.move(room.session, mine, 77, "坏了", "chief"))
    assert not needed(mine, "two")


@pytest.mark.usefixtures("asking")
def test_the_seat_shows_a_number_and_the_console_gives_its_one_answer(
    open_site: Site, open_package: world.Package, pages: list[Page]
) -> None:
    person = open_package.plan.candidates[0]
    other = Page(browser(open_site), person, "zzz999")
    status, body = other.sign_in()
    number = body["error"]["message"]["zh"].rpartition(" ")[2]
    assert (status, body["error"]["code"], len(number)) == (403, "readmission-needed", 6)
    helper, _ = staff(open_site, "吴监考")
    asked = {"admission": person.admission, "reason": "主机坏了"}
    assert code(act(helper, "readmit", challenge="000000x", **asked)) == (409, "not-ready")
    given = act(helper, "readmit", challenge=number, **asked)[1]["answer"]
    form = {
        "admission": person.admission,
        "secret": person.identity[-6:],
        "seat": person.seat,
        "instance": other.instance,
    }
    wrong = "111111" if given != "111111" else "222222"
    assert code(other.call("POST", "sign-in", form | {"answer": wrong}))[1] == "wrong-readmission"
    assert other.call("POST", "sign-in", form | {"answer": given})[0] == 200
    third = form | {"instance": "third", "answer": given}
    (record,) = journal(open_site, "readmit")
    assert (record["by"], record["reason"]) == ("吴监考", "主机坏了")
    client = browser(open_site)
    used = client.post(
        "/api/candidate/sign-in", json=third, environ_base={"REMOTE_ADDR": "10.9.9.9"}
    )
    assert used.json["error"]["code"] == "wrong-readmission"


@pytest.mark.usefixtures("asking")
def test_guessing_codes_soon_has_to_wait(
    open_site: Site, open_package: world.Package, pages: list[Page]
) -> None:
    other = Page(browser(open_site), open_package.plan.candidates[0], "zzz999")
    other.sign_in()
    person = other.candidate
    form = {"admission": person.admission, "secret": person.identity[-6:], "seat": person.seat}
    answers = [
        code(other.call("POST", "sign-in", form | {"instance": "zzz999", "answer": "123"}))[1]
        for _ in range(6)
    ]
    assert answers == ["wrong-readmission"] * 5 + ["too-many-tries"]
