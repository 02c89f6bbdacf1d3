"""The drill at a real site: its own writer, its full disk, and the examination it never meets."""

from pathlib import Path

import pytest
import world
from drilling import Machine, begin, drilled, met, step
from room import browser, journal, open_room, staff_browser

from siteapp.errors import DrillNotNow
from siteapp.readiness import drill_state
from siteapp.readiness.drill_room import DrillRoom
from siteapp.readiness.drill_run import Drill
from siteapp.readiness.report import kept_report
from siteapp.site import Site
from siteapp.store.live import Live

AM = "am-1121"


def test_a_load_is_proved_by_pages_and_disk_alike(site: Site) -> None:
    admin, machines = drilled(site, range(1, 4))
    begin(admin, "load", machines)
    for one in machines * 3:
        assert one.work() == 200
    site.drill.times = site.drill.times._replace(pace=0)
    site.drill.tick()
    found = step(admin, "load")
    assert (found["phase"], found["pages"], found["answers"]) == ("passed", 3, 9)
    assert (found["middle_ms"], found["slow_ms"]) == (3, 4)


def test_a_writer_that_keeps_not_what_it_acknowledges_breaks_the_step(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, machines = drilled(site, range(1, 3))
    begin(admin, "service", machines)
    monkeypatch.setattr(Live, "act", lambda *args, **more: None)
    assert machines[0].work() == 200
    monkeypatch.undo()
    site.drill.tick()
    found = step(admin, "service")
    assert (found["phase"], found["broken"]) == ("failed", True)


def test_the_full_disk_is_the_drills_alone_and_nothing_is_lost_by_it(
    site: Site, package: world.Package
) -> None:
    site.shelf.receive(package.path)
    before = site.live.session(AM).next_seq
    admin, machines = drilled(site, range(1, 3))
    begin(admin, "disk", machines)
    assert [one.work(3000) for one in machines] == [507, 507]
    # The examinations' own file takes what it is given all the while.
    site.staff.audit("admin", "pull", "x" * 100_000)
    assert met(step(admin, "disk"))["room-again"] is False
    # In this drill the minute is none: the first look finds it over.
    site.drill.tick()
    assert [one.work(3000) for one in machines] == [200, 200]
    site.drill.tick()
    found = step(admin, "disk")
    assert (found["phase"], met(found)["refused"]) == ("passed", True)
    assert site.live.session(AM).next_seq == before


def test_a_disk_that_was_never_full_proves_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DrillRoom, "full", lambda room, on: None)
    admin, machines = drilled(site, range(1, 3))
    begin(admin, "disk", machines)
    assert [one.work(3000) for one in machines] == [200, 200]
    site.drill.tick()
    assert met(step(admin, "disk"))["refused"] is False


def test_no_drill_beside_an_open_examination_and_one_that_opens_ends_it(
    site: Site, package: world.Package
) -> None:
    admin, machines = drilled(site, range(1, 2))
    begin(admin, "machine-cable", machines)
    open_room(site, package)
    status, said = machines[0].post("join", {"seat": 2, "instance": "x"})
    assert (status, said["error"]["code"]) == (409, "drill-not-now")
    site.drill.tick()
    assert step(admin, "machine-cable")["phase"] == "failed"
    machines[0].write()
    assert machines[0].send() == 409
    assert admin.post("/api/drill/start", json={}).status_code == 409
    assert all(event["attempt"] != "drill/S0001" for event in journal(site, "response"))


def test_a_drill_goes_on_after_a_restart_which_is_its_evidence(site_folder: Path) -> None:
    first = Site(site_folder)
    admin, machines = drilled(first, range(1, 3))
    begin(admin, "service", machines)
    assert [one.work() for one in machines] == [200, 200]
    first.drill.tick()
    first.close()
    again = Site(site_folder)
    try:
        admin = staff_browser(again, "chief")
        for one in machines:
            one.client, one.waited = browser(again), 1
        assert met(step(admin, "service"))["stopped"] is True
        assert [one.work() for one in machines] == [200, 200]
        again.drill.tick()
        assert step(admin, "service")["phase"] == "passed"
    finally:
        again.close()


def test_without_a_restart_the_service_step_is_not_proved(site: Site) -> None:
    admin, machines = drilled(site, range(1, 3))
    begin(admin, "service", machines)
    machines[0].waited = 1
    for one in machines:
        one.work()
    site.drill.tick()
    assert step(admin, "service")["phase"] == "running"
    admin.post("/api/drill/steps/service/end", json={})
    found = step(admin, "service")
    assert (found["phase"], met(found)["stopped"], met(found)["whole"]) == ("failed", False, True)


def test_a_skipped_step_keeps_its_reason_and_goes_into_the_signed_report(
    site: Site, package: world.Package
) -> None:
    site.shelf.receive(package.path)
    admin, _ = drilled(site, range(1, 2))
    assert admin.post("/api/drill/steps/outside/skip", json={"reason": " "}).status_code == 400
    admin.post("/api/drill/steps/outside/skip", json={"reason": "考点没有外网"})
    admin.post(f"/api/readiness/{AM}/sign")
    said = kept_report(site.folder, AM, site.identity.sign.public)
    assert said is not None and said.rehearsal is not None
    outside = said.rehearsal.steps[-1]
    assert (outside.step, outside.level, outside.said) == ("outside", "warn", "考点没有外网")
    (drill,) = [one for one in said.findings if one.check == "rehearsal"]
    assert (drill.level, drill.value, drill.limit) == ("warn", 0, 7)


def test_only_staff_lead_a_drill_and_what_pages_say_is_bounded(site: Site) -> None:
    client = browser(site)
    assert client.post("/api/drill/start", json={}).status_code == 401
    assert Machine(client, 1).post("join", {"seat": 1, "instance": "x"})[0] == 409
    admin, (machine,) = drilled(site, range(1, 2))
    assert Machine(client, 9999).post("join", {"seat": 9999, "instance": "x"})[0] == 404
    good = {"part": 1, "made": 1, "acknowledged": 1, "waited": 0, "paced": 0, "burst": 0}
    assert Machine(client, 1).post("told", good | {"times": []})[0] == 409
    for bad in ({"made": -1}, {"times": [-5]}, {"times": "x"}, {"more": 1}):
        assert machine.post("told", good | {"times": []} | bad)[0] == 400
    assert admin.post("/api/drill/steps/nothing/begin", json={}).status_code == 404


def test_a_drill_whose_file_failed_is_over_for_good_and_a_new_one_can_begin(site: Site) -> None:
    admin, (machine,) = drilled(site, range(1, 2))
    site.drill._fatal()
    machine.write()
    assert (machine.send(), site.drill.invitation()) == (409, None)
    site.drill.tick()
    assert drill_state.load(site.folder).on is False
    assert admin.post("/api/drill/start", json={}).status_code == 200
    assert machine.join().work() == 200


def test_a_state_that_nobody_can_read_is_no_drill(site_folder: Path) -> None:
    (site_folder / "drill").mkdir()
    (site_folder / "drill" / "state.json").write_bytes(b'{"on": 7')
    site = Site(site_folder)
    try:
        assert isinstance(site.drill, Drill) and site.drill.invitation() is None
        with pytest.raises(DrillNotNow):
            site.drill.orders()
    finally:
        site.close()
