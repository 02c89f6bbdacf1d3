"""Corrections and figures as people meet them: pages, sheets, the shell; and the marking rule."""

import json
import re

import openpyxl
import pytest
import releasing
from click.testing import CliRunner
from desk_world import BY, LIVE, Desk, Page, Story
from flask.testing import FlaskClient
from msgspec.structs import replace

from sync.headquarters.cli import main
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.content.specifications import set_rule, specification
from sync.headquarters.desk_errors import CorrectionRefused
from sync.headquarters.marking.item_figures import (
    keep_statistics,
    saved_statistics,
    statistics_sheet,
)
from sync.headquarters.marking.rulings import list_corrections
from sync.headquarters.marking.scoring import score, scored_rows
from sync.headquarters.planning import rosters, sessions
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import staff
from sync.headquarters.web.ruling_forms import read_ruling

ONE, THREE = "99530051001", "99530051003"


@pytest.fixture
def desk(published_desk: Desk) -> Desk:
    """Here the session is published when a test begins."""
    return published_desk


def sat(desk: Desk) -> str:
    """ONE has the first item wrong, THREE all right; scored. The item."""
    story = desk.published()
    paper, bank = sessions.load_form(desk.hq, "morning", "live-B")
    first = bank.items[paper.items()[0].id]
    for admission in (ONE, THREE):
        attempt = story.start(admission)
        story.answer_right(attempt, 65)
        if admission == ONE:
            wrong = next(o for o in first.options if o not in first.key)
            story.answer(attempt, first.id, [wrong], 99)
        story.hand_in(attempt)
    story.close(handed_in=2)
    desk.deliver(story)
    score(desk.hq, BY, "morning")
    return first.id


def other_officer(desk: Desk, client: FlaskClient) -> Page:
    """A browser of a second exam officer."""
    browser = client.application.test_client()
    return Page(browser, "second", staff.add_member(desk.hq, BY, "second", ("exam-officer",)))


def post(page: Page, path: str, **form: str) -> int:
    """The status of a form that was sent."""
    return page.client.post(f"/sessions/morning/{path}", data=form).status_code


def test_two_officers_correct_a_key_on_the_pages(
    desk: Desk, client: FlaskClient, officer: Page
) -> None:
    item = sat(desk)
    text = officer.get(f"/sessions/morning/corrections?sitting=live&item={item}")
    assert "原答案" in text
    form = {"sitting": "live", "item": item, "kind": "full", "reason": "<b>印错</b>"}
    assert post(officer, "corrections", **form) == 303
    assert post(officer, "corrections/decision", number="1", decision="confirm") == 403
    second = other_officer(desk, client)
    assert "&lt;b&gt;印错&lt;/b&gt;" in second.get("/sessions/morning/corrections")
    assert post(second, "corrections/decision", number="1", decision="confirm") == 303
    assert scored_rows(desk.hq, "morning")[0].marks == 100
    assert "full marks for everyone" in second.get("/sessions/morning/corrections?lang=en")
    audit = officer.get("/audit")
    assert "correction.propose" in audit
    assert "correction.confirm" in audit


def test_bad_forms_are_refused_and_propose_nothing(desk: Desk, officer: Page) -> None:
    item = sat(desk)
    good = {"sitting": "live", "item": item, "kind": "full", "reason": "x"}
    for bad, status in (
        ({"kind": "none"}, 422),
        ({"kind": "keys", "keys": "题"}, 422),
        ({"item": "x" * 999}, 404),
        ({"sitting": "other"}, 404),
        ({"reason": "长" * 501}, 422),
    ):
        assert post(officer, "corrections", **good | bad) == status, bad
    for number in ("", "1", "9" * 30, "-1", "²"):
        assert post(officer, "corrections/decision", number=number, decision="refuse") == 404
    assert list_corrections(desk.hq, "morning") == []


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("b", (("b",),)),
        ("A、B", (("a",), ("b",))),
        (" ac, bd ", (("a", "c"), ("b", "d"))),
        ("", ()),
    ],
)
def test_keys_are_read_as_people_type_them(typed: str, keys: tuple[tuple[str, ...], ...]) -> None:
    assert read_ruling("keys", typed).keys == keys
    with pytest.raises(CorrectionRefused):
        read_ruling("other", typed)


