"""A sitting in which everything happens that headquarters watches for."""

from desk_world import NOW, Desk

from sync.headquarters.serve import work_once

ALLOWED = "第 3 号机蓝屏 <b>x</b>"
FORMULA = '=HYPERLINK("http://evil")'


def eventful(desk: Desk, **facts: object) -> dict[str, str]:
    """Delivered and scored: one right, one forced with a wrong code, one absent, one without trace.

    The attempts by what became of them.
    """
    story = desk.published()
    fine = story.start("99530051001")
    story.answer_right(fine, 3)
    story.tell("incident", attempt=fine, category="machine", note=ALLOWED, by="invig")
    story.tell("silence", attempt=fine, from_ms=1000, to_ms=62_000)
    story.tell("extension", attempt=fine, ms=61_000, lost=[], reason=FORMULA, by="chief")
    story.hand_in(fine)
    wrong = story.start("99530051002")
    file = {"name": FORMULA, "size": 9, "sha256": "ab" * 32, "seat_term": 1, "instance": "i1"}
    story.tell("file", attempt=wrong, item="p1/1", sequence=1, **file)
    story.hand_in(wrong, how="forced", receipt="AAAA-BBBB-CCCC")
    story.tell("absent", attempt="live/99530051003", by="chief")
    clock = "系统时钟被调整 · the wall clock was set"
    story.tell("incident", attempt="", category="clock", note=clock, by="examsite")
    late = {"item": "x", "response": ["a"], "seat_term": 1, "instance": "i1", "why": "time-is-up"}
    for sequence in (8, 9):
        story.tell("evidence", attempt=wrong, sequence=sequence, **late)
    story.close(handed_in=2)
    desk.deliver(story, **facts)
    work_once(desk.hq, lambda: NOW)
    codes = {e.body["attempt"]: e.body["receipt"] for e in story.events if e.kind == "hand-in"}
    return {"fine": codes[fine], "wrong": codes[wrong]}
