"""Serving headquarters by waitress, with the thread that archives and scores what comes in."""

import logging
import threading
from collections.abc import Callable

from sync.bounded import channels
from sync.headquarters.clock import wall_ms
from sync.headquarters.intake.archive import archive_pending
from sync.headquarters.intake.edge import MAX_BATCH, MAX_FILE
from sync.headquarters.intake.gate import Gate
from sync.headquarters.intake.handed_files import verify_pending
from sync.headquarters.marking.scoring import refresh
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.web.app import create_app, create_receiver
from sync.headquarters.web.bodies import PER_MACHINE, BoundedParser, bounds
from sync.headquarters.web.lane import IntakeLane
from sync.notify import Notifier
from sync.polling import Threads
from sync.serving import Loop, behind, end_on_signals, spool_in

log = logging.getLogger(__name__)
POLL_S = 0.5
# More than the gate lets in at once: the others say 503 and read pages.
THREADS = 48
# After a fault of the disk or the database the next try may wait.
FAULT_PAUSE_S = 10.0
SCORING = "scoring"


class Server:
    """Headquarters on a port, or its intake alone; `run` returns after `stop`."""

    def __init__(
        self,
        headquarters: Headquarters,
        host: str,
        port: int,
        *,
        intake_only: bool = False,
        front: str = "",
    ) -> None:
        self._headquarters = headquarters
        self._worker = None if intake_only else Worker(headquarters)
        app = create_receiver(headquarters) if intake_only else create_app(headquarters)
        self._loop = Loop(
            app,
            host,
            port,
            channels(BoundedParser, bounds(headquarters), PER_MACHINE, front),
            dispatcher=_dispatcher(headquarters, app.extensions["gate"]),
            connection_limit=1024,
            # A usual batch in one piece: each is a turn of the loop and a call of the parser.
            recv_bytes=32 * 1024,
            # Beyond what the bounds say, so that they are what decides.
            max_request_body_size=MAX_FILE + MAX_BATCH,
            **behind(front),
        )
        self.address = self._loop.address

    def run(self) -> None:
        """Serve until stopped; a batch in the middle of the intake is finished first."""
        if self._worker is None:
            self._loop.run()
            return
        thread = threading.Thread(target=self._worker.run, name="archive-and-score")
        thread.start()
        try:
            self._loop.run()
        finally:
            self._worker.stop()
            thread.join()

    def stop(self) -> None:
        """End `run` from any other thread: the loop ends when it has no sockets left."""
        if self._worker is not None:
            self._worker.stop()
        self._loop.stop()


def _dispatcher(headquarters: Headquarters, gate: Gate) -> Threads:
    """The lane, unless batches wait for another machine: that they do side by side."""
    if headquarters.blobs.near:
        return IntakeLane(headquarters, wall_ms, gate, THREADS)
    return Threads(THREADS)


class Worker:
    """Archives and scores what came in, until it is stopped; any number may work at once."""

    def __init__(self, headquarters: Headquarters) -> None:
        self._headquarters = headquarters
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look for work again and again."""
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = POLL_S if work_once(self._headquarters) else FAULT_PAUSE_S

    def stop(self) -> None:
        """End `run` after what it is at."""
        self._stopping.set()


def work_once(headquarters: Headquarters, clock: Callable[[], int] = wall_ms) -> bool:
    """Second copies, then reconciliation and scoring of what is new; False after a fault.

    A fault, whatever it is, is logged and the work is tried again: a worker that ended would end
    the second receipts of all sites. Intake and pages go on meanwhile.
    """
    try:
        archived = archive_pending(headquarters, clock())
        refresh(headquarters, Stamp(SCORING, clock()))
        verify_pending(headquarters)
    except Exception:
        log.exception("archiving or scoring failed")
        return False
    return not archived.faults


def serve(
    headquarters: Headquarters,
    host: str,
    port: int,
    ready: Callable[[str], None],
    front: str = "",
) -> None:
    """Serve until SIGTERM or SIGINT; DataFolderBusy or PortInUse before anything starts."""
    with headquarters.serving():
        spool_in(headquarters.folder)
        server = Server(headquarters, host, port, front=front)
        end_on_signals(server.stop)
        ready(server.address)
        Notifier().ready(server.address)
        server.run()


def receive(
    headquarters: Headquarters,
    host: str,
    port: int,
    ready: Callable[[str], None],
    front: str = "",
) -> None:
    """Take batches in and do nothing else; others may do the same on the same database."""
    spool_in(headquarters.folder)
    server = Server(headquarters, host, port, intake_only=True, front=front)
    end_on_signals(server.stop)
    ready(server.address)
    Notifier().ready(server.address)
    server.run()


def work(headquarters: Headquarters, ready: Callable[[], None]) -> None:
    """Archive and score until told to end; others may do the same on the same database."""
    worker = Worker(headquarters)
    end_on_signals(worker.stop)
    ready()
    Notifier().ready("worker")
    worker.run()
