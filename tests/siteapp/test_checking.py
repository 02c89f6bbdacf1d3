"""What student machines say of themselves is taken strictly, judged, and shown with its remedy."""

import json
from typing import Any

import pytest
from readied import CHROMIUM, FINE, report
from room import browser

from siteapp.readiness.machine import Checked, MachineReport, browser_of, judge_machine, read_report
from siteapp.readiness.report import from_rows, look_at
from siteapp.site import Site
from siteapp.store import checked, records
from siteapp.web import checking


def found(site: Site, **given: Any) -> dict[str, Any]:
    """check → level, of one report."""
    answer = report(browser(site), **given)
    assert answer.status_code == 200, answer.text
    return {one["check"]: one["level"] for one in answer.json["findings"]}


BOUNDARIES = [
    ("screen", {"width": 1366, "height": 768}, "ok"),
    ("screen", {"width": 1365, "height": 768}, "warn"),
    ("screen", {"width": 1366, "height": 576}, "warn"),
    ("screen", {"width": 1024, "height": 768}, "fail"),
    ("cores", {"cores": 2}, "ok"),
    ("cores", {"cores": 1}, "warn"),
    ("cores", {"cores": None}, "unknown"),
    ("memory", {"memory_mib": 2048}, "ok"),
    ("memory", {"memory_mib": 2047}, "warn"),
    ("memory", {"memory_mib": None}, "unknown"),
    ("storage", {"storage_mib": 500}, "ok"),
    ("storage", {"storage_mib": 250}, "warn"),
    ("storage", {"storage_mib": 249}, "fail"),
    ("round-trip", {"trips": [50.0]}, "ok"),
    ("round-trip", {"trips": [50.1]}, "warn"),
    ("round-trip", {"trips": [200.1]}, "fail"),
    ("round-trip", {"trips": [], "lost": 20}, "unknown"),
    ("jitter", {"trips": [1.0] * 9 + [31.0]}, "ok"),
    ("jitter", {"trips": [1.0] * 9 + [32.0]}, "warn"),
    ("loss", {"trips": [1.0] * 19, "lost": 1}, "warn"),
    ("loss", {"trips": [1.0] * 18, "lost": 2}, "fail"),
    ("down", {"down_kbit": 10_000}, "ok"),
    ("down", {"down_kbit": 2_500}, "warn"),
    ("down", {"down_kbit": 2_499}, "fail"),
    ("up", {"up_kbit": 999}, "warn"),
    ("machine-clock", {"clock_ms": -60_999}, "ok"),
    ("machine-clock", {"clock_ms": 61_000}, "warn"),
    ("input-method", {"input_method": None}, "unknown"),
    ("input-method", {"input_method": False}, "fail"),
    ("full-load", {"load": None}, "unknown"),
    ("full-load", {"load": {"round": 1, "ms": 10_000}}, "ok"),
    ("full-load", {"load": {"round": 1, "ms": 30_001}}, "fail"),
    ("secure", {"secure": False}, "warn"),
    ("worker", {"worker": False}, "warn"),
]


@pytest.mark.parametrize(("check", "given", "level"), BOUNDARIES)
def test_each_threshold_is_where_the_settings_say(
    site: Site, check: str, given: dict[str, Any], level: str
) -> None:
    read = read_report(json.dumps(FINE | given).encode())
    kept = Checked(read, "10.0.0.1", 0, 2, 0, browser_of(CHROMIUM))
    levels = {one.check: one.level for one in judge_machine(kept, site.settings.number)}
    assert levels.pop(check) == level
    # Nothing else is judged by it, but what the same numbers are of.
    assert {name for name, of in levels.items() if of != "ok"} <= {"round-trip", "jitter", "loss"}


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (CHROMIUM, "Chromium 96"),
        (f"{CHROMIUM} Edg/97.0", "Edge 97"),
        ("Mozilla/5.0 Firefox/115.0", "Firefox 115"),
        ("curl/8", "?"),
        ("Chrome/99999999999", "Chromium 9999"),
    ],
)
def test_a_browser_is_known_by_its_name_and_number(agent: str, said: str) -> None:
    assert browser_of(agent) == said


@pytest.mark.parametrize(
    ("version", "level"), [("Chromium 86", "ok"), ("Chromium 85", "fail"), ("?", "unknown")]
)
def test_a_browser_is_old_below_the_features_that_the_pages_use(
    site: Site, version: str, level: str
) -> None:
    kept = Checked(read_report(json.dumps(FINE).encode()), "10.0.0.1", 0, 2, 0, version)
    levels = {one.check: one.level for one in judge_machine(kept, site.settings.number)}
    assert levels["browser"] == level


