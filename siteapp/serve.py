"""Serving the site by waitress."""

import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from siteapp.conduct.session import Session
from siteapp.disk import Disk, QuietWhenFull
from siteapp.heartbeat import Heartbeat, Running, Watch, being_sat, windows_of
from siteapp.lan.announce import reachable_by
from siteapp.site import Site
from siteapp.web.answers import AnswerPath
from siteapp.web.app import create_app
from siteapp.web.bodies import PACKAGE_BODY, bounds
from siteapp.web.channel import channels
from siteapp.web.lane import AnswerLane
from sync.notify import Notifier
from sync.serving import MANY, UNIX, Loop, behind, end_on_signals, spool_in


class Server:
    """A site on a port. `run` returns after `stop`, with everything stored."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        front = site.settings.text("front")
        # Behind a front on a socket nobody else is to get in.
        self.site, self._host = site, front if front.startswith(UNIX) else host
        spool_in(site.folder)
        application = create_app(site)
        self._loop = Loop(
            application,
            self._host,
            port,
            channels(bounds(site), site.settings.number("connections_per_machine")),
            AnswerLane(AnswerPath(site, application), site.settings.number("threads")),
            **MANY,
            **behind(front),
            max_request_body_size=PACKAGE_BODY,
            inbuf_overflow=64 * 1024,
        )
        self.port = self._loop.port
        self.address = self._loop.address

        self._notifier = Notifier()
        live, running = site.live, Running(site.folder)
        self._watch = Watch(
            Heartbeat(live.writer, self._notifier),
            lambda: _tell(running, list(live.sessions.values())),
        )

    def run(self) -> None:
        """Serve until stopped; systemd is told when it has begun."""
        self.site.start()
        self._join_the_room()
        self._watch.start()
        self._notifier.ready(self.address)
        try:
            self._loop.run()
        finally:
            self._notifier.stopping()
            self._watch.stop()
            self.site.close()

    def _join_the_room(self) -> None:
        """Announced where somebody else can reach it, unless a setting says no."""
        settings = self.site.settings
        front, lan = settings.text("front"), self.site.lan
        port = lan.about.port if front else self.port
        in_room = reachable_by(self._host, front)
        lan.start(port, in_room and settings.text("announce") == "on", in_room)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._loop.stop()


def _tell(running: Running, sessions: list[Session]) -> None:
    running.tell(being_sat(sessions))
    running.tell_hours(windows_of(sessions))


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
    # The loop comes back from the kernel twice a save, and each time waits so long for a writer
    # that is deciding: shorter waits cost fewer changes of thread than idle ones.
    sys.setswitchinterval(0.002)
    ready(server.address)
    server.run()
