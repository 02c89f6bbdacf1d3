"""What waits for people over HTTP: a held hand-in, time to give back, late answers."""

import pytest
from conducted import MINUTE
from deciding import AM, Pass, act, code, staff
from room import Page, journal

from siteapp.conduct import acts
from siteapp.conduct.outage import noted
from siteapp.site import Site
from siteapp.store.writer import Decision


def silences(site: Site) -> None:
    site.live.journal_silences(site.live.session(AM))


def by_time(page: Page) -> tuple[int, dict]:
    body = {"instance": page.instance, "last_sequence": page.sequence, "how": "time"}
    return page.call("POST", "hand-in", body)


def test_no_page_hands_in_by_time_before_an_outage_is_decided(
    open_site: Site, pages: list[Page], pass_ms: Pass
) -> None:
    page, _ = pages
    session = open_site.live.session(AM)
    open_site.live.act(session, lambda s: Decision(noted(s, False, MINUTE, MINUTE)))
    pass_ms(61 * MINUTE)
    assert code(by_time(page)) == (409, "time-undecided")
    state = page.call("GET", "state")[1]
    assert (state["phase"], state["held"], state["remaining_ms"]) == ("started", True, 0)
    # Who wants to go may go; and with nothing to decide the same request is taken.
    assert page.hand_in()[0] == 200
    attempt = session.attempts[pages[1].call("GET", "paper")[1]["attempt"]]
    open_site.live.act(session, lambda s: Decision(acts.extend([attempt], 1, "已核实", "chief")))
    assert by_time(pages[1])[0] == 200
    assert [body["how"] for body in journal(open_site, "hand-in")] == ["candidate", "time"]


def test_a_silence_is_proposed_accounted_for_and_given_back(
    open_site: Site, pages: list[Page], pass_ms: Pass
) -> None:
    client, _ = staff(open_site, "chief", "chief")
    start = pages[0].call("GET", "state")[1]["clock_ms"]
    pass_ms(5 * MINUTE)
    spans = [[0, start + 2 * MINUTE]]
    given = {"instance": pages[0].instance, "spans": spans}
    assert pages[0].call("POST", "usable", given) == (200, {})
    pages[1].call("GET", "state")
    silences(open_site)
    _, wall = act(client, "incident", admission="", category="other", note="看看")
    assert [round(one["ms"] / MINUTE) for one in wall["lost"]] == [3, 5]
    before = pages[0].call("GET", "state")[1]["remaining_ms"]
    done = act(client, "lost-time", admission="", give=True, reason="停电")
    assert (done[0], done[1]["lost"]) == (200, [])
    assert 2.9 < (pages[0].call("GET", "state")[1]["remaining_ms"] - before) / MINUTE < 3.1
    assert code(act(client, "lost-time", admission="", give=True, reason="停电"))[0] == 409


@pytest.mark.parametrize("spans", [[[1]], [["1", "2"]], [[5, 1]], [[-1, 2]], [[0, 2**60]], [1]])
def test_a_record_of_use_that_is_none_is_refused(pages: list[Page], spans: list) -> None:
    given = {"instance": pages[0].instance, "spans": spans}
    assert code(pages[0].call("POST", "usable", given)) == (400, "request-refused")


def late_save(page: Page, made: list[int]) -> tuple[int, dict]:
    item = page.items[0]
    one = {"sequence": 1, "item": item["ref"], "response": [item["options"][0]["ref"]]}
    page.sequence = 1
    body = {"instance": page.instance, "saves": [{**one, "made": made}]}
    return page.call("POST", "responses", body)


@pytest.mark.parametrize(("neighbour", "status"), [("silent too", 200), ("heard", 409)])
def test_a_late_answer_counts_by_itself_only_if_the_whole_room_was_away(
    open_site: Site, pages: list[Page], pass_ms: Pass, neighbour: str, status: int
) -> None:
    start = pages[0].call("GET", "state")[1]["clock_ms"]
    pages[1].call("GET", "state")
    pass_ms(60 * MINUTE - 20_000)
    for _ in range(8):
        pass_ms(5_000)
        if neighbour == "heard":
            pages[1].call("GET", "state")
    pages[1].call("GET", "state")
    assert late_save(pages[0], [start, start + 50 * MINUTE])[0] == status
    counted = [b["sequence"] for b in journal(open_site, "response")]
    assert counted == ([1] if status == 200 else [])
    assert len(journal(open_site, "late")) == len(counted)


def test_two_people_decide_about_a_late_answer_and_one_is_not_enough(
    open_site: Site, pages: list[Page], pass_ms: Pass
) -> None:
    client, own = staff(open_site, "周主考", "chief")
    _, other = staff(open_site, "吴监考")
    page, attempt = pages[0], pages[0].call("GET", "paper")[1]["attempt"]
    pass_ms(61 * MINUTE)
    assert code(page.save(0)) == (409, "time-is-up")
    assert by_time(page)[0] == 200
    given = {"attempt": attempt, "counts": True, "reason": "网线松动"}
    assert act(client, "late", **given, second="周主考", password=own)[0] == 403
    assert act(client, "late", **given, second="吴监考", password="wrong")[0] in (401, 403)
    assert journal(open_site, "late-decision") == []
    status, wall = act(client, "late", **given, second="吴监考", password=other)
    assert (status, [t["late"] for t in wall["tiles"]]) == (200, [0] * len(wall["tiles"]))
    (decided,) = journal(open_site, "late-decision")
    assert (decided["by"], decided["second"], decided["saves"]) == ("周主考", "吴监考", 1)
    assert [b["answered"] for b in journal(open_site, "hand-in")] == [0, 1]
    assert open_site.live.session(AM).attempt(attempt).answered() == 1
