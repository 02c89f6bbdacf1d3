"""All papers of a session in one file, made one after another while a page shows how far it is."""

import logging
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from siteapp.forms.drawn import drawn, parts
from siteapp.forms.gather import Facts
from siteapp.forms.kinds import KINDS, Kind
from sync.errors import ExamError, NotFound, NotReady
from sync.errors.system import system_words
from sync.printing.pdf import pdf
from sync.words import Words

log = logging.getLogger("examsite.forms")
Gather = Callable[[Kind], Facts]


class Paper(NamedTuple):
    """One PDF."""

    name: str
    data: bytes


def made(kind: Kind, facts: Facts) -> Iterator[Paper]:
    """A paper as PDF, in as many files as it takes; PrintingFailed."""
    many = parts(kind.id, len(facts.plan.candidates))
    for part in range(1, many + 1):
        number = f"-{part}" if many > 1 else ""
        yield Paper(f"{facts.plan.id}-{kind.id}{number}.pdf", pdf(drawn(kind.id, facts, part)))


class Making:
    """One at a time for the whole site. What is made has no name on the disk: it goes by itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changing = threading.Lock()
        self._session = ""
        self._done: list[str] = []
        self._failed: ExamError | None = None
        self._file: IO[bytes] | None = None
        self._ready = self._stopped = False
        self._maker: threading.Thread | None = None

    def begin(self, session: str, gather: Gather, kinds: Iterable[Kind] = KINDS.values()) -> None:
        """Make them all anew, in a thread; NotReady while others are being made."""
        with self._changing:
            if self._maker and self._maker.is_alive():
                raise NotReady(
                    reason_zh="正在生成打印文件，请稍候", reason_en="papers are being made: wait"
                )
            self._forget()
            self._session, self._stopped = session, False
            self._maker = threading.Thread(
                target=self._make, args=(gather, tuple(kinds)), name="papers", daemon=True
            )
            self._maker.start()

    def told(self, session: str) -> dict[str, Any]:
        """How far it is: what is done, of how many, whether the file is there, what went wrong."""
        mine = self._session == session
        failed = self._failed if mine else None
        return {
            "making": bool(mine and self._maker and self._maker.is_alive()),
            "done": list(self._done) if mine else [],
            "of": len(KINDS),
            "ready": mine and self._ready,
            "failed": Words(failed.say("zh"), failed.say("en"))._asdict() if failed else None,
        }

    def take(self, session: str) -> bytes:
        """The file; NotFound if it is not there."""
        with self._changing:
            if self._session != session or not self._ready or self._file is None:
                raise NotFound(what=f"{session}.zip")
            self._file.seek(0)
            return self._file.read()

    def wait(self) -> None:
        """Until nothing is being made."""
        if self._maker:
            self._maker.join()

    def stop(self) -> None:
        """Make no further paper, and let go of what there is."""
        self._stopped = True
        self.wait()
        self._forget()

    def _forget(self) -> None:
        self._ready, self._failed, self._done = False, None, []
        if self._file:
            self._file.close()
        self._file = None

    def _make(self, gather: Gather, kinds: tuple[Kind, ...]) -> None:
        try:
            self._folder.mkdir(exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
            with zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED) as archive:
                for kind in kinds:
                    facts = gather(kind)
                    for one in made(kind, facts):
                        if self._stopped:
                            return
                        archive.writestr(one.name, one.data)
                    self._done = [*self._done, kind.id]
            self._ready = True
        except ExamError as error:
            self._give_up(error)
        except OSError as error:
            log.exception("papers were not made")
            said = system_words(error)
            self._give_up(NotReady(reason_zh=said.zh, reason_en=said.en))

    def _give_up(self, error: ExamError) -> None:
        # What could not be written may fail once more when it is closed.
        with suppress(OSError):
            self._forget()
        self._failed = error
