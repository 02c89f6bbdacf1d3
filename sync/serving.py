"""How both services listen and end: waitress on a socket of ours, stopped from outside its loop."""

import errno
import logging
import signal
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from waitress.server import create_server

from sync.channel import Channel
from sync.errors import PortInUse
from sync.heads import MAX_HEAD
from sync.polling import Poller, Sockets, Threads

SHUTDOWN_S = 5
# Before a path: a socket of this machine, on which only a front asks.
UNIX = "unix:"
# The group is that of the folder; the front is in it, and nobody else.
SOCKET_MODE = 0o660
# waitress's own limit is a hundred: less than a room opens.
MANY = {"connection_limit": 4096, "backlog": 2048}


def behind(front: str) -> dict[str, Any]:
    """What waitress believes of a front at that address: for whom it asks, and over what.

    The front must say both anew; what others say of themselves is cleared.
    """
    if not front:
        return {}
    return {
        # What waitress calls whoever asks over a socket of this machine.
        "trusted_proxy": "localhost" if front.startswith(UNIX) else front,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def spool_in(folder: Path) -> None:
    """Large request bodies spool to the data disk, where the reserve is watched."""
    spooling = folder / "spooling"
    spooling.mkdir(exist_ok=True)
    for left in spooling.glob("*.upload"):
        # Of a service that was killed in the middle of one.
        left.unlink(missing_ok=True)
    tempfile.tempdir = str(spooling)


def bind(host: str, port: int) -> socket.socket:
    """A socket on that address, not yet listening; PortInUse if somebody else has it."""
    if host.startswith(UNIX):
        return _bind_here(Path(host.removeprefix(UNIX)))
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(port=port) from None
    return bound


def _bind_here(path: Path) -> socket.socket:
    """A socket at `path`, which whoever is in the group of its folder may use.

    What a killed run left there gives way: who serves holds the lock of the data folder.
    """
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(SOCKET_MODE)
    except OSError:
        bound.close()
        raise
    return bound


class Loop:
    """A WSGI application on an address. `run` returns after `stop`; requests under way finish.

    `dispatcher` is what hands requests to threads (a plain pool of `threads` if None).
    """

    def __init__(
        self,
        application: Callable[..., Any],
        host: str,
        port: int,
        channel_class: Callable[..., Any] = Channel,
        dispatcher: Threads | None = None,
        threads: int = 4,
        **adjustments: Any,
    ) -> None:
        # Every queued request would be a warning line; the client's own retry answers to load.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._server: Any = create_server(
            application,
            map=Sockets(),
            _dispatcher=dispatcher or Threads(threads),
            sockets=[bind(host, port)],
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_header_size=MAX_HEAD,
            **adjustments,
        )
        self._server.channel_class = channel_class
        if host.startswith(UNIX):
            self.port, self.address = 0, host
            return
        # Waitress has it as text, which zeroconf announces to nobody.
        self.port = int(self._server.effective_port)
        self.address = f"http://{self._server.effective_host}:{self.port}"

    def run(self) -> None:
        """Serve until stopped."""
        try:
            Poller(self._server).run()
        finally:
            self._server.task_dispatcher.shutdown(timeout=SHUTDOWN_S)

    def stop(self) -> None:
        """End `run` from any other thread: the loop ends when it has no sockets left."""
        # Woken by something else in this moment, the loop may have closed the trigger already.
        with suppress(OSError):
            self._server.trigger.pull_trigger(self._close_sockets)

    def _close_sockets(self) -> None:
        for dispatcher in list(self._server._map.values()):
            dispatcher.close()


def end_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` in a thread of its own when the process is told to end.

    Not in the handler: it may have interrupted a holder of a lock that `stop` needs.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=stop, name=f"signal-{number}").start()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handle)
        signal.signal(signal.SIGINT, handle)
