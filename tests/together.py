"""People who press at the same moment, and a disk that is full: what several tests need."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from siteapp.conduct.acts import NewEvent
from siteapp.site import Site
from siteapp.store.writer import Decision

AM = "am-1121"
# Waiting costs nothing when it is quick; a machine that others use too may need long, above all for
# the sync of a small file while others fill the same disk.
PATIENCE_S = 240.0


def note(text: str) -> Decision:
    """One event that fits any session."""
    body = {"attempt": "", "by": "chief", "category": "other", "note": text}
    return Decision([NewEvent("incident", body)])


def put(site: Site, text: str) -> None:
    """Journal one event and wait until it is on disk."""
    site.live.act(site.live.session(AM), lambda _: note(text))


def outcome(work: Callable[[], object]) -> str:
    """How a call ended: `stored`, or the name of its error."""
    try:
        work()
    except Exception as error:
        return type(error).__name__
    return "stored"


def at_once(works: list[Callable[[], object]]) -> tuple[list[threading.Thread], list[str]]:
    """Every work begun in a thread of its own; the outcomes are there when all have ended."""
    outcomes = [""] * len(works)

    def run(place: int) -> None:
        outcomes[place] = outcome(works[place])

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    return threads, outcomes


@contextmanager
def busy_writer(site: Site) -> Iterator[None]:
    """The writer's thread is held by an act that stores nothing; then it goes on."""
    entered, release = threading.Event(), threading.Event()

    def hold() -> Decision:
        entered.set()
        release.wait(PATIENCE_S)
        return Decision()

    holder = threading.Thread(target=lambda: site.live.writer.submit(None, hold))
    holder.start()
    assert entered.wait(PATIENCE_S)
    try:
        yield
    finally:
        release.set()
        holder.join()


def grouped(site: Site, works: list[Callable[[], object]]) -> list[str]:
    """The outcomes of works that wait for the writer together and so are one group."""
    with busy_writer(site):
        threads, outcomes = at_once(works)
        wait_until(lambda: site.live.writer._waiting.qsize() >= len(works))
    for thread in threads:
        thread.join()
    return outcomes


def wait_until(done: Callable[[], Any], what: str = "it", look_s: float = 0.005) -> Any:
    """The first true answer; fails with `what` after PATIENCE_S."""
    until = time.monotonic() + PATIENCE_S
    while not (answer := done()):
        assert time.monotonic() < until, f"not in {PATIENCE_S:.0f} s: {what}"
        time.sleep(look_s)
    return answer


def in_memory_as_on_disk(site: Site) -> bool:
    """The journal has no gap and says what memory says."""
    session, events = site.live.session(AM), site.live.events(AM)
    return [e.seq for e in events] == list(range(session.next_seq))


def limit_pages(site: Site, more: int | None) -> None:
    """Let the database grow by so many pages and no more; None lifts the limit."""
    read = site.live.database.conn.execute
    most = 2**30 if more is None else read("PRAGMA page_count").fetchone()[0] + more
    read(f"PRAGMA max_page_count={most}").fetchone()
