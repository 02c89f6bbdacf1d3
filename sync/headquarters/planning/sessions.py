"""Making a session: its sittings with drawn forms, until it is published."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select

from sync.errors import AlreadyThere, NotFound, NotReady
from sync.exam.drawing import Drawn
from sync.exam.items import Bank
from sync.exam.paper import Form
from sync.exam.sitting import SessionKind, SessionPlan, SittingPlan, is_start
from sync.exam.specification import Specification, Struct
from sync.headquarters.errors import SessionPublished, TimeRefused
from sync.headquarters.names import checked
from sync.headquarters.planning.drawing import draw_forms, seen_before
from sync.headquarters.planning.materials import keep_materials
from sync.headquarters.register.conditions import require_sitting
from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import entries, forms, sessions, sites, sittings
from sync.words import Words

State = Literal["draft", "published"]


class SessionRow(Struct, frozen=True):
    """A session with what is counted about it."""

    id: str
    site: str
    name: Words
    kind: SessionKind
    starts_at: str
    room: str
    state: State
    sittings: int
    candidates: int
    package_digest: str | None
    package_size: int | None


class SittingRow(Struct, frozen=True):
    """A sitting, the rules it was made under, and how many are on its roster."""

    plan: SittingPlan
    specification: Specification
    candidates: int


def create_session(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    site: str,
    name: Words,
    kind: SessionKind,
    starts_at: str,
    room: str,
    seed: str | None = None,
) -> None:
    """A new session of a registered site; AlreadyThere if the identifier is taken."""
    checked(session)
    _check_time(starts_at)
    with headquarters.store.writing() as db:
        if not db.scalar(select(sites.c.id).where(sites.c.id == site)):
            raise NotFound(what=site)
        if db.scalar(select(sessions.c.id).where(sessions.c.id == session)):
            raise AlreadyThere(what=session)
        db.execute(
            insert(sessions).values(
                id=session,
                site=site,
                name_zh=name.zh,
                name_en=name.en,
                kind=kind,
                starts_at=starts_at,
                room=room,
                seed=seed or secrets.token_hex(16),
                state="draft",
                created_at=by.at,
            )
        )
        record(db, by, "session.create", session=session, site=site, kind=kind)


def _check_time(text: str) -> None:
    if not is_start(text):
        raise TimeRefused(time=text)


class Added(NamedTuple):
    """A sitting, and how its forms came out."""

    plan: SittingPlan
    drawn: list[Drawn]


def add_sitting(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    sitting: str,
    specification: Specification,
    component: str,
    bank: Bank,
    form_count: int = 1,
    earliest_hand_in: int = 30,
    break_minutes: int = 0,
    lockdown: bool = False,
    materials: Mapping[str, bytes] | None = None,
) -> Added:
    """A sitting with its forms drawn; BlueprintUnmet names the cells that the bank cannot fill.

    As add_drawn. `materials` are the bank's files by name.
    """

    def draw(db: Connection, row: Row[Any]) -> tuple[list[Drawn], Bank]:
        earlier = seen_before(db, specification.code, row.starts_at)
        seed, count = row.seed, form_count
        return draw_forms(bank, specification, component, sitting, count, seed, earlier), bank

    return add_drawn(
        headquarters,
        by,
        session=session,
        sitting=sitting,
        specification=specification,
        component=component,
        draw=draw,
        earliest_hand_in=earliest_hand_in,
        break_minutes=break_minutes,
        lockdown=lockdown,
        materials=materials,
    )


# The forms of a sitting, and a bank that has at least what they hold.
Draw = Callable[[Connection, Row[Any]], tuple[list[Drawn], Bank]]


def add_drawn(
    headquarters: Headquarters,
    by: Stamp,
    *,
    session: str,
    sitting: str,
    specification: Specification,
    component: str,
    draw: Draw,
    earliest_hand_in: int = 30,
    break_minutes: int = 0,
    lockdown: bool = False,
    materials: Mapping[str, bytes] | None = None,
) -> Added:
    """A sitting with the forms that `draw` gives, in the transaction that keeps them.

    Of an examination only if the register has it so (sync.headquarters.register.conditions).
    With `lockdown` it is taken in Safe Exam Browser.
    """
    checked(sitting)
    with headquarters.store.writing() as db:
        row = draft(db, session)
        if db.scalar(select(sittings.c.id).where(_is(session, sitting))):
            raise AlreadyThere(what=f"{session}/{sitting}")
        require_sitting(db, row, specification)
        drawn, bank = draw(db, row)
        papers = [one.form for one in drawn]
        plan = _plan(specification, component, sitting, papers, lockdown)
        plan = msgspec.structs.replace(
            plan, earliest_hand_in=earliest_hand_in, break_minutes=break_minutes
        )
        _insert_sitting(db, session, plan, specification)
        _insert_forms(db, session, sitting, papers, bank)
        keep_materials(db, session, papers, materials or {})
        record(db, by, "sitting.add", session=session, sitting=sitting, code=specification.code)
    return Added(plan, drawn)


def _plan(
    specification: Specification, component: str, sitting: str, drawn: list[Form], lockdown: bool
) -> SittingPlan:
    part = specification.component(component)
    return SittingPlan(
        id=sitting,
        specification=specification.code,
        component=component,
        title=_title(specification, part.title),
        minutes=part.minutes,
        forms=tuple(form.id for form in drawn),
        part_minutes=tuple(one.minutes for one in part.parts if one.minutes),
        lockdown="required" if lockdown else msgspec.UNSET,
    )


def _title(specification: Specification, part: Words) -> Words:
    title = specification.title
    return Words(f"{title.zh} {part.zh}", f"{title.en}, {part.en.lower()}")


def _insert_sitting(
    db: Connection, session: str, plan: SittingPlan, specification: Specification
) -> None:
    place = db.scalar(select(func.count()).where(sittings.c.session == session))
    db.execute(
        insert(sittings).values(
            session=session,
            id=plan.id,
            position=place,
            specification=msgspec.json.encode(specification).decode(),
            plan=msgspec.json.encode(plan).decode(),
        )
    )


def _insert_forms(
    db: Connection, session: str, sitting: str, drawn: list[Form], bank: Bank
) -> None:
    for form in drawn:
        _insert_form(db, session, sitting, form, bank)


def _insert_form(db: Connection, session: str, sitting: str, form: Form, bank: Bank) -> None:
    """The form, and beside it the items it has with their keys, as they are today."""
    used = {item.id: bank.items[item.id] for item in form.items()}
    tasks = {task.id: bank.tasks[task.id] for task in form.tasks}
    kept = Bank(bank.specification, used, {s.id: s for s in form.situations}, tasks)
    db.execute(
        insert(forms).values(
            session=session,
            sitting=sitting,
            id=form.id,
            form=msgspec.json.encode(form).decode(),
            bank=msgspec.json.encode(kept).decode(),
        )
    )


def draft(db: Connection, session: str) -> Row[Any]:
    """The session's row if it may still be changed; NotFound or SessionPublished otherwise."""
    row = find(db, session)
    if row.state != "draft":
        raise SessionPublished(session=session)
    return row


