"""What the primary still holds for its spare: commits in order, bounded; and who waits for them."""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from siteapp.store.replica import Frame, State, forget_before, frame_after, stamp
from siteapp.store.writer import Statement

# Older commits are let go: a spare that is further behind gets a snapshot.
MAX_HELD = 32 * 1024 * 1024
MAX_SENT = 2 * 1024 * 1024
# A commit larger than this goes as a snapshot; a message may have 16 MiB (`messages.MAX_MESSAGE`).
MAX_FRAME = 12 * 1024 * 1024
# So often the trail behind the spare is let go.
FORGET_EVERY = 256

Answer = Callable[[], None]


class Ring:
    """The writer's `Follower`; safe to use from any thread. `joined` makes answers wait."""

    def __init__(self, state: State, now: Callable[[], float]) -> None:
        self.state = state
        self.joined = False
        self.joined_at = 0
        self.changed = threading.Condition()
        self._now = now
        self._stamped: tuple[Frame, State] | None = None
        self._held: deque[Frame] = deque()
        self._bytes = 0
        self._waiting: deque[tuple[int, float, Answer]] = deque()
        self._confirmed = -1
        self._forgot = 0

    def stamp(self, statements: Sequence[Statement]) -> Sequence[Statement]:
        """The position and chain of the commit under way."""
        frame = frame_after(self.state, statements)
        self._stamped = frame, State(self.state.term, frame.position, frame.chain())
        statements = stamp(self._stamped[1])
        if self._confirmed >= self._forgot + FORGET_EVERY:
            # The spare's own place stays: it proves what a whole copy grew out of.
            self._forgot = self._confirmed
            statements.append(forget_before(self._forgot))
        return statements

    def undone(self) -> None:
        """The commit under way is not on the disk."""
        self._stamped = None

    def kept(self, answer: Answer) -> None:
        """Answer at once while alone, else when the spare has confirmed all up to here."""
        stamped, self._stamped = self._stamped, None
        with self.changed:
            if stamped is not None:
                self._hold(*stamped)
            waits = self.joined and self._confirmed < self.state.position
            if waits:
                self._waiting.append((self.state.position, self._now(), answer))
            self.changed.notify_all()
        if not waits:
            answer()

    def _hold(self, frame: Frame, state: State) -> None:
        self.state = state
        self._held.append(frame)
        self._bytes += len(frame.body)
        if len(frame.body) > MAX_FRAME:
            # No message carries it: sent again and again it would keep the spare away for ever.
            self._held.clear()
            self._bytes = 0
        while self._bytes > MAX_HELD:
            self._bytes -= len(self._held.popleft().body)

    def after(self, state: State) -> list[Frame] | None:
        """The next commits after `state`, as many as one message carries; None if not held."""
        with self.changed:
            if state == self.state:
                return []
            frames: list[Frame] = []
            taken = 0
            for frame in self._held:
                if frame.position <= state.position:
                    continue
                if not frames and (frame.position, frame.before) != (
                    state.position + 1,
                    state.chain,
                ):
                    return None
                taken += len(frame.body)
                if frames and taken > MAX_SENT:
                    break
                frames.append(frame)
            return frames or None

    def confirmed(self, state: State) -> None:
        """The spare has everything up to `state` on its disk."""
        with self.changed:
            self._confirmed = state.position
            while self._held and self._held[0].position <= state.position:
                self._bytes -= len(self._held.popleft().body)
            due = []
            while self._waiting and self._waiting[0][0] <= state.position:
                due.append(self._waiting.popleft()[2])
        for answer in due:
            answer()

    def wake(self) -> None:
        """There is something else to send."""
        with self.changed:
            self.changed.notify_all()

    @property
    def behind(self) -> int:
        """Commits that the spare has not confirmed."""
        return self.state.position - self._confirmed

    def join(self) -> None:
        """From now on answers wait for the spare."""
        with self.changed:
            self.joined, self.joined_at = True, self.state.position

    @property
    def on_both(self) -> bool:
        """Everything acknowledged is on both disks."""
        return self.joined and self._confirmed >= self.joined_at

    def waiting_s(self) -> float:
        """How long the oldest answer has waited."""
        with self.changed:
            return self._now() - self._waiting[0][1] if self._waiting else 0.0

    def leave(self) -> bool:
        """Answer everybody without the spare from now on; False if it was so already."""
        with self.changed:
            was, self.joined = self.joined, False
            due = [answer for _, _, answer in self._waiting]
            self._waiting.clear()
        for answer in due:
            answer()
        return was
