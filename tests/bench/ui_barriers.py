"""Whom the pages shut out: axe-core on every page of every person, in both languages.

`axe_pages` were looked at, `axe_violations` rules were broken on them; `wide_pages` are wider than
a screen of 1366 at 200 %. Pages come from the tables of routes, dialogs from the buttons there are.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from barriers import candidate_screens, found, overflow, wall_dialogs
from browsers import Watch
from candidate_page import CandidatePage
from every_page import pages
from playwright.sync_api import Browser, Page
from premises import Premises
from staff_page import StaffPage
from tongue import Tongue

LANGUAGES = ("zh", "en")
OFFICERS = ("public", "exam-officer", "release-officer", "auditor", "marker")
Figures = dict[str, float]


class Tally:
    """What was looked at, and what was found; each fault is said on standard error."""

    def __init__(self) -> None:
        self._pages = self._broken = self._wide = 0

    def look(self, name: str, page: Page) -> None:
        """One page as it stands."""
        broken, wider = found(page), overflow(page)
        self._pages += 1
        self._broken += len(broken)
        self._wide += wider > 0
        for rule, places in broken.items():
            print(f"  {name}: {rule} {places[:3]}", file=sys.stderr, flush=True)
        if wider > 0:
            print(f"  {name}: {wider} px too wide at 200 %", file=sys.stderr, flush=True)

    def figures(self) -> Figures:
        """For the one line."""
        return {
            "axe_pages": self._pages,
            "axe_violations": self._broken,
            "wide_pages": self._wide,
        }


@contextmanager
def _open(browser: Browser, **people: int) -> Iterator[tuple[Premises, Watch]]:
    with tempfile.TemporaryDirectory() as folder:
        site, watch = Premises(Path(folder), **people), Watch(browser)
        try:
            site.furnish()
            site.start_site()
            yield site, watch
        finally:
            watch.close()
            site.close()


def candidate(browser: Browser) -> Figures:
    """Every screen of a candidate, from a refused sign-in to the receipt."""
    tally = Tally()
    with _open(browser, live=1, media=1) as (site, watch):
        for sitting, lang in (("live", "zh"), ("media", "en")):
            person = site.people[sitting][0]
            page = watch.machine().new_page()
            paper = CandidatePage(page, site.address, person, site.bank(sitting))
            for name in candidate_screens(site, paper, lang):
                tally.look(f"candidate {name} {lang}", page)
    return tally.figures()


def staff(browser: Browser) -> Figures:
    """Every page of everybody at the site, and all that the wall can ask."""
    tally = Tally()
    with _open(browser, live=2, media=1) as (site, watch):
        nobody = watch.machine().new_page()
        _each(tally, nobody, site.address, pages("examsite", "room"))
        _refused(tally, nobody, site.address)
        admin = _signed_in(site, watch, "admin", site.passwords.administrator)
        _each(tally, admin, site.address, pages("examsite", "administrator"))
        _answered(tally, admin, site.address)
        chief = _signed_in(site, watch, "chief", site.passwords.chief)
        _each(tally, chief, site.address, pages("examsite", "chief"))
        _walls(tally, site, watch)
    return tally.figures()


def _refused(tally: Tally, page: Page, address: str) -> None:
    """What a wrong sign-in and a wrong address get."""
    for lang in LANGUAGES:
        page.goto(f"{address}/staff/sign-in?lang={lang}")
        page.fill("#name", "nobody")
        page.fill("#password", "wrong")
        page.locator("main button").click()
        page.locator(".notice.bad").wait_for()
        tally.look(f"refused sign-in {lang}", page)
        page.goto(f"{address}/nowhere?lang={lang}")
        tally.look(f"no such page {lang}", page)


def _answered(tally: Tally, page: Page, address: str) -> None:
    """What a package that is none gets."""
    for lang in LANGUAGES:
        page.goto(f"{address}/admin?lang={lang}")
        none = {"name": "a.package", "mimeType": "application/octet-stream", "buffer": b"none"}
        page.set_input_files("#file", none)
        page.locator("form[action='/admin/packages'] button").last.click()
        page.locator(".notice.bad").wait_for()
        tally.look(f"refused package {lang}", page)


def _walls(tally: Tally, site: Premises, watch: Watch) -> None:
    """One who writes, one who rests, one who did not come; each dialog, in both languages."""
    site.open()
    writing, resting = site.people["live"]
    for one in (writing, resting):
        page = watch.machine().new_page()
        CandidatePage(page, site.address, one, site.bank("live")).enter()
    site.act("rest", admission=resting.admission, minutes=5, reason="休息")
    site.act("violation", admission=writing.admission, note="夹带")
    seats = [writing.seat, resting.seat, site.people["media"][0].seat]
    for lang in LANGUAGES:
        page = watch.machine().new_page()
        chief = StaffPage(page, site.address, Tongue(lang))
        chief.sign_in("chief", site.passwords.chief)
        page.locator(".tile").first.wait_for()
        for name in wall_dialogs(chief, seats):
            tally.look(f"{name} {lang}", page)


def headquarters(browser: Browser) -> Figures:
    """Every page of headquarters, to an account with all roles."""
    tally = Tally()
    with _open(browser, live=2, media=1) as (site, watch):
        page = watch.machine().new_page()
        page.goto(f"{site.hq_address}/sign-in")
        page.fill("#name", "officer")
        page.fill("#password", site.passwords.officer)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"{site.hq_address}/")
        addresses = {one: None for role in OFFICERS for one in pages("examhq", role)}
        _each(tally, page, site.hq_address, addresses)
    return tally.figures()


def _signed_in(site: Premises, watch: Watch, name: str, password: str) -> Page:
    page = watch.machine().new_page()
    StaffPage(page, site.address).sign_in(name, password)
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def _each(tally: Tally, page: Page, address: str, paths: Iterable[str]) -> None:
    for path in paths:
        for lang in LANGUAGES:
            answer = page.goto(f"{address}{path}?lang={lang}")
            assert answer is not None, path
            # What is refused here is a page as well, with its reason.
            if answer.status >= 500:
                raise RuntimeError(f"{path}: {answer.status}")
            tally.look(f"{path} {lang}", page)


PARTS: dict[str, Callable[[Browser], Figures]] = {
    "axe-candidate": candidate,
    "axe-staff": staff,
    "axe-headquarters": headquarters,
}
