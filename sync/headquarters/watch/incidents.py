"""Incidents of many sessions with their evidence: where in which signed journal they stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from sync.exam.specification import Struct
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.schema import candidates, sessions, sites
from sync.headquarters.store.watch_tables import incidents
from sync.headquarters.watch.board import of_day
from sync.moments import moment
from sync.spreadsheet import Cell, sheet_bytes
from sync.words import Language, Words

# As the journal has them; `restart`, `clock` and `fork` are told apart from other incidents.
KINDS: Mapping[str, Words] = {
    "fork": Words("记录分叉", "fork of the journal"),
    "promote": Words("备用服务器接管", "second server took over"),
    "restart": Words("服务器中断或重启", "server away or restarted"),
    "clock": Words("系统时钟被调整", "wall clock set"),
    "violation": Words("违纪", "violation"),
    "incident": Words("异常记录", "incident"),
    "hand-in": Words("强制收卷", "forced collection"),
    "late-decision": Words("迟到作答的裁定", "decision on late answers"),
    "late": Words("断网期间作答，已计入", "late answers that count"),
    "late-file": Words("断网期间上传，已计入", "late file that counts"),
    "evidence": Words("未计入的作答", "answers kept as evidence"),
    "file-evidence": Words("未计入的文件", "file kept as evidence"),
    "rescue": Words("恢复文件已计入", "rescued answers count"),
    "rescue-refused": Words("恢复文件不计入", "rescued answers refused"),
    "copy": Words("收到作答副本", "copy of an attempt"),
    "extension": Words("补时", "make-up time"),
    "pause": Words("暂停考试", "paused"),
    "rest": Words("休息", "rest"),
    "admit": Words("迟到考生准予入场", "late-comer admitted"),
    "readmit": Words("换机重新准入", "let in at another machine"),
    "reopen": Words("撤回交卷、继续作答", "hand-in taken back"),
    "vouched": Words("两人决定", "decided by two"),
    "silence": Words("与服务器失去联系", "page out of touch"),
    "move": Words("换座位", "moved to another seat"),
    "absent": Words("缺考", "absent"),
    "unlock-early": Words("提前解锁", "unlocked early"),
    "unlock-refused": Words("解锁码不对", "wrong unlock codes"),
}
# What a chief overruled, giving a reason.
OVERRULED = {"readiness-missing": Words("考前检查未通过", "not ready by a report")}
CATEGORIES: Mapping[str, Words] = {
    "machine": Words("考试机", "machine"),
    "network": Words("网络", "network"),
    "power": Words("停电", "power"),
    "health": Words("身体不适", "health"),
    "conduct": Words("考场秩序", "conduct"),
    "other": Words("其他", "other"),
    "blank": Words("空白卷已核实", "blank paper confirmed"),
    "any-browser": Words("准许不用考试浏览器", "let in without Safe Exam Browser"),
    "outage": Words("服务器中断", "server away"),
    "reboot": Words("服务器重启", "server restarted"),
    "counts": Words("计入", "counts"),
    "refused": Words("不计入", "does not count"),
    "forced": Words("", ""),
    "collect": Words("收卷说明", "note on a collection"),
    "clock": Words("", ""),
    "time-is-up": Words("时间已到", "time was up"),
    "part-closed": Words("该部分时间已到", "the part was over"),
    "already-handed-in": Words("已交卷", "handed in already"),
    "seat-moved": Words("已换座位", "from the seat left"),
    "rescue": Words("恢复文件", "rescue file"),
}
HEAD = (
    Words("时间", "time"),
    Words("考点编号", "site id"),
    Words("考点", "site"),
    Words("场次", "session"),
    Words("类别", "kind"),
    Words("科目", "sitting"),
    Words("准考证号", "admission number"),
    Words("姓名", "name"),
    Words("座位号", "seat"),
    Words("内容", "details"),
    Words("经手人", "by"),
    Words("第二人", "second person"),
    Words("服务器任期", "server term"),
    Words("事件序号", "event"),
    Words("校验点（事件数）", "checkpoint (events)"),
    Words("校验点根", "checkpoint root"),
    Words("数据包 SHA-256", "batch SHA-256"),
)
MOST_ROWS = 20_000


class Asked(Struct, frozen=True):
    """Which incidents: empty means all."""

    day: str = ""
    session: str = ""
    site: str = ""
    kind: str = ""


class Incident(Struct, frozen=True):
    """One incident; `seq` is its number in the journal of that server term."""

    session: str
    session_name: Words
    site: str
    site_name: str
    server_term: int
    seq: int
    at: int
    kind: str
    sitting: str
    admission: str
    name: str | None
    seat: int | None
    ms: int | None
    number: int | None
    who: str
    second: str
    category: str
    note: str
    checkpoint: int
    root: str
    batch: str


def list_incidents(
    headquarters: Headquarters, asked: Asked, limit: int, offset: int = 0
) -> list[Incident]:
    """In the order of time."""
    order = (incidents.c.at, incidents.c.session, incidents.c.seq)
    query = _query().where(_wanted(asked)).order_by(*order).limit(limit).offset(offset)
    with headquarters.store.reading() as db:
        rows = db.execute(query).mappings().all()
    return [
        Incident(
            session_name=Words(row["name_zh"], row["name_en"]),
            **{name: row[name] for name in row if name not in ("name_zh", "name_en")},
        )
        for row in rows
    ]


def count_by_kind(headquarters: Headquarters, asked: Asked) -> dict[str, int]:
    """How many there are of each kind, in the order of KINDS."""
    anything = Asked(day=asked.day, session=asked.session, site=asked.site)
    joined = incidents.join(sessions, sessions.c.id == incidents.c.session)
    counting = select(incidents.c.kind, func.count()).select_from(joined)
    query = counting.where(_wanted(anything)).group_by(incidents.c.kind)
    with headquarters.store.reading() as db:
        found = {row[0]: row[1] for row in db.execute(query)}
    return {kind: found[kind] for kind in KINDS if kind in found}


def told(one: Incident) -> Words:
    """What it is about, in words; what people wrote stays as they wrote it."""
    parts = [CATEGORIES.get(one.category, Words(one.category, one.category)), *_figures(one)]
    noted = _noted(one.note)
    zh, en = ([p.in_(lang) for p in (*parts, noted)] for lang in ("zh", "en"))
    return Words("；".join(filter(None, zh)), "; ".join(filter(None, en)))


def _noted(note: str) -> Words:
    """What was written; the site puts a code before a reason that overrules it."""
    code, colon, reason = note.partition(": ")
    if colon and code in OVERRULED:
        said = OVERRULED[code]
        return Words(f"{said.zh}：{reason}", f"{said.en}: {reason}")
    return Words(note, note)


def _figures(one: Incident) -> list[Words]:
    said = []
    if one.ms is not None and one.kind not in ("unlock-refused",):
        seconds = f"{one.ms / 1000:,.0f}"
        said.append(Words(f"{seconds} 秒", f"{seconds} s"))
    number = {
        "move": Words("到 {n} 号座位", "to seat {n}"),
        "promote": Words("第 {n} 任", "term {n}"),
        "fork": Words("多 {n} 条记录，不计入", "{n} events more, which count nothing"),
        "late-decision": Words("{n} 条", "{n} saves"),
        "rescue": Words("{n} 条", "{n} saves"),
        "rescue-refused": Words("{n} 条", "{n} saves"),
        "hand-in": Words("已答 {n} 题", "{n} answered"),
    }.get(one.kind)
    if number and one.number is not None:
        said.append(number.fill(n=one.number))
    return said


def incident_sheet(rows: Sequence[Incident], lang: Language) -> bytes:
    """As .xlsx; everything is text and can be no formula."""
    head = [word.in_(lang) for word in HEAD]
    title = Words("异常", "Incidents").in_(lang)
    return sheet_bytes(title, head, [_cells(one, lang) for one in rows])


def _cells(one: Incident, lang: Language) -> list[Cell]:
    return [
        *(moment(one.at), one.site, one.site_name, one.session),
        *(KINDS[one.kind].in_(lang), one.sitting, one.admission, one.name, one.seat),
        *(told(one).in_(lang), one.who, one.second, one.server_term, one.seq),
        *(one.checkpoint, one.root, one.batch),
    ]


def _query() -> Select[Any]:
    whose = and_(
        candidates.c.session == incidents.c.session, candidates.c.admission == incidents.c.admission
    )
    joined = (
        incidents.join(sessions, sessions.c.id == incidents.c.session)
        .join(sites, sites.c.id == sessions.c.site)
        .outerjoin(candidates, whose)
    )
    about = (sessions.c.name_zh, sessions.c.name_en, sessions.c.site)
    whom = (candidates.c.name, candidates.c.seat)
    picked = select(incidents, *about, sites.c.name.label("site_name"), *whom)
    return picked.select_from(joined)


def _wanted(asked: Asked) -> ColumnElement[bool]:
    wanted = [incidents.c.session == sessions.c.id]
    if asked.day:
        wanted.append(of_day(asked.day))
    if asked.session:
        wanted.append(incidents.c.session == asked.session)
    if asked.site:
        wanted.append(sessions.c.site == asked.site)
    if asked.kind:
        wanted.append(incidents.c.kind == asked.kind)
    return and_(*wanted)
