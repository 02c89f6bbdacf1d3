"""Staff's pages: sign-in and out, every page in both languages, nothing shown that could act."""

import io
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import world
from room import browser, close_sitting, staff_browser
from together import AM
from werkzeug.test import Client, TestResponse

from siteapp.site import Site
from siteapp.store import records
from siteapp.web.app import MAX_UPLOAD, create_flask
from sync.errors import NotReady
from sync.serving import spool_in
from sync.wire.documents import write_package
from sync.words import Words

EVIL = "<script src=//evil.example>\"'</script>"
PAGES = (
    "/admin",
    f"/admin/sessions/{AM}",
    f"/admin/sessions/{AM}/unlock",
    "/admin/deliveries",
    "/admin/users",
    "/admin/audit",
    "/room",
)


def sign_in(client: Client, name: str, password: str, machine: str = "127.0.0.1") -> TestResponse:
    return client.post(
        "/staff/sign-in",
        data={"name": name, "password": password},
        environ_overrides={"REMOTE_ADDR": machine},
    )


@pytest.fixture
def pass_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets the site's clock go on by so many seconds."""
    clock, passed = site.live.clock, [0]
    read = clock._boottime
    monkeypatch.setattr(clock, "_boottime", lambda: read() + passed[0])

    def later(seconds: int) -> None:
        passed[0] += seconds * 1000

    return later


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(site: Site) -> None:
    site.staff.add("chief", "chief")
    client = browser(site)
    wrong, unknown = sign_in(client, "chief", "x"), sign_in(client, "nobody", "x")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert wrong.text.replace("chief", "nobody") == unknown.text
    assert "用户名或密码不正确" in wrong.text
    assert "Set-Cookie" not in wrong.headers


def test_the_wait_after_wrong_passwords_grows_and_ends(site: Site, pass_time) -> None:
    password = site.staff.add("chief", "chief")
    client = browser(site)
    for _ in range(5):
        assert sign_in(client, "chief", "x").status_code == 403
    held = sign_in(client, "chief", password)
    assert held.status_code == 429
    assert "10 秒" in held.text
    pass_time(10)
    assert sign_in(client, "chief", "x").status_code == 403
    assert "20 秒" in sign_in(client, "chief", password).text
    pass_time(20)
    assert sign_in(client, "chief", password).status_code == 303
    assert sign_in(browser(site), "chief", "x").status_code == 403


def test_wrong_passwords_at_one_machine_hold_up_nobody_at_another(site: Site) -> None:
    password = site.staff.add("chief", "chief")
    client = browser(site)
    for _ in range(15):
        held = sign_in(client, "chief", "x", "10.0.0.66")
    assert held.status_code == 429
    assert sign_in(client, "chief", password, "10.0.0.2").status_code == 303


def test_signing_out_ends_the_session_also_for_who_kept_the_cookie(site: Site) -> None:
    client, thief = staff_browser(site, "administrator"), browser(site)
    token = client.get_cookie("examsite-staff").value
    thief.set_cookie("examsite-staff", token)
    assert thief.get("/admin").status_code == 200
    gone = client.post("/staff/sign-out")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/staff/sign-in")
    assert client.get_cookie("examsite-staff") is None
    assert thief.get("/admin").status_code == 401
    assert site.live.rows("SELECT * FROM staff_session") == []


