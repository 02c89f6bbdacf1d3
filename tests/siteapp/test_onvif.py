"""ONVIF's answers: a clock, a stream, recordings; and answers that nobody should trust."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cameras import device, never_answers, says

from siteapp.cameras import soap
from siteapp.cameras.discover import heard, read_match
from siteapp.cameras.login import Secret
from siteapp.cameras.look import look_at
from siteapp.cameras.model import Camera
from siteapp.cameras.onvif import Device, clock_off_ms, recorded_days, stream

SECRET = Secret("admin", "s3cret-word")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"
CAPABILITIES = (
    "<Media><XAddr>http://10.9.9.9/onvif/media</XAddr></Media>"
    "<Extension><Search><XAddr>http://10.9.9.9:81/onvif/search</XAddr></Search></Extension>"
)


def clock(moment: datetime) -> str:
    parts = [("Hour", moment.hour), ("Minute", moment.minute), ("Second", moment.second)]
    days = [("Year", moment.year), ("Month", moment.month), ("Day", moment.day)]
    time_, date = ("".join(f"<{n}>{v}</{n}>" for n, v in of) for of in (parts, days))
    utc = f"<UTCDateTime><Time>{time_}</Time><Date>{date}</Date></UTCDateTime>"
    return f"<LocalDateTime><Time><Hour>1</Hour></Time></LocalDateTime>{utc}"


def wrapped(body: str) -> bytes:
    name = "http://www.onvif.org/ver10/schema"
    return f'<e:E xmlns:e="{soap.ENVELOPE}"><e:Body xmlns="{name}">{body}</e:Body></e:E>'.encode()


class Answers:
    """An ONVIF device: by what a request names, the body of the answer; all requests are kept."""

    def __init__(self, **by_name: str | Callable[[], str]) -> None:
        self._by_name = by_name
        self.asked: list[str] = []

    def __call__(self, caller: socket.socket) -> None:
        caller.settimeout(5)
        request = b""
        while b"</s:Envelope>" not in request:
            request += caller.recv(65536)
        self.asked.append(request.decode())
        for name, body in self._by_name.items():
            if f"<{name} " in self.asked[-1]:
                caller.sendall(HEAD + wrapped(body if isinstance(body, str) else body()))
        caller.close()


def at(port: int, secret: Secret | None = SECRET) -> Device:
    return Device("127.0.0.1", port, secret, time.monotonic() + 5)


@pytest.mark.parametrize("ahead_s", [0, -3600, 90])
def test_a_clock_is_compared_with_ours_and_no_password_is_sent(ahead_s: int) -> None:
    answers = Answers(
        GetSystemDateAndTime=lambda: clock(datetime.now(UTC) + timedelta(seconds=ahead_s))
    )
    with device(answers) as port:
        off = clock_off_ms(at(port))
    assert off is not None
    assert abs(off - ahead_s * 1000) <= 2000
    assert "Security" not in answers.asked[0]


def test_a_stream_and_recordings_are_asked_for_at_the_listed_device_only() -> None:
    said = (
        "<MediaUri><Uri>rtsp://10.9.9.9:8554/ch/1?a=b</Uri></MediaUri>",
        '<Profiles token="main_1"/>',
    )
    since = "<Summary><DataFrom>2026-10-20T12:00:00Z</DataFrom></Summary>"
    answers = Answers(
        GetCapabilities=CAPABILITIES,
        GetStreamUri=said[0],
        GetProfiles=said[1],
        GetRecordingSummary=since,
    )
    with device(answers) as port:
        assert stream(at(port)) == (8554, "/ch/1?a=b")
        assert recorded_days(at(port), NOW) == 32
    paths = [one.split(" ")[1] for one in answers.asked]
    device_service = "/onvif/device_service"
    media, search = "/onvif/media", "/onvif/search"
    assert paths == [device_service, media, media, device_service, search]
    assert not any("s3cret" in one for one in answers.asked)
    assert all("PasswordDigest" in one for one in answers.asked)


HOSTILE = [
    b"",
    b"<html>",
    b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 100 + b'">]><a>&b;&b;</a>',
    b"<a>" * 100 + b"</a>" * 100,
    b"<a>" + b"<b/>" * 10_000 + b"</a>",
    wrapped(clock(NOW)).replace(b"2026", b"0"),
    wrapped(clock(NOW)).replace(b"2026", b"9" * 5000),
    wrapped("<UTCDateTime/>"),
]


@pytest.mark.parametrize("body", HOSTILE)
def test_an_answer_without_sense_is_no_answer(body: bytes) -> None:
    def behaves(caller: socket.socket) -> None:
        caller.recv(65536)
        caller.sendall(HEAD + body)
        caller.close()

    with device(behaves) as port:
        assert clock_off_ms(at(port)) is None
        assert stream(at(port)) is None
        assert recorded_days(at(port), NOW) is None


def test_a_document_type_is_refused_where_the_same_without_one_is_read() -> None:
    plain = b"<a><b> c </b></a>"
    assert soap.texts(plain) == [(("a", "b"), "c")]
    with pytest.raises(soap.NotXml):
        soap.texts(b"<!DOCTYPE a>" + plain)


def test_a_device_that_wants_digest_in_http_gets_it() -> None:
    asked: list[bytes] = []

    def behaves(caller: socket.socket) -> None:
        asked.append(caller.recv(65536))
        known = b"Authorization: Digest" in asked[-1]
        challenge = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n"\r\n\r\n'
        since = "<Summary><DataFrom>2026-11-21T00:00:00</DataFrom></Summary>"
        caller.sendall(HEAD + wrapped(since) if known else challenge)
        caller.close()

    with device(behaves) as port:
        assert recorded_days(at(port), NOW) == 1
    assert not any(b"s3cret" in one for one in asked)


def test_a_recorder_is_there_by_onvif_or_by_rtsp_or_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siteapp.cameras.look.TALK_S", 0.5)
    monkeypatch.setattr("siteapp.cameras.look.ASIDE_S", 0.5)

    def seen(port: int, onvif: int) -> Any:
        recorder = Camera("cam-1", "录像机", "recorder", "127.0.0.1", port, onvif_port=onvif)
        look, still = look_at(recorder, SECRET, 1, 1, int(NOW.timestamp() * 1000))
        assert still == b""
        return look.reach, look.days

    since = "<Summary><DataFrom>2026-10-23T00:00:00Z</DataFrom></Summary>"
    with (
        device(Answers(GetCapabilities="<Device/>", GetRecordingSummary=since)) as onvif,
        device(says(b"RTSP/1.0 404 No\r\n\r\n")) as rtsp,
        device(never_answers) as silent,
    ):
        assert seen(9, onvif) == ("ok", 30)
        assert seen(rtsp, 9) == ("ok", None)
        assert seen(silent, 9) == ("silent", None)
        assert seen(9, 9) == ("gone", None)


MATCH = (
    '<e:E xmlns:e="x"><e:Header><RelatesTo>{relates}</RelatesTo></e:Header><e:Body><ProbeMatches>'
    "<ProbeMatch><Types>dn:NetworkVideoTransmitter</Types><Scopes>{scopes}</Scopes>"
    "<XAddrs>{at}</XAddrs></ProbeMatch></ProbeMatches></e:Body></e:E>"
)
SCOPES = "onvif://www.onvif.org/name/Front%20door onvif://www.onvif.org/hardware/DS-2CD"


def match(relates: str = "urn:1", scopes: str = SCOPES, at: str = "http://10.0.0.5:8080/o") -> Any:
    said = MATCH.format(relates=relates, scopes=scopes, at=at)
    return read_match(said.encode(), "10.0.0.5", "urn:1")


def test_a_match_is_where_it_came_from_whatever_it_names() -> None:
    good = match()
    assert (good.address, good.port, good.name, good.hardware) == (
        "10.0.0.5",
        8080,
        "Front door",
        "DS-2CD",
    )
    assert (match(at="http://10.0.0.66:8081/o").address, match(at="http://[").port) == (
        "10.0.0.5",
        80,
    )
    assert match(relates="urn:2") is None
    assert read_match(b"<!DOCTYPE a><a/>", "10.0.0.5", "urn:1") is None
    assert read_match(b"\xff" * 4000, "10.0.0.5", "urn:1") is None
    evil = match(scopes="onvif://www.onvif.org/name/" + "%0a%3Cb%3E" + "x" * 500)
    assert evil.name == "<b>" + "x" * 57


def test_an_answer_that_is_gone_when_it_is_read_ends_no_search() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
        assert heard(one, "urn:uuid:1") is None
