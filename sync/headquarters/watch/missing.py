"""Registered = present = submitted = received, over many sessions; and who is missing, by name."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Select, or_, select

from sync.exam.specification import Struct
from sync.headquarters.marking.reconcile import Person, Reconciliation, SittingCount
from sync.headquarters.planning.sessions import show_session
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates, files, scorings, sessions
from sync.headquarters.store.watch_tables import named_files
from sync.headquarters.watch.board import Facts, facts_of, of_day
from sync.spreadsheet import sheet_bytes
from sync.words import Language, Words

# Why somebody or something is on the list; the most serious first.
WHYS: Mapping[str, Words] = {
    "broken": Words("日志无法核验", "journal does not verify"),
    "batch": Words("缺数据包", "batches missing"),
    "nothing": Words("没有收到任何数据包", "nothing has come in"),
    "fork": Words("两台服务器的记录不一致", "two servers' records differ"),
    "receipt": Words("回执码不符", "receipt code differs"),
    "no-record": Words("无记录", "no record"),
    "no-hand-in": Words("未交卷", "not handed in"),
    "file-differs": Words("文件内容不符", "file differs"),
    "file": Words("上传的文件未到", "uploaded file missing"),
    "late": Words("迟到作答待裁定", "late answers to decide on"),
    "blank": Words("交卷但未作答", "handed in without an answer"),
    "absent": Words("缺考", "absent"),
}
# These are as they should be, once somebody has looked.
EXPECTED = frozenset(("late", "blank", "absent"))
_ORDER = {why: place for place, why in enumerate(WHYS)}
HEAD = (
    Words("考点编号", "site id"),
    Words("考点", "site"),
    Words("场次编号", "session id"),
    Words("场次", "session"),
    Words("科目", "sitting"),
    Words("准考证号", "admission number"),
    Words("姓名", "name"),
    Words("座位号", "seat"),
    Words("情况", "what is missing"),
    Words("说明", "details"),
)


class Line(Struct, frozen=True):
    """One thing that is missing; without a person it concerns the whole session."""

    why: str
    session: str
    session_name: Words
    site: str
    site_name: str
    sitting: str
    person: Person | None
    detail: Words

    @property
    def rank(self) -> tuple[int, str, str, int]:
        """The most serious first, then by site, session and seat."""
        return _ORDER[self.why], self.site, self.session, self.person.seat if self.person else 0


class Totals(Struct, frozen=True):
    """The four steps, summed; `awaited` sessions have sent nothing yet."""

    sessions: int
    awaited: int
    registered: int
    present: int
    submitted: int
    received: int
    absent: int


class Account(Struct, frozen=True):
    """What was asked about: the sums, and all lines, problems first."""

    totals: Totals
    lines: tuple[Line, ...]

    @property
    def agreed(self) -> bool:
        """Whether all has come in and nothing is left to explain."""
        serious = any(line.why not in EXPECTED for line in self.lines)
        return self.totals.awaited == 0 and not serious


def account_of_day(headquarters: Headquarters, day: str) -> Account:
    """All published sessions of a day."""
    return _account(headquarters, of_day(day) & (sessions.c.state == "published"))


def account_of_session(headquarters: Headquarters, session: str) -> Account:
    """One session; NotFound."""
    show_session(headquarters, session)
    return _account(headquarters, sessions.c.id == session)


def _account(headquarters: Headquarters, wanted: ColumnElement[bool]) -> Account:
    facts = facts_of(headquarters, wanted)
    these = select(sessions.c.id).where(wanted)
    saved = _saved(headquarters, these)
    by_id = {one.session: one for one in facts}
    lines = [line for one in facts for line in _lines(one, saved.get(one.session))]
    lines += _file_lines(headquarters, these, by_id)
    return Account(_totals(facts, saved), tuple(sorted(lines, key=lambda line: line.rank)))


def _saved(headquarters: Headquarters, these: Select[tuple[str]]) -> dict[str, Reconciliation]:
    kept = scorings.c
    query = select(kept.session, kept.reconciliation).where(kept.session.in_(these))
    read = msgspec.json.Decoder(Reconciliation)
    with headquarters.store.reading() as db:
        return {row.session: read.decode(row.reconciliation) for row in db.execute(query)}


def _totals(facts: Sequence[Facts], saved: Mapping[str, Reconciliation]) -> Totals:
    counts = [count for found in saved.values() for count in found.sittings]
    return Totals(
        sessions=len(facts),
        awaited=sum(one.batches == 0 for one in facts),
        registered=sum(one.registered for one in facts),
        present=sum(count.present for count in counts),
        submitted=sum(count.submitted for count in counts),
        received=sum(count.received for count in counts),
        absent=sum(len(count.absent) for count in counts),
    )


def _lines(facts: Facts, found: Reconciliation | None) -> Iterator[Line]:
    if found is None:
        if not facts.batches:
            named = Words(f"{facts.registered} 人次", f"{facts.registered} attempts")
            yield _line("nothing", facts, "", None, named)
        return
    if found.lacking and (facts.broken or facts.gap or facts.closed_at):
        yield _line("broken" if facts.broken else "batch", facts, "", None, found.lacking)
    for tail in found.forks:
        zh = f"第 {tail.server_term} 任服务器多 {tail.events} 条记录，不计入"
        en = f"server term {tail.server_term} has {tail.events} more events, which count nothing"
        for person in tail.people or (None,):
            yield _line("fork", facts, "", person, Words(zh, en))
    for count in found.sittings:
        for why, people in _people(count):
            for person in people:
                yield _line(why, facts, count.sitting, person, Words("", ""))


def _people(count: SittingCount) -> tuple[tuple[str, tuple[Person, ...]], ...]:
    return (
        ("receipt", count.receipt_differs),
        ("no-record", count.unaccounted),
        # Before the sitting is closed they are writing.
        ("no-hand-in", count.not_handed_in if count.closed else ()),
        ("late", count.evidence),
        ("blank", count.without_answer),
        ("absent", count.absent),
    )


def _line(why: str, facts: Facts, sitting: str, person: Person | None, detail: Words) -> Line:
    return Line(
        why=why,
        session=facts.session,
        session_name=facts.name,
        site=facts.site,
        site_name=facts.site_name,
        sitting=sitting,
        person=person,
        detail=detail,
    )


def _file_lines(
    headquarters: Headquarters, these: Select[tuple[str]], by_id: Mapping[str, Facts]
) -> list[Line]:
    """Uploaded files that the journal names and that are not here, or are not what it says."""
    named = named_files.c
    own = (files.c.session == named.session) & (files.c.sequence == named.seq)
    whose = (candidates.c.session == named.session) & (candidates.c.admission == named.admission)
    query = (
        select(named_files, files.c.digest, candidates.c.name.label("who"), candidates.c.seat)
        .select_from(named_files.outerjoin(files, own).outerjoin(candidates, whose))
        .where(
            named.session.in_(these), or_(files.c.digest.is_(None), files.c.verdict == "differs")
        )
        .order_by(named.session, named.seq)
    )
    with headquarters.store.reading() as db:
        rows = db.execute(query).all()
    return [
        _line(
            "file-differs" if row.digest else "file",
            by_id[row.session],
            row.sitting,
            Person(row.admission, row.who or "", row.seat or 0),
            Words(f"{row.item}：{row.name}", f"{row.item}: {row.name}"),
        )
        for row in rows
    ]


def missing_sheet(account: Account, lang: Language) -> bytes:
    """All lines as .xlsx; everything is text and can be no formula."""
    title = Words("核对", "Reconciliation").in_(lang)
    rows = [
        [
            *(line.site, line.site_name, line.session, line.session_name.in_(lang), line.sitting),
            *((line.person.admission, line.person.name) if line.person else ("", "")),
            line.person.seat if line.person else None,
            *(WHYS[line.why].in_(lang), line.detail.in_(lang)),
        ]
        for line in account.lines
    ]
    return sheet_bytes(title, [head.in_(lang) for head in HEAD], rows)
