"""The review of the two highest levels: a committee's form, its marks beside the papers'."""

import json
import re

import msgspec
import pytest
import releasing
from assessed import ASSESSORS, accounts
from click.testing import CliRunner, Result
from desk_world import BY, NOW, Desk, Page, Story
from flask.testing import FlaskClient

from sync.errors import AlreadyThere, NotFound
from sync.exam.catalogue import find
from sync.exam.items import Bank
from sync.headquarters.assessing import review
from sync.headquarters.assessing.errors import (
    CommitteeRefused,
    JudgementRefused,
    NotOnCommittee,
)
from sync.headquarters.cli import main
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.marking.results import import_marks, result_rows
from sync.headquarters.marking.scoring import score
from sync.headquarters.planning import rosters, sessions
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import staff
from sync.headquarters.released.gathering import gather
from sync.headquarters.store.engine import Stamp
from sync.sheet_writer import sheet_bytes
from sync.words import Words

CODE = "4-01-02-07-A2"
ONE, TWO = "99530051001", "99530051002"
FIELDS = list(find(CODE).work_fields)
GOOD = {"c1": 30, "c2": 15, "c3": 30}


def bank() -> Bank:
    """Items for every cell of the level's theory paper."""
    shipped = builtin_bank("4-01-02-07-A4").items.values()
    items = {}
    for number, field in enumerate(FIELDS):
        for item in shipped:
            name = f"{item.id}-{number}"
            items[name] = msgspec.structs.replace(item, id=name, field=field, situation=None)
    return Bank(CODE, items, {}, {})


@pytest.fixture
def upper(desk: Desk) -> Desk:
    """A session of level 2: its theory drawn, two candidates, people who may mark."""
    sessions.create_session(
        desk.hq, BY, session="morning", site="site-01", name=Words("上午场", "Morning"),
        kind="examination", starts_at="2026-12-05T09:00+08:00", room="1", seed="seed",
    )  # fmt: skip
    added = sessions.add_sitting(
        desk.hq, BY, session="morning", sitting="live", specification=find(CODE),
        component="theory", bank=bank(),
    )  # fmt: skip
    desk.forms["live"] = added.plan.forms
    file = desk.roster(sample_rows("530051", 2, 1))
    rosters.import_roster(desk.hq, BY, session="morning", sitting="live", file=file)
    accounts(desk)
    return desk


def judged(desk: Desk, name: str, admission: str = ONE, **marks: object) -> None:
    review.judge(desk.hq, Stamp(name, NOW), "morning", CODE, admission, GOOD | marks)


def test_the_form_that_is_offered_adds_up_and_another_may_be_typed(upper: Desk) -> None:
    assert sum(one.marks for one in review.read_form(review.form_text(), 100)) == 100
    typed = review.read_form("业绩材料：50分\n\n 现场答辩 50 \n", 100)
    assert [(one.id, one.title, one.marks) for one in typed] == [
        ("c1", "业绩材料", 50),
        ("c2", "现场答辩", 50),
    ]
    for bad in (
        "答辩 90",
        "答辩",
        "一 0\n二 100",
        "",
        "\n".join(["项 8"] * 13),
        "长" * 70 + " 100",
    ):
        with pytest.raises(CommitteeRefused):
            review.read_form(bad, 100)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (ASSESSORS[:2], "2 members"),
        ((*ASSESSORS, "dan"), "4 members"),
        ((*ASSESSORS[:2], "ann"), "2 members"),
        ((*ASSESSORS[:2], "nobody"), "no account"),
        ((), "0 members"),
    ],
)
def test_a_committee_is_an_odd_number_of_three_or_more_markers(
    upper: Desk, members: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommitteeRefused, match=said):
        review.open_review(upper.hq, BY, "morning", CODE, members)
    assert review.committee(upper.hq, "morning", CODE) is None


def test_only_levels_with_a_review_have_one(upper: Desk) -> None:
    with pytest.raises(NotFound):
        review.open_review(upper.hq, BY, "morning", "530051-junior", ASSESSORS)
    assert list(review.reviews_of(upper.hq, "morning")) == [CODE]
    review.open_review(upper.hq, BY, "morning", CODE, ASSESSORS)
    with pytest.raises(AlreadyThere):
        review.open_review(upper.hq, BY, "morning", CODE, ASSESSORS)


def test_the_mean_of_all_members_counts_and_nobody_sees_the_others_before(upper: Desk) -> None:
    review.open_review(upper.hq, BY, "morning", CODE, ASSESSORS)
    judged(upper, "ann", c1=30)
    judged(upper, "ben", c1=40)
    seen = review.for_member(upper.hq, "cai", "morning", CODE)
    assert [one.given for one in seen.candidates] == [(), ()]
    own = review.for_member(upper.hq, "ann", "morning", CODE).candidates[0]
    assert [(g.name, g.total) for g in own.given] == [("ann", 75)]
    judged(upper, "cai", c1=33)
    done = review.for_member(upper.hq, "cai", "morning", CODE).candidates[0]
    # 75, 85 and 78: the mean is 79⅓.
    assert ([g.total for g in done.given], done.marks) == ([75, 85, 78], 79)


