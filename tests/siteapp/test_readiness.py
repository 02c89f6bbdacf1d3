"""The report: what makes a site ready, who may say so, and the start that asks for it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from readied import keep_ready, report
from room import browser, journal, staff_browser

from siteapp.cli import main
from siteapp.readiness import server
from siteapp.readiness.checks import RULES, ServerFacts, judge_seats, judge_server
from siteapp.readiness.report import HOUR_MS, counts, is_ready, kept_report
from siteapp.site import Site
from sync.readiness.catalogue import CATALOGUE
from sync.wire.readiness import Finding

AM = "am-1121"
MEMORY = SimpleNamespace(available=4000 * 2**20, total=8000 * 2**20)
FACTS = ServerFacts(
    free_mib=5000,
    disk_mib=50_000,
    needed_mib=300,
    sync_usual_ms=3,
    sync_worst_ms=40,
    memory_mib=4000,
    memory_total_mib=8000,
    load_percent=10,
    processors=4,
    temperature_c=50,
    on_mains=True,
    power="UPS",
    link_mbit=1000,
    links=("eth0 1000",),
    clock_synchronised=True,
    clock_source="chrony",
    sqlite="3.53",
    sqlite_good=True,
    package=True,
    package_said="ab",
    spare=True,
)


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is no test machine: psutil at its edge, and commands that are not there."""
    monkeypatch.setattr(server, "ask", lambda command: None)
    monkeypatch.setattr(server.look, "__defaults__", (lambda command: None,))
    monkeypatch.setattr(psutil, "cpu_count", lambda: 4)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (0.4, 0.0, 0.0))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: MEMORY)
    links = {"lo": (True, 0), "eth0": (True, 1000), "eth1": (False, 10_000)}
    stats = {n: SimpleNamespace(isup=up, speed=speed) for n, (up, speed) in links.items()}
    monkeypatch.setattr(psutil, "net_if_stats", lambda: stats)
    monkeypatch.setattr(server, "sync_times", lambda folder: (3, 40))


def level(check: str, **given: Any) -> str:
    """What the server's findings say of one check, with every other fact as it should be."""
    facts = ServerFacts(**(vars(FACTS) | given))
    found = {one.check: one.level for one in judge_server(facts, world_thresholds)}
    assert {name for name, of in found.items() if of != "ok"} <= {check}
    return found[check]


def world_thresholds(name: str) -> int:
    """The settings' defaults."""
    return {"check_spare_percent": 10, **DEFAULTS}[name]


DEFAULTS = {
    "check_sync_ms": 20,
    "check_sync_worst_ms": 500,
    "check_server_memory_mib": 500,
    "check_load_percent": 80,
    "check_temperature_c": 80,
    "check_link_mbit": 100,
}


@pytest.mark.parametrize(
    ("check", "given", "expected"),
    [
        ("disk", {"free_mib": 600}, "ok"),
        ("disk", {"free_mib": 599}, "warn"),
        ("disk", {"free_mib": 299}, "fail"),
        ("sync-usual", {"sync_usual_ms": 20}, "ok"),
        ("sync-usual", {"sync_usual_ms": 200}, "warn"),
        ("sync-usual", {"sync_usual_ms": 201}, "fail"),
        ("sync-usual", {"sync_usual_ms": None}, "unknown"),
        ("sync-worst", {"sync_worst_ms": 2001}, "fail"),
        ("server-memory", {"memory_mib": 249}, "fail"),
        ("load", {"load_percent": 81}, "warn"),
        ("temperature", {"temperature_c": None}, "unknown"),
        ("temperature", {"temperature_c": 90}, "warn"),
        ("temperature", {"temperature_c": 91}, "fail"),
        ("power", {"on_mains": None}, "unknown"),
        ("power", {"on_mains": False}, "fail"),
        ("link", {"link_mbit": None}, "unknown"),
        ("link", {"link_mbit": None, "links": ()}, "fail"),
        ("link", {"link_mbit": 50}, "warn"),
        ("link", {"link_mbit": 49}, "fail"),
        ("server-clock", {"clock_synchronised": None}, "unknown"),
        ("server-clock", {"clock_synchronised": False}, "warn"),
        ("package", {"package": False}, "fail"),
        ("package", {"package": None}, "unknown"),
        ("second-server", {"spare": None}, "warn"),
        ("second-server", {"spare": "unknown"}, "unknown"),
        ("second-server", {"spare": False}, "fail"),
        ("sqlite", {"sqlite_good": False}, "fail"),
    ],
)
def test_the_server_is_judged_at_each_threshold(
    check: str, given: dict[str, Any], expected: str
) -> None:
    assert level(check, **given) == expected


