"""What the room record says: counts of every sitting, and what happened, out of the journal. Pure.

Nothing is written here by hand: each line is an event, or events that were one act.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from siteapp.conduct.attempt import Attempt
from siteapp.conduct.incidents import said
from siteapp.conduct.session import Session
from sync.exam.journal import Event
from sync.exam.sitting import SessionPlan, SittingPlan
from sync.words import Words

MINUTE_MS = 60_000
# The events of one act are written by one commit.
TOGETHER_MS = 1_000


class Counts(NamedTuple):
    """One sitting in figures; `unmarked`: neither came nor was noted as absent.

    `blank` papers were handed in without any answer or file.
    """

    sitting: SittingPlan
    phase: str
    opened: int
    closed: int
    expected: int
    present: int
    absent: int
    unmarked: int
    handed_in: int
    forced: int
    blank: int


class Entry(NamedTuple):
    """One line of what happened; `who` is empty for the whole room or a sitting."""

    at: int
    seat: int
    name: str
    admission: str
    what: Words
    note: str
    by: str
    # How many candidates one act concerned.
    many: int = 1


class Record(NamedTuple):
    """All that the journal says which a room record has a place for."""

    counts: tuple[Counts, ...]
    entries: tuple[Entry, ...]
    violations: tuple[Entry, ...]
    absences: tuple[Entry, ...]
    events: int
    closed: bool


Told = tuple[Words, str]


def _minutes(ms: int) -> str:
    return f"{ms / MINUTE_MS:.1f}".removesuffix(".0")


def _extension(body: Mapping[str, Any]) -> Told:
    long = _minutes(body["ms"])
    return Words(f"补时 {long} 分钟", f"{long} min given"), body["reason"]


def _rest(body: Mapping[str, Any]) -> Told:
    long, due = _minutes(body["ms"]), body["approved"]
    zh = f"休息 {long} 分钟（{'已批准' if due else '临时'}）"
    return Words(zh, f"rest of {long} min, {'approved' if due else 'not planned'}"), body["reason"]


def _move(body: Mapping[str, Any]) -> Told:
    zh = f"换座：{body['from']} → {body['to']}"
    return Words(zh, f"moved {body['from']} → {body['to']}"), body["reason"]


def _early(body: Mapping[str, Any]) -> Told:
    minutes = -(-body["seconds"] // 60)
    return Words(f"提前 {minutes} 分钟解锁", f"unlocked {minutes} min early"), body["reason"]


def _reopened(body: Mapping[str, Any]) -> Told:
    return Words("撤回交卷", "hand-in taken back"), f"{body['reason']}（{body['second']}）"


def _promoted(body: Mapping[str, Any]) -> Told:
    return Words("备用服务器接管", "the spare took over"), f"{body['reason']}（{body['second']}）"


def _incident(body: Mapping[str, Any]) -> Told:
    return said(body["category"]), body["note"]


def _decided(body: Mapping[str, Any]) -> Told:
    counts = Words("迟到作答计入", "late answers count")
    not_so = Words("迟到作答不计入", "late answers do not count")
    return (counts if body["counts"] else not_so), f"{body['reason']}（{body['second']}）"


def _unlocked(body: Mapping[str, Any]) -> Told:
    codes = Words("凭解锁码解锁试卷", "papers unlocked by codes")
    network = Words("总部放行，试卷自动解锁", "papers unlocked by headquarters")
    return (network if body["way"] == "network" else codes), ""


def _plain(zh: str, en: str) -> Callable[[Mapping[str, Any]], Told]:
    words = Words(zh, en)
    return lambda body: (words, str(body.get("reason", body.get("note", ""))))


# Event → what the record says of it; what is not here is in the journal only.
TOLD: Mapping[str, Callable[[Mapping[str, Any]], Told]] = {
    "unlock": _unlocked,
    "unlock-refused": _plain("解锁码不正确", "wrong unlock code"),
    "unlock-early": _early,
    "open": _plain("开考", "opened"),
    "close": _plain("结束", "closed"),
    "admit": _plain("准许迟到考生入场", "late-comer admitted"),
    "readmit": _plain("凭准入码换机", "another machine, by code"),
    "extension": _extension,
    "pause": _plain("暂停", "paused"),
    "resume": _plain("恢复", "resumed"),
    "rest": _rest,
    "move": _move,
    "incident": _incident,
    "reopen": _reopened,
    "rescue": _plain("采用救援作答", "rescued answers count"),
    "rescue-refused": _plain("不采用救援作答", "rescued answers do not count"),
    "late-decision": _decided,
    "promote": _promoted,
    "violation": _plain("违纪", "violation"),
    "absent": _plain("缺考", "absent"),
}
# Who unlocked with codes: each of two officials had one, and the audit log has the account.
CODES_BY = "两位负责人 two officials"
# Of these the sitting is said.
OF_SITTING = ("open", "close")


def record(plan: SessionPlan, events: Iterable[Event]) -> Record:
    """The whole record, as of the last event."""
    session = Session.planned(plan)
    times: dict[tuple[str, str], int] = {}
    lines: dict[str, list[Entry]] = {"violation": [], "absent": []}
    told: list[Entry] = []
    for event in events:
        session.apply(event)
        if event.kind in OF_SITTING:
            times.setdefault((event.kind, event.body["sitting"]), event.at)
        if event.kind in TOLD:
            lines.get(event.kind, told).append(_entry(session, event))
    counts = tuple(_counts(session, one, times) for one in plan.sittings)
    # An absence that somebody noted, and the candidate came all the same, is none.
    absent = [e for e in lines["absent"] if _still_absent(session, e.admission)]
    return Record(
        counts,
        tuple(_together(told)),
        tuple(lines["violation"]),
        tuple({one.admission: one for one in absent}.values()),
        session.next_seq,
        session.closed,
    )


def _entry(session: Session, event: Event) -> Entry:
    body = event.body
    what, note = TOLD[event.kind](body)
    if event.kind in OF_SITTING:
        note = session.plan.sitting(body["sitting"]).title.zh
    attempt = session.attempts.get(body.get("attempt", ""))
    by = str(body.get("by", CODES_BY if body.get("way") == "codes" else ""))
    if attempt is None:
        return Entry(event.at, 0, "", "", what, note, by)
    name = session.candidates[attempt.admission].name
    return Entry(event.at, attempt.seat, name, attempt.admission, what, note, by)


def _together(entries: Iterable[Entry]) -> Iterable[Entry]:
    """One act on many candidates is one line, with how many there were."""
    found: list[Entry] = []
    for one in entries:
        last = found[-1] if found else None
        if last and one.admission and _same_act(last, one):
            found[-1] = last._replace(seat=0, name="", admission="", many=last.many + 1)
        else:
            found.append(one)
    return found


def _same_act(last: Entry, one: Entry) -> bool:
    """Its events follow one another at once; two acts on one candidate stay two."""
    alike = (last.what, last.note, last.by) == (one.what, one.note, one.by)
    many = last.many > 1 or last.admission not in ("", one.admission)
    return alike and many and one.at - last.at <= TOGETHER_MS


def _still_absent(session: Session, admission: str) -> bool:
    return any(one.absent for one in session.attempts_of(admission))


def _counts(session: Session, sitting: SittingPlan, times: dict[tuple[str, str], int]) -> Counts:
    mine = list(session.attempts_in(sitting.id))
    away = [one for one in mine if one.phase == "expected"]
    handed = [one for one in mine if one.phase == "handed-in"]
    return Counts(
        sitting,
        session.sittings[sitting.id],
        times.get(("open", sitting.id), 0),
        times.get(("close", sitting.id), 0),
        len(mine),
        len(mine) - len(away),
        sum(one.absent for one in away),
        sum(not one.absent for one in away),
        len(handed),
        sum(one.how == "forced" for one in handed),
        sum(_blank(one) for one in handed),
    )


def _blank(attempt: Attempt) -> bool:
    return not attempt.answered() and not attempt.files
