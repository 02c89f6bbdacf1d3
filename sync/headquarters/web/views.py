"""How facts are shown: times, sizes, words, and the numbers of the pictures."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from sync.headquarters.marking.reconcile import SittingCount
from sync.headquarters.marking.results import KINDS, OUTCOMES, way
from sync.headquarters.web.guard import language, t
from sync.moments import moment
from sync.words import Words

TONES = {
    "passed": "good",
    "failed": "bad",
    "violation": "bad",
    "missing": "bad",
    "absent": "",
    "awaiting": "",
    "unscored": "",
}


def install(app: Flask) -> None:
    """Put the filters on an application."""
    env = app.jinja_env
    env.filters.update(
        w=words,
        time=time_of,
        start=start_of,
        size=size_of,
        stress=stress,
        value=value_of,
        claims=claims_of,
    )
    env.globals.update(
        outcome=lambda state: words(OUTCOMES[state]),
        tone=lambda state: TONES.get(state, ""),
        kind=lambda name: words(KINDS[name]),
        way=lambda how: words(way(how)),
        steps=steps,
        here_in=here_in,
    )


def words(text: Words) -> str:
    """The text in the person's language."""
    return text.in_(language())


def time_of(ms: int | None) -> str:
    """A moment in Beijing time; a dash for none."""
    return moment(ms or 0) or "—"


def start_of(text: str) -> str:
    """A session's start, in the offset it was given in."""
    return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M")


def size_of(count: int) -> str:
    """A file's size."""
    if count < 10_240:
        return f"{count:,} B"
    if count < 10_485_760:
        return f"{count / 1024:,.0f} KiB"
    return f"{count / 1_048_576:,.1f} MiB"


def stress(text: str) -> Markup:
    """A stem with its **stressed** words; everything else escaped."""
    parts = text.split("**")
    return Markup("").join(
        Markup("<strong>{}</strong>").format(part) if i % 2 else escape(part)
        for i, part in enumerate(parts)
    )


def value_of(value: Any) -> str:
    """A rule's value as people read it."""
    if isinstance(value, dict):
        return t("；", "; ").join(_pair(k, v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return t("、", ", ").join(value_of(v) for v in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pair(name: str, value: Any) -> str:
    shown = value_of(value)
    if isinstance(value, dict):
        return f"{name} ({shown})"
    return f"{name} → {shown}" if isinstance(value, list | tuple) else f"{name} {shown}"


def claims_of(text: str) -> list[tuple[str, str]]:
    """What a refused file says of itself, line by line."""
    said: dict[str, Any] = json.loads(text)
    names = {
        "site": t("考点", "site"),
        "session": t("场次", "session"),
        "server_term": t("服务器任期", "server term"),
        "sequence": t("序号", "number"),
    }
    found = said.get("identity", {})
    ordered = [*(n for n in names if n in found), *sorted(n for n in found if n not in names)]
    return [(names.get(name, name), str(found[name])) for name in ordered]


def steps(count: SittingCount) -> list[dict[str, Any]]:
    """The four steps of a sitting's bar; `share` is per cent of those registered."""
    gone = bool(count.unaccounted or count.not_handed_in)
    shown = (
        (t("登记", "registered"), count.registered, "good"),
        (t("到考", "present"), count.present, "warn" if count.unaccounted else "good"),
        (
            t("交卷", "submitted") if count.closed else t("交卷（未结束）", "submitted (open)"),
            count.submitted,
            "warn" if gone else "good",
        ),
        (
            t("收到", "received"),
            count.received,
            "good" if count.received == count.submitted else "bad",
        ),
    )
    whole = max(count.registered, 1)
    return [
        {"label": label, "count": n, "share": min(100, 100 * n // whole), "tone": tone}
        for label, n, tone in shown
    ]


def here_in(lang: str) -> str:
    """This page's address in the other language."""
    arguments: MultiDict[str, str] = MultiDict(request.args)
    arguments["lang"] = lang
    return "?" + urlencode(list(arguments.items(multi=True)))
