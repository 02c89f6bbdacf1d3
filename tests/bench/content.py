"""Examination content in figures: `make bench-content`, with ARGS=--json for one JSON line.

A sheet of 5,000 rows is read, checked and put into a bank of its own: seconds of the wall, and
beside them those of the CPU. A room's session is scored from the events of its journal until the
results are kept, and once more from its sealed batch; attempts at a QTI item are scored: seconds
of the CPU, since the promise is for one core.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import approving
import msgspec
from banked import fill, own_drafts, review
from desk_world import BY, LIVE, Box, Desk, Story
from qti_items import correct, item, response, templated

from sync.exam.marking import marker
from sync.headquarters.content.bank_keeping import keep
from sync.headquarters.content.bank_search import Asked, find_items
from sync.headquarters.content.imports.reading import read_items
from sync.headquarters.content.imports.writing import HEAD
from sync.headquarters.content.qti.markup import node, parse
from sync.headquarters.content.qti.scoring import ScoredItem, score_all
from sync.headquarters.intake.journals import ReceivedJournal, read_journal
from sync.headquarters.marking.attempts import attempt_facts
from sync.headquarters.marking.rulings import Rulings
from sync.headquarters.marking.scoring import mark_session, replace_results, score
from sync.headquarters.planning import sessions
from sync.headquarters.planning.bank_papers import Wish, propose
from sync.headquarters.register import sites
from sync.headquarters.store.folder import create_headquarters
from sync.sheet_writer import sheet_bytes
from sync.words import Words

# name → (bound, what it means).
TARGETS: dict[str, tuple[str, float, str]] = {
    "import_items_per_s": (">=", 1000, "rows of a sheet a second: read, checked, in the bank"),
    "import_s": ("<=", 5, "seconds for the whole sheet"),
    "import_cpu_s": (">=", 0, "CPU seconds of it, the reader's process too"),
    "score_candidates_per_s": (
        ">=",
        2000,
        "candidates a second: standing answers, receipts, marks, states, statistics, kept",
    ),
    "session_candidates_per_s": (">=", 0, "the same with its sealed batch opened and checked"),
    "mark_candidates_per_s": (">=", 0, "65 responses against their keys and nothing else"),
    "draw_paper_ms": ("<=", 500, "ms of the wall for 65 items of 10,000 under all constraints"),
    "draw_paper_cpu_ms": (">=", 0, "CPU milliseconds of it"),
    "search_bank_ms": ("<=", 500, "ms of the wall for a page of items by two words of 10,000"),
    "qti_attempts_per_s": (">=", 0, "attempts at one QTI item a second"),
}
ROUNDS, MANY = 5, 50


def timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the wall and of the CPU that an act takes."""
    wall, cpu = time.perf_counter(), _cpu()
    act()
    return time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    """CPU seconds of this process and the children that it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def sheet(rows: int) -> bytes:
    """A sheet of so many single-choice items, no two alike."""
    back = ["", "", "", "", "A", "1", "0.8", "试播能发现设备与网络的问题。" * 2, "", "领域", "任务"]
    table = [
        [
            f"q-{n}",
            "单选题",
            f"第 {n} 场直播前先做什么？" * 2,
            f"试播{n}",
            "下播",
            "发货",
            "退款",
            *back,
        ]
        for n in range(rows)
    ]
    return sheet_bytes("试题", HEAD, table)


def importing(folder: Path, desk: Desk, rows: int) -> dict[str, float]:
    """A sheet read, checked and put into the bank."""
    path = folder / "items.xlsx"
    path.write_bytes(sheet(rows))

    def act() -> None:
        found = read_items(path)
        assert (len(found.drafts), found.refused) == (rows, ())
        keep(desk.hq, BY, found, path.name)

    wall, cpu = timed(act)
    return {"import_items_per_s": rows / wall, "import_s": wall, "import_cpu_s": cpu}


def answered(desk: Desk, candidates: int) -> Story:
    """A room in which every candidate answers every item of the paper and hands in."""
    story = desk.published(candidates)
    plan = sessions.published_plan(desk.hq, "morning")
    for candidate in plan.candidates:
        attempt = story.start(candidate.admission)
        story.answer_right(attempt, 65)
        story.tell("hand-in", attempt=attempt, how="candidate", receipt="", answered=65, of=65)
    story.close(candidates)
    return story


def marking(desk: Desk, candidates: int) -> dict[str, float]:
    """The session scored from its journal, as headquarters does it."""
    desk.deliver(answered(desk, candidates))
    plan = sessions.published_plan(desk.hq, "morning")
    journal = read_journal(desk.hq, "morning")
    assert {row.state for row in score(desk.hq, BY, "morning")} == {"passed"}

    def events_to_results() -> None:
        facts = attempt_facts(journal)
        marked = mark_session(desk.hq, plan, journal, Rulings(0, {}), facts)
        with desk.hq.store.writing() as db:
            replace_results(db, "morning", marked)

    return {
        "score_candidates_per_s": _each_s(candidates, events_to_results),
        "session_candidates_per_s": _each_s(candidates, lambda: score(desk.hq, BY, "morning")),
        "mark_candidates_per_s": keys_alone(desk, journal),
    }


def _each_s(candidates: int, act: Callable[[], Any]) -> float:
    """Candidates a CPU second, over some rounds."""
    return candidates * ROUNDS / sum(timed(act)[1] for _ in range(ROUNDS))


def keys_alone(desk: Desk, journal: ReceivedJournal) -> float:
    """Candidates a second whose responses are known: marking and nothing else."""
    sitting = sessions.list_sittings(desk.hq, "morning")[0]
    facts = list(attempt_facts(journal).values()) * MANY
    markers = {
        form: marker(*sessions.load_form(desk.hq, "morning", form), sitting.specification)
        for form in sitting.plan.forms
    }
    _, cpu = timed(lambda: [markers[fact.form or ""].mark(fact.responses) for fact in facts])
    return len(facts) / cpu


def drawing(desk: Desk, items: int) -> dict[str, float]:
    """A bank of so many reviewed items: a paper drawn from it as the page does, items looked up."""
    shipped = own_drafts()
    drafts = [msgspec.structs.replace(shipped[n % len(shipped)], id=f"d-{n}") for n in range(items)]
    fill(desk, drafts)
    review(desk, drafts)
    name = Words("组卷", "Drawing")
    what = {"site": "site-01", "name": name, "starts_at": "2026-12-05T15:00+08:00", "room": "1"}
    sessions.create_session(desk.hq, BY, session="draw", kind="examination", **what)
    wish = Wish(LIVE, forms=1, low=35, high=88, repeats=20)
    assert len(propose(desk.hq, "draw", "live", wish).drawn[0].form.items()) == 65
    spent = [timed(lambda: propose(desk.hq, "draw", "live", wish)) for _ in range(ROUNDS)]
    asked = Asked(text="直播 商品")
    found = [timed(lambda: find_items(desk.hq, LIVE, asked, 101)) for _ in range(ROUNDS)]
    return {
        "draw_paper_ms": 1000 * statistics.median(wall for wall, _ in spent),
        "draw_paper_cpu_ms": 1000 * statistics.median(cpu for _, cpu in spent),
        "search_bank_ms": 1000 * statistics.median(wall for wall, _ in found),
    }


def attempts(count: int) -> dict[str, float]:
    """Attempts at one QTI item."""
    xml = item(templated(response("multiple", inner=correct("A", "B")), "match_correct"))
    scored = ScoredItem(node(parse(xml)))
    _, cpu = timed(lambda: score_all(scored, [{"RESPONSE": ["B", "A"]}] * count))
    return {"qti_attempts_per_s": count / cpu}


def measure(rows: int, candidates: int) -> dict[str, float]:
    """All figures, each from this run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        desk = Desk(create_headquarters(folder / "hq"), Box(), folder)
        request = desk.box.request()
        sites.register(desk.hq, BY, request=request, site="site-01", name="示例考点")
        approving.everything(desk.hq, BY)
        figures = importing(folder, desk, rows) | marking(desk, candidates) | attempts(5000)
        figures |= drawing(desk, 2 * rows)
        desk.hq.close()
    return {name: round(value, 2) for name, value in figures.items()}


def main() -> int:
    """Print the figures; status 1 if one is beyond its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--candidates", type=int, default=200)
    given = parser.parse_args()
    figures = measure(given.rows, given.candidates)
    if given.json:
        print(json.dumps(figures))
    missed = 0
    for name, (bound, value, means) in TARGETS.items():
        fits = figures[name] >= value if bound == ">=" else figures[name] <= value
        missed += not fits
        if not given.json:
            print(f"{name:24}{figures[name]:>12}  {bound} {value:<6} {means}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
