"""What is read in one piece is read as waitress reads it, and whatever is unusual is left to it."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from siteapp.web.whole import read_whole

BODY = b'{"instance":"a","saves":[]}'
FIRST = b"POST /api/candidate/responses HTTP/1.1\r\n"
USUAL = FIRST + (
    b"Host: exam.local\r\nConnection: keep-alive\r\nContent-Length: %d\r\n"
    b'Authorization: Bearer abc\r\nsec-ch-ua: "Chromium";v="130"\r\nAccept: */*\r\n\r\n'
) % len(BODY)
READ = (
    *("command", "version", "path", "query", "fragment", "url_scheme", "proxy_scheme"),
    *("proxy_netloc", "request_uri", "first_line", "headers", "content_length", "completed"),
    *("headers_finished", "connection_close", "expect_continue", "error", "chunked", "empty"),
    *("header_bytes_received", "body_bytes_received"),
)


def parser() -> HTTPRequestParser:
    return HTTPRequestParser(Adjustments())


def state(of: Any) -> dict[str, Any]:
    return {name: getattr(of, name) for name in READ} | {"body": of.get_body_stream().read()}


def by_waitress(data: bytes) -> HTTPRequestParser:
    found = parser()
    while data and not found.completed:
        data = data[found.received(data) :]
    assert not data
    return found


def test_an_ordinary_save_is_read_and_read_alike() -> None:
    found = parser()
    assert read_whole(found, USUAL + BODY)
    assert state(found) == state(by_waitress(USUAL + BODY))
    assert found.headers["AUTHORIZATION"] == "Bearer abc"
    found.close()


UNUSUAL = {
    "another path": (b"responses HTTP", b"responses/ HTTP"),
    "a query": (b"responses HTTP", b"responses?a HTTP"),
    "an older version": (b"HTTP/1.1", b"HTTP/1.0"),
    "another method": (b"POST", b"PUT"),
    "a blank line ahead": (b"POST", b"\r\nPOST"),
    "a length twice": (b"Host: exam.local", b"Content-Length: 1"),
    "a signed length": (b"Content-Length: ", b"Content-Length: +"),
    "a length with zeros": (b"Content-Length: ", b"Content-Length: 0"),
    "a length too small": (b"Content-Length: 27", b"Content-Length: 26"),
    "a length too large": (b"Content-Length: 27", b"Content-Length: 28"),
    "no length": (b"Content-Length: 27\r\n", b""),
    "pieces": (b"Host: exam.local", b"Transfer-Encoding: chunked"),
    "a body that is asked about": (b"Host: exam.local", b"Expect: 100-continue"),
    "another protocol": (b"Host: exam.local", b"Upgrade: h2c"),
    "the last request": (b"keep-alive", b"close"),
    "a length that is hidden": (b"keep-alive", b"Content-Length"),
    "a folded line": (b"Host: exam.local", b"Host: exam.local\r\n 2"),
    "a bare line feed": (b"Host: exam.local", b"Host: exam.local\nContent-Length: 1"),
    "a bare return": (b"Host: exam.local", b"Host: exam.local\rX: 1"),
    "a space before the colon": (b"Host: ", b"Host : "),
    "no space after it": (b"Host: ", b"Host:"),
    "an underscore": (b"Host: ", b"Content_Length: "),
    "a zero byte": (b"exam.local", b"exam\0local"),
    "beyond ASCII": (b"exam.local", b"ex\xe4m"),
}


@pytest.mark.parametrize("change", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_left_to_waitress_untouched(change: tuple[bytes, bytes]) -> None:
    before, data = parser(), (USUAL + BODY).replace(*change, 1)
    assert data != USUAL + BODY
    assert not read_whole(before, data)
    assert vars(before) == vars(parser()) | {"adj": before.adj}


@pytest.mark.parametrize("length", range(0, len(USUAL + BODY), 7))
def test_a_piece_is_left_to_waitress(length: int) -> None:
    assert not read_whole(parser(), (USUAL + BODY)[:length])


PIECES = (
    *(b"\r\n", b"\r", b"\n", b" ", b"\t", b":", b": ", b"\0", b"\xff", b"X: 1\r\n", b"_"),
    *(b"Content-Length: 27\r\n", b"content-length: 27\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Connection: close\r\n", b"Connection: keep-alive, close\r\n", b"Expect: 100-continue\r\n"),
)


@given(
    st.lists(st.tuples(st.integers(0, 250), st.integers(0, 4), st.sampled_from(PIECES)), max_size=4)
)
@example([(len(FIRST), 0, b"Via: 1.1 x \r\n")])
def test_whatever_is_read_is_read_alike(changes: list[tuple[int, int, bytes]]) -> None:
    data = USUAL + BODY
    for at, gone, piece in changes:
        data = data[:at] + piece + data[at + gone :]
    found = parser()
    if read_whole(found, data):
        assert state(found) == state(by_waitress(data))
