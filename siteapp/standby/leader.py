"""The primary's side: sends commits to the spare, and goes on alone when it does not confirm."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from siteapp.errors import NotItsBeginning
from siteapp.standby import messages
from siteapp.standby.luggage import PIECE, Luggage, all_names
from siteapp.standby.messages import (
    Again,
    Begin,
    Frames,
    Have,
    Hello,
    Here,
    Install,
    Lacking,
    Piece,
    Promoted,
    Stored,
)
from siteapp.standby.ring import Ring
from siteapp.store.live import Live
from siteapp.store.records import note_act
from siteapp.store.replica import Frame, State, has_passed, snapshot, state_of
from sync.errors import ExamError
from sync.wire.link import Link, any_certificate

log = logging.getLogger("examsite.standby")

DATABASE = "site.db"
# So many files one question asks about.
ASKED = 1000
SILENCE_S = 5.0
INSTALL_S = 120.0
BEAT_S = 1.0
RETRY_S = 0.25


class Lost(Exception):
    """The spare did not answer as it should; said again from Hello."""


class Apart(Lost):
    """The spare has what this server lacks: a person must choose, nothing is overwritten."""


class Leader:
    """Owns two threads: one talks to the spare, one watches that nobody waits too long."""

    def __init__(
        self,
        live: Live,
        link: Link,
        address: str,
        folder: Path,
        wait_s: float,
        on_promoted: Callable[[bytes], bool],
        version: str,
    ) -> None:
        self.address = address
        self._live, self._link, self._folder, self._wait_s = live, link, folder, wait_s
        self._on_promoted, self._version = on_promoted, version
        self.ring = Ring(state_of(live), time.monotonic)
        self.reason = ""
        self.apart = False
        self._spare: State | None = None
        self._run, self._number = b"", 0
        self._greeted = self._looked = False
        self._luggage = Luggage(folder, time.monotonic)
        self._stopping = threading.Event()
        self._line: HTTPConnection | None = None
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for work, name in ((self._talk, "standby"), (self._watch, "standby-watch"))
        ]

    def start(self) -> None:
        """Begin; the writer's answers wait from when the spare has caught up."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, when nobody waits any more: the writer has ended before."""
        while self.ring.waiting_s() and self._threads[1].is_alive():
            time.sleep(0.01)
        self._stopping.set()
        with self.ring.changed:
            self.ring.changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        self.ring.leave()
        self._hang_up()

    def secure(self, names: list[str]) -> None:
        """Return when the spare has these files, or this server is alone."""
        self._luggage.secure(names, lambda: self.ring.joined, self.ring.wake)

    def told(self) -> dict[str, Any]:
        """For the wall: `both` or `alone`, and how many commits are on this server only."""
        state = "both" if self.ring.on_both else "alone"
        behind = max(0, self.ring.behind)
        return {"state": state, "behind": behind, "reason": self.reason, "apart": self.apart}

    def greet(self) -> bool:
        """Ask once, before anything is served, whether the spare has taken over meanwhile."""
        try:
            self._hello(self._wait_s)
        except (Lost, OSError, HTTPException, ExamError) as error:
            self.reason = str(error)
            return False
        return True

    def _watch(self) -> None:
        while not self._stopping.wait(min(0.1, self._wait_s / 10)):
            if max(self.ring.waiting_s(), self._luggage.stalled_s()) > self._wait_s:
                self._alone(self.reason or "no confirmation in time")

    def _alone(self, reason: str) -> None:
        self.reason = reason
        if self.ring.leave():
            log.warning("on one server only: %s", reason)
            self._note("alone", reason)

    def _note(self, act: str, what: str) -> None:
        said = f"{self.ring.state.position} {what}".strip()
        self._live.writer.leave(note_act(self._live.clock.wall(), "standby", act, said))

    def _talk(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except (Lost, OSError, HTTPException, ExamError) as error:
                self._greeted = False
                self._failed(error)
                self._stopping.wait(RETRY_S)
            except Exception:
                log.exception("the talk with the spare failed")
                self._greeted = False
                self._stopping.wait(BEAT_S)

    def _failed(self, error: Exception) -> None:
        self.reason = str(error) or type(error).__name__
        if isinstance(error, Apart) and not self.apart:
            self.apart = True
            log.error("%s", error)
            self._note("apart", self.reason)

    def _turn(self) -> None:
        """One question that is due."""
        if not self._greeted:
            self._hello(SILENCE_S)
        if not self._looked:
            self._look_through()
        while self._luggage.package_due and not self.ring.joined and not self._stopping.is_set():
            # Commits that the spare has not heard of yet may speak of it.
            self._send_piece()
        spare = self._spare
        if spare is None:
            self._send_snapshot()
            return
        with self.ring.changed:
            if self.ring.state == spare and not self._luggage.due:
                self.ring.changed.wait(BEAT_S)
        frames = self.ring.after(spare)
        if frames is None:
            self._send_snapshot()
            return
        self._send_frames(frames)
        self._send_piece()

    def _send_frames(self, frames: list[Frame]) -> None:
        begun = time.monotonic()
        run, number = self._next()
        clock = self._live.clock.now()
        due = _after(self._spare, frames)
        self._stored(self._ask(Frames(run, number, frames, clock), SILENCE_S), due)
        quick = time.monotonic() - begun < self._wait_s / 2
        # Joined when what is left fits one message; later answers wait for their own confirmation.
        if not self.ring.joined and quick and self._nearly_there() and self._join():
            self.reason = ""
            self._note("both", "")

    def _join(self) -> bool:
        """False while the spare lacks a file. Who secures one now finds out whether to wait."""
        with self._luggage.lock:
            if self._luggage.due:
                return False
            self.ring.join()
        return True

    def _nearly_there(self) -> bool:
        spare = self._spare
        left = self.ring.after(spare) if spare else None
        return left is not None and len(left) == self.ring.behind

    def _hello(self, patience_s: float) -> None:
        answer = self._ask(Hello(self._version, self.ring.state), patience_s)
        if not isinstance(answer, Here):
            raise Lost("another answer than due")
        if answer.state and not self._is_past(answer.state):
            # Only a server that lost what it had written is not ahead of its own spare. Its new
            # commits may have brought it to the same position by now: chains decide.
            raise Apart(NotItsBeginning(position=answer.state.position).say("en"))
        self._expect(Begin(answer.run), patience_s)
        self._run, self._number = answer.run, 0
        self._looked = False
        self._luggage.start_anew()
        self._spare, self.apart = answer.state, False
        self._greeted = True
        if answer.state and self.ring.after(answer.state) is not None:
            self.ring.confirmed(answer.state)

    def _is_past(self, state: State) -> bool:
        mine = self.ring.state
        known = state == mine or self.ring.after(state) is not None
        return known or (state.term == mine.term and has_passed(self._live, state))

    def _look_through(self) -> None:
        """Find out which files the spare lacks."""
        names = all_names(self._folder, self._live)
        for first in range(0, len(names), ASKED):
            question = Have(*self._next(), names[first : first + ASKED])
            answer = self._ask(question, SILENCE_S)
            if not isinstance(answer, Lacking):
                raise Lost("another answer than due")
            self._luggage.pack(answer.names)
        self._looked = True

    def _send_piece(self) -> None:
        """One piece of the file that is next, or its end."""
        found = self._luggage.piece()
        if found is None:
            return
        (name, offset, digest), data = found
        if data:
            self._expect(Piece(*self._next(), name, offset, data), SILENCE_S)
            self._luggage.went(data)
            return
        if offset == 0:
            self._expect(Piece(*self._next(), name, 0, b""), SILENCE_S)
        clock = self._live.clock.now()
        self._expect(Install(*self._next(), name, digest.digest(), clock), INSTALL_S)
        self._luggage.arrived(name)

    def _send_snapshot(self) -> None:
        path = self._folder / "standby" / "snapshot.db"
        # The spare gathers one file at a time: another one under way begins anew.
        self._luggage.start_anew()
        digest, offset = hashlib.sha256(), 0
        try:
            state = snapshot(self._live.path, path)
            with path.open("rb") as file:
                while data := file.read(PIECE):
                    digest.update(data)
                    self._expect(Piece(*self._next(), DATABASE, offset, data), SILENCE_S)
                    offset += len(data)
        finally:
            path.unlink(missing_ok=True)
        clock = self._live.clock.now()
        whole = Install(*self._next(), DATABASE, digest.digest(), clock, state)
        self._stored(self._expect(whole, INSTALL_S), state)

    def _next(self) -> tuple[bytes, int]:
        self._number += 1
        return self._run, self._number

    def _expect(self, question: messages.Question, patience_s: float) -> messages.Answer:
        answer = self._ask(question, patience_s)
        if not isinstance(answer, Stored):
            raise Lost("another answer than due")
        return answer

    def _stored(self, answer: messages.Answer, due: State | None) -> None:
        if not isinstance(answer, Stored) or answer.state is None or answer.state != due:
            raise Lost("another answer than due")
        self._spare = answer.state
        self.ring.confirmed(answer.state)

    def _ask(self, question: messages.Question, patience_s: float) -> messages.Answer:
        body = messages.seal_question(self._link, question)
        answer = messages.open_answer(
            self._link, self._post(body, self._ahead(body), patience_s), body
        )
        if isinstance(answer, Promoted):
            if self._on_promoted(answer.record):
                # Fenced first: whoever is let go now is told so, and nobody waits for ever.
                self._stopping.set()
                self.ring.leave()
            raise Lost("the spare took over")
        if isinstance(answer, Again):
            raise Lost(answer.reason)
        return answer

    def _ahead(self, body: bytes) -> dict[str, str]:
        said = self._link.ahead(self._run, self._number, len(body))
        return {messages.AHEAD: f"{self._number} {said}"}

    def _post(self, body: bytes, headers: dict[str, str], patience_s: float) -> bytes:
        """One request on a line that stays open: a tenth of what a general client costs."""
        if self._line is None:
            there = urlsplit(self.address)
            self._line = _line(there.scheme, there.hostname or "", there.port)
        self._line.timeout = patience_s
        if self._line.sock:
            self._line.sock.settimeout(patience_s)
        try:
            self._line.request("POST", messages.PATH, body, headers)
            got = self._line.getresponse()
            if got.status != HTTPStatus.OK:
                raise Lost(f"the spare answered {got.status}")
            answer = got.read(messages.MAX_MESSAGE + 1)
            if len(answer) > messages.MAX_MESSAGE:
                raise Lost("the spare's answer is longer than a message")
            return answer
        except BaseException:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        if self._line:
            self._line.close()
        self._line = None


def _line(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, context=any_certificate())
    return HTTPConnection(host, port)


def _after(spare: State | None, frames: list[Frame]) -> State | None:
    """Where the spare must stand when it has stored these commits."""
    if not spare or not frames:
        return spare
    return State(spare.term, frames[-1].position, frames[-1].chain())
