"""A practical sitting in a browser: materials out, files in, a server that dies in the middle."""

import hashlib
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import Watch
from candidate_page import CandidatePage
from playwright.sync_api import Locator, Response, Route, expect
from premises import COMMANDS, SESSION, Premises, Process, wait_until

from sync.exam.journal import Event
from sync.headquarters.intake import handed_files, stick_desk
from sync.headquarters.intake.journals import read_journal
from sync.spool import Spool

MIB = 1024 * 1024
FILE_PLACE = 2
# So large that a reload finds it still on its way, on a fast machine too.
BIG = 60 * MIB
LONG_MS = 120_000


@pytest.fixture
def practical(tmp_path: Path, watch: Watch) -> Iterator[Premises]:
    """A site with an open practical sitting."""
    made = Premises(tmp_path, live=1, component="practical")
    made.furnish()
    made.start_site()
    made.open()
    yield made
    made.close()


@pytest.fixture
def page(practical: Premises, watch: Watch) -> CandidatePage:
    """The candidate at the first file of the paper."""
    person = practical.people["live"][0]
    found = CandidatePage(
        watch.machine().new_page(), practical.address, person, practical.bank("live")
    )
    found.enter()
    found.go(FILE_PLACE)
    return found


def written(folder: Path, name: str, size: int) -> tuple[Path, str]:
    """A file to hand in, and its SHA-256."""
    path = folder / name
    path.write_bytes(random.Random(name).randbytes(size))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def choose(page: CandidatePage, path: Path) -> None:
    page.page.set_input_files("#answer-file", path)


def newest(page: CandidatePage) -> Locator:
    return page.page.locator(".versions li").first.locator(".mark")


def bytes_here(premises: Premises) -> int:
    """How much of an unfinished file is on the site's disk."""
    folder = premises.site_folder / "files"
    return max((p.stat().st_size for p in folder.glob("*.part")), default=0)


def files_of(premises: Premises) -> list[str]:
    """The SHA-256 of every file in the site's journal; stops the site."""
    return [e.body["sha256"] for e in premises.journal() if e.kind == "file"]


def test_materials_come_with_the_paper_and_a_small_file_goes_up(
    practical: Premises, page: CandidatePage, tmp_path: Path
) -> None:
    picture = page.page.locator("img.material").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("e => e.naturalWidth") > 100
    with page.page.expect_download() as saved:
        page.page.locator(".materials button").nth(1).click()
    assert saved.value.path().read_bytes()[:2] == b"PK"
    path, digest = written(tmp_path, "上架信息表.xlsx", 300_000)
    choose(page, path)
    expect(newest(page)).to_have_text("已保存到服务器")
    expect(page.on_server).to_have_text("已保存到服务器 1")
    assert files_of(practical) == [digest]


def test_a_file_of_another_kind_is_refused_in_the_page(page: CandidatePage, tmp_path: Path) -> None:
    path, _ = written(tmp_path, "视频.mp4", 1000)
    choose(page, path)
    expect(page.page.locator(".notice.bad")).to_contain_text("这里只收 .xlsx 文件")
    expect(page.page.locator(".versions li")).to_have_count(0)


DROP = """(area, [name, size, count]) => {
  const data = new DataTransfer();
  for (let i = 0; i < count; i += 1) data.items.add(new File([new Uint8Array(size)], name));
  const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  return area.dispatchEvent(event);
}"""


def drop(page: CandidatePage, where: str, name: str, count: int = 1) -> bool:
    """Drop files of 5,000 zero bytes; True if the browser would open them itself."""
    return bool(page.page.locator(where).evaluate(DROP, [name, 5000, count]))


def test_a_file_is_dropped_on_its_place_and_none_opens_in_the_place_of_the_paper(
    practical: Premises, page: CandidatePage
) -> None:
    assert not drop(page, ".grid", "上架信息表.xlsx")
    expect(page.page.locator(".versions li")).to_have_count(0)
    assert not drop(page, ".drop", "上架信息表.xlsx", count=2)
    expect(page.page.locator(".notice.bad")).to_contain_text("一次只能上传一个文件")
    assert not drop(page, ".drop", "视频.mp4")
    expect(page.page.locator(".notice.bad")).to_contain_text("这里只收 .xlsx 文件")
    assert not drop(page, ".drop", "上架信息表.xlsx")
    expect(newest(page)).to_have_text("已保存到服务器")
    expect(page.page.locator(".counted")).to_have_count(1)
    assert files_of(practical) == [hashlib.sha256(bytes(5000)).hexdigest()]


def killed_in_the_middle(practical: Premises, page: CandidatePage, path: Path) -> int:
    """The server dies with some of the file on its disk; how much."""
    choose(page, path)
    wait_until(lambda: bytes_here(practical) > 3 * MIB, "some parts are there")
    practical.kill_site()
    return bytes_here(practical)


def test_an_upload_outlives_a_killed_server_and_a_reload(
    practical: Premises, page: CandidatePage, tmp_path: Path
) -> None:
    path, digest = written(tmp_path, "big.xlsx", BIG)
    before = killed_in_the_middle(practical, page, path)
    assert before < BIG
    expect(newest(page)).to_contain_text("仅在本机")
    expect(page.local).to_have_text("仅保存在本机 1")
    practical.start_site()
    wait_until(lambda: bytes_here(practical) > before, "it goes on by itself")
    page.page.reload()
    page.on_paper()
    expect(newest(page)).to_contain_text("请重新选择它")
    kept = bytes_here(practical)
    choose(page, path)
    expect(newest(page)).to_have_text("已保存到服务器", timeout=LONG_MS)
    assert kept >= before
    assert files_of(practical) == [digest]


