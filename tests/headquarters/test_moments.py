"""Moments on pages: Beijing's time, whatever a site's clock says."""

from sync.headquarters.web.views import time_of
from sync.moments import day_bounds, day_of, moment


def test_a_moment_is_in_beijing_and_no_moment_is_a_dash() -> None:
    assert time_of(1_796_000_000_000) == moment(1_796_000_000_000) == "2026-11-30 08:53:20"
    assert time_of(None) == "—"


def test_a_clock_that_says_anything_spoils_no_page() -> None:
    for ms in (10**17, -(10**17), 2**62):
        assert time_of(ms) == f"{ms} ms"


def test_a_day_has_its_moments() -> None:
    first, after = day_bounds("2026-11-30")
    assert [day_of(ms).isoformat() for ms in (first - 1, first, after - 1)] == [
        "2026-11-29",
        "2026-11-30",
        "2026-11-30",
    ]
