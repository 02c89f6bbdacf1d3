"""What only a line can do wrong."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest
from delivery_world import SITE, HttpLine, Room

from sync.delivery_errors import HeadquartersBusy
from sync.spool import digest_of
from sync.transport import HttpTransport
from sync.wire.keys import SigningKey

REFUSAL = {
    "code": "unknown-session",
    "message": {"zh": "考点没有场次 am", "en": "Site has no session am"},
    "hint": {"zh": "-", "en": "-"},
    "score": 1.5,
}
COURIER = """
import sys, pathlib
from sync.courier import Courier
from sync.spool import Spool
from sync.transport import HttpTransport
from sync.wire.keys import SigningKey, VerifyKey
folder, url, site, sign, receipt = sys.argv[1:]
transport = HttpTransport(url, site, SigningKey.from_bytes(bytes.fromhex(sign)))
key = VerifyKey.from_bytes(bytes.fromhex(receipt))
print(Courier(Spool(pathlib.Path(folder)), transport, key, site).step().received)
"""


def spawn(online: Room, http: HttpLine) -> subprocess.Popen[str]:
    hq = online.hq
    secrets = [hq.site_key.to_bytes().hex(), hq.receipt_key.public.to_bytes().hex()]
    command = [sys.executable, "-c", COURIER, str(online.spool.folder), http.url, SITE, *secrets]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_cut_upload_is_repeated_and_arrives_exactly_once(online: Room) -> None:
    digest = online.put(os.urandom(3_000_000))
    online.hq.cut_uploads = [digest]
    assert online.rounds() == ["transfer-cut"]
    assert online.spool.state(digest) == "waiting"
    assert online.hq.batches == {}
    assert online.rounds() == []
    assert online.hq.batches == {digest: 3_000_000}
    assert online.hq.puts == [digest]


def test_a_batch_that_is_cut_every_time_does_not_block_the_next(online: Room) -> None:
    unlucky, next_one = online.put(os.urandom(3_000_000)), online.put()
    online.hq.cut_uploads = [unlucky] * 9
    done = online.courier.step()
    assert [error.code for error in done.errors] == ["transfer-cut"]
    assert online.spool.state(next_one) == "received"
    # It waits its own time, also when the rounds come faster.
    assert online.courier.step().errors == []
    assert len(online.hq.cut_uploads) == 8


def test_killed_between_headquarters_commit_and_the_receipt_it_is_there_once(
    online: Room, http: HttpLine
) -> None:
    digest = online.put()
    child = spawn(online, http)
    online.hq.on_commit = lambda: os.kill(child.pid, signal.SIGKILL)
    assert child.communicate(timeout=30)[0] == ""
    assert child.returncode == -signal.SIGKILL
    assert list(online.hq.batches) == [digest]
    assert online.spool.state(digest) == "waiting"
    online.hq.on_commit = lambda: None
    assert online.rounds() == []
    assert online.spool.state(digest) == "received"
    assert list(online.hq.batches) == [digest]


def test_the_same_courier_left_alive_gets_the_receipt(online: Room, http: HttpLine) -> None:
    online.put()
    assert spawn(online, http).communicate(timeout=30)[0] == "1\n"


@pytest.mark.parametrize("status", [409, 413, 422])
def test_a_refusal_is_kept_and_shown_and_the_batch_never_dropped(online: Room, status: int) -> None:
    digest, next_one = online.put(), online.put()
    signed = REFUSAL | {"refusal": online.hq.refusal(digest)}
    online.hq.canned[f"/api/v1/batches/{digest}"] = [(status, {}, json.dumps(signed).encode())]
    assert online.rounds(4) == ["refused-by-headquarters"]
    assert online.spool.state(digest) == "refused"
    assert digest in {entry.digest for entry in online.spool.outgoing()}
    reason = online.spool.refusal(digest) or {}
    assert reason["headquarters"] == signed
    assert REFUSAL["message"]["zh"] in reason["message"]["zh"]
    assert online.hq.puts == [next_one]
    online.spool.retry(digest)
    online.rounds()
    assert online.spool.state(digest) == "received"


def test_a_receipt_that_comes_after_a_refusal_overrules_it(online: Room) -> None:
    digest = online.seal()
    size = online.spool.outgoing()[0].size
    signed = REFUSAL | {"refusal": online.hq.refusal(digest, size=size)}
    online.hq.canned[f"/api/v1/batches/{digest}"] = [(422, {}, json.dumps(signed).encode())]
    online.rounds()
    assert online.spool.state(digest) == "refused"
    # It reached headquarters by hand.
    online.hq.take_in(digest, size)
    online.rounds(4)
    assert online.spool.state(digest) == "received"


@pytest.mark.parametrize("status", [409, 413, 422])
@pytest.mark.parametrize("forged", ["unsigned", "stranger", "other digest", "other size", "junk"])
def test_a_refusal_that_headquarters_did_not_sign_is_tried_again_and_shown(
    online: Room, status: int, forged: str
) -> None:
    digest, next_one = online.put(), online.put()
    hq = online.hq
    said: dict[str, dict[str, object]] = {
        "unsigned": {},
        "stranger": {"refusal": hq.refusal(digest, SigningKey.generate())},
        "other digest": {"refusal": hq.refusal("ab" * 32)},
        "other size": {"refusal": hq.refusal(digest, size=1999)},
        "junk": {"refusal": 7},
    }
    answer = (status, {}, json.dumps(REFUSAL | said[forged]).encode())
    hq.canned[f"/api/v1/batches/{digest}"] = [answer] * 3
    assert online.rounds(3) == ["unsigned-refusal"] * 3
    assert [online.spool.state(d) for d in (digest, next_one)] == ["waiting", "received"]
    shown = online.spool.status()
    assert shown is not None
    assert "考点没有场次 am" in shown.held[digest].error["message"]["zh"]
    assert shown.held[digest].tries == 3
    assert online.rounds() == []
    assert online.spool.state(digest) == "received"
    assert online.spool.status().held == {}


def test_a_refusal_not_in_headquarters_words_is_no_refusal(online: Room) -> None:
    digest = online.put()
    online.hq.canned["PUT"] = [(422, {}, b"<html>proxy</html>"), (413, {}, b"[" * 60_000)]
    assert online.rounds(2) == ["unexpected-answer"] * 2
    assert online.spool.state(digest) == "waiting"


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_headquarters_is_left_alone_as_long_as_it_asks(online: Room, status: int) -> None:
    online.put(), online.put()
    online.hq.canned["PUT"] = [(status, {"Retry-After": "120"}, b"")]
    done = online.courier.step()
    assert [error.code for error in done.errors] == ["headquarters-busy"]
    assert 120 <= done.pause < 150
    # The round ended there: the second batch was not tried.
    assert online.hq.puts == []
    online.rounds()
    assert len(online.hq.puts) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(formatdate(1_770_000_090, usegmt=True), 90), (formatdate(0), 0), ("soon", None), ("", None)],
)
def test_retry_after_may_be_a_date_or_nonsense(
    http: HttpLine, header: str, seconds: float | None
) -> None:
    http.hq.canned["GET"] = [(503, {"Retry-After": header}, b"")]
    key, now = http.hq.site_key, 1_770_000_000_000
    with HttpTransport(http.url, SITE, key, now=lambda: now) as transport:
        with pytest.raises(HeadquartersBusy) as busy:
            transport.packages()
        assert busy.value.retry_after == seconds


def test_a_box_that_headquarters_does_not_know_is_told_so(http: HttpLine, tmp_path: Path) -> None:
    http.transport.close()
    http.transport = HttpTransport(http.url, SITE, SigningKey.generate())
    stranger = Room.at(http, tmp_path / "spool")
    digest = stranger.put()
    assert stranger.rounds() == ["site-not-recognised"] * 3
    assert stranger.spool.state(digest) == "waiting"


@pytest.mark.parametrize("status", [401, 403])
def test_batches_go_in_also_if_packages_are_denied(online: Room, status: int) -> None:
    digest = online.put()
    online.hq.canned["/api/v1/packages"] = [(status, {}, b"{}")]
    assert online.rounds() == ["site-not-recognised"]
    assert online.spool.state(digest) == "received"


def test_a_failing_route_does_not_stop_the_batches(online: Room) -> None:
    digest = online.put()
    online.hq.canned["/api/v1/packages"] = [(500, {}, b"")]
    assert online.rounds() == ["unexpected-answer"]
    assert online.spool.state(digest) == "received"


def test_a_fault_of_headquarters_is_said_in_its_words_and_the_batch_waits(online: Room) -> None:
    digest = online.put()
    online.hq.canned["PUT"] = [(507, {}, json.dumps(REFUSAL).encode())]
    (error,) = online.courier.step().errors
    assert (error.code, error.say("zh")) == ("headquarters-failed", "考务总部出错：考点没有场次 am")
    assert online.spool.state(digest) == "waiting"


def test_a_portal_that_answers_everything_is_not_headquarters(online: Room) -> None:
    digest = online.put()
    portal = (200, {"Content-Type": "text/html"}, b"<html>Sign in to the school network</html>")
    online.hq.canned = {"GET": [portal], "PUT": [portal]}
    assert online.rounds() == ["unexpected-answer", "not-canonical"]
    assert online.spool.state(digest) == "waiting"


def test_no_redirect_is_followed(online: Room, http: HttpLine) -> None:
    elsewhere = {"Location": f"{http.url}/api/v1/packages"}
    online.hq.canned["/api/v1/packages"] = [(302, elsewhere, b"")]
    assert online.rounds() == ["unexpected-answer"]
    assert len(online.hq.gets) == 1


def test_proxies_of_the_environment_are_not_used(
    online: Room, http: HttpLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with HttpTransport(http.url, SITE, online.hq.site_key) as transport:
        assert transport.packages() == []
    # The control: they would have been.
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{http.url}/api/v1/packages")


def test_a_404_that_headquarters_did_not_say_forgets_nothing(online: Room) -> None:
    digest = online.put()
    online.rounds()
    online.hq.canned[f"/api/v1/receipts/{digest}"] = [(404, {}, b"<html>nginx</html>")]
    assert online.rounds() == ["unexpected-answer"]
    assert online.spool.state(digest) == "received"


def test_large_files_go_both_ways_in_bounded_memory(http: HttpLine, tmp_path: Path) -> None:
    size = 24 * 1_048_576
    large = tmp_path / "large"
    large.write_bytes(os.urandom(size))
    digest = digest_of(large)
    tracemalloc.start()
    http.transport.deliver(large, digest)
    http.hq.packages[digest] = large
    http.transport.fetch(digest, tmp_path / "fetched", size)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert http.hq.batches == {digest: size}
    assert digest_of(tmp_path / "fetched") == digest
    assert peak < size // 4


def test_the_loop_stops_when_told(online: Room) -> None:
    online.put()
    stop = threading.Event()
    loop = threading.Thread(target=online.courier.run, args=(stop,))
    loop.start()
    while not online.hq.puts:
        assert loop.is_alive()
        stop.wait(0.01)
    stop.set()
    loop.join(10)
    assert not loop.is_alive()


def test_told_to_stop_it_begins_no_further_file(online: Room) -> None:
    for _ in range(3):
        online.put()
    stop = threading.Event()
    online.hq.on_commit = stop.set
    online.courier.run(stop)
    assert len(online.hq.puts) == 1
    assert online.spool.summary().received.count == 1


def test_the_oldest_batch_goes_first(online: Room) -> None:
    digests = [online.put() for _ in range(4)]
    for age, digest in enumerate(digests):
        path = online.spool.folder / "outgoing" / f"{digest}.batch"
        os.utime(path, (1000 - age, 1000 - age))
    online.rounds()
    assert online.hq.puts == digests[::-1]


def test_every_error_is_logged(online: Room, caplog: pytest.LogCaptureFixture) -> None:
    digest = online.put()
    online.hq.forged[digest] = online.hq.receipt(digest, SigningKey.generate())
    with caplog.at_level(logging.WARNING, "sync.courier"):
        online.rounds()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert digest in caplog.text
    assert "signature-refused" in caplog.text


def test_the_courier_loads_no_database_and_no_web() -> None:
    ask = "import sync.courier, sync.stick, sys; print(*sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in out.stdout.split()}
    assert "httpx" in loaded
    assert not loaded & {"flask", "sqlalchemy", "sqlite3", "pysqlite3", "sqlite_utils", "siteapp"}
