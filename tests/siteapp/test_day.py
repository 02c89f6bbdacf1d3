"""The administrator's day: every state is derived from facts, and says what is true."""

from dataclasses import dataclass

import msgspec
import pytest
import world
from deciding import act
from room import close_sitting, open_sitting, staff_browser

from siteapp.conduct.day import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Facts,
    following,
    starts_and_ends,
    steps,
)
from siteapp.site import Site
from siteapp.store import records
from siteapp.web.day import facts_of

START = 1_800_000_000_000
ALL = frozenset({"tickets", "door", "labels", "sign-in"})


@dataclass(frozen=True)
class At:
    """Facts of an examination at so many ms before its start, where nothing is ready."""

    before: int

    def facts(self, **known: object) -> Facts:
        """With what is known otherwise."""
        nothing = Facts(
            now=START - self.before,
            starts=START,
            ends=START + HOUR_MS,
            kind="examination",
            photos_missing=2,
            unplaced=5,
            rehearsed=False,
            printed=(),
            checked=False,
            unlocked=False,
            begun=False,
            closed=False,
            problems=0,
            recorded=False,
            delivered=False,
        )
        return nothing._replace(**known)  # type: ignore[arg-type]


READY = {"photos_missing": 0, "unplaced": 0, "rehearsed": True, "printed": ALL, "checked": True}


def states(facts: Facts) -> dict[str, str]:
    return {one.id: one.state for one in steps(facts)}


def upcoming(facts: Facts) -> str | None:
    found = following(steps(facts))
    return found and found.id


def test_a_week_ahead_the_room_can_be_made_ready_and_nothing_is_late() -> None:
    found = states(At(7 * DAY_MS).facts())
    assert {n: s for n, s in found.items() if s == "now"}.keys() == {
        *("roster", "rooms", "rehearse", "print"),
    }
    assert (found["import"], found["check"], found["unlock"]) == ("done", "later", "later")


def test_what_was_not_done_by_its_hour_is_late_until_the_sitting_begins_and_then_missed() -> None:
    hour_ahead = At(30 * MINUTE_MS)
    assert states(hour_ahead.facts())["check"] == "late"
    assert states(hour_ahead.facts(checked=True))["check"] == "done"
    assert states(At(0).facts(unlocked=True, begun=True))["check"] == "missed"


def test_at_the_quarter_hour_unlocking_stands_before_whatever_else_is_open() -> None:
    assert upcoming(At(16 * MINUTE_MS).facts()) == "roster"
    assert upcoming(At(15 * MINUTE_MS).facts()) == "unlock"


def test_the_chain_goes_on_one_by_one_to_the_last_receipt() -> None:
    known: dict[str, object] = dict(READY)
    after = At(-2 * HOUR_MS)
    for step, done in (
        ("unlock", {"unlocked": True}),
        ("open", {"begun": True}),
        ("close", {"closed": True, "problems": 2}),
        ("reconcile", {"problems": 0}),
        ("record", {"recorded": True}),
        ("deliver", {"delivered": True}),
    ):
        assert upcoming(after.facts(**known)) == step
        known |= done
    assert upcoming(after.facts(**known)) is None


def test_what_waits_for_another_step_is_never_late() -> None:
    found = states(At(-30 * DAY_MS).facts())
    assert [found[n] for n in ("unlock", "open", "close", "deliver")] == ["late", *["later"] * 3]


def test_a_practice_asks_for_no_report_and_a_start_that_is_no_time_has_no_hours() -> None:
    assert "check" not in states(At(DAY_MS).facts(kind="practice"))
    found = steps(At(DAY_MS).facts(starts=None, ends=None))
    assert all(one.due_ms is None and one.state != "late" for one in found)


def test_the_end_is_that_of_the_candidate_who_is_busy_longest(package: world.Package) -> None:
    plan = package.plan
    longest = max(s.minutes for s in plan.sittings)
    start, end = starts_and_ends(plan)
    assert start is not None
    assert end == start + longest * MINUTE_MS
    slow = msgspec.structs.replace(plan.candidates[0], extra_minutes=20)
    given = msgspec.structs.replace(plan, candidates=(slow, *plan.candidates[1:]))
    assert starts_and_ends(given)[1] == start + (plan.sittings[0].minutes + 20) * MINUTE_MS
    assert starts_and_ends(msgspec.structs.replace(plan, starts_at="soon")) == (None, None)


def test_more_time_is_given_in_each_paper_and_the_end_is_later_by_all_of_it(
    package: world.Package,
) -> None:
    plan = package.plan
    first, second = plan.sittings[:2]
    busy = msgspec.structs.replace(
        plan.candidates[0], sittings=(first.id, second.id), extra_minutes=30
    )
    start, end = starts_and_ends(msgspec.structs.replace(plan, candidates=(busy,)))
    assert start is not None
    papers = first.minutes + first.break_minutes + second.minutes + second.break_minutes
    assert end == start + (papers + 2 * 30) * MINUTE_MS


@pytest.mark.parametrize("kind", ["door", "tickets"])
def test_only_what_was_printed_of_this_session_counts(unlocked: Site, kind: str) -> None:
    (name,) = unlocked.live.sessions
    unlocked.staff.audit("admin", "print", f"{name}x {kind}")
    assert records.printed(unlocked.live, name) == {}
    staff_browser(unlocked, "administrator").get(f"/admin/sessions/{name}/papers/{kind}")
    assert records.printed(unlocked.live, name).keys() == {kind}


def test_a_delivery_waits_for_no_paper_and_a_practice_has_no_record() -> None:
    over = At(-2 * HOUR_MS).facts(**READY, unlocked=True, begun=True, closed=True)
    assert (states(over)["record"], states(over)["deliver"]) == ("now", "now")
    assert upcoming(over) == "record"
    assert "record" not in states(over._replace(kind="practice"))
    # Before the close there is nothing to sign, however late it is.
    assert states(over._replace(closed=False, now=START + DAY_MS))["record"] == "later"


def test_the_record_is_printed_when_nothing_came_after_it(unlocked: Site) -> None:
    (session,) = unlocked.live.sessions.values()
    name, client = session.plan.id, staff_browser(unlocked, "chief")
    paper = f"/admin/sessions/{name}/papers/record"

    def recorded() -> bool:
        return facts_of(unlocked, session).recorded

    for sitting in session.plan.sittings:
        open_sitting(unlocked, name, sitting.id)
    client.get(paper)
    for sitting in session.plan.sittings:
        close_sitting(unlocked, name, sitting.id)
    assert not recorded()
    client.get(paper)
    assert recorded()
    act(client, "incident", admission="", category="other", note="后来才发现")
    assert not recorded()
    unlocked.staff.audit("admin", "print", f"{name} *")
    assert recorded()


def test_the_home_page_names_the_next_step_in_both_languages(unlocked: Site) -> None:
    client = staff_browser(unlocked, "administrator")
    assert "在考场页面逐科开考" in client.get("/admin").text
    assert "Open each sitting" in client.get("/admin?lang=en").text
