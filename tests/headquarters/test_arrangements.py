"""More time for one candidate: granted with a reason, in the plan, on record, and only before."""

import pytest
import releasing
from desk_world import BY, Desk
from sqlalchemy import func, select

from sync.errors import NotFound
from sync.headquarters.desk_errors import ArrangementRefused
from sync.headquarters.errors import SessionPublished
from sync.headquarters.planning import rosters
from sync.headquarters.planning.arrangements import Rests, grant, grant_rests
from sync.headquarters.store.candidate_tables import arrangements
from sync.headquarters.store.schema import audit


def extra(desk: Desk) -> list[int]:
    with desk.hq.store.reading() as db:
        return [one.extra_minutes for one in rosters.candidate_plans(db, "morning")]


def first(desk: Desk) -> str:
    with desk.hq.store.reading() as db:
        return rosters.candidate_plans(db, "morning")[0].admission


def give(desk: Desk, minutes: int, admission: str = "", reason: str = "视力障碍，已审批") -> None:
    who = admission or first(desk)
    grant(desk.hq, BY, session="morning", admission=who, minutes=minutes, reason=reason)


def test_extra_time_is_in_the_plan_on_record_and_can_be_taken_back(desk: Desk) -> None:
    desk.session()
    give(desk, 20)
    give(desk, 30)
    assert extra(desk) == [30, 0, 0, 0]
    with desk.hq.store.reading() as db:
        acts = db.scalars(select(audit.c.act).where(audit.c.act == "roster.extra-time")).all()
    assert len(acts) == 2
    give(desk, 0)
    assert extra(desk) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("minutes", "reason"), [(-1, "x"), (601, "x"), (20, "  "), (20, "长" * 201)]
)
def test_extra_time_without_measure_or_reason_is_refused(
    desk: Desk, minutes: int, reason: str
) -> None:
    desk.session()
    with pytest.raises(ArrangementRefused):
        give(desk, minutes, reason=reason)
    assert extra(desk) == [0, 0, 0, 0]


def approve(desk: Desk, rests: int, minutes: int) -> None:
    given = Rests(rests, minutes)
    grant_rests(
        desk.hq, BY, session="morning", admission=first(desk), given=given, reason="糖尿病，已审批"
    )


def test_rests_stand_in_the_plan_beside_the_extra_time_each_granted_by_itself(desk: Desk) -> None:
    desk.session()
    give(desk, 20)
    approve(desk, 2, 10)
    with desk.hq.store.reading() as db:
        one = rosters.candidate_plans(db, "morning")[0]
    assert (one.extra_minutes, one.rests, one.rest_minutes) == (20, 2, 10)
    give(desk, 0)
    approve(desk, 0, 0)
    with desk.hq.store.reading() as db:
        assert db.scalar(select(func.count()).select_from(arrangements)) == 0


@pytest.mark.parametrize("given", [(-1, 5), (2, 0), (0, 5), (21, 5), (1, 61)])
def test_rests_out_of_measure_are_refused(desk: Desk, given: tuple[int, int]) -> None:
    desk.session()
    with pytest.raises(ArrangementRefused):
        approve(desk, *given)


def test_nobody_else_and_nothing_after_publishing(desk: Desk) -> None:
    desk.session()
    with pytest.raises(NotFound):
        give(desk, 20, "2099")
    releasing.publish(desk.hq, BY, "morning")
    with pytest.raises(SessionPublished):
        give(desk, 20)
