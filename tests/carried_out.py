"""The documents of headquarters and site carried out: each line typed as a person would type it."""

import re
import shlex
from pathlib import Path

import approving
import msgspec
from click.testing import CliRunner, Result
from documented import fenced

from provisioning.reference import CLIS
from siteapp.identity import make_keys
from sync.headquarters.planning.samples import copy_samples
from sync.headquarters.register import calendar, quotas
from sync.sheet_writer import sheet_bytes

NAMED_FILE = re.compile(r"[\w.-]+\.(xlsx|json|jsonl|html|pdf|txt|zip|seb|key|deb|toml)")


def calendar_filled_in(folder: Path) -> None:
    """The year's one sitting."""
    row = [*approving.CALENDAR_2026, "初级、中级、高级"]
    (folder / "calendar.xlsx").write_bytes(sheet_bytes("x", calendar.COLUMNS, [row]))


def application_filled_in(folder: Path) -> None:
    """The school's form and its stamped sheet."""
    (folder / "application.json").write_bytes(msgspec.json.encode(approving.stated()))
    (folder / "stamped.pdf").write_bytes(approving.PDF)


def quota_filled_in(folder: Path) -> None:
    """Both certificates of the page, at one level."""
    rows = [
        ["2026", "site-01", code, "初级", "60", "60", "", "", ""] for code in ("530051", "560003")
    ]
    (folder / "quota.xlsx").write_bytes(sheet_bytes("x", quotas.COLUMNS, rows))


FILLED_IN = {
    "calendar": calendar_filled_in,
    "application": application_filled_in,
    "quota": quota_filled_in,
}


def carry_out(line: str, folder: Path) -> Result:
    """One command of headquarters' page, with this folder in place of the real ones."""
    _, *words = shlex.split(line.replace("/media/stick", str(folder / "stick")))
    files = [str(folder / w) if NAMED_FILE.fullmatch(w) else w for w in words]
    # What a person types who is asked for the password of their account.
    known = folder / f"{words[-1]}.password"
    typed = known.read_text() if "--account" in words else None
    result = CliRunner().invoke(CLIS["examhq"], ["--data", str(folder / "hq"), *files], input=typed)
    if words[:2] == ["users", "add"]:
        (folder / f"{words[2]}.password").write_text(result.output.split()[-1])
    if words[1:2] == ["template"] and words[0] in FILLED_IN:
        FILLED_IN[words[0]](folder)
    if words[:2] == ["roster", "template"]:
        # What a person does next: the template is filled in, one sheet a sitting.
        live, media = sorted(copy_samples(folder / "samples"))
        (folder / "roster.xlsx").write_bytes(live.read_bytes())
        (folder / "roster-media.xlsx").write_bytes(media.read_bytes())
    return result


def until_the_hour(text: str, folder: Path) -> dict[str, Result]:
    """Every command of the page up to the codes, as a person would type them."""
    (folder / "stick").mkdir()
    (folder / "request.json").write_bytes(make_keys(folder / "site"))
    before, _, _ = text.partition("## Afterwards")
    lines = [line for line in fenced(before) if "serve" not in line]
    return {line: carry_out(line, folder) for line in lines}
