"""How the sessions are, as the courier finds it in the spool."""

from pathlib import Path

import pytest
from batched import close_all, cut
from together import AM, put

from siteapp import states
from siteapp.site import Site
from siteapp.states import phase
from sync.stock import read_states
from sync.wire.inventory import SessionState


def laid(site: Site) -> tuple[SessionState, ...]:
    site.states.tell(due=True)
    return read_states(site.spool.folder)


def test_what_is_cut_and_closed_is_laid_down(open_site: Site) -> None:
    assert laid(open_site) == (SessionState(AM, "running", 0),)
    put(open_site, "1")
    cut(open_site)
    assert laid(open_site) == (SessionState(AM, "running", 1),)
    close_all(open_site)
    # That a session moved is told at once, what was cut at the next turn.
    open_site.states.tell(due=False)
    assert read_states(open_site.spool.folder) == (SessionState(AM, "closed", 1),)


def test_a_session_is_sealed_then_opened_then_on(open_site: Site) -> None:
    session = open_site.live.session(AM)
    session.sittings = dict.fromkeys(session.sittings, "waiting")
    assert phase(session) == "unlocked"
    session.unlocked = False
    assert phase(session) == "waiting"


def test_a_disk_that_takes_no_state_stops_nothing_and_it_is_told_again(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(states, "write_states", _full)
        open_site.states.tell(due=False)
    assert read_states(open_site.spool.folder) == ()
    open_site.states.tell(due=False)
    assert len(read_states(open_site.spool.folder)) == 1


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_damaged_file_of_states_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_bytes(b'[{"session":')
    assert read_states(tmp_path) == ()
