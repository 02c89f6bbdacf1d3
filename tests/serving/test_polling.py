"""The loop by epoll: idle connections cost nothing, and no request is left lying."""

import http.client
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, ClassVar

import pytest
from waitress.channel import HTTPChannel

from sync import polling
from sync.polling import Poller
from sync.serving import Loop

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Counted(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    asked: ClassVar[Counter[Any]] = Counter()

    def readable(self) -> bool:
        Counted.asked[self] += 1
        return bool(super().readable())


class Desk:
    """An application that answers when it is let, `body` long."""

    def __init__(self) -> None:
        self.let, self.waiting = threading.Event(), threading.Semaphore(0)
        self.body = b"done"
        self.let.set()

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.waiting.release()
        self.let.wait(60)
        start_response("200 OK", [("Content-Length", str(len(self.body)))])
        return [self.body]


@contextmanager
def serving(desk: Desk) -> Iterator[Loop]:
    loop = Loop(desk, "127.0.0.1", 0, Counted, threads=2, connection_limit=1000)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield loop
    finally:
        desk.let.set()
        loop.stop()
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def loop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    """Without the look a second at everyone, which would only hide what is missed."""
    monkeypatch.setattr(polling, "LOOK_S", 60.0)
    with serving(desk) as loop:
        yield loop


def connect(loop: Loop) -> socket.socket:
    return socket.create_connection(("127.0.0.1", loop.port), 60)


def answer(end: socket.socket) -> bytes:
    got = http.client.HTTPResponse(end)
    got.begin()
    return got.read()


def ask(end: socket.socket) -> bytes:
    end.sendall(GET)
    return answer(end)


def test_idle_connections_are_not_asked_at_every_turn(loop: Loop) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(connect(loop)) for _ in range(200)]
        assert all(ask(end) == b"done" for end in idle)
        Counted.asked.clear()
        assert [ask(idle[7]) for _ in range(50)] == [b"done"] * 50
        # Once for the end of its own last request, not at each of a hundred turns.
        assert sum(many > 2 for many in Counted.asked.values()) < 20


def test_a_client_that_hangs_up_while_its_request_waits_does_not_make_the_loop_spin(
    loop: Loop, desk: Desk, monkeypatch: Any
) -> None:
    turns = []
    turn = Poller._turn
    monkeypatch.setattr(Poller, "_turn", lambda self: (turns.append(1), turn(self)))
    desk.let.clear()
    with connect(loop) as end:
        end.sendall(GET)
        desk.waiting.acquire()
    time.sleep(0.5)
    assert len(turns) < 20
    desk.let.set()
    with connect(loop) as other:
        assert ask(other) == b"done"


def test_requests_that_lie_behind_one_that_waits_are_answered_in_turn(
    loop: Loop, desk: Desk
) -> None:
    desk.let.clear()
    with connect(loop) as end:
        end.sendall(GET)
        desk.waiting.acquire()
        end.sendall(GET)
        time.sleep(0.1)
        end.sendall(GET)
        desk.let.set()
        got = b""
        while got.count(b"done") < 3:
            got += end.recv(65536)


def test_a_long_answer_reaches_a_slow_reader_whole(loop: Loop, desk: Desk) -> None:
    desk.body = b"x" * 20_000_000
    with connect(loop) as end:
        end.sendall(GET)
        time.sleep(0.3)
        assert len(answer(end)) == len(desk.body)


def test_a_number_that_is_used_again_is_another_connection(loop: Loop) -> None:
    for _ in range(300):
        with connect(loop) as end:
            assert ask(end) == b"done"


def test_a_connection_that_nobody_spoke_of_is_found_within_a_look(desk: Desk) -> None:
    with serving(desk) as loop, connect(loop) as end:
        assert ask(end) == b"done"
        (channel,) = loop._server.active_channels.values()
        channel.will_close = True
        # Idle, so no event of its own: the look a second finds that it is to be closed.
        assert end.recv(1) == b""
