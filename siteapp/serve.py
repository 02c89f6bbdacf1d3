"""Serving the site by waitress."""

import gc
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from siteapp.disk import Disk, QuietWhenFull
from siteapp.site import Site
from siteapp.web.answers import AnswerPath
from siteapp.web.app import create_app
from siteapp.web.bodies import STAFF_BODY
from siteapp.web.channel import channels
from siteapp.web.lane import AnswerLane
from sync.serving import Loop, end_on_signals


class Server:
    """A site on a port. `run` returns after `stop`, with everything stored."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        self.site = site
        # Large request bodies spool to the data disk, where the reserve is watched.
        spooling = site.folder / "spooling"
        spooling.mkdir(exist_ok=True)
        tempfile.tempdir = str(spooling)
        application = create_app(site)
        self._loop = Loop(
            application,
            host,
            port,
            channels(site),
            AnswerLane(AnswerPath(site, application), site.settings.number("threads")),
            connection_limit=4096,
            backlog=2048,
            max_request_body_size=STAFF_BODY,
            # Read by eighths of that, an uploaded file would keep the loop busy.
            recv_bytes=64 * 1024,
            inbuf_overflow=64 * 1024,
        )
        self.port = self._loop.port
        self.address = self._loop.address

    def run(self) -> None:
        """Serve until stopped."""
        self.site.start()
        try:
            self._loop.run()
        finally:
            self.site.close()

    def stop(self) -> None:
        """End `run` from another thread."""
        self._loop.stop()


def log_until_low(disk: Disk) -> None:
    """Warnings and worse go to standard error, as before, until the disk runs low."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
        handler.addFilter(QuietWhenFull(disk))
        root.addHandler(handler)


def serve(folder: Path, host: str | None, port: int | None, ready: Callable[[str], None]) -> None:
    """Open the site and serve it until SIGTERM or SIGINT; `ready` gets the address."""
    site = Site(folder)
    log_until_low(site.disk)
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
    # What a site holds while it serves lives long: looked through rarely, a save costs an eighth
    # less (docs/design/answer-path.md).
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    ready(server.address)
    server.run()
