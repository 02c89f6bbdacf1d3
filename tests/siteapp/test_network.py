"""What agents and the network tell of the seats is joined with what browsers said, and judged."""

from typing import Any

import msgspec
import pytest
from readied import FINE

from siteapp.lan.agent import seatagent
from siteapp.lan.sightings import LIVE_MS, Sighting, merge
from siteapp.readiness.machine import Checked, MachineReport
from siteapp.readiness.network import FRESH_MS, Network, judge_rest, judge_seat, sightings_of
from sync.wire.readiness import Finding

NOW = 10_000_000
LIMITS = {
    "check_machine_disk_mib": 1024,
    "check_memory_mib": 2048,
    "check_machine_load_percent": 80,
    "check_battery_percent": 80,
    "check_displays": 1,
    "check_zone_minutes": 480,
}
TOLD: dict[str, Any] = {
    "agent": "0123456789abcdef",
    "host": "pc-1",
    "system": "Linux",
    "cores": 4,
    "memory_mib": 8000,
    "memory_free_mib": 4000,
    "disk_free_mib": 20_000,
    "load_percent": 5,
    "battery": None,
    "displays": 1,
    "virtual": "",
    "zone_minutes": 480,
    "remote": [],
    "clock_ms": NOW,
}


def checked(seat: int = 1, marker: str = "m1", address: str = "10.0.0.1") -> Checked:
    """A page at that seat reported just now."""
    told = msgspec.convert(FINE | {"seat": seat, "marker": marker}, MachineReport)
    return Checked(told, address, NOW, 2, 0, "Chromium 140")


def agent(address: str = "10.0.0.1", at: int = NOW, **told: Any) -> Sighting:
    """What an agent at that address answered."""
    facts = TOLD | told
    return Sighting("agent", address, at, at, agent=facts["agent"], version=1, facts=facts)


def card(address: str, mac: str, at: int = NOW) -> Sighting:
    """A neighbour of the network."""
    return Sighting("neighbour", address, at, at, mac=mac)


def around(*seen: Sighting, of: tuple[Checked, ...] = (), looked_at: int = NOW) -> Network:
    """The one list of all that."""
    return Network(merge([*seen, *sightings_of(of)], NOW), looked_at, NOW, (), ())


def judged(one: Checked, room: Network) -> dict[str, str]:
    """check → level, of one machine."""
    return {f.check: f.level for f in judge_seat(one, room, LIMITS.__getitem__)}


def room_of(of: list[Checked], room: Network) -> dict[str, Finding]:
    """check → finding, of the room."""
    return {f.check: f for f in judge_rest(of, room)}


@pytest.mark.parametrize(
    ("check", "told", "level"),
    [
        ("agent-disk", {"disk_free_mib": 1024}, "ok"),
        ("agent-disk", {"disk_free_mib": 1023}, "warn"),
        ("agent-disk", {"disk_free_mib": 255}, "fail"),
        ("agent-disk", {"disk_free_mib": None}, "unknown"),
        ("agent-memory", {"memory_mib": 2047}, "warn"),
        ("agent-load", {"load_percent": 81}, "warn"),
        ("battery", {"battery": {"percent": 5, "plugged": True}}, "ok"),
        ("battery", {"battery": {"percent": 80, "plugged": False}}, "warn"),
        ("battery", {"battery": {"percent": 79, "plugged": False}}, "fail"),
        ("displays", {"displays": 2}, "warn"),
        ("displays", {"displays": None}, "unknown"),
        ("virtual", {"virtual": "VMware"}, "warn"),
        ("time-zone", {"zone_minutes": 540}, "warn"),
        ("time-zone", {"zone_minutes": -300}, "warn"),
        ("remote-control", {"remote": ["ToDesk"]}, "fail"),
        ("remote-control", {"remote": None}, "unknown"),
    ],
)
def test_an_agents_facts_are_judged_at_each_threshold(
    check: str, told: dict[str, Any], level: str
) -> None:
    one = checked()
    levels = judged(one, around(agent(**told), of=(one,)))
    assert levels.pop(check) == level
    assert set(levels.values()) == {"ok"}
    # The control: with every fact as it should be the same check passes, or says nothing.
    assert judged(one, around(agent(), of=(one,))).get(check, "ok") == "ok"


