"""The administrator's day: what the site knows of a session, and the words of each step."""

from collections.abc import Mapping
from typing import NamedTuple

from siteapp.conduct.day import PAPERS, Facts, Step, StepId, following, starts_and_ends, steps
from siteapp.conduct.reconcile import reconcile
from siteapp.conduct.session import Session
from siteapp.forms.kinds import KINDS
from siteapp.readiness.drill_state import outcome
from siteapp.readiness.report import counts, kept_report
from siteapp.rooms.plan import unplaced
from siteapp.site import Site
from siteapp.store import records
from siteapp.web.guard import member, site
from siteapp.web.times import china_minute
from sync.words import Words

TITLES: dict[StepId, Words] = {
    "import": Words("导入试卷包", "Import"),
    "roster": Words("名单和照片", "Roster"),
    "rooms": Words("机房座位", "Seats"),
    "rehearse": Words("演练", "Rehearse"),
    "print": Words("打印", "Print"),
    "check": Words("考前检查", "Check"),
    "unlock": Words("解锁试卷", "Unlock"),
    "open": Words("开考", "Open"),
    "close": Words("收卷结束", "Close"),
    "reconcile": Words("收尾核对", "Reconcile"),
    "record": Words("签记录单", "Sign the record"),
    "deliver": Words("送达总部", "Deliver"),
}
# What to do; {0} is the count that keeps the step from being done.
TASKS: dict[StepId, Words] = {
    "import": Words("试卷包已逐字节核验", "The package was verified to its last byte"),
    "roster": Words(
        "{0} 名考生没有照片，请总部补发或当天核对证件",
        "{0} candidates have no photo: ask headquarters, or compare papers on the day",
    ),
    "rooms": Words("{0} 个座位不在平面图上", "{0} seats stand in no room plan"),
    "rehearse": Words(
        "完成全部演练步骤：断电、拔网线、断外网",
        "Take every step of the drill: service stopped, cables out, no outside network",
    ),
    "print": Words(
        "打印准考证、门贴、座位贴、签到表（还差 {0} 种）",
        "Print tickets, door sheets, labels and sign-in sheets ({0} kinds to go)",
    ),
    "check": Words(
        "重新测量并签发考前检查报告；没有有效报告，开考须填写原因",
        "Measure again and sign the report; a start without one needs a reason",
    ),
    "unlock": Words(
        "考前 15 分钟起，由主监考输入两位负责人的解锁码，或等待总部联网放行",
        "From 15 minutes before: the chief enters both officials' codes, or they come by network",
    ),
    "open": Words("在考场页面逐科开考", "Open each sitting on the room's page"),
    "close": Words("考完后在考场页面结束各科", "When all have finished, close the sittings"),
    "reconcile": Words("{0} 名考生有待核对", "{0} candidates do not add up yet"),
    "record": Words(
        "打印考场情况记录单，主监考和监考员签名；打印后又有新记录的须重新打印",
        "Print the room record and have it signed; what happens afterwards asks for another",
    ),
    "deliver": Words(
        "保持联网，或用 U 盘送交；总部存档后才算送达",
        "Stay connected or send a stick; it counts when headquarters has archived it",
    ),
}


class Shown(NamedTuple):
    """A step as the page has it: where it is done, if anywhere, by when, and what is to be done."""

    id: StepId
    state: str
    title: Words
    task: Words
    link: str
    hour: str


class Day(NamedTuple):
    """The line of steps, and the one that comes next."""

    steps: list[Shown]
    next: Shown | None


def facts_of(the: Site, session: Session) -> Facts:
    """Everything that the steps follow from, found out now."""
    wall, number = the.live.clock.wall(), the.settings.number
    plan, hours = session.plan, number("readiness_hours")
    starts, ends = starts_and_ends(plan)
    drill = outcome(the.drill.state, wall, number("drill_days"))
    report = kept_report(the.folder, plan.id, the.identity.sign.public)
    papers = records.printed(the.live, plan.id)
    people = session.candidates.keys()
    return Facts(
        now=wall,
        starts=starts,
        ends=ends,
        kind=plan.kind,
        photos_missing=len(people - set(the.shelf.photographed(session))),
        unplaced=len(unplaced(the.rooms.now().plan, {c.seat for c in plan.candidates})),
        rehearsed=drill is not None and drill.level == "ok",
        printed=set(KINDS) if "*" in papers else papers.keys(),
        checked=counts(report, wall, hours),
        unlocked=session.unlocked,
        begun=any(phase != "waiting" for phase in session.sittings.values()),
        closed=session.closed,
        problems=len(reconcile(session, list(the.files.coming(plan.id)))["rows"]),
        recorded=session.closed and _record_printed(session, papers),
        delivered=the.delivered(session),
        check_hours=hours,
    )


def _record_printed(session: Session, papers: Mapping[str, int]) -> bool:
    """Whether nothing came after the record was printed: what is signed is the whole day."""
    return max(papers.get("record", 0), papers.get("*", 0)) >= session.last_at


def day_of(session: Session) -> Day:
    """The session's day for who is signed in."""
    facts = facts_of(site(), session)
    line = steps(facts)
    shown = {one.id: _shown(one, facts, session.plan.id) for one in line}
    upcoming = following(line)
    return Day(list(shown.values()), upcoming and shown[upcoming.id])


def _shown(step: Step, facts: Facts, session: str) -> Shown:
    counted = {
        "roster": facts.photos_missing,
        "rooms": facts.unplaced,
        "print": len(PAPERS - set(facts.printed)),
        "reconcile": facts.problems,
    }
    task = TASKS[step.id]
    count = counted.get(step.id, 0)
    said = Words(task.zh.format(count), task.en.format(count))
    hour = china_minute(step.due_ms) if step.due_ms is not None else ""
    return Shown(step.id, step.state, TITLES[step.id], said, _link(step.id, session), hour)


def _link(step: StepId, session: str) -> str:
    own = f"/admin/sessions/{session}"
    # Only the chief has the form for the codes; for others there is nowhere to go.
    unlock = f"{own}/unlock" if member().role == "chief" else ""
    return {
        "rooms": "/admin/rooms",
        "rehearse": "/admin/drill",
        "print": f"{own}/papers",
        "check": "/admin/readiness",
        "unlock": unlock,
        "open": f"/room#{session}",
        "close": f"/room#{session}",
        "reconcile": f"/room#{session}",
        "record": f"{own}/papers/record",
        "deliver": "/admin/deliveries",
    }.get(step, own)
