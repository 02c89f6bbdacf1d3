"""Behind the TLS front (the real HAProxy with the project's file) a machine is still a machine."""

import shutil
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import world
from flooding import OPEN, open_still, raw, served
from room import Page
from tls_room import Authority, Front
from werkzeug.wrappers import Response

from siteapp.config import Settings, SettingsRefused
from siteapp.site import Site
from siteapp.web.lockdown import KEY_HEADER
from sync.wire.seb import url_hash

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not installed")
ONE, OTHER = "127.0.0.2", "127.0.0.3"
KEY = "5e" * 32
TRUSTED = 'front = "127.0.0.1"'
SOCKET = 'front = "unix:{folder}/web.sock"'
# As it would be if the front added to what it is told.
LIES = {"X-Forwarded-For": "127.0.0.3", "Forwarded": "for=127.0.0.3", "X-Forwarded-Proto": "http"}


class Machine:
    """A browser at an address of its own, for `Page`; over TLS if it knows the CA."""

    def __init__(self, address: str, own: str, authority: Authority | None) -> None:
        context = ssl.create_default_context(cafile=authority.file) if authority else False
        transport = httpx.HTTPTransport(verify=context, local_address=own)
        self.http = httpx.Client(base_url=address, transport=transport, timeout=20)
        OPEN.append(self.http)

    def open(self, path: str, *, method: str, json: Any, headers: dict[str, str]) -> Response:
        """As of werkzeug's test client; it says that it is another machine."""
        answer = self.http.request(method, path, json=json, headers={**LIES, **headers})
        return Response(answer.content, answer.status_code)


@contextmanager
def fronted(folder: Path, settings: str, **more: str) -> Iterator[tuple[str, Front, Authority]]:
    """The address of a site, the front before it, and who certified that."""
    (folder / "settings.toml").write_text(settings.format(folder=folder))
    authority = Authority(folder.parent)
    with served(folder) as address:
        front = Front(authority, address, **more)
        front.start()
        try:
            yield address, front, authority
        finally:
            front.kill()


def wrong_until_told_to_wait(page: Page) -> list[int]:
    return [page.sign_in(secret="000000")[0] for _ in range(6)]


@pytest.mark.parametrize(("settings", "neighbour"), [(TRUSTED, 200), (SOCKET, 200), ("", 429)])
def test_wrong_sign_ins_of_one_machine_are_its_own_alone(
    open_folder: Path, open_package: world.Package, settings: str, neighbour: int
) -> None:
    candidate = open_package.plan.candidates[0]
    with fronted(open_folder, settings) as (_, front, authority):
        guesser = Page(Machine(front.address, ONE, authority), candidate)
        assert wrong_until_told_to_wait(guesser) == [403] * 5 + [429]
        own = Page(Machine(front.address, OTHER, authority), candidate)
        assert own.sign_in()[0] == neighbour


def test_safe_exam_browser_is_proved_for_the_address_of_the_front(
    open_folder: Path, open_package: world.Package
) -> None:
    candidate = open_package.plan.candidates[0]
    given = f'{TRUSTED}\nseb_sittings = "all"\nseb_config_key = "{KEY}"\n'
    with fronted(open_folder, given) as (address, front, authority):
        path, found = "api/candidate/sign-in", {}
        for url in (f"{front.address}/{path}", f"{address}/{path}"):
            machine = Machine(front.address, ONE, authority)
            machine.http.headers[KEY_HEADER] = url_hash(url, KEY)
            found[url] = Page(machine, candidate).sign_in()[0]
        assert list(found.values()) == [200, 403]


def test_past_the_front_nobody_is_believed(open_folder: Path, open_package: world.Package) -> None:
    candidate = open_package.plan.candidates[0]
    with fronted(open_folder, TRUSTED) as (address, _, _authority):
        guesser = Page(Machine(address, ONE, None), candidate)
        assert wrong_until_told_to_wait(guesser) == [403] * 5 + [429]
        assert Page(Machine(address, OTHER, None), candidate).sign_in()[0] == 200


def test_figures_go_to_this_machine_alone_even_past_a_front_that_the_site_does_not_know(
    open_folder: Path,
) -> None:
    with fronted(open_folder, "") as (address, front, authority):
        assert Machine(address, "127.0.0.1", None).http.get("/metrics").status_code == 200
        assert Machine(front.address, ONE, authority).http.get("/metrics").status_code == 404


@pytest.mark.parametrize(("most", "taken"), [("10", 10), ("400", 30)])
def test_one_machine_gets_so_many_connections_of_the_front(
    open_folder: Path, most: str, taken: int
) -> None:
    with (
        fronted(open_folder, TRUSTED, PER_MACHINE=most) as (_, front, authority),
        ExitStack() as held,
    ):
        plain, opened = front.address.replace("https", "http"), []
        for _ in range(30):
            # Refused so quickly that it may be over before it has begun.
            with suppress(ConnectionResetError):
                opened.append(held.enter_context(raw(plain, ONE)))
        assert sum(open_still(connection) for connection in opened) == taken
        assert Machine(front.address, OTHER, authority).http.get("/health").status_code == 200


@pytest.mark.parametrize(("settings", "secure"), [(TRUSTED, True), ("", False)])
def test_the_cookie_of_the_staff_goes_over_tls_only(
    open_folder: Path, settings: str, secure: bool
) -> None:
    site = Site(open_folder)
    given = {"name": "chief", "password": site.staff.add("chief", "chief")}
    site.close()
    with fronted(open_folder, settings) as (_, front, authority):
        http = Machine(front.address, ONE, authority).http
        answer = http.post("/staff/sign-in", data=given, headers={**LIES, "Origin": front.address})
        assert answer.status_code == 303
        assert ("; Secure" in answer.headers["Set-Cookie"]) is secure


@pytest.mark.parametrize("front", ["192.168.1.5", "*", "localhost"])
def test_only_a_front_on_this_machine_can_be_set(tmp_path: Path, front: str) -> None:
    (tmp_path / "settings.toml").write_text(f'front = "{front}"')
    with pytest.raises(SettingsRefused):
        Settings.load(tmp_path)
