"""Serving headquarters by waitress, with the thread that archives and scores what comes in."""

import errno
import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from waitress.server import create_server

from sync.errors import ExamError, PortInUse
from sync.headquarters.app import create_app, wall_ms
from sync.headquarters.archive import archive_pending
from sync.headquarters.folder import Headquarters
from sync.headquarters.intake import MAX_BATCH
from sync.headquarters.scoring import refresh
from sync.headquarters.store import Stamp

log = logging.getLogger(__name__)
POLL_S = 0.5
# After a fault of the disk or the database the next try may wait.
FAULT_PAUSE_S = 10.0
SCORING = "scoring"


class Server:
    """Headquarters on a port; `run` returns after `stop`."""

    def __init__(self, headquarters: Headquarters, host: str, port: int) -> None:
        self._headquarters = headquarters
        self._stopping = threading.Event()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        try:
            self._server: Any = create_server(
                create_app(headquarters),
                host=host,
                port=port,
                threads=16,
                connection_limit=1024,
                asyncore_use_poll=True,
                ident=None,
                clear_untrusted_proxy_headers=True,
                # Room for the headers' own answer: the API itself says 413 in its own words.
                max_request_body_size=2 * MAX_BATCH,
            )
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUse(port=port) from None
        self.address = f"http://{self._server.effective_host}:{self._server.effective_port}"

    def run(self) -> None:
        """Serve until stopped; a batch in the middle of the intake is finished first."""
        worker = threading.Thread(target=self._work, name="archive-and-score")
        worker.start()
        try:
            self._server.run()
        finally:
            self._stopping.set()
            self._server.task_dispatcher.shutdown(timeout=5)
            worker.join()

    def stop(self) -> None:
        """End `run` from any other thread: the loop ends when it has no sockets left."""
        self._stopping.set()
        self._server.trigger.pull_trigger(self._close_sockets)

    def _close_sockets(self) -> None:
        for dispatcher in list(self._server._map.values()):
            dispatcher.close()

    def _work(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = POLL_S if work_once(self._headquarters) else FAULT_PAUSE_S


def work_once(headquarters: Headquarters, clock: Callable[[], int] = wall_ms) -> bool:
    """Second copies, then reconciliation and scoring of what is new; False after a fault.

    A fault is logged and the work is tried again: intake and pages go on meanwhile.
    """
    try:
        archived = archive_pending(headquarters, clock())
        refresh(headquarters, Stamp(SCORING, clock()))
    except (ExamError, SQLAlchemyError, OSError):
        log.exception("archiving or scoring failed")
        return False
    return not archived.faults


def serve(headquarters: Headquarters, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; DataFolderBusy or PortInUse before anything starts."""
    with headquarters.serving():
        server = Server(headquarters, host, port)

        def end(number: int, frame: FrameType | None) -> None:
            # Not in the handler: it may have interrupted a holder of a lock that `stop` needs.
            threading.Thread(target=server.stop, name=f"signal-{number}").start()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        ready(server.address)
        server.run()
