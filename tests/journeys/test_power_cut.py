"""The room's power fails in the middle: server and machines go at once, and nobody loses by it."""

import time

import pytest
from browsers import Watch
from candidate_page import CandidatePage
from cast import Cast
from playwright.sync_api import expect
from premises import Premises, counted, wait_until

# The plot: so long there is no power. Shorter ones are not worth a decision.
CUT_S = 14


class PowerCut(Cast):
    """Two at their papers, one of them at a machine that forgets its storage."""

    def write(self) -> None:
        """Both answer, and all of it is on the server."""
        self.keeps, self.forgets = self.named("live", 0), self.named("media", 0)
        for page in (self.keeps, self.forgets):
            page.enter()
            for number in (1, 2):
                page.answer(number)
            page.expect_saved(2)

    def fail(self) -> None:
        """The server as by kill -9, every browser in the room with it."""
        self.went = time.monotonic()
        self.site.kill_site()
        self.machine = self.keeps.page.context
        self.keeps.page.close()
        self.forgets.page.context.close()
        self.lights_out.page.context.close()

    def stay_dark(self) -> None:
        """Until the power comes back."""
        wait_until(lambda: time.monotonic() > self.went + CUT_S, "the power is back")

    def come_back(self) -> None:
        """The server starts; one machine knows its page, the other begins at the sign-in."""
        self.site.start_site()
        self.keeps._show(self.machine.new_page())
        self.keeps.page.goto(self.site.address)
        taken, self.forgets = self.forgets.taken, self.named("media", 0)
        self.forgets.taken = taken
        self.forgets.sign_in()
        self.took = time.monotonic() - self.went
        for page in (self.keeps, self.forgets):
            page.on_paper()
            page.expect_saved(2)

    def give_back(self) -> None:
        """What was measured is proposed, and one press gives each their own."""
        head = self.chief()
        panel = head.page.locator(".decision")
        expect(panel.locator(".decision-row")).to_have_count(2)
        self.album.keep(head.page, "day-power-cut")
        self.ended = {one.person: ends(one) for one in (self.keeps, self.forgets)}
        panel.get_by_role("combobox").select_option(index=2)
        both = self.tongue.says("为 2 人各补所失时间", "Give all 2 their time")
        panel.get_by_role("button", name=both).click()
        expect(panel).to_have_count(0)
        self.album.look(head.page, "given-back")

    def expect_given(self, page: CandidatePage) -> None:
        """Without a reload the countdown has what the cut took; an answer more goes through."""
        wait_until(lambda: ends(page) > self.ended[page.person] + CUT_S / 2, "the time is given")
        page.answer(3)
        page.expect_saved(3)


def ends(page: CandidatePage) -> float:
    """When the countdown will be over, on this machine's monotonic clock."""
    return time.monotonic() + page.seconds_left()


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_power_cut_in_the_middle_costs_nobody_an_answer_or_a_minute(
    site: Premises, watch: Watch, lang: str
) -> None:
    room = PowerCut(site, watch, lang)
    room.lights_out = room.helper()
    room.write()
    room.fail()
    room.stay_dark()
    room.come_back()
    room.give_back()
    pages = [room.keeps, room.forgets]
    for page in pages:
        room.expect_given(page)
        page.hand_in()
    journal = site.journal()
    assert [counted(journal, one.person) for one in pages] == [one.taken.options for one in pages]
    given = [one.body["ms"] / 1000 for one in journal if one.kind == "extension"]
    assert len(given) == 2
    assert all(CUT_S - 5 <= one <= room.took + 60 for one in given)
