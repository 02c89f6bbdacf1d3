"""One release takes another's place, or does not; on a folder that stands for a machine."""

import fcntl
import json
from pathlib import Path

import pytest

from provisioning.privileged import Machine, Releases
from provisioning.setup.errors import ReleaseIll, SittingRuns
from provisioning.setup.switching import TRANSITIONS, Upgrade, to_keep


class Box:
    """A machine with a site on it and some releases; a sound one's Python ends with 0."""

    def __init__(self, root: Path) -> None:
        self.root, self.data = root, root / "var/lib/examsite"
        self.data.mkdir(parents=True)
        (self.data / "certificate.json").touch()
        self.releases = Releases(Machine(root))

    def release(self, version: str, sound: bool = True) -> None:
        folder = self.root / "usr/lib/examsite/releases" / version / "bin"
        folder.mkdir(parents=True)
        python = folder / "python3"
        python.write_text(f"#!/bin/sh\necho no module >&2\nexit {0 if sound else 1}\n")
        python.chmod(0o755)

    def has(self) -> set[str]:
        return {path.name for path in (self.root / "usr/lib/examsite/releases").iterdir()}

    def note(self, **said: str) -> Path:
        path = self.root / "var/lib/examsite-setup/upgrade.json"
        if said:
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(said))
        return path

    def sat(self, *sessions: str) -> None:
        (self.data / "running.json").write_text(json.dumps({"sessions": sessions}))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path)
    made.release("1")
    made.releases.switch("1")
    return made


def ill(box: Box, monkeypatch: pytest.MonkeyPatch, *looks: str) -> None:
    """What is found at each look; well after them."""
    left = list(looks)
    monkeypatch.setattr(box.releases, "_ill", lambda running=None: left.pop(0) if left else "")


def test_a_sound_release_takes_the_place_and_the_one_before_stays(box: Box) -> None:
    for version in ("2", "3"):
        box.release(version)
        box.releases.switch(version)
    assert box.releases.current == "3"
    assert box.has() == {"2", "3"}
    assert not box.note().exists()


def test_a_release_that_cannot_even_begin_changes_nothing(box: Box) -> None:
    box.release("2", sound=False)
    with pytest.raises(ReleaseIll, match="no module"):
        box.releases.switch("2")
    assert (box.releases.current, box.note().exists()) == ("1", False)


def test_a_release_that_does_not_serve_gives_way_to_the_one_before(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.release("2")
    ill(box, monkeypatch, "examsite-web: failed")
    with pytest.raises(ReleaseIll, match="examsite-web: failed"):
        box.releases.switch("2")
    assert (box.releases.current, box.note().exists()) == ("1", False)


def test_a_release_that_nobody_looks_at_would_stay_and_be_noticed(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.release("2")
    ill(box, monkeypatch)
    box.releases.switch("2")
    assert box.releases.current == "2"


def test_when_neither_serves_the_old_one_is_in_place_and_a_person_is_asked(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.release("2")
    ill(box, monkeypatch, "failed", "failed too")
    with pytest.raises(ReleaseIll):
        box.releases.switch("2")
    assert box.releases.current == "1"
    assert json.loads(box.note().read_text())["state"] == "stuck"
    box.release("3")
    box.releases.switch("3")
    assert (box.releases.current, box.note().exists()) == ("3", False)


@pytest.mark.parametrize(("look", "current"), [("", "2"), ("examsite-web: failed", "1")])
def test_an_upgrade_that_a_power_cut_ended_is_settled_at_the_next_boot(
    box: Box, monkeypatch: pytest.MonkeyPatch, look: str, current: str
) -> None:
    box.release("2")
    box.releases._link("2")
    box.note(before="1", after="2", state="switched")
    ill(box, monkeypatch, look)
    if look:
        with pytest.raises(ReleaseIll):
            box.releases.settle()
    else:
        box.releases.settle()
    assert (box.releases.current, box.note().exists()) == (current, False)


def test_a_half_finished_upgrade_that_is_run_again_still_knows_the_good_release(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.release("2")
    box.releases._link("2")
    box.note(before="1", after="2", state="switched")
    ill(box, monkeypatch, "failed")
    with pytest.raises(ReleaseIll):
        box.releases.switch("2")
    assert box.releases.current == "1"


def test_an_ill_release_goes_and_the_good_ones_stay_to_go_back_to(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.release("2")
    box.releases.switch("2")
    box.release("3")
    ill(box, monkeypatch, "failed")
    with pytest.raises(ReleaseIll):
        box.releases.switch("3")
    assert box.has() == {"1", "2"}
    assert box.releases.back() == "1"


def test_going_back_uses_the_release_before(box: Box) -> None:
    assert box.releases.back() == ""
    box.release("2")
    box.releases.switch("2")
    assert box.releases.back() == "1"
    assert box.releases.current == "1"


def test_while_a_sitting_is_open_nothing_is_switched(box: Box) -> None:
    box.release("2")
    box.sat("am-1205")
    with pytest.raises(SittingRuns, match="am-1205"):
        box.releases.switch("2")
    box.sat()
    box.releases.switch("2")
    assert box.releases.current == "2"


def test_a_service_that_says_nothing_is_taken_to_serve_a_sitting(box: Box) -> None:
    box.releases.check()
    with (box.data / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(SittingRuns):
            box.releases.check()
        (box.data / "running.json").write_text("[]")
        with pytest.raises(SittingRuns):
            box.releases.check()
        box.sat()
        box.releases.check()


def test_who_knows_that_nobody_sits_may_say_so(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.sat("am-1205")
    monkeypatch.setenv("EXAMSITE_ANYWAY", "yes")
    box.releases.check()


def test_no_state_of_an_upgrade_is_a_dead_end_and_none_is_skipped() -> None:
    states = {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values())
    assert states == {state for state, _ in TRANSITIONS}
    with pytest.raises(ValueError, match="well in state resting"):
        Upgrade("1", "2").advance("well")


def test_the_same_version_again_leaves_the_release_before_it() -> None:
    again = Upgrade("", "2", "switched")
    assert to_keep(["1", "2"], again) == ["1", "2"]
    assert to_keep(["1", "2", "3"], Upgrade("2", "3", "switched")) == ["2", "3"]
