"""Alarms: what is wrong rings, once; who saw it is kept; it comes back with its cause."""

from typing import Any

import pytest
from click.testing import CliRunner
from deciding import Pass
from room import staff_browser

from siteapp.alarms.keeping import OFF_MS, Alarms
from siteapp.alarms.looking import uploads
from siteapp.alarms.rules import MINUTE_MS, WATCHED, Alarm, Known, Upload, alarms
from siteapp.alarms.words import OWN, words_of
from siteapp.cli import main
from siteapp.config import Settings
from siteapp.site import Site
from siteapp.store import records
from sync.errors import NotFound
from sync.wire.readiness import Finding

WELL = Known(
    findings=(),
    disk={"free_mib": 9000, "missing_mib": 0, "answers_fit": True, "gives_way": []},
    upload=Upload(0, 0, 0),
    online=True,
    standby=None,
    copies=None,
    front_answers=None,
    cameras=(),
)
HEAT = Alarm("temperature", "warn", "90 / 85")
REACH = Finding("camera-reach", "fail", None, None, "", ())
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("disk-short", "fail", {"disk": WELL.disk | {"missing_mib": 3}}),
    ("disk-low", "warn", {"disk": WELL.disk | {"gives_way": ["logs"]}}),
    ("upload-refused", "fail", {"upload": Upload(0, 0, 1)}),
    ("upload-stuck", "warn", {"upload": Upload(31 * MINUTE_MS, 1, 0)}),
    ("spare-behind", "fail", {"standby": {"state": "alone", "behind": 7}}),
    ("copy-failed", "fail", {"copies": {"problem": "no stick"}}),
    ("front-away", "fail", {"front_answers": False}),
    ("camera-lost", "warn", {"cameras": (("front", (REACH,)),)}),
    ("clock-moved", "warn", {"moved_ms": 90_000}),
    ("temperature", "fail", {"findings": (Finding("temperature", "fail", 99, 85, "", ()),)}),
]


def found(**known: Any) -> list[tuple[str, str]]:
    return [(a.id, a.level) for a in alarms(WELL._replace(**known), Settings({}).number)]


@pytest.mark.parametrize(("name", "level", "known"), CASES)
def test_each_cause_is_an_alarm_of_its_own(name: str, level: str, known: dict[str, Any]) -> None:
    assert found() == []
    assert found(**known) == [(name, level)]


def test_what_is_unknown_or_meant_to_be_so_is_no_alarm() -> None:
    unknown = Finding("temperature", "unknown", None, 85, "", ())
    assert found(findings=(unknown,)) == []
    assert found(upload=Upload(31 * MINUTE_MS, 1, 0), online=False) == []
    assert found(upload=Upload(29 * MINUTE_MS, 1, 0)) == []
    assert found(standby={"state": "both", "behind": 0}, front_answers=True) == []


def test_every_alarm_has_words_and_a_place_to_go() -> None:
    for name in (*WATCHED, *OWN):
        said = words_of(name)
        assert all((*said.title, *said.how))
        assert said.link.startswith("/admin")


def test_a_hiccup_does_not_ring_and_a_cause_that_stays_rings_once(site: Site) -> None:
    site.alarms.tell([HEAT])
    site.alarms.tell([])
    site.alarms.tell([HEAT])
    assert site.alarms.on() == []
    for _ in range(3):
        site.alarms.tell([HEAT])
    assert [one.id for one in site.alarms.on()] == ["temperature"]
    rung = [row for row in records.audit(site.live) if row["act"] == "alarm"]
    assert [row["what"] for row in rung] == ["temperature 90 / 85"]


