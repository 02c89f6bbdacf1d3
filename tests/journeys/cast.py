"""The people of a day, each at a browser of their own, all speaking one language."""

from album import Album
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import Page, expect
from premises import Person, Premises
from staff_page import StaffPage
from tongue import Tongue


class Cast:
    """Who is in the room; `named` finds a candidate by sitting and place in its roster."""

    def __init__(self, site: Premises, watch: Watch, lang: str) -> None:
        self.site, self.watch = site, watch
        self.tongue, self.album = Tongue(lang), Album(lang)

    def staff(self, name: str, password: str) -> StaffPage:
        """A member of staff who has just signed in."""
        page = StaffPage(self.watch.machine().new_page(), self.site.address, self.tongue)
        page.sign_in(name, password)
        expect(page.page.locator("header nav")).to_be_visible()
        return page

    def chief(self) -> StaffPage:
        """The chief invigilator."""
        return self.staff("chief", self.site.passwords.chief)

    def helper(self) -> StaffPage:
        """The second invigilator."""
        return self.staff("helper", self.site.passwords.helper)

    def administrator(self) -> StaffPage:
        """The site administrator."""
        return self.staff("admin", self.site.passwords.administrator)

    def officer(self) -> Page:
        """An exam officer at headquarters, before its list of sessions."""
        return self._at_headquarters("officer", self.site.passwords.officer)

    def second(self) -> Page:
        """Another exam officer, at a machine of their own."""
        return self._at_headquarters("second", self.site.passwords.second)

    def _at_headquarters(self, name: str, password: str) -> Page:
        page = self.watch.machine().new_page()
        page.goto(f"{self.site.hq_address}/sign-in")
        self.tongue.choose(page)
        page.fill("#name", name)
        page.fill("#password", password)
        page.get_by_role("button", name=self.tongue.named("登录")).click()
        expect(page.locator("header nav")).to_be_visible()
        return page

    def candidate(self, person: Person) -> CandidatePage:
        """A candidate before a machine; not signed in."""
        machine, bank = self.watch.machine(), self.site.bank(person.sitting)
        return CandidatePage(machine.new_page(), self.site.address, person, bank, self.tongue)

    def named(self, sitting: str, place: int) -> CandidatePage:
        """The candidate at this place of a sitting's roster, before a machine."""
        return self.candidate(self.site.people[sitting][place])
