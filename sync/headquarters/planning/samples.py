"""Sample rosters for rehearsals: invented people of a region that no identity number names.

`python -m sync.headquarters.planning.samples` writes the files that ship in `samples/`.
"""

import shutil
from importlib import resources
from pathlib import Path

from sync.exam.roster import COLUMNS, check_digit
from sync.spreadsheet import Cell, sheet_bytes
from sync.wire.files import write_durably

# name → (specification code's digits, how many, first seat)
ROSTERS = {
    "roster-530051-junior.xlsx": ("530051", 30, 1),
    "roster-560003-junior.xlsx": ("560003", 10, 31),
}
NOBODYS_REGION = "999999"


def sample_rows(qualification: str, count: int, first_seat: int) -> list[list[Cell]]:
    """Candidates that pass every check of a roster and are surely nobody."""
    rows: list[list[Cell]] = []
    for number in range(1, count + 1):
        seat = first_seat + number - 1
        # The last digit of the sequence says the sex: odd for men.
        head = f"{NOBODYS_REGION}2007{1 + seat % 12:02}{1 + seat % 28:02}{seat:03}"
        identity = head + check_digit(head)
        sex = "男" if seat % 2 else "女"
        name = f"示例考生{seat:02}"
        rows.append([f"99{qualification}{number:03}", name, identity, sex, "示例学校", str(seat)])
    return rows


def write_samples(folder: Path) -> list[Path]:
    """Make the sample rosters in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (qualification, count, first) in ROSTERS.items():
        rows = sample_rows(qualification, count, first)
        write_durably(folder / name, sheet_bytes("考生名单", COLUMNS, rows))
        written.append(folder / name)
    return written


def copy_samples(folder: Path) -> list[Path]:
    """Copies of the sample rosters that ship."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped = resources.files("sync.headquarters.planning") / "samples"
    copied = []
    for name in ROSTERS:
        with (shipped / name).open("rb") as source, (folder / name).open("wb") as target:
            shutil.copyfileobj(source, target)
        copied.append(folder / name)
    return copied


if __name__ == "__main__":
    write_samples(Path(__file__).parent / "samples")
