"""Papers as pages and files: who may have which, nothing kept, passwords once; and the command."""

import io
import json
import re
import zipfile
from pathlib import Path

import photographed
import pytest
import world
from click.testing import CliRunner
from pypdf import PdfReader
from room import Page, browser, close_sitting, journal, open_room, staff_browser
from together import AM
from werkzeug.test import Client

from siteapp.cli import main
from siteapp.forms import making
from siteapp.forms.kinds import KINDS
from siteapp.forms.making import Making
from siteapp.site import Site
from siteapp.store import records
from sync.errors import NotReady, PrintingFailed

PAPERS = "/admin/sessions/am-1121/papers"


@pytest.fixture
def admin(open_site: Site) -> Client:
    return staff_browser(open_site, "administrator")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """PDFs cost seconds; where only their way counts, the page itself stands for one."""
    seen: list[str] = []

    def instead(html: str) -> bytes:
        seen.append(html)
        return b"%PDF-" + html.encode()

    monkeypatch.setattr(making, "pdf", instead)
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_is_a_page_in_chinese_with_english_beside(kind: str, admin: Client) -> None:
    page = admin.get(f"{PAPERS}/{kind}")
    assert page.status_code == 200
    assert KINDS[kind].title.zh in page.text
    assert KINDS[kind].title.en in page.text
    # What the policy of content would not let in.
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)| on[a-z]+=", page.text)


def test_the_chief_prints_the_record_and_nothing_else(open_site: Site) -> None:
    chief = staff_browser(open_site, "chief")
    allowed = {kind: chief.get(f"{PAPERS}/{kind}").status_code for kind in KINDS}
    assert allowed == {kind: 200 if kind == "record" else 403 for kind in KINDS}
    links = set(re.findall(rf"{PAPERS}/([a-z-]+)\"", chief.get(PAPERS).text))
    assert links == {"record"}
    assert chief.post(f"{PAPERS}/all").status_code == 403
    assert staff_browser(open_site, "invigilator").get(PAPERS).status_code == 403
    assert browser(open_site).get(f"{PAPERS}/tickets").status_code in (302, 401)


def test_an_unknown_paper_session_or_part_is_not_found(admin: Client) -> None:
    for path in (f"{PAPERS}/diploma", f"{PAPERS}/tickets.pdf?part=2", f"{PAPERS}/x.pdf"):
        assert admin.get(path).status_code == 404
    assert admin.get("/admin/sessions/none/papers/door").status_code == 404
    assert admin.get(f"{PAPERS}/all.zip").status_code == 404


def test_who_printed_what_is_in_the_audit_log(open_site: Site, admin: Client) -> None:
    admin.get(f"{PAPERS}/door")
    first = open_site.staff.log()[0]
    assert (first["who"], first["act"], first["what"]) == ("administrator", "print", "am-1121 door")


def test_the_record_follows_the_journal(
    open_site: Site, open_package: world.Package, admin: Client
) -> None:
    page = Page(browser(open_site), open_package.plan.candidates[0])
    page.begin()
    assert page.hand_in()[0] == 200
    before = admin.get(f"{PAPERS}/record").text
    assert "不是最终记录" in before
    for sitting in ("live", "media"):
        close_sitting(open_site, "am-1121", sitting)
    after = admin.get(f"{PAPERS}/record").text
    assert "不是最终记录" not in after
    assert len(journal(open_site, "close")) == 2
    counted = re.findall(r"<td class=\"c\">([^<]*)</td>", after)[:9]
    assert counted[2:] == ["3", "1", "0", "2", "1", "0", "1"]
    checkpoint = re.search(r"<b>考试日志校验点.*?· (\d+)", after, re.S)
    assert checkpoint
    assert int(checkpoint[1]) == open_site.live.session("am-1121").next_seq


def test_the_record_s_line_is_what_journal_verify_takes(
    open_site: Site, admin: Client, tmp_path: Path
) -> None:
    page = admin.get(f"{PAPERS}/record").text
    line = re.search(r'<div class="code">([^<]+)</div>', page)
    assert line
    copied = tmp_path / "copied.txt"
    copied.write_text(line[1].lower(), "utf-8")
    verify = ["--data", str(open_site.folder), "journal", "verify", "--json"]
    right = CliRunner().invoke(main, [*verify, "--checkpoint", str(copied)])
    assert right.exit_code == 0, right.output
    copied.write_text(line[1].replace(line[1][-6], "A" if line[1][-6] != "A" else "B"), "utf-8")
    wrong = CliRunner().invoke(main, [*verify, "--checkpoint", str(copied)])
    assert wrong.exit_code == 4


