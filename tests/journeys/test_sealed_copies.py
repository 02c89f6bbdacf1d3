"""What a machine keeps after a hand-in only the site can read; it refills a server that lost it."""

import re
import shutil
import signal
from pathlib import Path

import pytest
from browsers import Watch, kept
from candidate_page import CandidatePage, Sit
from playwright.sync_api import Route, expect
from premises import SESSION, SPARE_SEAT, Person, Premises, Process, counted, wait_until
from staff_page import StaffPage

from siteapp.site import Site
from siteapp.web.rescue_files import take_in
from sync.exam.marking import receipt_code

# As on plain HTTP outside this machine: the browser has no crypto for pages.
NO_CRYPTO = "Object.defineProperty(crypto, 'subtle', { value: undefined })"
# A page that seals nothing: what the seal is for is then in the open.
NO_SEAL = """export function canSeal() { return true; }
export async function rescueFile(keys, whose, saves) { return JSON.stringify(saves); }"""


def write(page: CandidatePage, count: int) -> list[str]:
    """Answer so many; the references that were sent."""
    sent: list[str] = []
    page.page.on("request", lambda r: sent.append(r.post_data or "") if "responses" in r.url else 0)
    page.enter()
    for number in range(1, count + 1):
        page.answer(number)
    page.expect_saved(count)
    found = re.findall(r'"item":"([^"]+)","response":\["([^"]+)"', "".join(sent))
    assert len(found) >= count
    return [ref for pair in found for ref in pair]


def found(page: CandidatePage, texts: list[str]) -> list[str]:
    """Which of these texts lie anywhere in the browser's storage."""
    text = kept(page.page)
    return [one for one in texts if one in text]


def copies(page: CandidatePage) -> int:
    """How many sealed copies lie on the machine."""
    return kept(page.page).count('"ticket"')


