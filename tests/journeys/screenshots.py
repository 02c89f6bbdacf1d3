"""Pictures for the documents: `make screenshots` plays a morning and writes docs/images/*.png."""

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import readied_room
import test_readiness_travels
from album import IMAGES, shot, shrunk
from browsers import Watch, chromium
from candidate_page import CandidatePage
from playwright.sync_api import Browser, Page, expect
from premises import SESSION, Person, Premises
from room_pictures import furnished
from staff_page import StaffPage

LANGUAGES = ("zh", "en")
# The wall calls a page away after twenty seconds of silence.
SILENCE_S = 22
# How many items the writers of the room have answered when its picture is taken.
ANSWERED = (12, 65, 31, 8, 44, 27, 52, 65, 19, 38, 5, 61, 23, 40, 65, 16, 33, 47, 29, 58)
FINISHED, ARRIVED = 65, 4
LOOK_S = 2
SEATS = 40
# What is there once a page has asked for what it shows.
SETTLED = {"room": ".tile", "rooms": ".notices li", "readiness": ".room svg"}


class Neighbour:
    """Somebody else in the room, whose page needs no browser."""

    def __init__(self, address: str, person: Person) -> None:
        self._http = httpx.Client(base_url=f"{address}/api/candidate/", trust_env=False)
        given = {"admission": person.admission, "secret": person.secret, "seat": person.seat}
        token = self._post("sign-in", given | {"instance": "neighbour"})["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._count = 0

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._http.post(path, json=body).raise_for_status().json()

    def look(self) -> None:
        """Ask how things stand, as an open page does."""
        self._http.get("state").raise_for_status()

    def confirm(self) -> None:
        """Says that name and seat are right."""
        self._post("confirm", {})

    def write(self, count: int) -> None:
        """Start, and answer that many items."""
        self.confirm()
        self._post("start", {})
        paper = self._http.get("paper").json()
        items = [item for part in paper["parts"] for item in part["items"]][:count]
        saves = [
            {"sequence": n, "item": item["ref"], "response": [item["options"][n % 4]["ref"]]}
            for n, item in enumerate(items, start=1)
        ]
        self._post("responses", {"instance": "neighbour", "saves": saves})
        self._count = count

    def hand_in(self) -> None:
        """Hand in what was written."""
        last = {"instance": "neighbour", "last_sequence": self._count, "how": "candidate"}
        self._post("hand-in", last)

    def leave(self) -> None:
        """The page falls silent."""
        self._http.close()


def picture(page: Page, name: str, lang: str) -> None:
    """Write one picture, with nothing blinking in it."""
    (IMAGES / f"{name}-{lang}.png").write_bytes(shot(page))


def both_languages(page: Page, name: str) -> None:
    """A page of staff in both languages."""
    address = page.url.partition("?")[0]
    for lang in LANGUAGES:
        page.goto(f"{address}?lang={lang}")
        if name in SETTLED:
            expect(page.locator(SETTLED[name]).first).to_be_visible()
        if name == "readiness":
            page.locator(".room").first.evaluate("one => one.scrollIntoView()")
        picture(page, name, lang)


def candidate_in_both(candidate: CandidatePage, name: str) -> None:
    """The candidate's page in both languages, by its own switch; Chinese again at the end."""
    page = candidate.page
    for lang in LANGUAGES:
        page.evaluate("document.activeElement.blur()")
        picture(page, name, lang)
        page.click("#language-switch")


def write_paper(candidate: CandidatePage) -> None:
    """Some answers, a flag, and a scenario with its table open."""
    candidate.enter()
    numbers = (*range(1, 13), 31, 32, 33, 51, 52)
    for number in numbers:
        candidate.answer(number, right=number % 5 != 0)
    candidate.go(7)
    candidate.press("标记本题")
    scenario = candidate.page.locator(".grid section").nth(2).locator("button.cell").first
    candidate.answer(int(scenario.inner_text()))
    candidate.expect_saved(len({*numbers, int(scenario.inner_text())}))


def papers(page: Page, address: str) -> None:
    """A ticket and the room record, which are the same in both languages."""
    for name, kind, part in (
        ("ticket", "tickets", ".ticket"),
        ("room-record", "record", "body"),
    ):
        page.goto(f"{address}/admin/sessions/{SESSION}/papers/{kind}")
        taken = page.locator(part).first.screenshot()
        (IMAGES / f"{name}-zh.png").write_bytes(shrunk(taken))


class Room:
    """The candidates beside the one at the browser, in every state that a tile can show."""

    def __init__(self, site: Premises) -> None:
        people = site.people["live"][1:] + site.people["media"]
        silent, (missing, *others) = people[:2], people[2:]
        self._writers: list[Neighbour] = []
        self._arrived: list[Neighbour] = []
        self._absent = [missing.admission]
        self._site = site
        for person, count in zip(silent, (17, 33), strict=True):
            gone = Neighbour(site.address, person)
            gone.write(count)
            gone.leave()
        time.sleep(SILENCE_S)
        for person, count in zip(others, ANSWERED, strict=False):
            for one in self._writers:
                one.look()
            self._writers.append(Neighbour(site.address, person))
            self._writers[-1].write(count)
            if count == FINISHED:
                self._writers[-1].hand_in()
        self._late(others[len(ANSWERED) :])
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._keep_looking)
        self._looking.start()
        site.act("absent", admission=missing.admission)

    def _late(self, people: list[Person]) -> None:
        """Some have just signed in, the rest will not come."""
        for place, person in enumerate(people[:ARRIVED]):
            self._arrived.append(Neighbour(self._site.address, person))
            if place % 2:
                self._arrived[-1].confirm()
        self._absent += [person.admission for person in people[ARRIVED:]]

    def _keep_looking(self) -> None:
        """All pages that are still open ask how things stand, as pages do: nobody is away."""
        while not self._over.wait(LOOK_S):
            for one in self._writers + self._arrived:
                one.look()

    def finish(self) -> None:
        """Whoever is here hands in something; who never came is absent."""
        self._over.set()
        self._looking.join()
        for one in self._arrived:
            one.write(FINISHED)
            one.hand_in()
        for admission in self._absent:
            self._site.act("absent", admission=admission)
        for one in self._writers + self._arrived:
            one.leave()


