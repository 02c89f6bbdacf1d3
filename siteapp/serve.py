"""Serving the site by waitress."""

import errno
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from waitress.server import create_server

from siteapp.signals import end_on_signals
from siteapp.site import Site
from siteapp.web.app import create_app
from siteapp.web.channel import AnswerChannel
from sync.errors import PortInUse

log = logging.getLogger("examsite.serve")


class Server:
    """A site on a port. `run` returns after `stop`, with everything stored."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site = site
        # Request bodies beyond the buffer spool to the data disk, inside the reserve.
        (site.folder / "spooling").mkdir(exist_ok=True)
        # Every queued request would be a warning line; the page's own retry is the answer to load.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self._server: Any = create_server(
            create_app(site),
            sockets=[bind(host, port)],
            threads=site.settings.number("threads"),
            connection_limit=4096,
            backlog=2048,
            asyncore_use_poll=True,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=600 * 1024 * 1024,
        )
        self._server.channel_class = AnswerChannel
        self.port: int = self._server.effective_port
        self.host: str = self._server.effective_host

    def run(self) -> None:
        """Serve until stopped."""
        self.site.start()
        try:
            self._server.run()
        finally:
            self._server.task_dispatcher.shutdown(timeout=5)
            self.site.close()

    def stop(self) -> None:
        """End `run` from any other thread: the loop ends when it has no sockets left."""
        self._server.trigger.pull_trigger(self._close_sockets)

    def _close_sockets(self) -> None:
        for dispatcher in list(self._server._map.values()):
            dispatcher.close()


def bind(host: str, port: int) -> socket.socket:
    """A socket on that address, not yet listening; PortInUse if somebody else has it."""
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


def serve(folder: Path, host: str | None, port: int | None, ready: Callable[[str], None]) -> None:
    """Open the site and serve it until SIGTERM or SIGINT; `ready` gets the address."""
    site = Site(folder)
    try:
        server = Server(
            site,
            host or site.settings.text("host"),
            site.settings.number("port") if port is None else port,
        )
    except BaseException:
        site.close()
        raise
    end_on_signals(server.stop)
    ready(f"http://{server.host}:{server.port}")
    server.run()