@pytest.mark.parametrize(
    ("wanted", "good", "levels", "spares"),
    [
        (30, range(1, 34), ("ok", "ok"), 3),
        (30, range(1, 33), ("ok", "warn"), 2),
        (30, range(1, 31), ("ok", "fail"), 0),
        (30, range(2, 34), ("warn", "warn"), 3),
        (30, range(2, 32), ("warn", "fail"), 1),
        (30, range(3, 32), ("fail", "fail"), 1),
        (5, range(1, 7), ("ok", "ok"), 1),
        (5, (), ("fail", "fail"), 0),
    ],
)
def test_seats_and_spares_are_counted(
    wanted: int, good: Any, levels: tuple[str, str], spares: int
) -> None:
    found, _, left = judge_seats(range(1, wanted + 1), good, world_thresholds)
    assert (tuple(one.level for one in found), left) == (levels, spares)


def test_what_must_be_known_and_is_not_keeps_the_site_from_being_ready() -> None:
    def one(check: str, of: Any) -> Finding:
        return Finding(check, of, None, None, "", ())

    assert is_ready([one("package", "ok"), one("temperature", "unknown"), one("power", "warn")])
    assert not is_ready([one("package", "unknown")])
    assert not is_ready([one("temperature", "fail")])


def test_every_rule_has_its_words_and_every_words_are_in_two_languages() -> None:
    assert set(RULES) <= set(CATALOGUE)
    for check in CATALOGUE.values():
        pairs = (check.title, check.why, check.who, check.how)
        assert all(pair.zh and pair.en for pair in pairs), check.code


def machines(site: Site, seats: Any, **given: Any) -> None:
    """Machines at these seats report."""
    client = browser(site)
    for seat in seats:
        answer = report(client, at=f"10.0.0.{seat}", seat=seat, marker=f"m{seat}", **given)
        assert answer.status_code == 200


def test_a_report_says_for_how_many_the_room_is_ready_and_is_signed(unlocked: Site) -> None:
    machines(unlocked, range(1, 7))
    admin = staff_browser(unlocked, "administrator")
    state = admin.get(f"/api/readiness/{AM}").json
    said = state["report"]
    assert (said["ready"], said["seats_ready"], said["spares"]) == (True, 5, 1)
    assert (state["kept"], state["counts"]) == (None, False)
    counted = said["premises"]
    (server,) = counted.pop("servers")
    assert counted == {"rooms": 1, "machines": 6, "cameras": None}
    assert (server["role"], server["processors"], server["memory_mib"]) == ("main", 4, 8000)
    assert admin.post(f"/api/readiness/{AM}/sign").json == {"ready": True}
    kept = kept_report(unlocked.folder, AM, unlocked.identity.sign.public)
    assert kept is not None
    assert (kept.ready, kept.seats_ready, len(kept.machines)) == (True, 5, 6)
    assert admin.get(f"/api/readiness/{AM}").json["counts"] is True
    file = admin.get(f"/admin/readiness/{AM}/statement")
    assert "readiness-report" in file.json["payloadType"]


def test_a_seat_whose_machine_fails_is_named_worst_first(unlocked: Site) -> None:
    machines(unlocked, (1, 2, 4, 5, 6))
    machines(unlocked, (3,), width=800, height=600)
    said = staff_browser(unlocked, "chief").get(f"/api/readiness/{AM}").json["report"]
    found = [one for one in said["findings"] if one["check"] != "rehearsal"]
    first = [(one["check"], one["level"], one["seats"]) for one in found[:3]]
    assert first == [("screen", "fail", [3]), ("spares", "fail", []), ("seats", "warn", [3])]
    assert (said["ready"], said["seats_ready"]) == (False, 4)


