"""What ends when: the certificate, headquarters' keys, and what the HTTPS front shows."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import world
from registering import DAY, ISSUED, entry, signed
from tls_room import HERE, Authority

from siteapp.config import Settings
from siteapp.identity import Identity, load_identity
from siteapp.readiness import ends
from siteapp.readiness.ends import ENDED, find_ends, front_days, judge_ends
from sync.wire.keys import SigningKey

THRESHOLD = Settings({}).number
NOW = ISSUED + 10 * DAY


@pytest.fixture
def identity(site_folder: Path) -> Identity:
    return load_identity(site_folder)


def found(identity: Identity, now: int = NOW, front: bool = False) -> dict[str, Any]:
    """Level and value of each finding."""
    findings = judge_ends(find_ends(identity, front, now), THRESHOLD)
    return {one.check: (one.level, one.value) for one in findings}


@contextmanager
def shown(pem: Path) -> Iterator[tuple[str, int]]:
    """A front on loopback that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = ThreadingHTTPServer((HERE, 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    # Who only looks at a certificate goes away in the middle of it.
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield HERE, server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_whole_certificate_is_read_again_and_a_damaged_one_is_named(identity: Identity) -> None:
    assert found(identity)["certificate"] == ("ok", None)
    path = identity.folder / "certificate.json"
    path.write_bytes(path.read_bytes().replace(b"A", b"B", 1))
    assert found(identity)["certificate"] == ("fail", None)
    path.unlink()
    assert found(identity)["certificate"] == ("fail", None)


def test_without_a_register_nothing_of_keys_is_known(identity: Identity) -> None:
    said = found(identity)
    assert (said["key-end"], said["register-age"]) == (("unknown", None), ("unknown", None))


@pytest.mark.parametrize(
    ("days", "expected"),
    [(40, ("ok", 30)), (39, ("warn", 29)), (10, ("fail", ENDED)), (None, ("ok", None))],
)
def test_the_key_that_ends_first_is_counted_in_days(
    hq: world.Headquarters, identity: Identity, days: int | None, expected: tuple[str, int]
) -> None:
    until = None if days is None else ISSUED + days * DAY
    identity.register.take(signed(hq, entry("receipt", hq.receipt, until=until)))
    assert found(identity)["key-end"] == expected


def test_a_key_whose_successor_is_there_already_is_no_worry(
    hq: world.Headquarters, identity: Identity
) -> None:
    old = entry("receipt", hq.receipt, until=ISSUED + 12 * DAY, line=1)
    after = SigningKey.generate()
    identity.register.take(signed(hq, old, entry("receipt", after, line=1)))
    assert found(identity)["key-end"] == ("ok", None)
    # The control: of another holder it takes no place.
    identity.register.take(signed(hq, old, entry("receipt", after, line=2), serial=2))
    assert found(identity)["key-end"] == ("warn", 2)


def test_an_old_register_is_a_remark_and_a_damaged_one_is_unknown(
    hq: world.Headquarters, identity: Identity
) -> None:
    identity.register.take(signed(hq))
    assert found(identity, ISSUED + 400 * DAY)["register-age"] == ("ok", 400)
    assert found(identity, ISSUED + 401 * DAY)["register-age"] == ("warn", 401)
    (identity.folder / "spool" / "keys.json").write_bytes(b"{}")
    said = found(identity)
    assert (said["key-end"], said["register-age"]) == (("unknown", None), ("unknown", None))


@pytest.mark.parametrize(("days", "left"), [(30, 29), (2, 1), (0, ENDED)])
def test_the_front_is_asked_for_the_certificate_that_it_really_shows(
    tmp_path: Path, days: int, left: int
) -> None:
    pem = Authority(tmp_path).front(HERE, days)
    with shown(pem) as where:
        assert front_days([where], int(time.time() * 1000))[0] == left


def test_a_front_that_does_not_answer_is_unknown_and_one_that_is_not_there_is_nothing(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "front-certificate" not in found(identity)
    # The control: the same port with somebody on it is known.
    monkeypatch.setattr(ends, "places", list)
    with shown(Authority(identity.folder).front(HERE)) as (_, port):
        monkeypatch.setattr(ends, "HTTPS", port)
        now = int(time.time() * 1000)
        assert found(identity, now, front=True)["front-certificate"] == ("warn", 1)
    assert found(identity, now, front=True)["front-certificate"] == ("unknown", None)