def test_it_goes_with_its_cause_and_comes_back_unseen(open_site: Site, pass_ms: Pass) -> None:
    bell = open_site.alarms
    ring(bell, HEAT)
    (one,) = bell.on()
    bell.acknowledge("temperature", one.since, "admin", "window opened")
    assert bell.unseen() == 0
    pass_ms(OFF_MS // 2)
    bell.tell([])
    assert bell.on(), "a cause that goes and comes is one alarm"
    pass_ms(OFF_MS)
    bell.tell([])
    assert bell.on() == []
    ring(bell, HEAT)
    assert bell.unseen() == 1


def ring(bell: Alarms, alarm: Alarm) -> None:
    bell.tell([alarm])
    bell.tell([alarm])


def test_what_grows_worse_rings_again_and_a_restart_forgets_nobodys_word(site: Site) -> None:
    ring(site.alarms, HEAT)
    (one,) = site.alarms.on()
    site.alarms.acknowledge("temperature", one.since, "admin", "known")
    again = Alarms(site.live)
    assert (again.unseen(), [k.reason for k in again.on()]) == (0, ["known"])
    again.tell([HEAT._replace(level="fail")])
    assert again.unseen() == 1


@pytest.mark.parametrize(
    ("alarm", "more"),
    [
        (Alarm("camera-lost", "warn", "front"), "back, front"),
        (Alarm("camera-lost", "warn", "front"), "back"),
        (Alarm("upload-refused", "fail", "1"), "2"),
    ],
)
def test_who_saw_one_camera_lost_or_file_refused_has_not_seen_another(
    site: Site, alarm: Alarm, more: str
) -> None:
    bell = site.alarms
    ring(bell, alarm)
    bell.acknowledge(alarm.id, bell.on()[0].since, "王丽", "已知")
    worse = alarm._replace(said=more)
    # Once is a hiccup.
    for said in (worse, alarm):
        bell.tell([said])
    assert bell.unseen() == 0
    ring(bell, worse)
    assert (bell.unseen(), bell.on()[0].said) == (1, more)


def test_control_fewer_and_figures_that_move_stay_seen(site: Site) -> None:
    bell = site.alarms
    for alarm, later in (
        (Alarm("camera-lost", "warn", "back, front"), "front"),
        (Alarm("upload-refused", "fail", "2"), "1"),
        (HEAT, "91 / 85"),
    ):
        bell.tell([])
        ring(bell, alarm)
        (kept,) = [one for one in bell.on() if one.id == alarm.id]
        bell.acknowledge(alarm.id, kept.since, "王丽", "已知")
        ring(bell, alarm._replace(said=later))
        assert bell.unseen() == 0


def test_an_alarm_of_another_moment_cannot_be_acknowledged(site: Site) -> None:
    ring(site.alarms, HEAT)
    (one,) = site.alarms.on()
    with pytest.raises(NotFound):
        site.alarms.acknowledge("temperature", one.since + 1, "admin", "x")
    with pytest.raises(NotFound):
        site.alarms.acknowledge("power", one.since, "admin", "x")


def test_the_bell_counts_and_the_page_takes_a_reason(site: Site) -> None:
    ring(site.alarms, HEAT)
    (one,) = site.alarms.on()
    client = staff_browser(site, "administrator")
    assert 'class="bell"' in client.get("/admin").text
    assert "温度" in client.get("/admin/alarms").text
    place, given = "/admin/alarms/temperature", {"since": str(one.since)}
    assert client.post(place, data=given | {"reason": " \n"}).status_code == 400
    assert client.post(place, data={"since": "-1", "reason": "x"}).status_code == 400
    assert client.post(place, data=given | {"reason": "开窗"}).status_code == 303
    assert 'class="bell"' not in client.get("/admin").text
    seen = records.audit(site.live)[0]
    assert (seen["act"], seen["what"]) == ("alarm-seen", "temperature 开窗")


def test_an_invigilator_neither_sees_the_bell_nor_acknowledges(site: Site) -> None:
    ring(site.alarms, HEAT)
    client = staff_browser(site, "invigilator")
    assert 'class="bell"' not in client.get("/room").text
    assert client.post("/admin/alarms/temperature", data={}).status_code == 403


def test_the_shell_tells_of_it_beside_the_running_service(site: Site) -> None:
    ring(site.alarms, HEAT)
    command = ["--data", str(site.folder), "--lang", "en", "status"]
    assert "alarm: " in CliRunner().invoke(main, command).output
    told = CliRunner().invoke(main, [*command, "--json"]).output
    assert '"id":"temperature"' in told.replace(" ", "")


def test_one_look_at_a_real_site_finds_nothing_of_uploads(open_site: Site) -> None:
    open_site.look_for_alarms()
    assert not {"upload-stuck", "upload-refused"} & {one.id for one in open_site.alarms.on()}
    for session in open_site.live.sessions.values():
        open_site.packer.cut(session)
    entry = open_site.spool.outgoing()[0]
    waited = uploads(open_site.spool, entry.written_ns + 60_000 * 1_000_000)
    assert (waited.waiting, waited.refused, waited.oldest_ms) == (1, 0, 60_000)