def find(db: Connection, session: str) -> Row[Any]:
    """The session's row; NotFound if there is none."""
    row = db.execute(select(sessions).where(sessions.c.id == session)).first()
    if row is None:
        raise NotFound(what=session)
    return row


def list_sessions(
    headquarters: Headquarters, *, limit: int | None = None, year: int | None = None
) -> list[SessionRow]:
    """The sessions (of a year in Beijing, give or take a day), the newest start first."""
    query = _rows().order_by(sessions.c.starts_at.desc(), sessions.c.id).limit(limit)
    if year is not None:
        # As text, and a day wider at both ends: an offset moves a start by less.
        query = query.where(sessions.c.starts_at.between(f"{year - 1}-12-31", f"{year + 1}-01-02"))
    with headquarters.store.reading() as db:
        return [_session_row(row) for row in db.execute(query)]


def show_session(headquarters: Headquarters, session: str) -> SessionRow:
    """One session; NotFound if there is none."""
    with headquarters.store.reading() as db:
        find(db, session)
        return _session_row(db.execute(_rows().where(sessions.c.id == session)).one())


def _rows() -> Select[Any]:
    of_this = select(func.count()).where(sittings.c.session == sessions.c.id)
    people = select(func.count(entries.c.admission.distinct()))
    here = people.where(entries.c.session == sessions.c.id)
    return select(
        sessions,
        of_this.scalar_subquery().label("sittings"),
        here.scalar_subquery().label("candidates"),
    )


def _session_row(row: Row[Any]) -> SessionRow:
    return SessionRow(
        id=row.id,
        site=row.site,
        name=Words(row.name_zh, row.name_en),
        kind=row.kind,
        starts_at=row.starts_at,
        room=row.room,
        state=row.state,
        sittings=row.sittings,
        candidates=row.candidates,
        package_digest=row.package_digest,
        package_size=row.package_size,
    )


def list_sittings(headquarters: Headquarters, session: str) -> list[SittingRow]:
    """The sittings of a session in the order they were added."""
    with headquarters.store.reading() as db:
        find(db, session)
        return [
            SittingRow(
                plan=msgspec.json.decode(row.plan, type=SittingPlan),
                specification=msgspec.json.decode(row.specification, type=Specification),
                candidates=db.scalar(
                    select(func.count()).where(
                        entries.c.session == session, entries.c.sitting == row.id
                    )
                )
                or 0,
            )
            for row in db.execute(
                select(sittings).where(sittings.c.session == session).order_by(sittings.c.position)
            )
        ]


def load_form(headquarters: Headquarters, session: str, form: str) -> tuple[Form, Bank]:
    """A drawn form and its items with their keys; NotFound if the session has no such form."""
    query = select(forms).where(forms.c.session == session, forms.c.id == form)
    with headquarters.store.reading() as db:
        row = db.execute(query).first()
    if row is None:
        raise NotFound(what=f"{session} {form}")
    return (
        msgspec.json.decode(row.form, type=Form),
        msgspec.json.decode(row.bank, type=Bank),
    )


def published_plan(headquarters: Headquarters, session: str) -> SessionPlan:
    """The plan as it went to the site; NotReady before the session is published."""
    with headquarters.store.reading() as db:
        row = find(db, session)
    if row.plan is None:
        raise NotReady(reason_zh="场次尚未发布", reason_en="the session is not published")
    return msgspec.json.decode(row.plan, type=SessionPlan)


def _is(session: str, sitting: str) -> Any:
    return (sittings.c.session == session) & (sittings.c.id == sitting)
