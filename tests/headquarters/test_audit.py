"""The audit in words: every act that anything records has them; filters and pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from desk_world import Desk, Page

from sync.headquarters.store.engine import Stamp, record
from sync.headquarters.watch.audits import ACTS

SOURCES = Path(__file__).parents[2] / "sync" / "headquarters"
NOUNS = {act.partition(".")[0] for act in ACTS}
# Literals that only look like acts.
FILES = re.compile(r".*\.(html|json|key|seed|css|js|xlsx|toml|db)")


def acts_in(source: str) -> Iterator[str]:
    """What a module gives to `record` and `audit_line`, and whatever else reads like an act."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(text := node.value, str):
            named = re.fullmatch(r"[a-z]+\.[a-z-]+", text) and text.partition(".")[0] in NOUNS
            if named and not FILES.fullmatch(text):
                yield text
        if isinstance(node, ast.Call) and _name(node) in ("record", "audit_line"):
            given = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield from (text for text in given if isinstance(text, str))


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def test_every_act_that_is_recorded_has_words() -> None:
    modules = [p for p in SOURCES.rglob("*.py") if p.parent.name != "store"]
    found = {act for path in modules for act in acts_in(path.read_text("utf-8"))}
    assert {"results.export", "keys.rotate", "staff.sign-in"} <= found
    assert found - ACTS.keys() == set()


def test_an_act_without_words_would_be_noticed() -> None:
    assert list(acts_in("record(db, by, 'new.act', site=site)")) == ["new.act"]
    assert list(acts_in("act = 'site.burn' if x else ''")) == ["site.burn"]
    assert list(acts_in("_issue(hq, 'keys.burn', x)\nread('keys.json')\n")) == ["keys.burn"]


def told(desk: Desk, count: int, act: str = "codes.show", who: str = "reader", at: int = 0) -> None:
    """Lines of the audit."""
    with desk.hq.store.writing() as db:
        for n in range(count):
            record(db, Stamp(who, at + n), act, session=f"s{n}", name="<i>x</i>")


def test_the_audit_is_filtered_by_who_act_and_day(desk: Desk, officer: Page) -> None:
    told(desk, 2)
    told(desk, 3, act="rule.set", who="other", at=86_400_000)

    def shown(query: str) -> int:
        return officer.get(f"/audit?{query}").count("<td title=")

    assert shown("who=reader") == 2
    assert shown("act=rule.set") == 3
    assert shown("day=1970-01-02") == 3
    assert shown("day=1970-01-01&who=other") == 0
    assert "Nothing recorded" in officer.get("/audit?who=nobody&lang=en")
    officer.get("/audit?day=yesterday", 404)


def test_the_audit_goes_back_page_by_page(desk: Desk, officer: Page) -> None:
    told(desk, 130)
    first = officer.get("/audit?who=reader")
    assert first.count("<td title=") == 100
    older = re.search(r'href="(/audit\?who=reader[^"]*before=\d+)"', first)
    assert older
    rest = officer.get(older[1].replace("&amp;", "&"))
    assert rest.count("<td title=") == 30
    assert "更早的" in first and "更早的" not in rest


def test_what_was_recorded_is_shown_as_text_only(desk: Desk, officer: Page) -> None:
    told(desk, 1, who="<b>who</b>")
    text = officer.get("/audit")
    assert "&lt;b&gt;who" in text and "&lt;i&gt;x" in text
    assert "<b>who" not in text and "<i>x" not in text
