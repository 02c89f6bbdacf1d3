"""Pairing that is cut off at any step, and strangers who guess at the same moment."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from together import at_once

from siteapp.errors import PairingRefused
from siteapp.identity import load_identity
from siteapp.site import Site
from siteapp.standby import folder as folders
from siteapp.standby import pairing
from siteapp.standby.folder import PairFolder, Peer
from siteapp.standby.pairing import Asking
from sync.errors import ExamError
from sync.wire.keys import OpeningKey, save_key

OLD, NEW = bytes(32), bytes(range(32))
# What changes a folder; each is a step after which the power may fail.
STEPS = ("open", "os.rename", "os.remove", "os.link", "os.mkdir")


def killed_at(step: int, act: Callable[[], Any]) -> bool:
    """Do it in a process that ends before that step; True if it came to the end."""
    child = os.fork()
    if child == 0:
        left = [step]

        def count(event: str, _: Any) -> None:
            left[0] -= event in STEPS
            if left[0] < 0:
                os._exit(9)

        sys.addaudithook(count)
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def starts(folder: Path) -> bool:
    try:
        Site(folder).close()
    except ExamError:
        return False
    return True


def second_pairing(open_folder: Path, tmp_path: Path) -> list[bool]:
    """For each step: does a primary start whose second pairing ended there?"""
    PairFolder(open_folder).pair(Peer("primary", "http://127.0.0.1:9"), OLD)
    found, whole = [], False
    while not whole:
        copy = shutil.copytree(open_folder, tmp_path / f"copy{len(found)}")
        peer = Peer("primary", "http://127.0.0.1:10")
        whole = killed_at(len(found), lambda c=copy, p=peer: PairFolder(c).pair(p, NEW))
        found.append(starts(copy))
    assert PairFolder(copy).need("primary").address == "http://127.0.0.1:10"
    return found


def test_a_primary_starts_wherever_its_second_pairing_ended(
    open_folder: Path, tmp_path: Path
) -> None:
    found = second_pairing(open_folder, tmp_path)
    assert len(found) > 6
    assert all(found)


def test_a_key_that_goes_before_the_new_one_is_there_would_be_noticed(
    open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_it_was(path: Path, key: bytes) -> None:
        path.unlink(missing_ok=True)
        save_key(path, key)

    monkeypatch.setattr(folders, "replace_key", as_it_was)
    assert not all(second_pairing(open_folder, tmp_path))


def given(folder: Path) -> tuple[Asking, bytes]:
    """A spare that asks, without a network, and what its primary gives it."""
    identity, pair = load_identity(folder), PairFolder(folder)
    pairing.offer(pair)
    asking = object.__new__(Asking)
    made, opener = pairing._offer(pair), OpeningKey.generate()
    ask = pairing.Ask(opener.public.to_bytes(), "http://127.0.0.1:9", b"")
    asking._key, asking._opener, asking._primary = made.key, opener, "http://127.0.0.1:8"
    asking._transcript = ask.transcript(made.salt)
    pairing.approve(pair, identity, ask)
    return asking, (pair.path / "answer").read_bytes()


def test_a_spare_whose_pairing_ended_early_never_serves_as_a_primary(
    open_folder: Path, tmp_path: Path
) -> None:
    asking, content = given(open_folder)
    whole, step = False, 0
    while not whole:
        folder = tmp_path / f"spare{step}"
        folder.mkdir()
        whole = killed_at(step, lambda f=folder: asking._take(f, content))
        assert not starts(folder), step
        step += 1
    assert PairFolder(folder).need("spare").address == "http://127.0.0.1:8"
    assert load_identity(folder).site == load_identity(open_folder).site


def test_guesses_at_the_same_moment_are_counted_one_by_one(open_folder: Path) -> None:
    identity, pair = load_identity(open_folder), PairFolder(open_folder)
    pairing.offer(pair)
    seal = OpeningKey.generate().public.to_bytes()
    wrong = msgspec.json.encode(pairing.Ask(seal, "http://h:1", b"x" * 32))
    works = [lambda: pairing.asked(pair, identity, wrong)] * (pairing.TRIES - 1)
    threads, outcomes = at_once(works)
    for thread in threads:
        thread.join()
    assert outcomes == ["PairingRefused"] * len(works)
    assert pairing._offer(pair).tries == 1
    with pytest.raises(PairingRefused):
        pairing.asked(pair, identity, wrong)
    with pytest.raises(PairingRefused):
        pairing.offered(pair, identity)
