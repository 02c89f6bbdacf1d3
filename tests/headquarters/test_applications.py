"""Site applications: fields, steps, the stamped form, and who sees what."""

import io
from itertools import product

import approving
import pytest
from approving import PDF, docx, stated
from counted import statements
from desk_world import BY, NOW, Desk, Page
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sync.errors import NotFound
from sync.headquarters.register import applications, staff, stamped
from sync.headquarters.register.application import (
    ACTS,
    FIELDS,
    NUMBERS,
    STATES,
    TRANSITIONS,
    Act,
    Approval,
    State,
    check_approval,
)
from sync.headquarters.register.refusals import (
    ApplicationIncomplete,
    StampedFormRefused,
    StepRefused,
)
from sync.headquarters.store.engine import Stamp
from sync.headquarters.store.register_tables import application_steps, site_applications
from sync.headquarters.store.schema import audit

NAMED = (Approval("530051", "2026-01-01", "2026-12-31"),)
DOC = bytes.fromhex("d0cf11e0a1b11ae1") + "WordDocument".encode("utf-16-le")


def draft(desk: Desk, form: bytes | None = PDF) -> int:
    """A draft, with its stamped form or without."""
    number = applications.create(desk.hq, BY, "site-09", stated())
    if form is not None:
        applications.attach(desk.hq, BY, number, form, "form.pdf")
    return number


def step(desk: Desk, number: int, act: Act) -> State:
    """One step with whatever it needs."""
    named = NAMED if act == "approve" else ()
    return applications.advance(desk.hq, BY, number, act, "理由", named)


def put(desk: Desk, number: int, state: State) -> None:
    """Set a state without taking a step."""
    with desk.hq.store.writing() as db:
        this = site_applications.update().where(site_applications.c.id == number)
        db.execute(this.values(state=state))


def test_only_the_steps_of_the_table_can_be_taken(desk: Desk) -> None:
    number = draft(desk)
    for state, act in product(STATES, ACTS):
        put(desk, number, state)
        if (state, act) in TRANSITIONS:
            assert step(desk, draft_in(desk, state), act) == TRANSITIONS[state, act]
            continue
        with pytest.raises(StepRefused):
            step(desk, number, act)
        assert applications.show(desk.hq, number).state == state


def draft_in(desk: Desk, state: State) -> int:
    """Another application, in that state."""
    number = draft(desk)
    put(desk, number, state)
    return number


def test_each_step_is_a_row_with_who_when_and_why(desk: Desk) -> None:
    number = draft(desk)
    applications.advance(desk.hq, Stamp("li", NOW), number, "submit")
    applications.advance(desk.hq, Stamp("wang", NOW + 5), number, "return", "公章不清")
    applications.advance(desk.hq, Stamp("li", NOW + 9), number, "submit")
    applications.advance(desk.hq, Stamp("wang", NOW + 12), number, "approve", named=NAMED)
    found = applications.show(desk.hq, number)
    assert [(s.who, s.at - NOW, s.act, s.why) for s in found.steps] == [
        ("li", 0, "submit", ""),
        ("wang", 5, "return", "公章不清"),
        ("li", 9, "submit", ""),
        ("wang", 12, "approve", ""),
    ]
    assert found.approvals == NAMED


def test_without_the_stamped_form_it_is_sent_back_by_itself(desk: Desk) -> None:
    number = draft(desk, form=None)
    assert step(desk, number, "submit") == "returned"
    last = applications.show(desk.hq, number).steps[-1]
    assert (last.who, last.act, last.to_state) == ("register", "return", "returned")
    assert "no stamped form" in last.why
    applications.attach(desk.hq, BY, number, docx(), "form.docx")
    assert step(desk, number, "submit") == "submitted"


def test_a_step_that_cannot_be_recorded_is_not_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = draft(desk)

    def broken(*given: object, **named: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(applications, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        step(desk, number, "submit")
    assert applications.show(desk.hq, number).state == "draft"
    with desk.hq.store.reading() as db:
        here = application_steps.c.application == number
        assert db.scalar(select(func.count()).where(here)) == 0


@pytest.mark.parametrize("act", ["return", "refuse", "revoke"])
def test_what_needs_a_reason_needs_one(desk: Desk, act: Act) -> None:
    with pytest.raises(ApplicationIncomplete):
        applications.advance(desk.hq, BY, draft(desk), act, "  ")


def test_an_approval_names_certificates_and_days_that_exist() -> None:
    assert check_approval(("530051", "530051"), "2026-01-01", "2026-12-31") == NAMED
    for names, first, last in (
        ((), "2026-01-01", "2026-12-31"),
        (("123",), "2026-01-01", "2026-12-31"),
        (("530051",), "2026-12-31", "2026-01-01"),
        (("530051",), "soon", "later"),
    ):
        with pytest.raises(ApplicationIncomplete):
            check_approval(names, first, last)


def test_what_was_submitted_can_no_longer_be_changed(desk: Desk) -> None:
    number = draft(desk)
    step(desk, number, "submit")
    with pytest.raises(StepRefused):
        applications.edit(desk.hq, BY, number, stated(name="别名"))
    with pytest.raises(StepRefused):
        applications.attach(desk.hq, BY, number, PDF + b"\n", "form.pdf")
    step(desk, number, "return")
    applications.edit(desk.hq, BY, number, stated(name="别名"))
    assert applications.show(desk.hq, number).stated.name == "别名"


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_asked_for_and_all_problems_are_listed(desk: Desk, field: str) -> None:
    wrong: dict[str, object] = {"certificates": ()} | dict.fromkeys(NUMBERS, -1)
    empty = {field: wrong.get(field, "")} | ({"email": "x"} if field == "phone" else {})
    with pytest.raises(ApplicationIncomplete) as caught:
        applications.create(desk.hq, BY, "s", stated(**({"phone": "x"} | empty)))
    assert len(caught.value.problems) == 2
    assert any(FIELDS[field].en in p.en for p in caught.value.problems)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [(PDF, "a.PDF", "pdf"), (docx(), "a.docx", "docx"), (DOC, "a.doc", "doc")],
)
def test_a_stamped_form_is_told_by_its_bytes(data: bytes, name: str, kind: str) -> None:
    assert stamped.kind_of(data, name) == kind
    for other in ("a.exe", "a", "a.pdf.html", f"a.{kind}.doc" if kind != "doc" else "a.pdf"):
        with pytest.raises(StampedFormRefused):
            stamped.kind_of(data, other)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>%PDF-1.7 %%EOF",
        PDF[:-8],
        docx("word/vbaProject.bin"),
        DOC + "VBA".encode("utf-16-le"),
        docx()[:-30],
        bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le"),
        b"%PDF-" + b"x" * stamped.MOST + b"%%EOF",
    ],
)
def test_what_is_no_stamped_form_is_refused(data: bytes) -> None:
    for name in ("a.pdf", "a.docx", "a.doc"):
        with pytest.raises(StampedFormRefused):
            stamped.kind_of(data, name)