def test_the_items_page_and_sheet_show_the_figures(desk: Desk, officer: Page) -> None:
    assert "评分后在此显示" in officer.get("/sessions/morning/items")
    item = sat(desk)
    (form,) = saved_statistics(desk.hq, "morning")
    assert (form.attempts, form.items[0].item, form.items[0].difficulty) == (2, item, 0.5)
    text = officer.get("/sessions/morning/items")
    assert text.count("/corrections?sitting=live") == 65
    assert re.search(r"信度 α</dt><dd>[\d.]+<", text)
    path = desk.folder / "items.xlsx"
    path.write_bytes(statistics_sheet(desk.hq, "morning"))
    rows = list(openpyxl.load_workbook(path).active.values)  # type: ignore[union-attr]
    assert (len(rows), rows[1][2], rows[1][5]) == (66, item, None)
    assert "不足 5 人" in str(rows[1][11])
    # The control: with as many as nobody can be told from, the sheet has figures.
    with desk.hq.store.writing() as db:
        keep_statistics(db, "morning", (replace(form, attempts=5),))
    path.write_bytes(statistics_sheet(desk.hq, "morning"))
    rows = list(openpyxl.load_workbook(path).active.values)  # type: ignore[union-attr]
    assert (rows[1][2], rows[1][5]) == (item, "0.50")


def test_the_shell_does_the_same(desk: Desk) -> None:
    item = sat(desk)
    for who in ("anna", "bert"):
        password = staff.add_member(desk.hq, BY, who, ("exam-officer",))
        (desk.folder / who).write_text(password)
    desk.hq.close()

    def run(who: str, *words: str) -> str:
        proof = ("--account", who, "--password-file", str(desk.folder / who))
        more = proof if words[1] in ("propose", "confirm") else ()
        arguments = ["--data", str(desk.hq.folder), "--lang", "en", *words, *more]
        return CliRunner().invoke(main, arguments, catch_exceptions=False).output

    proposing = ("corrections", "propose", "morning", "live", item)
    assert "--key | --full" in run("anna", *proposing, "--reason", "x")
    assert "Correction 1 waits" in run("anna", *proposing, "--full", "--reason", "x")
    assert "other-officer-needed" in run("anna", "corrections", "confirm", "morning", "1")
    changed = json.loads(run("bert", "corrections", "confirm", "morning", "1", "--json"))
    assert {c["admission"]: c["marks_after"] for c in changed}[ONE] == 100
    assert "full marks" in run("anna", "corrections", "list", "morning")
    out = str(desk.folder / "out.xlsx")
    assert "Written" in run("anna", "corrections", "changes", "morning", "--out", out)
    assert item in run("anna", "items", "morning")


def made_under(desk: Desk, rule: str) -> Story:
    """A published session whose sitting was made under the rule; since then it is the other one."""
    rules = ["all-or-nothing", "part-marks"]
    set_rule(desk.hq, BY, LIVE, "theory.multiple_marking", rule)
    about = {"session": "morning", "site": "site-01", "kind": "examination", "room": "1"}
    about["starts_at"] = "2026-12-05T09:00+08:00"
    frozen, this = specification(desk.hq, LIVE), {"session": "morning", "sitting": "live"}
    sessions.create_session(desk.hq, BY, **about, name=frozen.name, seed="s")  # type: ignore[arg-type]
    desk.forms["live"] = sessions.add_sitting(
        desk.hq, BY, **this, specification=frozen, component="theory", bank=builtin_bank(LIVE)
    ).plan.forms
    rosters.import_roster(desk.hq, BY, **this, file=desk.roster(sample_rows("530051", 1, 1)))
    releasing.publish(desk.hq, BY, "morning")
    rules.remove(rule)
    set_rule(desk.hq, BY, LIVE, "theory.multiple_marking", rules[0])
    return Story(desk)


@pytest.mark.parametrize(("rule", "each"), [("all-or-nothing", 0), ("part-marks", 1)])
def test_the_rule_for_multiple_choice_is_the_one_that_the_sitting_was_made_under(
    bare_desk: Desk, rule: str, each: int
) -> None:
    """Of every item of several keys, which has two marks, one key is taken."""
    story = made_under(bare_desk, rule)
    attempt = story.start(ONE)
    paper, bank = sessions.load_form(bare_desk.hq, "morning", bare_desk.forms["live"][0])
    several = [i.id for i in paper.items() if len(bank.items[i.id].key) > 1]
    assert {bank.items[item].kind for item in several} == {"multiple", "scenario"}
    for number, item in enumerate(several, start=1):
        story.answer(attempt, item, [bank.items[item].key[0]], number)
    story.hand_in(attempt)
    story.close(handed_in=1)
    bare_desk.deliver(story)
    assert score(bare_desk.hq, BY, "morning")[0].marks == each * len(several)
