"""What a preview of a roster says in the shell."""

from pathlib import Path
from typing import TypedDict

from sync.console import language, say, show_table
from sync.errors import RosterRefused
from sync.headquarters.planning.roster_preview import RosterPreview
from sync.headquarters.planning.rosters import Seating


class Asked(TypedDict):
    """What a roster is imported into, and how."""

    session: str
    sitting: str
    file: Path
    replace: bool
    seating: Seating | None


def tell_preview(found: RosterPreview) -> None:
    """A line for every row with problems; RosterRefused with what is wrong with the whole."""
    lang = language()
    wrong = [row for row in found.rows if row.problems]
    if wrong:
        rows = [[str(r.number), "; ".join(p.in_(lang) for p in r.problems)] for r in wrong]
        show_table(["row", "problems"], rows)
    if not found.good:
        raise RosterRefused([*found.refused, *(p for row in wrong for p in row.problems)])
    say(
        f"{len(found.rows)} 行均无问题，尚未导入",
        f"{len(found.rows)} rows, no problems; not imported",
    )