def test_what_this_agent_really_tells_is_taken() -> None:
    one, told = checked(), seatagent.look()
    found = judged(one, around(agent(**(told | {"agent": "f" * 16})), of=(one,)))
    assert {"agent-disk", "agent-memory", "remote-control"} <= found.keys()


def test_facts_go_to_the_machine_that_told_them_also_at_a_new_address() -> None:
    one, two = checked(), checked(2, "m2", "10.0.0.2")
    far = around(agent("10.0.0.2", remote=["ToDesk"]), of=(one, two))
    assert "remote-control" not in judged(one, far)
    assert judged(two, far)["remote-control"] == "fail"
    # Its hardware address went to another address, and the agent with it.
    moved = (
        card("10.0.0.1", "02:00:00:00:00:01", NOW - LIVE_MS - 1),
        card("10.0.0.9", "02:00:00:00:00:01"),
        agent("10.0.0.9", remote=["ToDesk"]),
    )
    before = checked()._replace(at=NOW - LIVE_MS - 1)
    assert judged(before, around(*moved, of=(before,)))["remote-control"] == "fail"


def test_facts_at_an_address_that_two_marks_share_are_given_to_one_at_most() -> None:
    one, two = checked(), checked(2, "m2")
    room = around(agent(remote=["ToDesk"]), of=(one, two))
    assert sum("remote-control" in judged(of, room) for of in (one, two)) == 1


def test_an_agent_of_another_version_is_a_remark_and_stops_nobody() -> None:
    one = checked()
    other = Sighting("agent", "10.0.0.1", NOW, NOW, agent="v9@10.0.0.1", version=9)
    assert judged(one, around(other, of=(one,))) == {"agent": "warn"}
    rubbish = msgspec.structs.replace(agent(), facts={"disk_free_mib": "much", "agent": 7})
    assert judged(one, around(rubbish, of=(one,))) == {"agent": "warn"}


def test_a_machine_that_is_on_and_never_opened_the_page_shows() -> None:
    one = checked()
    printer = around(card("10.0.0.1", "02:00:00:00:00:01"), card("10.0.0.3", "02:00:00:00:00:03"),
                     of=(one,))  # fmt: skip
    found = room_of([one], printer)["unchecked"]
    assert (found.level, found.value, found.said) == ("unknown", 1, "10.0.0.3")
    student = around(agent("10.0.0.3"), of=(one,))
    assert room_of([one], student)["unchecked"].level == "warn"
    assert room_of([one], around(of=(one,)))["unchecked"].level == "ok"
    # Nobody has looked lately: that nothing was seen proves nothing.
    old = around(of=(one,), looked_at=NOW - FRESH_MS - 1)
    assert room_of([one], old)["unchecked"].level == "unknown"


def test_a_machine_that_was_checked_and_is_gone_shows_only_after_a_fresh_look() -> None:
    one = checked()._replace(at=NOW - LIVE_MS - 1)
    assert judged(one, around(of=(one,))) == {"machine-silent": "warn"}
    assert judged(one, around(of=(one,), looked_at=0)) == {}
    assert judged(one, around(card("10.0.0.1", "02:00:00:00:00:01"), of=(one,))) == {}


def test_seats_of_which_only_a_browser_told_are_said_to_be_unknown_and_never_good() -> None:
    one, two = checked(), checked(2, "m2", "10.0.0.2")
    found = room_of([one, two], around(agent(), of=(one, two)))["agent"]
    assert (found.level, found.seats) == ("unknown", (2,))
    assert "agent" not in room_of([one], around(agent(), of=(one,)))


def test_another_server_is_a_remark_and_nobody_listening_is_unknown() -> None:
    quiet = Network((), NOW, NOW)
    assert {room_of([], quiet)[c].level for c in ("other-server", "host-name")} == {"unknown"}
    found = room_of([], quiet._replace(servers=("x 10.0.0.7",), sharers=("10.0.0.8",)))
    assert [found[c].level for c in ("other-server", "host-name")] == ["warn", "warn"]
    assert found["host-name"].said == "10.0.0.8"
    assert room_of([], quiet._replace(servers=()))["other-server"].level == "ok"