def test_an_old_measurement_is_none(unlocked: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    machines(unlocked, range(1, 7))
    later = unlocked.live.clock.wall() + 24 * HOUR_MS + 60_000
    monkeypatch.setattr(unlocked.live.clock, "wall", lambda: later)
    said = staff_browser(unlocked, "chief").get(f"/api/readiness/{AM}").json["report"]
    assert (said["ready"], said["premises"]["machines"]) == (False, 0)


def open_live(site: Site, client: Any, **given: Any) -> tuple[int, str]:
    """Press open; status and code."""
    answer = client.post(f"/api/room/{AM}/open", json={"sitting": "live", **given})
    return answer.status_code, (answer.json.get("error") or {}).get("code", "")


def test_a_start_without_a_report_asks_the_chief_once_and_records_why(unlocked: Site) -> None:
    chief = staff_browser(unlocked, "chief")
    assert open_live(unlocked, chief) == (409, "readiness-missing")
    assert open_live(unlocked, chief, reason=" ")[0] == 400
    assert journal(unlocked, "open") == []
    assert open_live(unlocked, chief, reason="总部已同意") == (200, "")
    (record,) = journal(unlocked, "incident")
    assert record["note"] == "readiness-missing: 总部已同意"
    # The session has begun: nobody is asked again.
    again = chief.post(f"/api/room/{AM}/open", json={"sitting": "media"})
    assert again.status_code == 200


def test_a_fresh_report_that_says_ready_opens_and_asks_nothing(unlocked: Site) -> None:
    keep_ready(unlocked, AM)
    assert open_live(unlocked, staff_browser(unlocked, "chief")) == (200, "")
    assert journal(unlocked, "incident") == []


@pytest.mark.parametrize(
    ("ready", "age", "tampered"),
    [(False, 0, b""), (True, 24 * HOUR_MS + 60_000, b""), (True, -60_000, b""), (True, 0, b"x")],
)
def test_no_other_report_counts(unlocked: Site, ready: bool, age: int, tampered: bytes) -> None:
    keep_ready(unlocked, AM, unlocked.live.clock.wall() - age, ready)
    if tampered:
        (unlocked.folder / "spool" / "readiness" / f"{AM}.json").write_bytes(tampered)
    chief = staff_browser(unlocked, "chief")
    assert open_live(unlocked, chief) == (409, "readiness-missing")


def test_the_report_of_another_session_counts_for_none(unlocked: Site) -> None:
    keep_ready(unlocked, "pm-1121")
    folder = unlocked.folder / "spool" / "readiness"
    (folder / "pm-1121.json").rename(folder / f"{AM}.json")
    assert kept_report(unlocked.folder, AM, unlocked.identity.sign.public) is None
    assert not counts(None, 0, 24)


def test_all_machines_are_told_to_pull_at_the_same_moment(
    unlocked: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, admin = browser(unlocked), staff_browser(unlocked, "administrator")
    # Also in the first moments of a site's clock.
    now = 0
    monkeypatch.setattr(unlocked.live.clock, "now", lambda: now)
    assert client.get("/api/check/ping").json["pull"] is None
    began = admin.post(f"/api/readiness/{AM}/pull").json
    monkeypatch.setattr(unlocked.live.clock, "now", lambda: now + 1000)
    told = client.get("/api/check/ping").json["pull"]
    assert told == {"round": 1, "in_ms": began["in_ms"] - 1000}
    # Whoever comes much later would pull alone.
    monkeypatch.setattr(unlocked.live.clock, "now", lambda: now + 60_000)
    assert client.get("/api/check/ping").json["pull"] is None


def test_nobody_makes_the_machines_pull_while_somebody_writes(open_site: Site) -> None:
    chief = staff_browser(open_site, "chief")
    refused = chief.post(f"/api/readiness/{AM}/pull")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "no-measuring")


def run(site: Site, *args: str) -> tuple[int, str, str]:
    """`examsite check` beside the site that is open."""
    found = CliRunner().invoke(main, ["--data", str(site.folder), "--lang", "en", "check", *args])
    return found.exit_code, found.stdout, found.stderr


def test_the_shell_says_the_same_with_an_exit_status(unlocked: Site) -> None:
    status, out, err = run(unlocked, "--json")
    assert (status, json.loads(out)["ready"]) == (3, False)
    assert "site-not-ready" in err
    machines(unlocked, range(1, 7))
    status, out, _ = run(unlocked, "--keep")
    assert status == 0, out
    assert "Ready for 5 candidates, 1 spares" in out
    assert open_live(unlocked, staff_browser(unlocked, "chief")) == (200, "")


def test_a_site_that_never_served_has_nothing_to_be_ready_for(site_folder: Path) -> None:
    found = CliRunner().invoke(main, ["--data", str(site_folder), "--lang", "en", "check"])
    assert (found.exit_code, "no-session-yet" in found.stderr) == (9, True)


def test_a_damaged_package_is_found_before_the_day(unlocked: Site) -> None:
    machines(unlocked, range(1, 7))
    (path,) = (unlocked.folder / "packages").glob("*.package")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    status, out, _ = run(unlocked, "--json")
    found = {one["check"]: one["level"] for one in json.loads(out)["findings"]}
    assert (status, found["package"]) == (3, "fail")


def test_what_the_system_says_of_power_and_clock_is_understood() -> None:
    def say(*answers: tuple[str, str]) -> server.Run:
        return lambda command: dict(answers).get(command[0])

    ups = server.look(
        lambda c: {"-l": "apc", "apc": "OL CHRG"}.get(c[1]) if c[0] == "upsc" else None
    )
    assert (ups.on_mains, ups.power) == (True, "UPS apc OL CHRG")
    away = server.look(lambda c: {"-l": "apc", "apc": "OB"}.get(c[1]) if c[0] == "upsc" else None)
    assert away.on_mains is False
    assert server.look(say(("timedatectl", "yes"))).clock_synchronised is True
    chrony = "C0A80001,192.168.0.1,3,1763700000.0,0,0,0,0,0,0,0,0,64.0,Not synchronised"
    assert server.look(say(("chronyc", chrony))).clock_synchronised is False
    quiet = server.look(say())
    assert (quiet.clock_synchronised, quiet.link_mbit, quiet.links) == (None, 1000, ("eth0 1000",))


def test_the_sync_of_a_real_folder_is_measured_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    usual, worst = server.sync_times(tmp_path)
    assert usual is not None
    assert worst is not None
    assert 1 <= usual <= worst
    assert list(tmp_path.iterdir()) == []
    assert server.sync_times(tmp_path / "absent") == (None, None)
