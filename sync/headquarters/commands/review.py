"""Commands about the review of the two highest levels; marks are given on the pages."""

from pathlib import Path

import click

from sync.console import say
from sync.errors import NotFound
from sync.headquarters.assessing import review
from sync.headquarters.commands.base import IN_FILE, json_option, opened, show
from sync.headquarters.commands.officer import Officer, officer_options


@click.group("review")
def review_group() -> None:
    """The review (综合评审): a committee's form for the two highest levels."""


@review_group.command("open")
@click.argument("session_id")
@click.argument("code")
@click.option("--member", "members", multiple=True, required=True, help="Account of a marker.")
@click.option("--form", type=IN_FILE, help="A criterion and its marks a line.")
@officer_options
@click.pass_obj
def review_open(
    folder: Path,
    session_id: str,
    code: str,
    members: tuple[str, ...],
    form: Path | None,
    account: str,
    password_file: Path | None,
) -> None:
    """Set up the committee of a certificate's review: an odd number of at least three."""
    # What is no UTF-8 text becomes lines that are no criteria, and is refused as such.
    typed = form.read_text("utf-8", "replace") if form else ""
    with opened(folder) as hq:
        by = Officer(account, password_file).stamp(hq, "exam-officer")
        review.open_review(hq, by, session_id, code, members, typed)
    say(f"{code} 的评审委员会已组成", f"The committee for {code} is set up")


@review_group.command("status")
@click.argument("session_id")
@click.argument("code")
@json_option
@click.pass_obj
def review_status(folder: Path, session_id: str, code: str, as_json: bool) -> None:
    """How many members have marked each candidate, and the marks once all have."""
    with opened(folder) as hq:
        found = review.committee(hq, session_id, code)
    if found is None:
        raise NotFound(what=f"{session_id} {code}")
    rows = [
        {
            "admission": one.candidate.admission,
            "given": len(one.given),
            "members": len(found.members),
            "marks": one.marks,
        }
        for one in found.candidates
    ]
    show(rows, ["admission", "given", "members", "marks"], as_json)
