"""What a practice gives away: whoever takes it sees the key of each item, and tells others.

So no examination of that day or a later one may hold such an item, at any site.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from sync.errors import NotReady
from sync.exam.items import in_html
from sync.exam.paper import Form, PaperItem
from sync.headquarters.planning.drawing import day_of
from sync.headquarters.store.schema import forms, sessions

# As a candidate reads it: another id, or another order of the options, is the same item.
Content = tuple[str, frozenset[str], frozenset[str]]


def require_secret(db: Connection, session: Row[Any], papers: Iterable[Form]) -> None:
    """NotReady if these papers are an examination's and a practice gave items of them away.

    Or a practice's, and an examination that is still to be held, a draft too, has some of them.
    """
    own = {_content(item) for form in papers for item in form.items()}
    for other in _others(db, session):
        query = select(forms.c.form).where(forms.c.session == other)
        held = (msgspec.json.decode(text, type=Form) for text in db.scalars(query))
        shared = own & {_content(item) for form in held for item in form.items()}
        if shared:
            count = len(shared)
            raise NotReady(
                reason_zh=f"有 {count} 道题与 {other} 相同：练习会给出答案，请用另一个题库组卷",
                reason_en=f"{count} items are in {other} too, and a practice shows their keys:"
                " draw one of them from another bank",
            )


def _others(db: Connection, session: Row[Any]) -> list[str]:
    """Published practices until this examination's day, or examinations from this practice's on."""
    if session.kind not in ("examination", "practice"):
        return []
    practice, day = session.kind == "practice", day_of(session.starts_at)
    query = select(sessions.c.id, sessions.c.starts_at)
    if practice:
        query = query.where(sessions.c.kind == "examination")
    else:
        query = query.where(sessions.c.kind == "practice", sessions.c.state == "published")
    return [
        row.id
        for row in db.execute(query.order_by(sessions.c.id))
        if (day_of(row.starts_at) >= day if practice else day_of(row.starts_at) <= day)
    ]


def _content(item: PaperItem) -> Content:
    texts, rows = (
        frozenset(in_html(text) for _, text in some) for some in (item.options, item.rows)
    )
    return in_html(item.stem), texts, rows
