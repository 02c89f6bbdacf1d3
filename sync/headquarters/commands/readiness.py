"""Commands for sites' readiness reports: who lacks one, what one says, whether it is the site's."""

from pathlib import Path

import click
import msgspec

from sync.console import language, say, show_json
from sync.headquarters.clock import wall_ms
from sync.headquarters.commands.base import IN_FILE, LIMIT, OUT_FILE, json_option, opened, show
from sync.headquarters.intake import premises
from sync.headquarters.intake.readiness import kept_envelope
from sync.headquarters.intake.readiness import verify as verified
from sync.headquarters.register.application import FIELDS
from sync.moments import moment
from sync.readiness.view import rooms_of, verdict_of
from sync.wire.files import write_durably
from sync.wire.readiness import ReadinessReport


@click.group("readiness")
def readiness() -> None:
    """Readiness reports of sites."""


@readiness.command("list")
@click.option("--only", type=click.Choice(list(premises.NEEDS)), help="Sites that need this.")
@LIMIT
@json_option
@click.pass_obj
def list_command(folder: Path, only: premises.Need | None, limit: int, as_json: bool) -> None:
    """Sites whose report is missing, old, red, or shows less than was declared; or all of them."""
    with opened(folder) as hq:
        found = premises.sites_by_need(hq, wall_ms(), only)[:limit]
    lang = language()
    rows = [
        msgspec.to_builtins(one)
        | {"state": [premises.NEEDS[need].in_(lang) for need in one.needs], "needs": one.needs}
        for one in found
    ]
    show(rows, ["site", "name", "at", "state"], as_json)


@readiness.command("show")
@click.argument("site")
@click.option("--session", help="The report of this session [the one that came last].")
@click.option("--out", type=OUT_FILE, help="Write the signed statement here.")
@json_option
@click.pass_obj
def show_command(
    folder: Path, site: str, session: str | None, out: Path | None, as_json: bool
) -> None:
    """What a site's report says, its signature verified; what differs from its application."""
    with opened(folder) as hq:
        envelope = kept_envelope(hq, site, session)
        report = verified(hq, envelope)
        compared = premises.comparison(hq, site)
    if out:
        write_durably(out, envelope)
    if as_json:
        differs = msgspec.to_builtins(compared)
        show_json({"report": msgspec.to_builtins(report), "compared": differs})
        return
    _tell(report)
    for one in compared:
        field, how = FIELDS[one.field], premises.HOWS[one.how]
        found = "—" if one.measured is None else one.measured
        say(
            f"{field.zh}：申报 {one.declared}，实测 {found}（{how.zh}）",
            f"{field.en}: declared {one.declared}, measured {found} ({how.en})",
        )


@readiness.command("verify")
@click.argument("file", type=IN_FILE)
@json_option
@click.pass_obj
def verify_command(folder: Path, file: Path, as_json: bool) -> None:
    """Whether a signed report is its site's own, by a key that this site has or had."""
    with opened(folder) as hq:
        report = verified(hq, file.read_bytes())
    if as_json:
        show_json(msgspec.to_builtins(report))
    else:
        _tell(report)


def _tell(report: ReadinessReport) -> None:
    at = moment(report.at)
    say(
        f"签名有效：考点 {report.site}，场次 {report.session}，{at}",
        f"Signature verified: site {report.site}, session {report.session}, {at}",
    )
    for room in rooms_of(report):
        say(f"{room.name.zh}：{room.verdict.zh}", f"{room.name.en}: {room.verdict.en}")
    whole = verdict_of(report)
    say(whole.zh, whole.en)
