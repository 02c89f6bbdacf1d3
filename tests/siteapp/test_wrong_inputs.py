"""What somebody who mistypes or comes too early is told by the commands: words, never a trace."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import world
from click.testing import CliRunner, Result

from provisioning.cli import main as setup
from siteapp.cli import main
from siteapp.errors import PairingRefused
from siteapp.identity import make_keys
from siteapp.standby.folder import PairFolder, Peer

HERE = "http://127.0.0.1:9"
REFUSAL = PairingRefused(reason_zh="主服务器未在配对", reason_en="nothing offered")
Answers = Callable[[int, bytes], str]


def run(folder: Path, *words: str, typed: str = "") -> Result:
    """A command of the site, in Chinese; an error that is none of ours fails the test."""
    given = ["--data", str(folder), "--lang", "zh", *words]
    return CliRunner().invoke(main, given, input=typed, catch_exceptions=False)


def pair(folder: Path, primary: str, address: str = HERE) -> Result:
    words = ("standby", "pair", primary, "--address", address)
    done = run(folder, *words, typed="code\n")
    assert done.exit_code == 7
    assert not folder.exists()
    return done


@pytest.fixture
def answering() -> Iterator[Answers]:
    """A server of its own that answers every request alike; its address."""
    running: list[HTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Alike(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        running.append(HTTPServer(("127.0.0.1", 0), Alike))
        threading.Thread(target=running[-1].serve_forever, args=(0.01,)).start()
        return f"http://127.0.0.1:{running[-1].server_port}"

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


def test_a_primary_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        assert f"连不上 {address}" in pair(tmp_path / "spare", address).stderr


@pytest.mark.parametrize(("primary", "address"), [("server:8500", HERE), (HERE, "spare:8500")])
def test_an_address_without_http_is_named_with_what_it_should_be(
    tmp_path: Path, primary: str, address: str
) -> None:
    wrong = primary if primary != HERE else address
    done = pair(tmp_path / "spare", primary, address)
    assert f"地址应为 http://主机:端口，不是 {wrong}" in done.stderr


@pytest.mark.parametrize(("status", "body"), [(404, b"<h1>router</h1>"), (200, b"{}")])
def test_what_is_no_server_of_a_site_is_said_to_be_none(
    tmp_path: Path, answering: Answers, status: int, body: bytes
) -> None:
    done = pair(tmp_path / "spare", answering(status, body))
    assert "不是考点服务器" in done.stderr


def test_what_the_primary_refuses_with_is_said_in_its_words_and_once(
    tmp_path: Path, answering: Answers
) -> None:
    body = json.dumps({"error": REFUSAL.to_json()}).encode()
    done = pair(tmp_path / "spare", answering(409, body))
    assert "[pairing-refused]：未能配对：主服务器未在配对\n" in done.stderr


def test_a_folder_that_is_some_server_already_is_refused_before_anybody_is_asked(
    site_folder: Path,
) -> None:
    done = run(site_folder, "standby", "pair", HERE, "--address", HERE)
    assert (done.exit_code, "already-initialised" in done.stderr) == (3, True)
    assert "配对码" not in done.stdout


def test_a_server_that_is_no_spare_says_so_and_not_that_its_disk_failed(site_folder: Path) -> None:
    done = run(site_folder, "standby", "run", "--port", "0")
    assert (done.exit_code, "[not-paired]" in done.stderr) == (7, True)
    assert "本机没有作为备用服务器配对" in done.stderr


def test_the_list_of_packages_is_in_words(open_folder: Path) -> None:
    done = run(open_folder, "package", "list")
    assert "live 考试中" in done.stdout
    assert "True" not in done.stdout
    assert json.loads(run(open_folder, "package", "list", "--json").stdout)[0]["unlocked"] is True


def test_no_code_is_asked_for_a_session_that_is_not_here(site_folder: Path) -> None:
    done = run(site_folder, "unlock", "am-9999", typed="code\n")
    assert (done.exit_code, done.stdout) == (9, "")


def enrol(folder: Path, certificate: Path, *words: str) -> Result:
    given = ["--data", str(folder), "accept", str(certificate), *words]
    return CliRunner().invoke(setup, given, catch_exceptions=False)


def test_a_fingerprint_that_is_not_the_certificates_root_is_named_beside_it(
    hq: world.Headquarters, site_folder: Path
) -> None:
    certificate = site_folder / "certificate.json"
    done = enrol(site_folder, certificate, "--root", "7e1a7e7b5702a95b")
    assert (done.exit_code, "证书出自根密钥" in done.stderr) == (4, True)
    assert "7e1a7e7b5702a95b" in done.stderr
    assert (site_folder / "root.txt").read_text() in done.stderr


def test_an_address_of_headquarters_that_no_courier_can_use_enrols_nothing(
    site_folder: Path, tmp_path: Path
) -> None:
    make_keys(tmp_path / "new")
    certificate = site_folder / "certificate.json"
    root = (site_folder / "root.txt").read_text()
    done = enrol(tmp_path / "new", certificate, "--root", root, "--headquarters", "hq.example")
    assert (done.exit_code, "http://" in done.stderr) == (2, True)
    assert not (tmp_path / "new" / "certificate.json").exists()


def test_an_address_to_which_no_page_can_be_sent_promotes_nobody(site_folder: Path) -> None:
    PairFolder(site_folder).pair(Peer("spare", HERE), bytes(32))
    people = ("--chief", "a", "--second", "b", "--reason", "dead")
    done = run(site_folder, "standby", "promote", *people, "--address", "spare:8500")
    assert (done.exit_code, "http://host:port" in done.stderr) == (2, True)
    assert not (site_folder / "standby" / "promotion.json").exists()
