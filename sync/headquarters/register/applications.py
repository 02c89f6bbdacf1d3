"""Site applications in the database: each step is a row in the transaction that makes it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, RowMapping, Select, insert, select, update

from sync.errors import NotFound
from sync.headquarters.names import checked
from sync.headquarters.register import stamped
from sync.headquarters.register.application import (
    ACTS,
    EDITABLE,
    NO_FORM,
    STATES,
    TRANSITIONS,
    WITH_REASON,
    Act,
    Application,
    Approval,
    Form,
    State,
    Stated,
    Step,
    check,
)
from sync.headquarters.register.refusals import ApplicationIncomplete, StepRefused
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.register_tables import application_steps, approvals, site_applications
from sync.words import Words

# Who sends an application back that has no stamped form.
BY_ITSELF = "register"


def create(headquarters: Headquarters, by: Stamp, site: str, stated: Stated) -> int:
    """A draft for a site, enrolled or not; its number. ApplicationIncomplete lists problems."""
    checked(site)
    check(stated)
    with headquarters.store.writing() as db:
        made = db.execute(
            insert(site_applications).values(
                site=site, state="draft", stated=_text(stated), changed_at=by.at
            )
        )
        number = int((made.inserted_primary_key or (0,))[0])
        record(db, by, "application.create", application=number, site=site)
    return number


def edit(headquarters: Headquarters, by: Stamp, number: int, stated: Stated) -> None:
    """Another content of a draft, or of one that was sent back; StepRefused otherwise."""
    check(stated)
    with headquarters.store.writing() as db:
        _editable(db, number)
        _change(db, by, number, stated=_text(stated))
        record(db, by, "application.edit", application=number)


def attach(headquarters: Headquarters, by: Stamp, number: int, data: bytes, name: str) -> Form:
    """Keep the stamped form of a draft, or of one that was sent back; StampedFormRefused."""
    with headquarters.store.reading() as db:
        _editable(db, number)
    form = stamped.keep(headquarters, data, name)
    with headquarters.store.writing() as db:
        _editable(db, number)
        _change(db, by, number, form=form.digest, form_kind=form.kind, form_size=form.size)
        record(db, by, "application.attach", application=number, form=form.digest)
    return form


def advance(
    headquarters: Headquarters,
    by: Stamp,
    number: int,
    act: Act,
    why: str = "",
    named: tuple[Approval, ...] = (),
) -> State:
    """Take a step; the state after it. StepRefused if the table of transitions has no such step.

    What is submitted without its stamped form is sent back at once. An approval names what it is
    for; a return, a refusal and a revocation say why.
    """
    if act in WITH_REASON and not why.strip():
        raise ApplicationIncomplete([Words("未填写理由", "The reason is missing")])
    if act == "approve" and not named:
        raise ApplicationIncomplete([Words("未选择批准的证书", "No certificate is named")])
    with headquarters.store.writing() as db:
        row = _find(db, number, lock=True)
        state = _step(db, by, row.id, row.state, act, why.strip())
        if act == "approve":
            db.execute(insert(approvals), [{"application": number} | _plain(one) for one in named])
        if act == "submit" and row.form is None:
            itself = Stamp(BY_ITSELF, by.at)
            state = _step(db, itself, row.id, state, "return", " · ".join(NO_FORM))
    return state


def _plain(one: Approval) -> dict[str, str]:
    return msgspec.structs.asdict(one)


def _step(db: Connection, by: Stamp, number: int, state: State, act: Act, why: str) -> State:
    after = TRANSITIONS.get((state, act))
    if after is None:
        raise StepRefused(application=number, state=STATES[state], act=ACTS[act])
    _change(db, by, number, state=after)
    db.execute(
        insert(application_steps).values(
            application=number,
            at=by.at,
            who=by.who,
            act=act,
            from_state=state,
            to_state=after,
            why=why,
        )
    )
    record(db, by, f"application.{act}", application=number, why=why)
    return after


def _change(db: Connection, by: Stamp, number: int, **values: object) -> None:
    this = update(site_applications).where(site_applications.c.id == number)
    db.execute(this.values(changed_at=by.at, **values))


def _editable(db: Connection, number: int) -> None:
    row = _find(db, number, lock=True)
    if row.state not in EDITABLE:
        edited = Words("修改", "edited")
        raise StepRefused(application=number, state=STATES[row.state], act=edited)


def _find(db: Connection, number: int, lock: bool = False) -> Row[Any]:
    query = select(site_applications).where(site_applications.c.id == number)
    row = db.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(what=str(number))
    return row


def _text(stated: Stated) -> str:
    return msgspec.json.encode(stated).decode()


def show(headquarters: Headquarters, number: int) -> Application:
    """One application with its history; NotFound."""
    with headquarters.store.reading() as db:
        this = _find(db, number).id
        return _listed(db, select(site_applications.c.id).where(site_applications.c.id == this))[0]


def list_some(headquarters: Headquarters, limit: int, site: str | None = None) -> list[Application]:
    """The newest applications (of a site), the newest first."""
    these = select(site_applications.c.id).order_by(site_applications.c.id.desc()).limit(limit)
    if site is not None:
        these = these.where(site_applications.c.site == site)
    with headquarters.store.reading() as db:
        return _listed(db, these)


def _listed(db: Connection, these: Select[tuple[int]]) -> list[Application]:
    """Three statements, however many there are."""
    query = select(site_applications).where(site_applications.c.id.in_(these))
    rows = db.execute(query.order_by(site_applications.c.id.desc())).all()
    steps: dict[int, list[RowMapping]] = {row.id: [] for row in rows}
    named: dict[int, list[RowMapping]] = {row.id: [] for row in rows}
    for found, table, place in (
        (steps, application_steps, application_steps.c.id),
        (named, approvals, approvals.c.certificate),
    ):
        of_these = select(table).where(table.c.application.in_(these)).order_by(place)
        for one in db.execute(of_these).mappings():
            found[one["application"]].append(one)
    return [_built(row, steps[row.id], named[row.id]) for row in rows]


def _built(row: Row[Any], steps: list[RowMapping], named: list[RowMapping]) -> Application:
    return Application(
        id=row.id,
        site=row.site,
        state=row.state,
        stated=msgspec.json.decode(row.stated, type=Stated),
        form=Form(row.form, row.form_kind, row.form_size) if row.form else None,
        steps=tuple(Step(**{name: one[name] for name in Step.__struct_fields__}) for one in steps),
        approvals=tuple(
            Approval(one["certificate"], one["first_day"], one["last_day"]) for one in named
        ),
        changed_at=row.changed_at,
    )


def approved(db: Connection, sites: Iterable[str], day: date) -> dict[str, set[str]]:
    """site → what it is approved for on a day."""
    wanted = list(sites)
    query = (
        select(site_applications.c.site, approvals.c.certificate)
        .join(approvals, approvals.c.application == site_applications.c.id)
        .where(
            site_applications.c.site.in_(wanted),
            site_applications.c.state == "approved",
            approvals.c.first_day <= day.isoformat(),
            approvals.c.last_day >= day.isoformat(),
        )
    )
    found: dict[str, set[str]] = {site: set() for site in wanted}
    for site, certificate in db.execute(query):
        found[site].add(certificate)
    return found


def read_form(headquarters: Headquarters, by: Stamp, number: int) -> tuple[Form, bytes]:
    """The stamped form; that it was taken is recorded. NotFound if there is none."""
    found = show(headquarters, number).form
    data = stamped.read(headquarters, found)
    if found is None:
        raise NotFound(what=str(number))
    with headquarters.store.writing() as db:
        record(db, by, "application.form", application=number, form=found.digest)
    return found, data