def test_a_sign_in_ends_after_its_time_and_not_before(site: Site, pass_time) -> None:
    client = staff_browser(site, "administrator")
    pass_time(239 * 60)
    assert client.get("/admin").status_code == 200
    pass_time(2 * 60)
    page = client.get("/admin", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Location"]) == (302, "/staff/sign-in")


def test_a_sign_in_outlives_a_restart_of_the_service(site_folder: Path) -> None:
    site = Site(site_folder)
    cookie = staff_browser(site, "administrator").get_cookie("examsite-staff").value
    site.close()
    again = Site(site_folder)
    client = browser(again)
    client.set_cookie("examsite-staff", cookie)
    assert client.get("/admin").status_code == 200
    again.close()


@pytest.mark.parametrize(("address", "secure"), [("https://a", True), ("http://a", False)])
def test_the_cookie_is_for_this_server_only(site: Site, address: str, secure: bool) -> None:
    password = site.staff.add("chief", "chief")
    answer = browser(site).post(
        "/staff/sign-in", data={"name": "chief", "password": password}, base_url=address
    )
    flags = {flag.strip() for flag in answer.headers["Set-Cookie"].split(";")[1:]}
    assert flags == {"HttpOnly", "SameSite=Strict", "Path=/"} | ({"Secure"} if secure else set())


def test_the_language_is_kept_once_chosen_and_is_chinese_before(site: Site) -> None:
    client = browser(site)
    assert "工作人员登录" in client.get("/staff/sign-in").text
    assert "Staff sign-in" in client.get("/staff/sign-in?lang=en").text
    assert "Staff sign-in" in client.get("/staff/sign-in").text
    assert "Set-Cookie" not in client.get("/staff/sign-in?lang=xx").headers
    assert "工作人员登录" in client.get("/staff/sign-in?lang=zh").text


OUTSIDE = re.compile(r"(?:src|href|action)\s*=\s*[\"']?(?:[a-z]+:|//)", re.I)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle\s*=|\son[a-z]+\s*=|[\"']javascript:", re.I
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_keeps_to_the_policy_and_to_its_language(open_site: Site, lang: str) -> None:
    clients = [staff_browser(open_site, "administrator"), staff_browser(open_site, "chief")]
    for address in ("/", "/staff/sign-in", "/nowhere", *PAGES):
        answers = [
            c.get(f"{address}?lang={lang}", headers={"Accept": "text/html"}) for c in clients
        ]
        shown = [a.text for a in answers if a.status_code != 403]
        assert shown, address
        for page in shown:
            assert not OUTSIDE.search(page), address
            assert not INLINE.search(page), address
            if address != "/":
                assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in page


def test_what_the_policy_forbids_would_be_found() -> None:
    assert OUTSIDE.search('<img src="https://a/b">')
    assert OUTSIDE.search("<a href=//a/b>")
    assert not OUTSIDE.search('<a href="/admin">')
    for page in ("<script>x", "<p style='a'>", '<b onclick="x">', "<style>", "'javascript:x'"):
        assert INLINE.search(page), page
    assert not INLINE.search('<script type="module" src="/a.js">')


def hostile(hq: world.Headquarters, site: Site, folder: Path) -> world.Package:
    """A package whose every text is a piece of markup."""
    package = world.make_package(hq, site.identity.certificate, folder)
    replace = msgspec.structs.replace
    plan = replace(
        package.plan,
        name=Words(EVIL, EVIL),
        room=EVIL,
        sittings=tuple(replace(s, title=Words(EVIL, EVIL)) for s in package.plan.sittings),
        candidates=tuple(replace(c, name=EVIL, school=EVIL) for c in package.plan.candidates),
    )
    write_package(
        package.path, plan, package.papers, site.identity.certificate, package.codes, hq.release
    )
    return package


def test_markup_in_texts_of_a_package_is_shown_and_never_acts(hq, site: Site, tmp_path) -> None:
    site.shelf.receive(hostile(hq, site, tmp_path).path)
    site.packer.cut(site.live.session(AM))
    (entry,) = site.spool.outgoing()
    site.spool.refuse(entry.digest, NotReady(reason_zh=EVIL, reason_en=EVIL))
    chief = staff_browser(site, "chief", "<b>chief</b>")
    administrator = staff_browser(site, "administrator")
    for address in PAGES:
        client = administrator if address == "/admin/users" else chief
        page = client.get(address).text
        assert "<script src=//evil" not in page, address
        assert "<b>chief" not in page, address
        assert "&lt;" in page, address
    wall = chief.get(f"/api/room/{AM}")
    assert (wall.mimetype, wall.json["tiles"][0]["name"]) == ("application/json", EVIL)


def test_markup_in_what_staff_type_is_shown_and_never_acts(site: Site) -> None:
    client = staff_browser(site, "administrator")
    assert EVIL not in sign_in(browser(site), EVIL, "x").text
    for name, status in ((EVIL, 200), (EVIL, 409)):
        answer = client.post(
            "/admin/users",
            data={"name": name, "role": "chief"},
            headers={"Accept": "text/html"},
        )
        assert (answer.status_code, "&lt;script" in answer.text) == (status, True)
        assert EVIL not in answer.text
    upload = {"file": (io.BytesIO(b"x"), f"{EVIL}.package")}
    refused = client.post("/admin/packages", data=upload, headers={"Accept": "text/html"})
    assert (refused.status_code, "<script src=//evil" in refused.text) == (422, False)
    assert "&lt;script" in client.get("/admin/audit").text


def test_a_package_from_the_page_is_verified_imported_and_audited(
    hq, site: Site, package: world.Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    spool_in(site.folder)
    client = staff_browser(site, "administrator")
    content = package.path.read_bytes()
    for data, status in ((content[:-1], 422), (content, 303), (content, 303)):
        answer = client.post("/admin/packages", data={"file": (io.BytesIO(data), "a.package")})
        assert answer.status_code == status
    assert answer.headers["Location"] == f"/admin/sessions/{AM}"
    acts = [(row["act"], row["what"]) for row in site.staff.log()][:2]
    assert acts == [("import", AM), ("import-refused", "document-truncated")]
    assert list((site.folder / "spooling").iterdir()) == []


def test_a_wrong_code_is_named_and_audited_and_the_right_ones_open(
    site: Site, package: world.Package
) -> None:
    site.shelf.receive(package.path)
    chief = staff_browser(site, "chief")
    one, two = (code.spoken for code in package.codes)
    address = f"/admin/sessions/{AM}/unlock"
    swapped = chief.post(address, data={"code1": two, "code2": one})
    assert swapped.status_code == 403
    assert "other-officials-code" in swapped.text
    assert not site.live.session(AM).unlocked
    assert chief.post(address, data={"code1": one, "code2": two}).status_code == 303
    assert chief.post(address, data={"code1": one, "code2": two}).status_code == 303
    acts = [(row["act"], row["what"]) for row in site.staff.log()][:2]
    assert acts == [("unlock", AM), ("unlock-refused", f"{AM} other-officials-code")]
    kept = (site.folder / "site.db").read_bytes()
    assert one.encode() not in kept


def test_a_password_is_shown_once_and_written_nowhere(site: Site) -> None:
    client = staff_browser(site, "administrator")
    answer = client.post("/admin/users", data={"name": "周主考", "role": "chief"})
    password = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", answer.text)[0]
    assert sign_in(browser(site), "周主考", password).status_code == 303
    for address in ("/admin/users", "/admin/audit"):
        assert password not in client.get(address).text
    assert password not in str(site.live.rows("SELECT * FROM staff, audit"))
    assert records.password_of(site.live, "周主考").startswith("$argon2id$")


@pytest.mark.parametrize(
    "given", [{"name": ""}, {"name": "x" * 41}, {"name": "a\tb"}, {"role": "root"}]
)
def test_an_account_that_nobody_could_use_is_refused(site: Site, given: dict) -> None:
    client = staff_browser(site, "administrator")
    answer = client.post("/admin/users", data={"name": "x", "role": "chief"} | given)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "entry-refused")
    assert len(site.staff.members()) == 1


def test_the_steps_tell_the_truth_to_the_last_receipt(open_site: Site) -> None:
    client = staff_browser(open_site, "administrator")
    chief = staff_browser(open_site, "chief")

    def following() -> str:
        line = r'class="[^"]* next"[^>]*>.*?<a[^>]*>([^<]+)<'
        return re.search(line, client.get("/admin").text)[1]

    assert following() == "收卷结束"
    for sitting in ("live", "media"):
        close_sitting(open_site, AM, sitting)
    assert following() == "收尾核对"
    for name in list(open_site.live.session(AM).attempts):
        act = {"attempt": name, "how": "absent", "note": "缺考"}
        assert chief.post(f"/api/room/{AM}/settle", json=act).status_code == 200
    assert following() == "签记录单"
    chief.get(f"/admin/sessions/{AM}/papers/record")
    assert following() == "送达总部"
    open_site.packer.cut(open_site.live.session(AM))
    for entry in open_site.spool.outgoing():
        open_site.spool.add_receipt(entry.digest, "received", b"{}")
    assert following() == "送达总部"
    for entry in open_site.spool.outgoing():
        open_site.spool.add_receipt(entry.digest, "archived", b"{}")
    assert "全部完成" in client.get("/admin").text


WRONG = [
    ("GET", "/nowhere", 404, "no-such-page", "没有这个页面", "There is no such page"),
    ("DELETE", "/admin", 405, "wrong-method", "不接受这种请求", "does not take such a request"),
    ("POST", "/admin/users", 413, "too-large", "内容过大", "too large"),
]


@pytest.mark.parametrize(("method", "address", "status", "code", "zh", "en"), WRONG)
def test_what_cannot_be_done_is_said_in_words(
    site: Site, method: str, address: str, status: int, code: str, zh: str, en: str
) -> None:
    client = staff_browser(site, "administrator")
    sent = {"data": bytes(MAX_UPLOAD + 1), "content_type": "application/x-www-form-urlencoded"}

    def ask(**asked: object) -> TestResponse:
        return client.open(address, method=method, **asked, **(sent if status == 413 else {}))

    for lang, words in (("zh", zh), ("en", en)):
        page = ask(headers={"Accept": "text/html"}, query_string={"lang": lang})
        assert (page.status_code, words in page.text) == (status, True)
        assert address not in re.sub(r'href="[^"]*"', "", page.text)
    answer = ask()
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert (status == 405) == ("Allow" in answer.headers)


def test_a_fault_of_ours_is_said_in_words_and_says_nothing_else(site: Site) -> None:
    app = create_flask(site)
    app.add_url_rule("/fault", view_func=lambda: {}["secret"])
    client = Client(app)
    page = client.get("/fault", headers={"Accept": "text/html"})
    answer = client.get("/fault")
    assert (page.status_code, answer.status_code) == (500, 500)
    assert answer.json["error"]["code"] == "server-fault"
    assert "secret" not in page.text + answer.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