def test_a_form_that_was_exchanged_on_the_disk_is_not_handed_out(desk: Desk) -> None:
    number = draft(desk)
    form, data = applications.read_form(desk.hq, BY, number)
    assert data == PDF
    (desk.hq.folder / "stamped" / form.digest).write_bytes(b"other")
    with pytest.raises(NotFound):
        applications.read_form(desk.hq, BY, number)


def test_a_stamped_form_leaves_as_an_attachment_of_no_type(desk: Desk, officer: Page) -> None:
    answer = officer.client.get("/applications/1/form")
    assert answer.data == PDF
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="application-1.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with desk.hq.store.reading() as db:
        assert "application.form" in db.scalars(select(audit.c.act)).all()


@pytest.mark.parametrize("role", staff.DESK)
def test_a_contact_is_shown_to_exam_officers_only(
    desk: Desk, client: FlaskClient, role: staff.Role
) -> None:
    page = Page(client, role, staff.add_member(desk.hq, BY, role, (role,)))
    shown = page.get("/applications/1") + page.get("/sites/site-01") + page.get("/sites")
    seen = [word in shown for word in ("王老师", "0571-88888888", "wang@school.example")]
    assert seen == [role == "exam-officer"] * 3
    assert "示例职业学校考核站点" in shown


def test_an_application_goes_from_the_form_to_the_outcome_on_the_pages(
    desk: Desk, officer: Page
) -> None:
    said = {name: str(getattr(stated(), name)) for name in FIELDS if name != "certificates"}
    form = said | {"site": "site-07", "certificates": ["530051", "560003"]}
    upload = {"form": (io.BytesIO(docx()), "盖章.docx")}
    answer = officer.client.post("/applications", data=form | upload)
    where = answer.headers["Location"]
    assert officer.client.post(f"{where}/steps", data={"act": "submit"}).status_code == 303
    days = {"first_day": "2026-01-01", "last_day": "2026-12-31"}
    named = {"act": "approve", "named": ["530051", "560003-junior"]}
    assert officer.client.post(f"{where}/steps", data=days | named).status_code == 303
    assert "已批准" in officer.get(where)
    assert officer.client.post(f"{where}/steps", data={"act": "submit"}).status_code == 409
    assert officer.client.post(f"{where}/steps", data={"act": "burn"}).status_code == 422


def test_what_a_school_writes_is_shown_as_text_only(desk: Desk, officer: Page) -> None:
    number = applications.create(desk.hq, BY, "s", stated(name="<b>x</b>", profile="<script>1"))
    pages = officer.get(f"/applications/{number}") + officer.get("/sites") + officer.get("/sites/s")
    assert "<b>x" not in pages
    assert "<script" not in pages


def test_sites_are_found_by_name_and_listed_page_by_page(desk: Desk, officer: Page) -> None:
    for n in range(105):
        approving.applications.create(desk.hq, BY, f"s{n:03}", stated(name=f"第{n:03}中学"))
    assert officer.get("/sites").count('<a href="/sites/s') == 100
    assert officer.get("/sites?page=2").count('<a href="/sites/s') == 6
    assert officer.get("/sites?text=第007").count('<a href="/sites/s') == 1


def test_a_list_asks_no_more_of_the_database_the_longer_it_is(desk: Desk) -> None:
    numbers = [draft(desk)]
    asked = []
    for _ in range(2):
        with statements() as said:
            applications.list_some(desk.hq, 100)
        asked.append(len(said))
        numbers += [draft(desk) for _ in range(5)]
    assert asked[0] == asked[1]
    step(desk, numbers[-1], "submit")
    step(desk, numbers[-1], "approve")
    newest = [applications.show(desk.hq, number) for number in numbers[:-5:-1]]
    assert applications.list_some(desk.hq, 4) == newest
    assert newest[0].approvals == NAMED