def test_a_ticket_shows_the_photo_that_came_with_the_package(
    hq: world.Headquarters, site: Site, tmp_path: Path
) -> None:
    photo = photographed.picture()
    package = world.make_package(hq, site.identity.certificate, tmp_path)
    open_room(site, package)
    own = package.plan.candidates[0].admission
    site.shelf._photos["am-1121"] = {own: photo}
    page = staff_browser(site, "administrator").get(f"{PAPERS}/tickets").text
    assert re.findall(r'<img class="photo" src="([^"]+)"', page) == [
        f"/api/room/am-1121/photos/{own}"
    ]
    assert page.count('<div class="photo">') == len(package.plan.candidates) - 1


def test_all_papers_are_made_into_one_file_that_has_no_name_on_the_disk(
    open_site: Site, admin: Client, quick: list[str]
) -> None:
    assert admin.post(f"{PAPERS}/all").status_code == 303
    open_site.making.wait()
    state = admin.get("/api/papers/am-1121").json
    assert state["ready"]
    assert state["done"] == list(KINDS)
    with zipfile.ZipFile(io.BytesIO(admin.get(f"{PAPERS}/all.zip").data)) as archive:
        assert archive.namelist() == [f"am-1121-{kind}.pdf" for kind in KINDS]
    assert len(quick) == len(KINDS)
    assert list((open_site.folder / "spooling").iterdir()) == []


def test_what_goes_wrong_in_making_is_said_and_leaves_no_file(
    open_site: Site, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(html: str) -> bytes:
        raise PrintingFailed(reason="no font")

    monkeypatch.setattr(making, "pdf", failing)
    admin.post(f"{PAPERS}/all")
    open_site.making.wait()
    state = admin.get("/api/papers/am-1121").json
    assert (state["ready"], state["making"]) == (False, False)
    assert "no font" in state["failed"]["en"]
    assert admin.get(f"{PAPERS}/all.zip").status_code == 404


def test_two_cannot_be_made_at_once(tmp_path: Path) -> None:
    one, tried = Making(tmp_path), []

    def again(kind: object) -> object:
        with pytest.raises(NotReady):
            one.begin("pm-1121", again)  # type: ignore[arg-type]
        tried.append(kind)
        raise PrintingFailed(reason="enough")

    one.begin("am-1121", again)  # type: ignore[arg-type]
    one.wait()
    assert len(tried) == 1
    assert one.told("pm-1121")["failed"] is None


def test_a_new_password_is_on_its_envelope_once_and_ends_the_old_one(
    open_site: Site, admin: Client
) -> None:
    chief = staff_browser(open_site, "chief", "王丽")
    two = {"second": "吴", "password": open_site.staff.add("吴", "invigilator")}
    sheet = admin.post("/admin/users/reset?as=envelope", data={"name": "王丽"} | two).text
    found = re.search(r'<p class="password code">([^<]+)</p>', sheet)
    assert found
    assert chief.get("/room").status_code in (302, 401)
    given = {"name": "王丽", "password": found[1]}
    assert chief.post("/staff/sign-in", data=given).status_code == 303
    assert chief.get("/room").status_code == 200
    for path in ("/admin/users", "/admin/audit"):
        assert found[1] not in admin.get(path).text
    said = json.dumps(open_site.staff.log(), ensure_ascii=False)
    assert "reset-password" in said
    assert found[1] not in said
    assert admin.post("/admin/users/reset", data={"name": "nobody"}).status_code == 404


def test_a_new_account_can_have_its_envelope_at_once(open_site: Site, admin: Client) -> None:
    form = {"name": "<b>赵䶮", "role": "invigilator", "as": "envelope"}
    sheet = admin.post("/admin/users", data=form).text
    assert "&lt;b&gt;赵䶮" in sheet
    assert "监考员" in sheet
    assert 'class="password code"' in sheet


def test_the_command_writes_the_same_paper_beside_the_service(
    open_site: Site, tmp_path: Path
) -> None:
    out = tmp_path / "door.pdf"
    call = ["--data", str(open_site.folder), "print", "door", "--session", "am-1121"]
    done = CliRunner().invoke(main, [*call, "--out", str(out)])
    assert done.exit_code == 0, done.output
    text = "".join(page.extract_text() for page in PdfReader(out).pages)
    assert "第一机房" in text
    assert "2026000005" in text
    other = [*call[:-1], "none", "--out", str(out)]
    assert CliRunner().invoke(main, other).exit_code == 9


def test_one_ticket_or_label_is_printed_again_and_counts_as_one(open_site: Site) -> None:
    client = staff_browser(open_site, "administrator")
    one, other = open_site.live.session(AM).plan.candidates[:2]
    for kind in ("tickets", "labels"):
        place = f"/admin/sessions/{AM}/papers/{kind}"
        page = client.get(f"{place}?admission={one.admission}").text
        assert one.admission in page
        assert other.admission not in page
        assert client.get(f"{place}?admission=nobody").status_code == 404
    assert not records.printed(open_site.live, AM).keys() & {"tickets", "labels"}
