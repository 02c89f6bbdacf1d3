"""A session of which each result is another: passed, failed, absent, and one that awaits marks."""

from pathlib import Path

from desk_world import BY, NOW, Desk, Story

from sync.headquarters.marking.results import import_marks
from sync.headquarters.marking.scoring import score
from sync.headquarters.released import acts
from sync.headquarters.released.reading import Proposed, released
from sync.headquarters.store.engine import Stamp
from sync.sheet_writer import sheet_bytes

ONE, TWO, THREE, FOUR = (f"9953005100{n}" for n in (1, 2, 3, 4))
FIRST, SECOND = Stamp("first", NOW + 10), Stamp("second", NOW + 20)
FULL = 65


def marked(desk: Desk, *rows: tuple[str, int]) -> None:
    """Practical marks by a sheet."""
    file = Path(desk.folder) / "marks.xlsx"
    file.write_bytes(sheet_bytes("成绩", ["准考证号", "实训成绩"], rows))
    import_marks(desk.hq, BY, session="morning", file=file)


def sat(desk: Desk) -> Story:
    """ONE passes in both, TWO fails theory, THREE is absent, FOUR has no practical marks yet."""
    story = desk.published()
    for admission, right in ((ONE, FULL), (TWO, 10), (FOUR, FULL)):
        attempt = story.start(admission)
        story.answer_right(attempt, right)
        story.hand_in(attempt)
    story.tell("absent", attempt=f"live/{THREE}", by="chief")
    story.close(handed_in=3)
    desk.deliver(story)
    score(desk.hq, BY, "morning")
    marked(desk, (ONE, 75))
    return story


def put_out(desk: Desk, reason: str = "") -> Proposed:
    """What is final is released by two."""
    number = acts.propose(desk.hq, FIRST, "morning", reason=reason, partial=True)
    waiting = next(one for one in _lists(desk) if one.number == number)
    acts.release(desk.hq, SECOND, "morning", number, waiting.digest)
    return released(desk.hq, "morning")


def _lists(desk: Desk) -> list[Proposed]:
    return acts.all_lists(desk.hq, "morning")