def test_the_next_candidate_reads_nothing_though_a_sealed_copy_stays(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    answers = write(page, 2)
    assert found(page, answers) == answers
    page.hand_in()
    page.press("下一位考生")
    page.expect_title("考生登录")
    assert found(page, [*answers, page.person.admission, page.person.name]) == []
    assert copies(page) == 1


def test_a_copy_that_is_not_sealed_would_be_found(site: Premises, sit: Sit) -> None:
    page = sit(site.people["live"][0])
    script = {"body": NO_SEAL, "content_type": "text/javascript"}
    page.page.route("**/candidate/rescue.js", lambda route: route.fulfill(**script))
    answers = write(page, 2)
    page.hand_in()
    page.press("下一位考生")
    page.expect_title("考生登录")
    assert found(page, answers) == answers


def test_a_site_put_back_to_before_the_hand_in_is_refilled_by_the_sealed_copy(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    write(page, 2)
    site.stop_site()
    copy = shutil.copytree(site.site_folder, site.folder / "copy")
    site.start_site()
    for number in range(3, 8):
        page.answer(number, right=number % 2 == 0)
    page.expect_saved(7)
    receipt = page.hand_in()
    page.press("下一位考生")
    page.expect_title("考生登录")
    site.kill_site()
    shutil.rmtree(site.site_folder)
    shutil.copytree(copy, site.site_folder)
    assert len(counted(site.journal(), page.person)) == 2
    site.start_site()
    tile = wait_until(lambda: tile_of(site, page, 7), "refilled by the machine")
    assert tile["phase"] == "started"
    site.act("collect", admission=page.person.admission, reason="已交卷，服务器恢复旧副本")
    assert tile_of(site, page, 7)["receipt"] == receipt
    assert counted(site.journal(), page.person) == page.taken.options


def tile_of(site: Premises, page: CandidatePage, answered: int) -> dict[str, object]:
    """The candidate's tile on the wall once it says so many answers."""
    wall = site.act("incident", admission="", category="other", note="核对")
    tiles = [t for t in wall["tiles"] if t["admission"] == page.person.admission]
    return tiles[0] if tiles[0]["answered"] == answered else {}


def test_the_sealed_copy_goes_when_headquarters_has_archived_everything(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    write(page, 1)
    page.hand_in()
    for sitting in site.people:
        site.act("close", sitting=sitting)
    # Read on its way: of a page that goes on, the browser keeps no answer.
    told: list[object] = []

    def read(route: Route) -> None:
        answer = route.fetch()
        told.append(answer.json())
        route.fulfill(response=answer)

    page.page.route("**/rescue/offer", read)
    page.page.reload()
    wait_until(lambda: copies(page) == 1 and told, "the machine offers its copy")
    assert (told[0], copies(page)) == ({"do": "keep"}, 1)
    page.page.unroute("**/rescue/offer", read)
    courier = Process(site.site_folder, "courier")
    try:
        wait_until(lambda: copies(page) == 0, "the copy is gone")
    finally:
        courier.end(signal.SIGTERM)


def at_the_wall(site: Premises, watch: Watch, person: Person) -> StaffPage:
    """The chief, with this candidate's tile chosen."""
    chief = StaffPage(watch.machine().new_page(), site.address)
    chief.sign_in("chief", site.passwords.chief)
    chief.page.goto(f"{site.address}/room")
    chief.page.locator(".tile", has_text=person.name).click()
    return chief


def brought_by_stick(site: Premises, page: CandidatePage, watch: Watch, folder: Path) -> StaffPage:
    """The wall after it took in the rescue file of a page that was cut off and then collected."""
    write(page, 1)
    expect(page.page.locator(".rescue")).to_be_hidden()
    page.page.context.set_offline(True)
    page.answer(2)
    page.answer(3)
    with page.page.expect_download() as downloading:
        page.press("下载救援文件")
    file = folder / downloading.value.suggested_filename
    downloading.value.save_as(file)
    assert str(page.person.seat) in file.name
    assert page.person.admission not in file.name
    site.act("collect", admission=page.person.admission, reason="机器损坏")
    chief = at_the_wall(site, watch, page.person)
    with chief.page.expect_file_chooser() as choosing:
        chief.press("导入救援文件")
    choosing.value.set_files(file)
    expect(chief.page.locator(".tile.chosen")).to_contain_text("待采用 2")
    return chief


def test_two_people_turn_down_a_rescue_file_at_the_wall(
    site: Premises, sit: Sit, watch: Watch, tmp_path: Path
) -> None:
    page = sit(site.people["live"][0])
    chief = brought_by_stick(site, page, watch, tmp_path)
    chief.press("不采用救援作答")
    chief.page.fill("[name=reason]", "作答在收卷之后")
    chief.page.fill("[name=second]", "helper")
    chief.page.fill("[name=password]", site.passwords.helper)
    chief.press("确定")
    expect(chief.page.locator(".tile.chosen")).not_to_contain_text("待采用")
    journal = site.journal()
    (refused,) = (e.body for e in journal if e.kind == "rescue-refused")
    assert (refused["reason"], refused["second"]) == ("作答在收卷之后", "helper")
    assert len(counted(journal, page.person)) == 1


def test_a_rescue_file_of_a_page_cut_off_for_good_is_taken_in_and_applied(
    site: Premises, sit: Sit, watch: Watch, tmp_path: Path
) -> None:
    page = sit(site.people["live"][0])
    chief = brought_by_stick(site, page, watch, tmp_path)
    attempt = tile_of(site, page, 1)["attempt"]
    chief.press("采用救援作答")
    chief.page.fill("[name=reason]", "网线被拔，作答在收卷前")
    chief.page.fill("[name=second]", "helper")
    chief.page.fill("[name=password]", site.passwords.helper)
    chief.press("确定")
    expect(chief.page.locator(".tile.chosen")).not_to_contain_text("待采用")
    receipt = tile_of(site, page, 3)["receipt"]
    journal = site.journal()
    assert counted(journal, page.person) == page.taken.options
    assert receipt == receipt_code(str(attempt), counted(journal, page.person))


def test_on_plain_http_the_page_says_that_it_has_no_rescue_file_and_keeps_nothing(
    site: Premises, sit: Sit
) -> None:
    page = sit(site.people["live"][0])
    page.page.add_init_script(NO_CRYPTO)
    answers = write(page, 2)
    page.page.context.set_offline(True)
    page.answer(3)
    expect(page.page.locator(".rescue")).to_contain_text("普通 HTTP：没有救援文件")
    page.page.context.set_offline(False)
    page.expect_saved(3)
    page.hand_in()
    assert found(page, answers) == []
    assert copies(page) == 0


def test_what_a_left_machine_kept_is_sealed_before_the_next_candidate_sits_down(
    site: Premises, sit: Sit, watch: Watch
) -> None:
    one, other = site.people["live"][:2]
    page = sit(one)
    answers = write(page, 1)
    page.page.close()
    neighbour = CandidatePage(page.page.context.new_page(), site.address, other, page.taken.bank)
    neighbour.page.goto(f"{site.address}/?seat={other.seat}")
    neighbour.page.evaluate("sessionStorage.clear()")
    assert found(neighbour, answers) == answers
    site.act("move", admission=one.admission, seat=SPARE_SEAT, reason="死机")
    if neighbour.title.inner_text() != "考生登录":
        neighbour.press("供其他考生使用")
    neighbour.expect_title("考生登录")
    neighbour.sign_in()
    neighbour.press("信息无误，确认")
    assert found(neighbour, [*answers, one.name]) == []


@pytest.mark.parametrize("restart", ["kept", "forgotten"])
def test_a_machine_that_forgets_at_reboot_is_named_to_the_administrator(
    site: Premises, watch: Watch, restart: str
) -> None:
    first = watch.machine()
    again = first if restart == "kept" else watch.machine()
    for machine in (first, again):
        page = machine.new_page()
        with page.expect_response("**/api/machine/marker"):
            page.goto(f"{site.address}/?seat=12")
        page.close()
    admin = watch.machine().new_page()
    admin.goto(f"{site.address}/staff/sign-in")
    admin.fill("#name", "admin")
    admin.fill("#password", site.passwords.administrator)
    admin.get_by_role("button", name="登录").click()
    admin.goto(f"{site.address}/admin")
    named = admin.get_by_text("重启后不保留数据的考试机，座位: 12")
    expect(named).to_have_count(1 if restart == "forgotten" else 0)


def test_the_site_process_is_not_needed_to_take_a_file_in(site: Premises, sit: Sit) -> None:
    page = sit(site.people["live"][0])
    write(page, 1)
    page.page.context.set_offline(True)
    page.answer(2)
    with page.page.expect_download() as downloading:
        page.press("下载救援文件")
    file = downloading.value.path().read_bytes()
    site.stop_site()
    own = Site(site.site_folder)
    try:
        taken = take_in(own, file)
    finally:
        own.close()
    assert (taken.counted, taken.waiting) == (1, 0)
    assert len(counted(site.journal(), page.person)) == 2
    assert SESSION in downloading.value.suggested_filename
