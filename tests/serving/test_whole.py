"""A usual request is read as waitress reads it, and whatever is unusual is left to waitress."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from siteapp.web.answers import PATH
from sync.headquarters.web import bodies
from sync.whole import Usual

BODY = b'{"instance":"a","saves":[]}'
FIRST = b"POST /api/candidate/responses HTTP/1.1\r\n"
USUAL = FIRST + (
    b"Host: exam.local\r\nConnection: keep-alive\r\nContent-Length: %d\r\n"
    b'Authorization: Bearer abc\r\nsec-ch-ua: "Chromium";v="130"\r\nAccept: */*\r\n\r\n'
) % len(BODY)
SAVE = Usual("POST", PATH)
BATCH = b"""PUT /api/v1/batches/%b HTTP/1.1\r
Host: headquarters\r
User-Agent: courier\r
Content-Length: %d\r
\r
""" % (b"0a" * 32, len(BODY))
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


def fed(found: HTTPRequestParser, data: bytes) -> HTTPRequestParser:
    while data and not found.completed:
        data = data[found.received(data) :]
    assert not data
    return found


def by_waitress(data: bytes) -> HTTPRequestParser:
    return fed(parser(), data)


def test_a_usual_save_is_read_and_read_alike() -> None:
    found = parser()
    assert SAVE.read(found, USUAL + BODY) == len(USUAL + BODY)
    assert state(found) == state(by_waitress(USUAL + BODY))
    assert found.headers["AUTHORIZATION"] == "Bearer abc"
    found.close()


def test_a_usual_batch_is_read_and_read_alike() -> None:
    found = parser()
    assert bodies.BoundedParser.usual.read(found, BATCH + BODY) == len(BATCH + BODY)
    assert state(found) == state(by_waitress(BATCH + BODY))
    assert found.path == "/api/v1/batches/" + "0a" * 32


@pytest.mark.parametrize("most", ["max_request_header_size", "max_request_body_size"])
def test_what_is_too_large_is_left_to_waitress(most: str) -> None:
    strict = HTTPRequestParser(Adjustments(**{most: 20}))
    assert not SAVE.read(strict, USUAL + BODY)


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
    "an endless length": (b"Content-Length: 27", b"Content-Length: 9999999999999"),
    "an empty body": (b"Content-Length: 27", b"Content-Length: 0"),
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
    assert not SAVE.read(before, data)
    assert vars(before) == vars(parser()) | {"adj": before.adj}


@pytest.mark.parametrize("length", range(0, len(USUAL + BODY), 7))
def test_a_piece_of_a_head_is_left_and_after_a_head_the_body_is_read_on(length: int) -> None:
    data, found = USUAL + BODY, parser()
    read = SAVE.read(found, data[:length])
    assert read == (len(USUAL) if length >= len(USUAL) else 0)
    if read:
        assert not found.completed
        assert state(fed(found, data[read:])) == state(by_waitress(data))


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
    if read := SAVE.read(found, data):
        assert state(fed(found, data[read:])) == state(by_waitress(data))