def pictures(site: Premises, watch: Watch) -> None:
    """The morning from the first answer to the results."""
    person = site.people["live"][0]
    candidate = CandidatePage(watch.machine().new_page(), site.address, person, site.bank("live"))
    room = Room(site)
    write_paper(candidate)
    candidate_in_both(candidate, "candidate-paper")
    chief = StaffPage(watch.machine().new_page(), site.address)
    chief.sign_in("chief", site.passwords.chief)
    both_languages(chief.page, "room")
    admin = StaffPage(watch.machine().new_page(), site.address)
    admin.sign_in("admin", site.passwords.administrator)
    both_languages(admin.page, "admin-home")
    both_languages(furnished(site, watch).page, "rooms")
    candidate.hand_in()
    candidate_in_both(candidate, "candidate-receipt")
    room.finish()
    for sitting in site.people:
        site.act("close", sitting=sitting)
    papers(admin.page, site.address)
    site.deliver()
    officer = watch.machine().new_page()
    officer.goto(f"{site.hq_address}/sign-in?next=/sessions/{SESSION}")
    officer.fill("#name", "officer")
    officer.fill("#password", site.passwords.officer)
    officer.get_by_role("button", name="登录").click()
    both_languages(officer, "headquarters-session")


def readiness(browser: Browser) -> None:
    """The report of a room before the day: at the site, and at headquarters."""
    watch = Watch(browser)
    with tempfile.TemporaryDirectory() as folder:
        site = Premises(Path(folder), live=22, media=8)
        try:
            site.furnish()
            readied_room.draw(site, SEATS)
            site.start_site()
            readied_room.report_machines(site, SEATS)
            admin = readied_room.open_report(watch.machine().new_page(), site)
            admin.press("重新测量并签发报告")
            expect(admin.dialog).to_contain_text("已签名")
            both_languages(admin.page, "readiness")
            test_readiness_travels.carried(site)
            officer = watch.machine().new_page()
            readied_room.open_at_headquarters(officer, site)
            both_languages(officer, "headquarters-readiness")
        finally:
            watch.close()
            site.close()


def play(browser: Browser) -> None:
    """Set the scene in a folder that goes away again."""
    watch = Watch(browser)
    with tempfile.TemporaryDirectory() as folder:
        premises = Premises(Path(folder), live=22, media=8)
        try:
            premises.furnish()
            premises.start_site()
            premises.open()
            pictures(premises, watch)
        finally:
            watch.close()
            premises.close()


def main() -> int:
    """Write all pictures; 1 if there is no browser to take them with."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        if browser is None:
            print("Chromium is not installed", file=sys.stderr)
            return 1
        readiness(browser)
        play(browser)
    total = sum(path.stat().st_size for path in IMAGES.glob("*.png"))
    print(f"{IMAGES}: {total / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