HOSTILE: list[bytes] = [
    b"",
    b"[]",
    b"\xff",
    b"[" * 5_000,
    json.dumps(FINE | {"trips": [float("nan")]}).encode(),
    json.dumps(FINE | {"trips": [float("inf")]}).encode(),
    json.dumps(FINE | {"trips": [1.0] * 51}).encode(),
    json.dumps(FINE | {"down_kbit": 10**30}).encode(),
    json.dumps(FINE | {"down_kbit": -1}).encode(),
    json.dumps(FINE | {"clock_ms": 2**60}).encode(),
    json.dumps(FINE | {"width": "1366"}).encode(),
    json.dumps(FINE | {"seat": 0}).encode(),
    json.dumps(FINE | {"seat": True}).encode(),
    json.dumps(FINE | {"marker": "a b"}).encode(),
    json.dumps(FINE | {"marker": "<b>"}).encode(),
    json.dumps(FINE | {"more": 1}).encode(),
    json.dumps({k: v for k, v in FINE.items() if k != "lost"}).encode(),
    json.dumps(FINE | {"load": {"round": 1, "ms": 1e300}}).encode(),
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_no_page_says_is_refused_and_kept_nowhere(site: Site, raw: bytes) -> None:
    answer = report(browser(site), raw)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "request-refused")
    assert checked.count(site.live.rows) == 0


def test_a_machine_that_claims_anothers_seat_replaces_nothing_and_is_named(site: Site) -> None:
    client = browser(site)
    report(client, at="10.0.0.1", seat=7)
    report(client, at="10.0.0.66", seat=7, down_kbit=1)
    machines = from_rows(checked.all_checked(site.live.rows))
    assert {m.address: m.report.down_kbit for m in machines} == {"10.0.0.1": 90_000, "10.0.0.66": 1}
    looked = look_at(machines, site.settings.number, site.live.clock.wall())
    assert all("seat-twice" in [f.check for f in one.findings] for one in looked)
    # The control: one machine a seat is named for nothing.
    alone = look_at(machines[:1], site.settings.number, site.live.clock.wall())
    assert "seat-twice" not in [f.check for f in alone[0].findings]


def test_a_mark_kept_over_two_visits_is_storage_that_keeps(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(site)["storage-keeps"] == "unknown"
    # The same page, and the page loaded again at once: neither was a restart.
    assert found(site)["storage-keeps"] == "unknown"
    assert found(site, visit="v2")["storage-keeps"] == "unknown"
    later = site.live.clock.wall() + checking.VISIT_MS
    monkeypatch.setattr(site.live.clock, "wall", lambda: later)
    assert found(site, visit="v3")["storage-keeps"] == "ok"
    assert found(site, visit="v4", marker="m2")["storage-keeps"] == "fail"


def test_a_script_fills_neither_the_table_nor_the_disk(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_MACHINES", 3)
    client = browser(site)
    assert [report(client, seat=n).status_code for n in range(1, 7)] == [200] * 6
    assert checked.count(site.live.rows) == 3
    assert found(site, seat=2, cores=1)["cores"] == "warn"


def test_a_machine_that_makes_up_seats_pushes_out_its_own(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_MACHINES", 3)
    client = browser(site)
    report(client, seat=1, at="10.0.0.7")
    for seat in range(10, 20):
        report(client, seat=seat, at="10.0.0.66")
    report(client, seat=2, at="10.0.0.8")
    kept = [(row["address"], row["seat"]) for row in checked.all_checked(site.live.rows)]
    assert kept == [("10.0.0.7", 1), ("10.0.0.8", 2), ("10.0.0.66", 19)]
    assert len(records.machines(site.live)) == 3


def test_nothing_is_pulled_while_a_sitting_is_open(open_site: Site, site: Site) -> None:
    refused = browser(open_site).get("/api/check/blob")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "no-measuring")
    assert len(browser(site).get("/api/check/blob").data) == 1024 * 1024


def test_a_report_of_another_version_is_left_out(site: Site) -> None:
    site.live.store(checked.keep("10.0.0.1", 1, "m", 0, 1, "?", '{"seat":1}'))
    report(browser(site), at="10.0.0.2")
    (kept,) = from_rows(checked.all_checked(site.live.rows))
    assert isinstance(kept.report, MachineReport)
    assert kept.address == "10.0.0.2"
