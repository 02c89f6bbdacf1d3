"""No head of a request costs more than its length, whoever sends it."""

import time
from collections.abc import Callable

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from siteapp.site import Site
from siteapp.web.bodies import BoundedParser, bounds
from siteapp.web.guard import COOKIE
from sync.heads import MAX_HEAD, PlainParser

SIZE = 8_000
# CPU seconds; what tries every way takes half a second and more, reading it once a millisecond.
AT_ONCE = 0.1
SAVE = b"POST /api/candidate/responses HTTP/1.1\r\nHost: x\r\n"
HEADS = {
    "spaces and a letter": b"GET / HTTP/1.1\r\nX:" + b" " * SIZE + b"a\r\n\r\n",
    "spaces and a zero byte": b"GET / HTTP/1.1\r\nX: " + b" " * SIZE + b"\0\r\n\r\n",
    "tabs": b"GET / HTTP/1.1\r\nX: " + b"\t" * SIZE + b"\x7f\r\n\r\n",
    "folded spaces": b"GET / HTTP/1.1\r\nX:" + (b" " * 30 + b"\r\n") * (SIZE // 32) + b" a\r\n\r\n",
    "an address of a stranger": b"GET a://" + b"b" * SIZE + b" x\r\n\r\n",
    "a long name": SAVE + b"X: " + b"a" * SIZE + b"\t\r\n\r\n",
    "a name and no colon": SAVE + b"a" * SIZE + b"\r\n\r\n",
}


def cpu_of(work: Callable[[], object]) -> float:
    """The least of three: others on the machine can only add."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return min(times)


def read(data: bytes, parser: type[HTTPRequestParser] = PlainParser) -> HTTPRequestParser:
    found = parser(Adjustments(max_request_header_size=MAX_HEAD))
    if not BoundedParser.usual.read(found, data):
        found.received(data)
    return found


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_odd_head_is_read_at_once(head: bytes) -> None:
    assert cpu_of(lambda: read(head)) < AT_ONCE


@pytest.mark.parametrize("name", ["spaces and a letter", "tabs", "an address of a stranger"])
def test_waitress_alone_would_take_long(name: str) -> None:
    assert cpu_of(lambda: read(HEADS[name], HTTPRequestParser)) > AT_ONCE


def test_an_odd_head_is_refused_and_a_plain_one_is_not() -> None:
    for name in ("spaces and a letter", "folded spaces", "an address of a stranger"):
        assert read(HEADS[name]).error.code == 400
    assert read(b"GET /wall?lang=zh HTTP/1.1\r\nHost: x\r\nX: a\t b\r\nY:\r\n\r\n").error is None


def test_a_head_beyond_what_browsers_send_is_refused() -> None:
    assert read(b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD + b"\r\n\r\n").error.code == 431


@pytest.mark.parametrize("length", [3_000, 200_000])
def test_an_odd_cookie_is_read_at_once(open_site: Site, length: int) -> None:
    cookie = f'{COOKIE}="' + '\\"' * (length // 2) + '"'
    asked = {"COOKIE": cookie, "CONTENT_LENGTH": "20000"}
    assert cpu_of(lambda: bounds(open_site)("/", asked)) < AT_ONCE
