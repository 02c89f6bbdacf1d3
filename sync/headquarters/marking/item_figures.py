"""The statistics of a session's items: kept when it is scored, shown, and out as a sheet."""

import msgspec
from sqlalchemy import Connection, delete, insert, select

from sync.exam.item_analysis import FEW, FormStatistics, ItemStatistics
from sync.headquarters.planning.sessions import find
from sync.headquarters.store.folder import Headquarters
from sync.headquarters.store.marking_tables import form_statistics
from sync.spreadsheet import Cell, sheet_bytes
from sync.words import Words

FLAGS = {
    "hard": Words("偏难：得分率低于 0.2", "hard: difficulty below 0.2"),
    "weak": Words("区分度低于 0.1", "discrimination below 0.1"),
    "distractor": Words("选干扰项的多于选答案的", "a distractor was taken more than the key"),
}
TOO_FEW = f"不足 {FEW} 人，不列"
HEAD = (
    "考试",
    "试卷",
    "试题",
    "人数",
    "分值",
    "得分率",
    "区分度",
    "未作答",
    "每组人数",
    "各选项人数（全体/高分组/低分组）",
    "保存间隔中位数（秒，仅为上限）",
    "提示",
    "试卷信度 α",
)


def keep_statistics(db: Connection, session: str, found: tuple[FormStatistics, ...]) -> None:
    """In place of those of before, in the transaction that keeps the marks they come from."""
    rows = form_statistics
    db.execute(delete(rows).where(rows.c.session == session))
    for one in found:
        content = msgspec.json.encode(one).decode()
        db.execute(
            insert(rows).values(
                session=session, sitting=one.sitting, form=one.form, content=content
            )
        )


def saved_statistics(headquarters: Headquarters, session: str) -> list[FormStatistics]:
    """As of the last scoring, by sitting and form; none before. NotFound without such a session."""
    rows = form_statistics
    query = select(rows.c.content).where(rows.c.session == session)
    with headquarters.store.reading() as db:
        find(db, session)
        found = db.scalars(query.order_by(rows.c.sitting, rows.c.form)).all()
    return [msgspec.json.decode(text, type=FormStatistics) for text in found]


def statistics_sheet(headquarters: Headquarters, session: str) -> bytes:
    """All items of a session as .xlsx."""
    rows = [
        _cells(one, item) for one in saved_statistics(headquarters, session) for item in one.items
    ]
    return sheet_bytes("试题分析", HEAD, rows)


def _cells(form: FormStatistics, item: ItemStatistics) -> list[Cell]:
    counts = "；".join(
        f"{o.option.upper()}{'*' if o.key else ''} {o.all}/{o.upper}/{o.lower}"
        for o in item.options
    )
    about: list[Cell] = [form.sitting, form.form, item.item, form.attempts, item.of]
    if form.attempts < FEW:
        # What three people took is what each of them took, to who knows them.
        return [*about, *[None] * (len(HEAD) - len(about) - 2), TOO_FEW, None]
    return [
        *about,
        figure(item.difficulty),
        figure(item.discrimination),
        item.omitted,
        form.group,
        counts,
        None if item.at_most_ms is None else round(item.at_most_ms / 1000),
        "；".join(FLAGS[flag].zh for flag in item.flags),
        figure(form.alpha),
    ]


def figure(value: float | None) -> str | None:
    """A figure with two decimals."""
    return None if value is None else f"{value:.2f}"