def test_marks_are_given_once_by_members_only_and_whole(upper: Desk) -> None:
    review.open_review(upper.hq, BY, "morning", CODE, ASSESSORS)
    for wrong in ({"c1": 41}, {"c1": None}, {"c1": -1}, {"c9": 1}, {"c1": "30"}):
        with pytest.raises(JudgementRefused):
            judged(upper, "ann", **wrong)
    with pytest.raises(NotOnCommittee):
        judged(upper, "dan")
    with pytest.raises(NotFound):
        judged(upper, "ann", admission="99530051009")
    judged(upper, "ann")
    with pytest.raises(AlreadyThere):
        judged(upper, "ann")


def sat(desk: Desk) -> None:
    """Both pass theory and skill."""
    releasing.publish(desk.hq, BY, "morning")
    story = Story(desk)
    for admission in (ONE, TWO):
        attempt = story.start(admission)
        story.answer_right(attempt, 60)
        story.hand_in(attempt)
    story.close(2)
    desk.deliver(story)
    score(desk.hq, BY, "morning")
    file = desk.folder / "marks.xlsx"
    file.write_bytes(sheet_bytes("成绩", ["准考证号", "实训成绩"], [(ONE, 70), (TWO, 70)]))
    import_marks(desk.hq, BY, session="morning", file=file)


def test_who_passed_the_papers_passes_only_with_the_review(upper: Desk) -> None:
    sat(upper)
    review.open_review(upper.hq, BY, "morning", CODE, ASSESSORS)

    def outcomes() -> dict[str, str]:
        return {r.candidate.admission: r.outcome for r in result_rows(upper.hq, "morning")}

    assert outcomes() == {ONE: "awaiting", TWO: "awaiting"}
    for name in ASSESSORS:
        assert outcomes()[ONE] == "awaiting"
        judged(upper, name, ONE)
        judged(upper, name, TWO, c1=14)
    assert outcomes() == {ONE: "passed", TWO: "failed"}
    found = gather(upper.hq, "morning", 1)
    told = [(line.admission, line.marks("review"), line.outcome) for line in found.list.lines]
    assert told == [(ONE, 75, "passed"), (TWO, 59, "failed")]


def test_the_pages_lead_from_the_committee_to_the_result(
    upper: Desk, officer: Page, client: FlaskClient
) -> None:
    page = officer.get("/sessions/morning/review")
    assert "组成评审委员会" in page and "答辩 40" in page
    data = {"specification": CODE, "member": ["ann", "ben"], "form": "我的表 100"}
    refused = officer.client.post("/sessions/morning/review", data=data)
    assert refused.status_code == 422
    assert "须为单数" in refused.text and "我的表 100</textarea>" in refused.text
    data["member"] = list(ASSESSORS)
    assert officer.client.post("/sessions/morning/review", data=data).status_code == 303
    assert "/sessions/morning/review" in officer.get("/sessions/morning")
    place = f"/reviews/morning/{CODE}"
    password = staff.reset_password(upper.hq, BY, "ann")
    ann = Page(client, "ann", password)
    assert place in ann.get("/")
    assert ann.get(place).count(">打分</a>") == 2
    assert "我的表" in ann.get(f"{place}/{ONE}")
    wrong = ann.client.post(f"{place}/{ONE}", data={"c-c1": "101", "note": "留着"})
    assert wrong.status_code == 422 and "留着</textarea>" in wrong.text
    assert ann.client.post(f"{place}/{ONE}", data={"c-c1": "88"}).status_code == 303
    assert ann.get(place).count(">打分</a>") == 1
    assert "不能更改" in ann.get(f"{place}/{ONE}")
    ann.get(f"{place}/none", 404)
    ann.get("/reviews/morning/530051-junior", 409)


def test_the_commands_set_up_a_committee_and_tell_how_far_it_is(upper: Desk) -> None:
    password = upper.folder / "password"
    password.write_text(staff.add_member(upper.hq, BY, "zhao", ("exam-officer",)))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--data", str(upper.hq.folder), "review", *words])

    members = [word for name in ASSESSORS for word in ("--member", name)]
    who = ["--account", "zhao", "--password-file", str(password)]
    assert run("status", "morning", CODE).exit_code == NotFound.exit_status
    refused = run("open", "morning", CODE, *members[:4], *who)
    assert refused.exit_code == CommitteeRefused.exit_status
    assert run("open", "morning", CODE, *members, *who).exit_code == 0
    judged(upper, "ann")
    told = json.loads(run("status", "morning", CODE, "--json").output)
    assert told[0] == {"admission": ONE, "given": 1, "members": 3, "marks": None}


def test_an_officer_sees_how_many_marked_and_no_marks_before_all_did(
    upper: Desk, officer: Page
) -> None:
    review.open_review(upper.hq, BY, "morning", CODE, ASSESSORS)
    judged(upper, "ann", c1=39, c2=19, c3=39)
    text = officer.get("/sessions/morning/review")
    assert re.search(r'<td class="n">1 / 3</td>', text) and ">97<" not in text
    for name in ASSESSORS[1:]:
        judged(upper, name, c1=39, c2=19, c3=39)
    assert "97 · 97 · 97" in officer.get("/sessions/morning/review")
