"""The site's clock: restarts, reboots and wall clocks that people set."""

import pytest

from siteapp.clock import Anchor, Clock, Outage

HOUR = 3_600_000


class Machine:
    """A machine whose boot, uptime and wall clock a test sets."""

    def __init__(self) -> None:
        self.boot, self.up, self.wall = "boot-1", 1_000, 1_770_000_000_000

    def clock(self, anchor: Anchor | None) -> Clock:
        return Clock(anchor, lambda: self.boot, lambda: self.up, lambda: self.wall)

    def pass_ms(self, ms: int) -> None:
        self.up += ms
        self.wall += ms


def test_a_restart_of_the_service_counts_what_passed_meanwhile() -> None:
    machine = Machine()
    first = machine.clock(None)
    machine.pass_ms(5_000)
    anchor = first.anchor()
    machine.pass_ms(2_000)
    assert machine.clock(anchor).now() == 7_000


@pytest.mark.parametrize("jump", [3 * HOUR, -3 * HOUR, -1_770_000_000_000])
def test_setting_the_wall_clock_changes_no_time(jump: int) -> None:
    machine = Machine()
    clock = machine.clock(None)
    machine.pass_ms(60_000)
    machine.wall += jump
    assert clock.now() == 60_000
    assert machine.clock(clock.anchor()).now() == 60_000


@pytest.mark.parametrize("gap", [90_000, 3 * HOUR, -3 * HOUR, 7 * HOUR, -1_770_000_000_000])
def test_whatever_the_wall_clock_says_over_a_reboot_no_time_passes(gap: int) -> None:
    machine = Machine()
    clock = machine.clock(None)
    machine.pass_ms(10_000)
    anchor = clock.anchor()
    machine.boot, machine.up = "boot-2", 50
    machine.wall += gap
    after = machine.clock(anchor)
    assert after.now() == 10_000
    assert after.outage == Outage(rebooted=True, counted_ms=0, wall_ms=gap)
    machine.pass_ms(500)
    assert after.now() == 10_500


def test_a_restart_within_one_boot_says_how_long_nobody_was_there() -> None:
    machine = Machine()
    anchor = machine.clock(None).anchor()
    machine.pass_ms(90_000)
    assert machine.clock(anchor).outage == Outage(False, counted_ms=90_000, wall_ms=90_000)
    assert machine.clock(None).outage is None


def test_the_clock_never_runs_back() -> None:
    machine = Machine()
    anchor = Anchor("boot-1", 9_999, machine.wall, 42_000)
    assert machine.clock(anchor).now() == 42_000