def test_a_small_file_outlives_a_reload_without_the_server(
    practical: Premises, page: CandidatePage, tmp_path: Path
) -> None:
    path, digest = written(tmp_path, "small.xlsx", 5 * MIB)
    with practical.room_network_away():
        choose(page, path)
        expect(newest(page)).to_contain_text("仅在本机")
        path.unlink()
        expect(page.page.locator(".versions button")).to_be_visible()
        wait_until(lambda: kept_bytes(page) == 5 * MIB, "it is kept on this machine")
    page.page.reload()
    page.on_paper()
    expect(newest(page)).to_have_text("已保存到服务器")
    assert files_of(practical) == [digest]


KEPT = """() => new Promise((done) => {
  indexedDB.open("examsite-files").onsuccess = ({target: {result: base}}) => {
    const all = base.transaction("bytes").objectStore("bytes").getAll();
    all.onsuccess = () => {
      base.close();
      done(Math.max(0, ...all.result.map((one) => one.byteLength)));
    };
  };
})"""


def kept_bytes(page: CandidatePage) -> int:
    """The largest thing that the browser keeps for this site."""
    return int(page.page.evaluate(KEPT))


def delivered(practical: Premises) -> tuple[list[Event], handed_files.HandedFile]:
    """Run the courier until headquarters has everything; its journal, and the one file."""

    def archived() -> handed_files.HandedFile | None:
        if not practical.scored():
            return None
        (one,) = handed_files.handed_files(practical.hq, SESSION)
        return one if one.state == "archived" else None

    courier = Process(practical.site_folder, "courier")
    try:
        found = wait_until(archived, "headquarters has the file")
    finally:
        courier.end(signal.SIGTERM)
    return read_journal(practical.hq, SESSION).events(), found


def test_the_hand_in_waits_for_the_file_and_the_receipt_commits_to_it(
    practical: Premises, page: CandidatePage, tmp_path: Path
) -> None:
    path, digest = written(tmp_path, "late.xlsx", 9 * MIB)
    with practical.room_network_away():
        choose(page, path)
        expect(newest(page)).to_contain_text("仅在本机")
        page.press("交卷")
        warning = page.page.locator(".notice.warn", has_text="1 个文件没有传到服务器")
        expect(warning.first).to_be_visible()
        page.ask_to_hand_in()
        page.expect_title("正在交卷")
    code = page.receipt()
    assert kept_bytes(page) == 0
    for sitting in practical.people:
        practical.act("close", sitting=sitting)
    (events, found) = delivered(practical)
    assert [e.kind for e in events if e.kind in ("file", "hand-in")] == ["file", "hand-in"]
    row = practical.results()[page.person.admission]
    assert (row.theory.receipt, row.theory.receipt_fits, row.outcome) == (code, True, "awaiting")
    assert (found.sha256, found.counts) == (digest, True)
    assert handed_files.extract_files(practical.hq, SESSION, tmp_path / "out") == (1, 0)
    (out,) = (tmp_path / "out").rglob("*.xlsx")
    assert out.read_bytes() == path.read_bytes()


def by_stick(practical: Premises, stick: Path) -> None:
    """A visit of the site's courier to the stick."""
    command = [str(COMMANDS / "examsite"), "--data", str(practical.site_folder), "courier"]
    done = subprocess.run([*command, "--stick", str(stick), "--once"], capture_output=True)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def states_of_files(practical: Premises) -> list[str]:
    """Where the site's sealed files stand."""
    spool = Spool(practical.site_folder / "spool")
    return [spool.state(one.digest) for one in spool.outgoing() if one.path.suffix == ".file"]


def test_a_file_goes_to_headquarters_by_stick_and_its_receipt_comes_back(
    practical: Premises, page: CandidatePage, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    path, digest = written(tmp_path, "by-stick.xlsx", 300_000)
    choose(page, path)
    expect(newest(page)).to_have_text("已保存到服务器")
    page.hand_in()
    for sitting in practical.people:
        practical.act("close", sitting=sitting)
    wait_until(lambda: states_of_files(practical), "the file is sealed")
    by_stick(practical, stick)
    assert states_of_files(practical) == ["waiting"]
    brought = stick_desk.exchange(practical.hq, stick, practical.by.at)
    assert (brought.taken > 1, brought.refused) == (True, ())
    (found,) = handed_files.handed_files(practical.hq, SESSION)
    assert (found.sha256, found.counts, found.state) == (digest, True, "archived")
    assert states_of_files(practical) == ["waiting"]
    by_stick(practical, stick)
    assert states_of_files(practical) == ["archived"]


def test_a_page_that_is_told_to_wait_when_it_gives_up_a_file_says_it_again(
    practical: Premises, page: CandidatePage, tmp_path: Path
) -> None:
    asked: list[str] = []
    busy = {"error": {"code": "too-fast", "message": {"zh": "请稍候", "en": "wait"}}}

    def answer(route: Route) -> None:
        asked.append(route.request.method)
        if asked[-1] == "PATCH" or asked.count("DELETE") == 1:
            seconds = "60" if asked[-1] == "PATCH" else "1"
            route.fulfill(status=429, headers={"Retry-After": seconds}, json=busy)
        else:
            route.continue_()

    page.page.route("**/api/candidate/uploads/*", answer)
    with page.page.expect_request(lambda request: request.method == "PATCH"):
        choose(page, written(tmp_path, "信息表.xlsx", 1000)[0])
    announced = practical.site_folder / "files"
    assert len(list(announced.glob("*.json"))) == 1

    def said_and_done(answer: Response) -> bool:
        return answer.request.method == "DELETE" and answer.ok

    with page.page.expect_response(said_and_done):
        page.page.locator(".versions li button").first.click()
    assert list(announced.glob("*.json")) == []
    assert asked.count("DELETE") == 2
