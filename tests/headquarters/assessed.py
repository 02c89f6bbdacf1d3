"""A practical sitting that came in whole, and people who mark it."""

import releasing
from desk_world import BY, LIVE, NOW, Desk, Story
from filed import named

from sync.exam.catalogue import find
from sync.headquarters.assessing import desk as marking
from sync.headquarters.assessing.errors import NothingToAssess
from sync.headquarters.assessing.panel import Opened, Panel, open_desk
from sync.headquarters.content.bank import builtin_bank
from sync.headquarters.marking.scoring import score
from sync.headquarters.planning import rosters, sessions
from sync.headquarters.planning.materials import builtin_materials
from sync.headquarters.planning.samples import sample_rows
from sync.headquarters.register import staff
from sync.headquarters.store.engine import Stamp

ASSESSORS = ("ann", "ben", "cai")
PANEL = Panel(ASSESSORS, ("dan",), reason="示例")


def accounts(desk: Desk) -> None:
    """The people of the panel."""
    for name in (*PANEL.assessors, *PANEL.arbiters):
        staff.add_member(desk.hq, BY, name, ("marker",))


def handed_in(desk: Desk, candidates: int = 2, file: bytes | None = None) -> Story:
    """A practical sitting `skill` in the session, answered in texts, closed and scored.

    With `file`, that is what the journal names for every file asked for; none has come in.
    """
    desk.session(candidates)
    added = sessions.add_sitting(
        desk.hq, BY, session="morning", sitting="skill", specification=find(LIVE),
        component="practical", bank=builtin_bank(LIVE), materials=builtin_materials(LIVE),
    )  # fmt: skip
    desk.forms["skill"] = added.plan.forms
    rows = sample_rows("530051", candidates, 1)
    roster = desk.roster(rows)
    rosters.import_roster(desk.hq, BY, session="morning", sitting="skill", file=roster)
    releasing.publish(desk.hq, BY, "morning")
    story = Story(desk)
    for row in rows:
        attempt = story.start(str(row[0]), "skill")
        for task in added.drawn[0].form.tasks:
            texts = [one for one in task.deliverables if one.kind == "text"]
            for n, one in enumerate(texts, start=1):
                item = f"{task.id}/{one.id}"
                story.answer(attempt, item, f"{row[0][-1]} 的方案", n)  # type: ignore[arg-type,index]
            for n, one in enumerate([d for d in task.deliverables if d.kind == "file"], start=1):
                if file is not None:
                    named(story, attempt, file, n, f"{task.id}/{one.id}")
        story.hand_in(attempt)
    story.close(candidates, "skill")
    story.close(0)
    desk.deliver(story)
    score(desk.hq, BY, "morning")
    return story


def opened(desk: Desk, candidates: int = 2, panel: Panel = PANEL) -> Opened:
    """The desk of that sitting, open."""
    handed_in(desk, candidates)
    accounts(desk)
    return open_desk(desk.hq, BY, "morning", "skill", panel)


def mark(desk: Desk, name: str, share: float, number: str | None = None) -> str:
    """An assessor gives a script this share of each criterion's marks; the script's number."""
    by = Stamp(name, NOW)
    number = number or marking.claim(desk.hq, by)
    task = marking.read_script(desk.hq, name, number).task
    given = {one.id: int(one.marks * share) for one in task.criteria}
    marking.submit(desk.hq, Stamp(name, NOW + 60_000), number, given, "")
    return number


def mark_all(desk: Desk, name: str, share: float) -> int:
    """All that an assessor is given; how many."""
    count = 0
    while True:
        try:
            mark(desk, name, share)
        except NothingToAssess:
            return count
        count += 1
