"""The spare's process: follows until it is stopped, or until it is promoted."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from siteapp.config import Settings
from siteapp.site import hold
from siteapp.standby.folder import PairFolder
from siteapp.standby.messages import AHEAD_KEY, MAX_MESSAGE, PATH
from siteapp.standby.spare import Spare, SpareApp
from siteapp.web.bodies import ROOM_BODY
from siteapp.web.channel import channels
from sync.errors import DataFolderBusy
from sync.notify import Notifier
from sync.polling import Threads
from sync.serving import MANY, Loop, end_on_signals, spool_in

# Left by `promote` while it wants the folder; `run` makes room for so long and then goes on.
WANTED = "wanted"
ROOM_S = 15.0
LOOK_S = 0.2
# The primary speaks every second; whoever says nothing for so long is let go.
IDLE_S = 30


def follow(folder: Path, host: str, port: int, ready: Callable[[str], None]) -> int:
    """Follow the primary. Returns the port when this server was promoted, 0 when stopped."""
    stopped = threading.Event()
    end_on_signals(stopped.set)
    pair = PairFolder(folder)
    while not stopped.is_set():
        if (pair.path / "promotion.json").exists():
            return port
        port = _follow_until(folder, host, port, ready, stopped)
        _make_room(pair, stopped)
    return 0


def _follow_until(
    folder: Path, host: str, port: int, ready: Callable[[str], None], stopped: threading.Event
) -> int:
    """One stretch: until somebody wants the folder, or the end. The port that was used."""
    with hold(folder):
        spare = Spare(folder)
        spool_in(folder)
        notifier, loop = Notifier(), spare_loop(spare, host, port, Settings.load(folder))
        ready(loop.address)
        notifier.ready(loop.address)
        thread = threading.Thread(target=loop.run, name="spare")
        thread.start()
        wanted = spare.pair.path / WANTED
        while not stopped.wait(LOOK_S) and not wanted.exists():
            notifier.beat()
        spare.close()
        loop.stop()
        thread.join()
        return loop.port


def spare_loop(spare: Spare, host: str, port: int, settings: Settings) -> Loop:
    """The spare on a port, with the bounds of the site: it is in the same room."""

    def most(path: str, headers: Mapping[str, str]) -> int:
        said, length = headers.get(AHEAD_KEY, ""), headers.get("CONTENT_LENGTH", "")
        return MAX_MESSAGE if path == PATH and spare.expects(said, length) else ROOM_BODY

    return Loop(
        SpareApp(spare),
        host,
        port,
        channels(most, settings.number("connections_per_machine")),
        Threads(4),
        # Beyond what the bound says, so that it is what decides.
        max_request_body_size=2 * MAX_MESSAGE,
        channel_timeout=IDLE_S,
        cleanup_interval=IDLE_S // 3,
        **MANY,
    )


def _make_room(pair: PairFolder, stopped: threading.Event) -> None:
    until = time.monotonic() + ROOM_S
    while (pair.path / WANTED).exists() and not stopped.is_set() and time.monotonic() < until:
        time.sleep(LOOK_S / 4)
    (pair.path / WANTED).unlink(missing_ok=True)


@contextmanager
def take_folder(folder: Path) -> Iterator[None]:
    """The folder for an act of a moment, also while the spare's process runs."""
    wanted = folder / "standby" / WANTED
    wanted.touch()
    until = time.monotonic() + ROOM_S / 2
    try:
        while True:
            try:
                handle = hold(folder)
                break
            except DataFolderBusy:
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK_S / 4)
        with handle:
            yield
    finally:
        wanted.unlink(missing_ok=True)
