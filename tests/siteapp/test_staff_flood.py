"""A flood of wrong passwords: each costs the same, few are checked at once, all are counted."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from together import at_once

import siteapp.staff
from siteapp.site import Site
from sync.wire.passwords import check_password


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What passwords were compared with."""
    found: list[str] = []

    def noting(password: str, phc: str) -> bool:
        found.append(phc)
        return check_password(password, phc)

    monkeypatch.setattr(siteapp.staff, "check_password", noting)
    return found


def test_an_unknown_name_is_checked_with_the_same_cost_as_a_known_one(
    open_site: Site, checked: list[str]
) -> None:
    open_site.staff.add("chief", "chief")
    for name in ("chief", "nobody"):
        with pytest.raises(siteapp.staff.WrongStaffSignIn):
            open_site.staff.sign_in(name, "wrong", "10.0.0.1")
    costs = {phc.rsplit("$", 2)[0] for phc in checked}
    lengths = {tuple(len(part) for part in phc.split("$")) for phc in checked}
    assert (len(checked), len(costs), len(lengths)) == (2, 1, 1)


@contextmanager
def slow_checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Checks that last until the event is set."""
    release = threading.Event()
    monkeypatch.setattr(siteapp.staff, "check_password", lambda *_: release.wait(30) and False)
    try:
        yield release
    finally:
        release.set()


@pytest.mark.parametrize("most", [8, 100], ids=["limit", "control: no limit"])
def test_few_threads_wait_for_passwords(
    open_site: Site, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(open_site.staff, "_checks", threading.BoundedSemaphore(most))
    with slow_checks(monkeypatch) as release:
        works = [
            lambda n=n: open_site.staff.sign_in("chief", "wrong", f"10.0.0.{n}") for n in range(40)
        ]
        threads, outcomes = at_once(works)
        for thread in threads:
            thread.join(0.2 if thread.is_alive() else 0)
        busy = sum(thread.is_alive() for thread in threads)
        release.set()
        for thread in threads:
            thread.join()
    assert busy == min(most, 40)
    assert outcomes.count("Overloaded") == 40 - min(most, 40)


def test_tries_at_the_same_moment_count_one_by_one(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_checks(monkeypatch) as release:
        works = [lambda: open_site.staff.sign_in("chief", "wrong", "10.0.0.1")] * 8
        threads, outcomes = at_once(works)
        for thread in threads:
            thread.join(0.2 if thread.is_alive() else 0)
        release.set()
        for thread in threads:
            thread.join()
    assert outcomes.count("WrongStaffSignIn") == 5
    assert outcomes.count("StaffMustWait") == 3
